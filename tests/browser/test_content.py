"""The advertising group writes its branch of the catalogue and no other."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

PageAs = Callable[..., Page]
OWN_BRANCH = "петля"
LEAD = "Тихая петля для фасадов до двадцати килограммов."


def first_page(page: Page, words: str) -> str:
    """Address of the editor of the first product page that the admin finds, "" for none."""
    page.goto(f"/cms/pages/search/?q={words}&content_type=catalog_pages.productpage")
    links = page.locator("main a[href^='/cms/pages/'][href$='/edit/']")
    return (links.first.get_attribute("href") or "") if links.count() else ""


def test_advertising_writes_a_page_of_its_branch(page_as: PageAs) -> None:
    page = page_as("advertising")
    address = first_page(page, OWN_BRANCH)
    assert address
    page.goto(address)
    page.fill("[name=lead]", LEAD)
    submit = page.locator("button[name=action-publish], button[name=action-submit]")
    if not submit.first.is_visible():
        page.locator("footer .w-dropdown__toggle").first.click()
    page.locator("button[name=action-publish]").first.click()
    page.wait_for_url(re.compile("/cms/pages/"))

    buyer = page_as("buyer")
    page.goto(address)
    live = page.locator("a[href^='/product/']").first.get_attribute("href")
    assert live
    buyer.goto(live)
    expect(buyer.get_by_text(LEAD)).to_be_visible()


def test_advertising_cannot_write_elsewhere(page_as: PageAs) -> None:
    own, everywhere = page_as("advertising"), page_as("administrator")
    own.goto("/cms/pages/search/?content_type=catalog_pages.categorypage&q=")
    everywhere.goto("/cms/pages/search/?content_type=catalog_pages.categorypage&q=")
    editors = "main a[href^='/cms/pages/'][href$='/edit/']"
    allowed = set(own.locator(editors).evaluate_all(HREFS))
    others = set(everywhere.locator(editors).evaluate_all(HREFS)) - allowed
    assert allowed
    assert others
    answer = own.request.get(sorted(others)[0], max_redirects=0)
    assert answer.status in {302, 403}


HREFS = "links => links.map(link => link.getAttribute('href'))"


def test_admin_speaks_russian(page_as: PageAs) -> None:
    page = page_as("administrator")
    for path in ("/cms/", "/cms/pages/", "/cms/users/", "/cms/images/", "/cms/documents/"):
        page.goto(path)
        text = page.locator("body").inner_text()
        found = re.findall(r"\b(?:Settings|Pages|Search|Users|Add|Edit|Reports|Help)\b", text)
        assert not found, (path, found)


def test_dealer_has_no_admin(page_as: PageAs) -> None:
    assert page_as("director").request.get("/cms/").status == 403
