"""Quotes: whose prices, which stock, and how many queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dealer_area.quoting import StockState, quote
from dealer_area.terms import Terms, terms_for
from sync.models import Offer, OfferStock
from sync.reading import offers_by_ids
from tests.factories.dealer_area import Trade, make_goods, make_trade
from tests.factories.sync import WarehouseFactory

pytestmark = pytest.mark.django_db


def terms_of(trade: Trade) -> Terms:
    found = terms_for(trade.membership)
    assert found is not None
    return found


def restocked(offer: Offer, quantities: dict[int, str]) -> Offer:
    told = {str(pk): quantity for pk, quantity in quantities.items()}
    OfferStock.objects.filter(offer=offer).update(quantities=told)
    return offers_by_ids([offer.pk])[offer.pk]


def test_without_the_right_there_is_no_purchase_price_anywhere() -> None:
    trade = make_trade(markup="42")
    offers = make_goods(trade, 2, price="258.00")

    found = quote(offers, terms_of(trade), see_purchase=False)

    assert "258" not in repr(found)
    assert {each.shown.amount for each in found.values() if each.shown} == {Decimal("366.36")}


def test_a_price_of_another_type_is_no_price() -> None:
    trade, other = make_trade(), make_trade()
    [offer] = make_goods(trade)
    foreign = terms_of(other)

    assert quote([offer], foreign, see_purchase=True)[offer.pk].shown is None
    assert quote([offer], None, see_purchase=True)[offer.pk].shown is None


@pytest.mark.parametrize("field", ["archived", "is_sold"])
def test_what_is_not_sold_has_no_price(field: str) -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    setattr(offer, field, field == "archived")

    assert quote([offer], terms_of(trade), see_purchase=True)[offer.pk].shown is None


@pytest.mark.parametrize(
    ("quantity", "pack", "state"),
    [
        ("100", 1, StockState.IN),
        ("5", 1, StockState.IN),
        ("4", 1, StockState.LOW),
        ("59", 12, StockState.LOW),
        ("60", 12, StockState.IN),
        ("0", 1, StockState.OUT),
        ("-7", 1, StockState.OUT),
    ],
)
def test_the_state_of_stock_goes_by_packs(quantity: str, pack: int, state: StockState) -> None:
    trade = make_trade()
    [offer] = make_goods(trade, stock=quantity, pack_multiple=Decimal(pack))

    stock = quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock

    assert stock.state is state
    assert stock.quantity == max(Decimal(quantity), Decimal(0))


def test_stock_is_that_of_the_terms_warehouse_and_rows_tell_all() -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    away = WarehouseFactory(connection=trade.connection, name="Подольск")
    debt = WarehouseFactory(connection=trade.connection, name="Витрина")
    offer = restocked(offer, {trade.warehouse.pk: "3", away.pk: "40", debt.pk: "-2"})

    stock = quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock

    assert stock.quantity == 3
    assert stock.rows == (("Казань", Decimal(3)), ("Подольск", Decimal(40)))


def test_what_only_other_warehouses_have_is_told() -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    away = WarehouseFactory(connection=trade.warehouse.connection)

    offer = restocked(offer, {away.pk: "40"})
    stock = quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock
    assert (stock.state, stock.elsewhere, stock.own) == (
        StockState.OUT,
        Decimal("40"),
        str(trade.warehouse),
    )

    offer = restocked(offer, {trade.warehouse.pk: "1", away.pk: "40"})
    stock = quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock
    assert not stock.elsewhere


def test_without_a_warehouse_in_the_terms_all_counts() -> None:
    trade = make_trade()
    trade.agreement.warehouse = None
    trade.agreement.save()
    [offer] = make_goods(trade)
    away = WarehouseFactory(connection=trade.connection)
    offer = restocked(offer, {trade.warehouse.pk: "3", away.pk: "40"})

    assert quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock.quantity == 43


def test_a_total_counts_where_1c_tells_no_warehouses() -> None:
    trade = make_trade()
    [offer] = make_goods(trade)
    total = WarehouseFactory(connection=trade.connection, ref="", name="")
    offer = restocked(offer, {total.pk: "8"})

    assert quote([offer], terms_of(trade), see_purchase=True)[offer.pk].stock.quantity == 8


@pytest.mark.parametrize("count", [1, 200])
def test_a_quote_is_one_query(count: int, django_assert_num_queries: Any) -> None:
    trade = make_trade()
    offers, terms = make_goods(trade, count), terms_of(trade)

    with django_assert_num_queries(1):
        assert len(quote(offers, terms, see_purchase=True)) == count
