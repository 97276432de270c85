"""Every main page: no error in the browser, nothing serious for axe, nothing too wide."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page

PageAs = Callable[..., Page]

PATHS = [
    "/",
    "/catalogue/",
    "/search/?q=петля",
    "/search/?q=петля&view=cards",
    "/search/?q=нетакоготовара",
    "/cart/",
    "/orders/",
    "/people/",
    "/news/",
    "/accounts/password/change/",
]
ENGLISH = re.compile(r"\b(the|and|your|order|cart|price|stock|search|page|sign)\b", re.IGNORECASE)


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("path", PATHS)
def test_page(page_as: PageAs, axe: Callable[[Page], None], path: str, width: str) -> None:
    check(page_as("director", width), axe, path)


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_product_and_category(page_as: PageAs, axe: Callable[[Page], None], width: str) -> None:
    page = page_as("director", width)
    page.goto("/search/?q=петля")
    product = page.locator("main a.name, main .card a").first.get_attribute("href")
    page.goto("/catalogue/")
    category = page.locator("main a[href^='/catalogue/']").first.get_attribute("href")
    for path in (product, category):
        assert path
        check(page, axe, path)


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_page_before_the_sign_in(
    page_before: Callable[[str], Page], axe: Callable[[Page], None], path: str, width: str
) -> None:
    check(page_before(width), axe, path)


def check(page: Page, axe: Callable[[Page], None], path: str) -> None:
    page.goto(path)
    text = page.locator("body").inner_text()
    assert not ENGLISH.findall(text), text
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0, f"{path} is {wider} px wider than the screen"
    axe(page)


def test_nothing_answers_a_stranger(http: httpx.Client) -> None:
    for path in ("/", "/catalogue/", "/search/?q=1", "/documents/1/a.pdf", "/cms/", "/x"):
        answer = http.get(path)
        assert (answer.status_code, answer.headers["Location"][:17]) == (302, "/accounts/login/?")


def test_health(http: httpx.Client) -> None:
    assert http.get("/healthz").text == "ok"
    told = http.get("/readyz")
    assert told.status_code == 200, told.text
    assert told.json()["exchange"]["ok"]


def test_static_files_are_compressed_and_kept(http: httpx.Client) -> None:
    page = http.get("/accounts/login/").text
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert sheet
    answer = http.get(sheet[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
