from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dealer_area.models import Membership, Role
from home.models import HomePage, StandardPage
from search import indexing
from tests.factories.base import StaffFactory, UserFactory
from tests.factories.catalog_pages import Shop, make_category
from tests.factories.dealer_area import make_goods, make_trade

SignIn = Callable[[Membership], Client]


@pytest.mark.parametrize("path", ["/", "/search/", "/search/?q=1"])
def test_not_signed_in_goes_to_the_sign_in(db: None, client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", list(Role))
def test_dashboard_opens_for_every_role(shop: Shop, signed_in: SignIn, role: Role) -> None:
    response = signed_in(shop.member(role)).get("/")

    assert response.status_code == 200
    assert "Последние заказы" in response.content.decode()


def test_dashboard_of_staff_and_of_a_person_without_a_dealer(shop: Shop, client: Client) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    staff = client.get("/").content.decode()
    client.force_login(UserFactory())
    nobody = client.get("/").content.decode()

    assert 'href="/cms/"' in staff
    assert "не привязаны" not in staff
    assert 'href="/cms/"' not in nobody
    assert "Вы пока не привязаны ни к одной компании." in nobody


def test_dashboard_shows_the_home_page_s_words(shop: Shop, signed_in: SignIn) -> None:
    home = HomePage.objects.get()
    home.body = "<p>Новый склад</p>"
    home.save()

    assert "Новый склад" in signed_in(shop.trade.membership).get("/").content.decode()


def test_standard_page_is_shown_and_found_in_the_menu(shop: Shop, signed_in: SignIn) -> None:
    for title, slug, in_menu in (("Доставка", "delivery", True), ("Черновое", "rough", False)):
        HomePage.objects.get().add_child(
            instance=StandardPage(
                title=title, slug=slug, body="<p>По вторникам</p>", show_in_menus=in_menu
            )
        )
    client = signed_in(shop.trade.membership)

    assert "По вторникам" in client.get("/delivery/").content.decode()
    dashboard = client.get("/").content.decode()
    assert 'href="/delivery/"' in dashboard
    assert 'href="/rough/"' not in dashboard


def test_search_by_part_of_an_article(shop: Shop, signed_in: SignIn) -> None:
    shop.stock_up(1, sku="YK110-ND", name="Петля накладная")
    shop.stock_up(1, sku="RL12", name="Ручка-скоба")
    indexing.refresh()

    page = signed_in(shop.trade.membership).get("/search/?q=yk110nd").content.decode()

    assert "Петля накладная" in page
    assert "Ручка-скоба" not in page


def test_search_finds_nothing_of_another_base(shop: Shop, signed_in: SignIn) -> None:
    stranger = make_trade()
    [offer] = make_goods(stranger, name="Чужая петля")
    indexing.rebuild()

    page = signed_in(shop.trade.membership).get(f"/search/?q={offer.product.sku}")

    assert "Чужая петля" not in page.content.decode()


def test_search_nothing_found_gives_advice_and_keeps_the_text_safe(
    shop: Shop, signed_in: SignIn
) -> None:
    shop.product()
    query = urlencode({"q": '<script>"ы'})

    page = signed_in(shop.trade.membership).get(f"/search/?{query}").content.decode()

    assert "ничего не нашлось" in page
    assert "<script>&quot;" not in page
    assert "&lt;script&gt;" in page


def test_search_category_of_another_base_is_no_filter(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product()
    foreign = make_category(make_trade().connection, "Чужое")
    client = signed_in(shop.trade.membership)

    assert product.sku in client.get(f"/search/?category={foreign.pk}").content.decode()
    assert product.sku in client.get(f"/search/?category={shop.category.pk}").content.decode()


def test_search_without_an_index_says_so_and_still_finds(shop: Shop, signed_in: SignIn) -> None:
    shop.stock_up(1, sku="YK110-ND", name="Петля накладная")

    page = signed_in(shop.trade.membership).get("/search/?q=YK110").content.decode()

    assert "Поиск готовится к работе." in page
    assert "Петля накладная" in page


def test_search_costs_no_more_than_a_list_may(shop: Shop, signed_in: SignIn) -> None:
    shop.stock_up(48)
    indexing.refresh()
    client = signed_in(shop.trade.membership)
    client.get("/search/?q=петля")
    with CaptureQueriesContext(connection) as queries:
        client.get("/search/?q=петля")

    assert len(queries) <= 12, [query["sql"][:120] for query in queries]


def test_preview_of_the_home_page_is_the_first_screen(shop: Shop, client: Client) -> None:
    home = HomePage.objects.get()
    home.lead = "Черновик"
    home.save_revision()
    client.force_login(StaffFactory(is_superuser=True))

    shown = client.get(f"/cms/pages/{home.pk}/view_draft/").content.decode()

    assert "Черновик" in shown
    assert "Добрый день" in shown
