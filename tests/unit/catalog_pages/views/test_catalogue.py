from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base.addresses import category_path
from catalog_pages.models import CatalogueIndexPage, CategoryPage
from catalog_pages.stepping import sync_category_pages
from dealer_area import carting
from dealer_area.models import Membership, Role
from search import indexing
from sync.models import Category, Picture
from tests.factories.base import StaffFactory, UserFactory
from tests.factories.catalog_pages import Shop, make_category
from tests.factories.dealer_area import make_trade

SignIn = Callable[[Membership], Client]
BUDGET = 12
"""Statements of a whole request of a list (SPEED)."""


def path_of(category: Category) -> str:
    return category_path(category.pk, category.name)


@pytest.mark.parametrize(
    "path", ["/catalogue/", "/catalogue/petli-1/", "/product/x-1/", "/price/1/"]
)
def test_not_signed_in_goes_to_the_sign_in(db: None, client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_root_shows_sections_with_their_children(shop: Shop, signed_in: SignIn) -> None:
    page = signed_in(shop.trade.membership).get("/catalogue/").content.decode()

    assert path_of(shop.section) in page
    assert path_of(shop.category) in page


def test_category_shows_goods_with_own_price(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product(price="258.00", stock="4860", name="Петля накладная 110°")
    response = signed_in(shop.trade.membership).get(path_of(shop.category))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Петля накладная 110°" in page
    assert product.sku in page
    assert "258<small>,00\u00a0₽</small>" in page
    assert "4\u00a0860\u00a0шт" in page


def test_category_wrong_words_lead_to_the_right_ones(shop: Shop, signed_in: SignIn) -> None:
    response = signed_in(shop.trade.membership).get(
        f"/catalogue/anything-{shop.category.pk}/?stock=1"
    )

    assert response.status_code == 302
    assert response["Location"] == f"{path_of(shop.category)}?stock=1"


def test_category_archived_unknown_or_of_another_base_is_not_found(
    shop: Shop, signed_in: SignIn
) -> None:
    archived = make_category(shop.trade.connection, "Старое", archived=True)
    foreign = make_category(make_trade().connection, "Чужое")
    client = signed_in(shop.trade.membership)

    for pk in (archived.pk, foreign.pk, 999_999, 10**17):
        assert client.get(f"/catalogue/x-{pk}/").status_code == 404


def test_category_below_an_archived_one_is_not_found(shop: Shop, signed_in: SignIn) -> None:
    Category.objects.filter(pk=shop.section.pk).update(archived=True)

    response = signed_in(shop.trade.membership).get(path_of(shop.category))

    assert response.status_code == 404


def test_category_content_of_its_page_is_shown_when_published(
    shop: Shop, signed_in: SignIn
) -> None:
    shop.product()
    sync_category_pages()
    page = CategoryPage.objects.get(category=shop.category)
    page.intro = "<p>Как выбрать петлю</p>"
    page.save()
    client = signed_in(shop.trade.membership)

    assert "Как выбрать петлю" in client.get(path_of(shop.category)).content.decode()

    page.unpublish()
    assert "Как выбрать петлю" not in client.get(path_of(shop.category)).content.decode()


def test_category_seller_learns_no_purchase_price(shop: Shop, signed_in: SignIn) -> None:
    shop.product(price="258.00")
    seller = shop.member(Role.SELLER)

    page = signed_in(seller).get(path_of(shop.category)).content.decode()

    assert "366<small>,36" in page
    assert "258<small>" not in page
    assert "258,00" not in page
    assert "Дилер" not in page


def test_category_filters_narrow_and_can_be_taken_away(shop: Shop, signed_in: SignIn) -> None:
    shop.stock_up(1, name="Петля Ярга", brand="Ярга")
    shop.stock_up(1, name="Петля Норма", brand="Норма")
    indexing.refresh()
    client = signed_in(shop.trade.membership)

    page = client.get(f"{path_of(shop.category)}?{urlencode({'f.brand': 'Ярга'})}").content.decode()

    assert "Петля Ярга" in page
    assert "Петля Норма" not in page
    assert f'class="chip" href="{path_of(shop.category)}"' in page


def test_category_nothing_left_offers_to_take_filters_away(shop: Shop, signed_in: SignIn) -> None:
    shop.stock_up(1, brand="Ярга", stock="0")
    indexing.refresh()

    page = (
        signed_in(shop.trade.membership)
        .get(f"{path_of(shop.category)}?{urlencode({'f.brand': 'Ярга', 'stock': '1'})}")
        .content.decode()
    )

    assert "Таких товаров нет сразу по всем условиям" in page


def test_category_way_of_looking_is_remembered(shop: Shop, signed_in: SignIn) -> None:
    shop.product()
    client = signed_in(shop.trade.membership)

    assert 'class="cards"' not in client.get(path_of(shop.category)).content.decode()
    assert 'class="cards"' in client.get(path_of(shop.category) + "?view=cards").content.decode()
    assert 'class="cards"' in client.get(path_of(shop.category)).content.decode()
    client.get(path_of(shop.category) + "?view=nonsense")
    assert 'class="cards"' in client.get(path_of(shop.category)).content.decode()


def test_category_htmx_gets_the_list_alone(shop: Shop, signed_in: SignIn) -> None:
    shop.product()

    response = signed_in(shop.trade.membership).get(
        path_of(shop.category), headers={"HX-Request": "true", "HX-Target": "listing"}
    )

    page = response.content.decode()
    assert page.lstrip().startswith('<div id="listing">')
    assert "<html" not in page
    assert "HX-Target" in response["Vary"]


def test_category_page_behind_the_last_is_the_last(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product()

    page = (
        signed_in(shop.trade.membership).get(path_of(shop.category) + "?page=99").content.decode()
    )

    assert product.sku in page


@pytest.mark.parametrize("view", ["table", "cards"])
@pytest.mark.parametrize("with_cart", [False, True])
def test_category_costs_the_same_for_one_and_many(
    shop: Shop, signed_in: SignIn, view: str, with_cart: bool
) -> None:
    client = signed_in(shop.trade.membership)
    path = f"{path_of(shop.category)}?view={view}"
    Picture.objects.create(
        connection=shop.trade.connection, name="a.jpg", path="onec/a.jpg", width=9, height=9
    )

    def cost(count: int) -> int:
        offers = shop.stock_up(count, brand="Ярга", pictures=["a.jpg"])
        if with_cart:
            carting.add(
                membership=shop.trade.membership,
                offer=offers[0],
                quantity=Decimal(1),
                by=shop.trade.user,
            )
        indexing.refresh()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        assert response.status_code == 200
        assert len(queries) <= BUDGET, [query["sql"][:150] for query in queries]
        return len(queries)

    assert cost(1) == cost(47)


def test_staff_without_a_dealer_sees_goods_of_every_base_without_prices(
    shop: Shop, client: Client
) -> None:
    product = shop.product(price="258.00")
    client.force_login(StaffFactory())

    page = client.get(path_of(shop.category)).content.decode()

    assert product.sku in page
    assert "258" not in page
    assert "cart/add" not in page


def test_person_without_a_dealer_sees_no_catalogue(shop: Shop, client: Client) -> None:
    client.force_login(UserFactory())

    assert client.get(path_of(shop.category)).status_code == 404
    assert client.get("/catalogue/").status_code == 200


def test_previews_of_drafts_use_the_catalogue_s_templates(shop: Shop, client: Client) -> None:
    product = shop.product()
    sync_category_pages()
    client.force_login(StaffFactory(is_superuser=True))
    category_page = CategoryPage.objects.get(category=shop.category)
    index = CatalogueIndexPage.objects.get()
    for page in (category_page, index):
        page.intro = "<p>Черновик вступления</p>"
        page.save_revision()

    shown = {
        page.pk: client.get(f"/cms/pages/{page.pk}/view_draft/").content.decode()
        for page in (category_page, index)
    }

    assert "Черновик вступления" in shown[category_page.pk]
    assert product.sku in shown[category_page.pk]
    assert "Черновик вступления" in shown[index.pk]
    assert path_of(shop.section) in shown[index.pk]
