"""Carts and orders follow offers that were bound anew."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dealer_area import rebinding
from dealer_area.models import Cart, CartLine
from tests.factories.dealer_area import Trade, make_goods, make_trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade() -> Trade:
    return make_trade()


def cart_of(trade: Trade, **lines: tuple[int, str]) -> Cart:
    cart = Cart.objects.create(membership=trade.membership, placement_key=uuid.uuid4())
    for offer_id, quantity in lines.values():
        CartLine.objects.create(cart=cart, offer_id=offer_id, quantity=Decimal(quantity))
    return cart


def test_a_line_points_to_the_offer_that_stays(trade: Trade) -> None:
    old, new = make_goods(trade, 2)
    cart = cart_of(trade, new=(new.pk, "3"))
    rebinding.follow({new.pk: old.pk})
    line = CartLine.objects.get()
    assert (line.offer_id, line.quantity) == (old.pk, Decimal(3))
    assert Cart.objects.get().placement_key != cart.placement_key


def test_a_cart_with_both_gets_one_line_with_the_sum(trade: Trade) -> None:
    old, new, other = make_goods(trade, 3)
    cart_of(trade, old=(old.pk, "2"), new=(new.pk, "3"), other=(other.pk, "1"))
    rebinding.follow({new.pk: old.pk})
    lines = dict(CartLine.objects.values_list("offer_id", "quantity"))
    assert lines == {old.pk: Decimal(5), other.pk: Decimal(1)}


def test_other_carts_are_left_alone(trade: Trade) -> None:
    old, new, other = make_goods(trade, 3)
    cart = cart_of(trade, other=(other.pk, "1"))
    rebinding.follow({new.pk: old.pk})
    assert Cart.objects.get().placement_key == cart.placement_key


def test_many_lines_cost_as_many_queries_as_one(trade: Trade) -> None:
    made = make_goods(trade, 8)
    pairs = {new.pk: old.pk for old, new in zip(made[:4], made[4:], strict=True)}
    cart_of(trade, **{f"l{one.pk}": (one.pk, "1") for one in made})
    with CaptureQueriesContext(connection) as queries:
        rebinding.follow(pairs)
    assert len(queries) <= 8  # with the savepoints of the two bulk writes
    lines = dict(CartLine.objects.values_list("offer_id", "quantity"))
    assert lines == {one.pk: Decimal(2) for one in made[:4]}
