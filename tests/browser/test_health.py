"""The health board in the hands of whoever keeps the exchange."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

PageAs = Callable[..., Page]
BOARD = "/cms/exchange/"
DRAWN = "() => { const one = document.querySelector('canvas[data-runs]');\
 return one && window.Chart && Chart.getChart(one) }"


def test_the_board_renews_itself_under_the_hands(
    page_as: PageAs, axe: Callable[[Page], None]
) -> None:
    page = page_as("integration")
    page.clock.install()
    page.goto(BOARD)
    page.wait_for_function(DRAWN)
    axe(page)
    table = page.locator("details[data-key^='table-']").first
    table.locator("summary").click()
    button = page.locator("button[data-key^='base-']").first
    button.focus()
    page.evaluate("document.querySelector('.xch-stamp').dataset.before = 'yes'")

    page.clock.fast_forward(15_500)

    expect(page.locator(".xch-stamp:not([data-before])")).to_be_visible()
    expect(button).to_be_focused()
    expect(table).to_have_attribute("open", "")
    page.wait_for_function(DRAWN)


def test_the_board_fits_a_phone(page_as: PageAs) -> None:
    page = page_as("integration", width="phone")
    page.goto(BOARD)
    page.wait_for_function(DRAWN)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
