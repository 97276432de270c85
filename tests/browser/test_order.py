"""A dealer orders: from the search to the status that 1C has set."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal

PageAs = Callable[..., Page]


def amount(text: str) -> Decimal:
    """The first sum of money in a text: "5 820,00 ₽"."""
    found = re.search(r"([\d\s\u00a0]+),(\d\d)\s*₽", text)
    assert found, text
    return Decimal(re.sub(r"\D", "", found[1]) + "." + found[2])


def an_article(page: Page) -> str:
    """The article of the first product that the search offers."""
    page.goto("/search/?q=петля")
    return page.locator("td[data-cell=art]").first.inner_text().strip()


def find(page: Page, text: str) -> None:
    if page.url == "about:blank":
        page.goto("/")
    page.fill("#search", text)
    page.press("#search", "Enter")
    page.wait_for_url(re.compile("/search/"))


def order_first_product(page: Page) -> tuple[str, Decimal]:
    """Find a product by its article, put it into the cart, order it: number and sum to pay."""
    article = an_article(page)
    find(page, article.replace("-", " ").lower())
    row = page.get_by_role("row").filter(has=page.locator("td[data-cell=art]", has_text=article))
    row.first.locator("a.name").click()
    expect(page.locator("#sku")).to_have_text(article)
    page.locator(
        "main form[action='/cart/add/'] button[type=submit], main form.add button"
    ).last.click()
    expect(page.locator("#toasts .toast").first).to_be_visible()
    page.goto("/cart/")
    expect(page.get_by_text(article)).to_be_visible()
    page.get_by_text("Перейти к оформлению").click()
    page.wait_for_url(re.compile("/checkout/"))
    to_pay = amount(page.get_by_text("К оплате").locator("xpath=..").inner_text())
    page.get_by_role("button", name="Оформить заказ").click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    return page.url.rstrip("/").rpartition("/")[2], to_pay


def test_order_goes_to_1c_and_its_status_comes_back(portal: Portal, page_as: PageAs) -> None:
    page = page_as("director")
    number, to_pay = order_first_product(page)
    expect(page.locator(".status").first).to_have_text(re.compile("отправлен", re.IGNORECASE))
    assert amount(page.locator("tfoot").inner_text()) == to_pay

    said = portal.onec("orders", "--answer", "confirm", "--number", number)

    assert number in said
    expect_status(page, "подтвержд")
    expect(page.get_by_text("Номер в 1С").locator("xpath=..")).to_have_text(re.compile(r"\d"))


def test_answer_of_the_other_configuration_is_understood(portal: Portal, page_as: PageAs) -> None:
    page = page_as("buyer")
    number, _to_pay = order_first_product(page)
    portal.onec("orders", "--answer", "ship", "--number", number, dialect="unf")
    expect_status(page, "отгружен")


def expect_status(page: Page, word: str) -> None:
    """The status of the order on the page, which the worker may still be hearing of."""
    for _attempt in range(40):
        page.reload()
        if word in page.locator(".status").first.inner_text().lower():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"no {word!r}: {page.locator('main').inner_text()[:400]}")


def test_repeated_exchange_doubles_nothing(portal: Portal, page_as: PageAs) -> None:
    page = page_as("director")
    number, _to_pay = order_first_product(page)
    portal.onec("orders")
    again = portal.onec("orders")
    assert number not in again
    page.goto("/orders/")
    assert page.get_by_role("link", name=number, exact=True).count() == 1


def test_seller_sees_no_purchase_price(page_as: PageAs) -> None:
    director, seller = page_as("director"), page_as("seller")
    article = an_article(director)
    find(director, article)
    mine, retail = prices(director, article)
    assert retail > mine
    find(seller, article)
    assert prices(seller, article) == [retail]
    seller.get_by_role("row").filter(has_text=article).first.locator("a.name").click()
    shown = seller.locator("main").inner_text()
    assert f"{retail:.2f}".replace(".", ",") in shown.replace("\u00a0", "").replace(" ", "")
    assert f"{mine:.2f}".replace(".", ",") not in shown.replace("\u00a0", "").replace(" ", "")
    assert f"{mine:.2f}".replace(".", ",") not in seller.content().replace("\u00a0", "")


def prices(page: Page, article: str) -> list[Decimal]:
    row = page.get_by_role("row").filter(has=page.locator("td[data-cell=art]", has_text=article))
    text = row.first.locator("td[data-cell=left]").inner_text()
    found = re.findall(r"([\d\s\u00a0]+),(\d\d)", text)
    return [Decimal(re.sub(r"\D", "", whole) + "." + cents) for whole, cents in found]


def test_order_of_another_dealer_is_not_found(portal: Portal, page_as: PageAs) -> None:
    own = page_as("director")
    number, _to_pay = order_first_product(own)
    companies = {person["dealer"] for person in portal.access["people"]} - {""}
    mine = portal.person("director")["dealer"]
    other = page_as("director", dealer=sorted(companies - {mine})[0])
    answer = other.request.get(f"/orders/{number}/")
    assert answer.status == 404
