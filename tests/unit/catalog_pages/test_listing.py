from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from catalog_pages.choice import Choice
from catalog_pages.listing import (
    OPEN_GROUPS,
    SHOWN_VALUES,
    chips_of,
    groups_of,
    line_of,
    list_goods,
)
from dealer_area.buyers import buyer_for
from dealer_area.listing import rows
from dealer_area.models import Role
from search import indexing
from search.query import Facet, FacetValue, Found, Sort
from sync.models import OfferPrices, OfferStock
from tests.factories.catalog_pages import Shop, make_product
from tests.factories.sync import OfferFactory, tell_prices, tell_stock


def facet(key: str, count: int, *chosen: int) -> Facet:
    values = (
        FacetValue(str(number), f"значение {number}", 1, number in chosen)
        for number in range(count)
    )
    return Facet(key, key.upper(), tuple(values))


def test_groups_ticked_value_stands_before_more_and_opens_its_group() -> None:
    facets = [facet(f"p{number}", 3) for number in range(OPEN_GROUPS)]
    groups = groups_of([*facets, facet("last", SHOWN_VALUES + 4, SHOWN_VALUES + 2)])

    last = groups[-1]
    assert [group.is_open for group in groups] == [True] * (OPEN_GROUPS + 1)
    assert len(last.options) == SHOWN_VALUES + 1
    assert len(last.rest) == 3
    assert last.chosen == 1
    assert not groups_of([*facets, facet("last", 3)])[-1].is_open


def test_groups_ids_stay_the_same_when_the_order_changes() -> None:
    [first] = groups_of([facet("brand", 2)])
    turned = Facet("brand", "B", tuple(reversed(facet("brand", 2).values)))
    [second] = groups_of([turned])

    assert {option.value: option.id for option in first.options} == {
        option.value: option.id for option in second.options
    }
    assert len({option.id for option in first.options}) == 2


def test_chips_take_one_filter_away_each() -> None:
    found = Found((), 0, (facet("brand", 2, 0),), {}, 0, is_degraded=False)
    choice = Choice(chosen={"brand": frozenset({"0"}), "p9": frozenset({"x"})}, in_stock=True)

    with translation.override("ru"):
        chips = chips_of(choice, found, "/c/")

    assert [(chip.label, chip.url) for chip in chips] == [
        ("В наличии", "/c/?f.brand=0&f.p9=x"),
        ("BRAND: значение 0", "/c/?stock=1&f.p9=x"),
        # the index has forgotten the property, the filter can still be taken away
        ("x", "/c/?stock=1&f.brand=0"),
    ]


@pytest.mark.django_db
def test_line_of_several_offers_shows_the_lowest_price_and_the_best_stock(shop: Shop) -> None:
    product = make_product(shop.trade.connection, "Ручка", shop.category)
    for value, price, stock in (("белый", "110.00", "0"), ("чёрный", "100.00", "500")):
        offer = OfferFactory(product=product, ref=f"{product.ref}#{value}", is_plain=False)
        tell_prices(offer, {shop.trade.price_type.pk: price})
        tell_stock(offer, {shop.trade.warehouse.pk: stock})
    buyer = buyer_for(shop.trade.membership)

    line = line_of(rows([product.pk], buyer)[0], buyer)

    assert line.offer is None
    assert line.choices == 2
    assert line.is_from
    assert line.price is not None
    assert line.price.amount == Decimal("100.00")
    assert line.stock == "in"
    assert line.quantity is None


@pytest.mark.django_db
def test_line_of_offer_without_a_price_cannot_be_bought(shop: Shop) -> None:
    [offer] = shop.stock_up(1)
    OfferPrices.objects.all().delete()
    OfferStock.objects.all().delete()
    buyer = buyer_for(shop.trade.membership)

    line = line_of(rows([offer.product_id], buyer)[0], buyer)

    assert (line.offer, line.price, line.stock, line.choices) == (None, None, "out", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "both"), [(Role.DIRECTOR, True), (Role.BUYER, False), (Role.SELLER, False)]
)
def test_line_of_second_price_is_for_whoever_decides_about_it(
    shop: Shop, role: Role, both: bool
) -> None:
    [offer] = shop.stock_up(1)
    buyer = buyer_for(shop.member(role))

    line = line_of(rows([offer.product_id], buyer)[0], buyer)

    assert (line.retail is not None) is both


@pytest.mark.django_db
def test_list_goods_sorts_by_own_price_and_pages(shop: Shop) -> None:
    cheap, dear = shop.stock_up(1, price="10.00"), shop.stock_up(1, price="900.00")
    shop.stock_up(48, price="100.00")
    indexing.refresh()
    buyer = buyer_for(shop.trade.membership)

    first = list_goods(Choice(sort=Sort.PRICE_UP), buyer, path="/s/", view="table")
    last = list_goods(Choice(sort=Sort.PRICE_UP, page=9), buyer, path="/s/", view="table")

    assert first.total == 50
    assert first.lines[0].row.product.pk == cheap[0].product_id
    assert len(first.lines) == 48
    assert last.page.number == 2
    assert last.lines[-1].row.product.pk == dear[0].product_id
    assert "page=2" in str(last.views[0]["url"])


@pytest.mark.django_db
def test_list_goods_without_a_price_slot_offers_no_order_by_price(shop: Shop) -> None:
    shop.trade.price_type.slot = None
    shop.trade.price_type.save()
    buyer = buyer_for(shop.trade.membership)

    found = list_goods(Choice(sort=Sort.PRICE_UP), buyer, path="/s/", view="table")

    assert [(each["value"], each["is_current"]) for each in found.sorts] == [("name", True)]
