from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.rich_text import RichText

from base.addresses import product_path
from base.models import PortalDocument
from catalog_pages.stepping import sync_category_pages
from dealer_area import carting
from dealer_area.models import Membership, Role
from sync.models import Offer, Product
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import Shop, make_product, make_product_page
from tests.factories.dealer_area import make_goods, make_trade
from tests.factories.sync import OfferFactory, tell_prices, tell_stock

SignIn = Callable[[Membership], Client]
BUDGET = 15
"""Statements of a whole request of a product's page (SPEED)."""


def path_of(product: Product) -> str:
    return product_path(product.pk, product.name)


def vary(shop: Shop, product: Product, value: str, price: str) -> Offer:
    """One more offer of the product, with a characteristic."""
    offer = OfferFactory(
        product=product,
        ref=f"{product.ref}#{value}",
        characteristics=[["Цвет", value]],
        is_plain=False,
    )
    tell_prices(offer, {shop.trade.price_type.pk: price})
    tell_stock(offer, {shop.trade.warehouse.pk: "7"})
    return offer


def test_product_shows_own_price_stock_and_facts(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product(
        price="258.00",
        stock="4860",
        description="Четырёхшарнирная <b>петля</b>",
        pack_multiple=Decimal(12),
        vat_rate=Decimal(22),
    )
    response = signed_in(shop.trade.membership).get(path_of(product))

    page = response.content.decode()
    assert response.status_code == 200
    assert "258<small>,00\u00a0₽</small>" in page
    assert "в том числе НДС 22\u00a0%" in page
    assert "Казань" in page
    assert "4\u00a0860\u00a0шт" in page
    assert 'step="12"' in page
    # what 1C sends is text, never markup
    assert "&lt;b&gt;петля&lt;/b&gt;" in page


def test_product_wrong_words_lead_to_the_right_ones(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product()

    response = signed_in(shop.trade.membership).get(f"/product/x-{product.pk}/")

    assert response.status_code == 302
    assert response["Location"] == path_of(product)


def test_product_archived_or_of_another_base_is_not_found(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product()
    [foreign] = make_goods(make_trade())
    client = signed_in(shop.trade.membership)

    assert client.get(path_of(foreign.product)).status_code == 404
    assert client.get(f"/price/{foreign.pk}/").status_code == 404
    Product.objects.filter(pk=product.pk).update(archived=True)
    assert client.get(path_of(product)).status_code == 404


def test_product_without_offers_says_so(shop: Shop, signed_in: SignIn) -> None:
    product = make_product(shop.trade.connection, "Петля снятая", shop.category)

    page = signed_in(shop.trade.membership).get(path_of(product)).content.decode()

    assert "Этот товар сейчас нельзя заказать" in page
    assert "cart/add" not in page


def test_product_variants_are_a_table_with_quantities(shop: Shop, signed_in: SignIn) -> None:
    product = make_product(shop.trade.connection, "Ручка", shop.category)
    white = vary(shop, product, "белый", "100.00")
    black = vary(shop, product, "чёрный", "110.00")

    page = signed_in(shop.trade.membership).get(path_of(product)).content.decode()

    assert "белый" in page
    assert "чёрный" in page
    assert page.count('action="/cart/add/"') == 2
    assert f'name="offer" value="{white.pk}"' in page
    assert f'name="offer" value="{black.pk}"' in page


def test_product_seller_sees_the_retail_price_alone(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product(price="258.00")
    seller = signed_in(shop.member(Role.SELLER))

    page = seller.get(path_of(product)).content.decode()
    explained = seller.get(f"/price/{product.offers.get().pk}/").content.decode()

    assert "366<small>,36" in page
    for text in (page, explained):
        assert "258" not in text
        assert "Дилер" not in text


def test_explain_director_sees_the_way_to_both_prices(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product(price="258.00")
    director = signed_in(shop.member(Role.DIRECTOR))

    text = director.get(f"/price/{product.offers.get().pk}/").content.decode()

    assert "Дилер" in text
    assert "258,00\u00a0₽" in text
    assert "108,36\u00a0₽" in text
    assert "366,36\u00a0₽" in text


def test_explain_buyer_does_not_see_the_markup(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product(price="258.00")

    text = (
        signed_in(shop.trade.membership).get(f"/price/{product.offers.get().pk}/").content.decode()
    )

    assert "258,00\u00a0₽" in text
    assert "366,36" not in text


def test_product_content_of_its_page_is_shown_when_published(shop: Shop, signed_in: SignIn) -> None:
    product = shop.product()
    sync_category_pages()
    document = PortalDocument.objects.create(
        title="Схема присадки", file=ContentFile(b"%PDF-1.4", "scheme.pdf")
    )
    page = make_product_page(
        product,
        lead="Закрывается сама",
        body=[
            ("text", RichText("<h2>Для чего</h2>")),
            ("video", "https://rutube.ru/video/0123456789abcdef0123456789abcdef/"),
            ("document", document),
        ],
    )
    client = signed_in(shop.trade.membership)

    shown = client.get(path_of(product)).content.decode()
    assert "Закрывается сама" in shown
    assert "Для чего" in shown
    assert "https://rutube.ru/play/embed/0123456789abcdef0123456789abcdef" in shown
    assert document.url in shown

    page.unpublish()
    assert "Закрывается сама" not in client.get(path_of(product)).content.decode()


def test_product_preview_of_a_draft_uses_the_same_template(shop: Shop, client: Client) -> None:
    product = shop.product()
    sync_category_pages()
    page = make_product_page(product, lead="Опубликовано")
    page.lead = "Черновик"
    page.save_revision()
    client.force_login(StaffFactory(is_superuser=True))

    shown = client.get(f"/cms/pages/{page.pk}/view_draft/").content.decode()

    assert "Черновик" in shown
    assert product.sku in shown
    assert "Опубликовано" not in shown


def test_page_url_is_the_product_s_address_and_wagtail_s_way_leads_there(
    shop: Shop, signed_in: SignIn
) -> None:
    product = shop.product()
    sync_category_pages()
    page = make_product_page(product)

    assert page.url == path_of(product)
    category_slug = page.get_parent().slug
    section_slug = page.get_parent().get_parent().slug
    response = signed_in(shop.trade.membership).get(
        f"/catalogue/{section_slug}/{category_slug}/{page.slug}/"
    )
    assert response.status_code == 302
    assert response["Location"] == path_of(product)


@pytest.mark.parametrize("with_page", [False, True])
def test_product_costs_the_same_for_one_and_many_variants(
    shop: Shop, signed_in: SignIn, with_page: bool
) -> None:
    client = signed_in(shop.trade.membership)
    product = make_product(shop.trade.connection, "Ручка", shop.category)
    sync_category_pages()
    if with_page:
        make_product_page(product, lead="Текст", body=[("text", RichText("<p>Да</p>"))])
    first = vary(shop, product, "белый", "100.00")
    carting.add(
        membership=shop.trade.membership,
        offer=Offer.objects.with_facets().get(pk=first.pk),
        quantity=Decimal(1),
        by=shop.trade.user,
    )

    def cost() -> int:
        client.get(path_of(product))
        with CaptureQueriesContext(connection) as queries:
            client.get(path_of(product))
        assert len(queries) <= BUDGET, [query["sql"][:150] for query in queries]
        return len(queries)

    one = cost()
    for number in range(20):
        vary(shop, product, f"цвет {number}", "100.00")
    assert cost() == one
