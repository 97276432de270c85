"""Rows of a list: own prices in a fixed number of queries, and never a stranger's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dealer_area import carting
from dealer_area.buyers import buyer_for
from dealer_area.listing import rows
from dealer_area.models import Role
from dealer_area.pricing import Money
from tests.factories.dealer_area import make_goods, make_trade
from tests.factories.sync import OfferFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_rows_keep_the_order_and_carry_own_prices() -> None:
    trade = make_trade(markup="42")
    offers = make_goods(trade, 3, price="258.00")
    wanted = [offers[2].product_id, offers[0].product_id, offers[1].product_id]

    found = rows(wanted, buyer_for(trade.membership))

    assert [row.product.pk for row in found] == wanted
    [offer] = found[0].offers
    assert offer.quote.purchase is not None
    assert offer.quote.shown == offer.quote.purchase
    assert offer.quote.purchase.amount == Decimal("258.00")
    assert offer.quote.retail is not None
    assert offer.quote.retail.amount == Decimal("366.36")
    assert (
        found[0].url
        == f"/product/petlya-nakladnaya-{found[0].product.name.split()[-1]}-{wanted[0]}/"
    )


def test_a_seller_gets_no_purchase_price_and_no_trail() -> None:
    trade = make_trade(Role.SELLER)
    [offer] = make_goods(trade)

    [row] = rows([offer.product_id], buyer_for(trade.membership))

    quote = row.offers[0].quote
    assert quote.purchase is None
    assert quote.shown == quote.retail
    assert quote.retail is not None
    assert quote.retail.trail == ()


def test_goods_of_another_base_are_left_out() -> None:
    trade, stranger = make_trade(), make_trade()
    [own], [other] = make_goods(trade), make_goods(stranger)

    found = rows([other.product_id, own.product_id], buyer_for(trade.membership))

    assert [row.product.pk for row in found] == [own.product_id]


def test_a_product_without_offers_is_shown_and_cannot_be_bought() -> None:
    trade = make_trade()
    product = ProductFactory(connection=trade.connection)
    unpriced = OfferFactory(product=ProductFactory(connection=trade.connection))

    bare, no_price = rows([product.pk, unpriced.product_id], buyer_for(trade.membership))

    assert bare.offers == ()
    assert not no_price.offers[0].can_buy
    assert no_price.offers[0].quote.shown is None
    assert no_price.offers[0].quote.stock.state == "out"


@pytest.mark.parametrize("count", [1, 60])
def test_the_number_of_queries_does_not_grow(
    count: int, django_assert_max_num_queries: Any
) -> None:
    trade = make_trade()
    offers = make_goods(trade, count)
    carting.add(membership=trade.membership, offer=offers[0], quantity=Decimal(2), by=trade.user)
    buyer = buyer_for(trade.membership)

    with django_assert_max_num_queries(4):
        found = rows([offer.product_id for offer in offers], buyer)
        assert carting.summary(buyer) == carting.CartSummary(1, Money(Decimal("516.00"), "RUB"))

    assert found[0].offers[0].in_cart == Decimal(2)
