"""Two clicks at the same moment, each with a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from dealer_area import ordering
from dealer_area.models import Cart, Order, OrderNumber
from sync.models import OutboxOrder
from tests.factories.dealer_area import fill_at_once, make_goods, make_trade

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_give_one_order() -> None:
    trade = make_trade()
    cart = fill_at_once(trade, make_goods(trade, 3))
    key, start = cart.placement_key, Barrier(4)

    def click(_number: int) -> str:
        start.wait()
        try:
            return ordering.place_order(
                cart=Cart.objects.select_related("membership__dealer", "membership__user").get(
                    pk=cart.pk
                ),
                placement_key=key,
                accepted={},
                by=trade.user,
                at=AT,
            ).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(click, range(4)))

    assert numbers == {Order.objects.get().number}
    assert OutboxOrder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_orders_of_different_dealers_at_the_same_moment_get_different_numbers() -> None:
    trades = [make_trade() for _ in range(4)]
    carts = [fill_at_once(trade, make_goods(trade)) for trade in trades]
    start = Barrier(4)

    def click(cart: Cart) -> str:
        start.wait()
        try:
            return ordering.place_order(
                cart=cart,
                placement_key=cart.placement_key,
                accepted={},
                by=cart.membership.user,
                at=AT,
            ).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(click, carts))

    assert len(set(numbers)) == 4
    assert OrderNumber.objects.get().last == max(map(int, numbers))
