"""Hearing from 1C: told once or ten times, an order ends in the same state and history."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dealer_area import carting, hearing, ordering, tasks
from dealer_area.models import Order, OrderEvent, StatusMap
from sync import ports
from sync.models import RemoteOrder
from tests.factories.dealer_area import Trade, make_goods, make_trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Kind = OrderEvent.Kind


def placed(trade: Trade, count: int = 1) -> Order:
    for offer in make_goods(trade, count, price="10.00"):
        carting.add(membership=trade.membership, offer=offer, quantity=Decimal(2), by=trade.user)
    cart = carting.cart_of(trade.membership)
    return ordering.place_order(
        cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
    )


def copy_of(order: Order, **changes: Any) -> RemoteOrder:
    """1C's copy: the lines as ordered unless told otherwise."""
    lines = [
        {
            "ref": line.offer_ref,
            "sku": line.sku,
            "name": line.name,
            "unit": line.unit,
            "quantity": str(line.quantity),
            "price": str(line.price),
            "amount": str(line.amount),
            "vat_rate": str(line.vat_rate),
        }
        for line in order.lines.all()
    ]
    told = {"remote_number": "КП-00018844", "posted": True, "lines": lines, "changed_at": AT}
    remote, _made = RemoteOrder.objects.update_or_create(
        connection=order.connection, number=order.number, defaults={**told, **changes}
    )
    return remote


def hear(order: Order, **changes: Any) -> Order:
    hearing.take_remote_orders([copy_of(order, **changes).pk])
    order.refresh_from_db()
    return order


def kinds(order: Order) -> list[str]:
    return [event.kind for event in order.events.order_by("pk")]


def test_a_posted_order_is_confirmed_with_its_number() -> None:
    order = hear(placed(make_trade()))

    assert (order.status, order.remote_number) == (Order.Status.CONFIRMED, "КП-00018844")
    assert order.heard_at == AT
    assert not order.is_changed_by_onec
    assert kinds(order) == [Kind.PLACED, Kind.STATUS]


def test_the_same_again_leaves_no_trace() -> None:
    order = hear(placed(make_trade()), paid=True)
    before = kinds(order)

    for _ in range(3):
        hear(order, paid=True)

    assert kinds(order) == before == [Kind.PLACED, Kind.STATUS, Kind.PAID]
    assert order.is_paid


def test_an_earlier_state_does_not_turn_the_order_back() -> None:
    order = hear(placed(make_trade()), shipped=True)

    hear(order, shipped=None, posted=False)

    assert order.status == Order.Status.SHIPPED


def test_a_mark_of_deletion_cancels_and_can_be_taken_off() -> None:
    order = hear(placed(make_trade()), deleted=True)
    assert order.status == Order.Status.CANCELLED

    hear(order, deleted=False)

    assert order.status == Order.Status.CONFIRMED


@pytest.mark.gotcha(59)
def test_an_unknown_status_is_flagged_once_and_listed_for_the_staff() -> None:
    order = placed(make_trade())
    for _ in range(2):
        hear(order, status="На комплектации")

    assert order.remote_status == "На комплектации"
    assert order.status == Order.Status.CONFIRMED
    unknown = order.events.get(kind=Kind.UNKNOWN_STATUS)
    assert unknown.note == "На комплектации"
    assert StatusMap.objects.get(name="На комплектации").status == ""


def test_a_name_that_staff_have_mapped_moves_the_order() -> None:
    order = hear(placed(make_trade()), status="На комплектации")
    StatusMap.objects.filter(name="На комплектации").update(status=Order.Status.IN_PRODUCTION)

    hear(order, status="На комплектации")

    assert order.status == Order.Status.IN_PRODUCTION


def test_orders_follow_when_staff_give_their_status_a_meaning() -> None:
    order = hear(placed(make_trade()), status="На Комплектации")
    row = StatusMap.objects.get(name="На Комплектации")
    row.status = Order.Status.IN_PRODUCTION
    row.save()

    tasks.take_status_again.now(row.pk)

    order.refresh_from_db()
    assert order.status == Order.Status.IN_PRODUCTION


@pytest.mark.gotcha(62)
def test_changed_lines_are_told_once_and_the_customers_own_stay() -> None:
    order = placed(make_trade(), 2)
    lines = copy_of(order).lines
    lines[0]["quantity"], lines[0]["amount"] = "1", "10.00"
    for _ in range(2):
        hear(order, lines=lines[:1])

    assert order.is_changed_by_onec
    assert [event.note for event in order.events.filter(kind=Kind.CHANGED)] == ["2"]
    assert [line.quantity for line in order.lines.all()] == [2, 2]


def test_lines_restored_by_1c_are_told_as_such() -> None:
    order = placed(make_trade())
    changed = copy_of(order).lines
    changed[0] |= {"price": "11.00", "amount": "22.00"}
    hear(order, lines=changed)

    hear(order)

    assert not order.is_changed_by_onec
    notes = order.events.filter(kind=Kind.CHANGED).order_by("pk").values_list("note", flat=True)
    assert list(notes) == ["1", "0"]


def test_a_message_without_lines_tells_a_state_only() -> None:
    order = hear(placed(make_trade()), lines=[])

    assert order.status == Order.Status.CONFIRMED
    assert not order.is_changed_by_onec


def test_an_order_of_another_base_with_the_same_number_is_not_touched() -> None:
    order, other = placed(make_trade()), make_trade()
    remote = copy_of(order)
    remote.connection = other.connection
    remote.save()

    hearing.take_remote_orders([remote.pk])

    order.refresh_from_db()
    assert order.status == Order.Status.SUBMITTED


def test_orders_born_in_1c_are_skipped() -> None:
    trade = make_trade()
    remote = RemoteOrder.objects.create(
        connection=trade.connection, number="777", posted=True, changed_at=AT
    )

    hearing.take_remote_orders([remote.pk])

    assert not Order.objects.exists()


def test_a_confirmed_batch_makes_orders_accepted() -> None:
    trade = make_trade()
    order, later = placed(trade), hear(placed(trade), shipped=True)

    for _ in range(2):
        ports.tell_orders_taken([order.number, later.number, "999"])

    order.refresh_from_db()
    later.refresh_from_db()
    assert order.status == Order.Status.ACCEPTED
    assert kinds(order) == [Kind.PLACED, Kind.STATUS]
    assert later.status == Order.Status.SHIPPED


def test_sync_tells_through_its_port() -> None:
    order = placed(make_trade())

    assert ports.tell_remote_orders([copy_of(order).pk])

    order.refresh_from_db()
    assert order.status == Order.Status.CONFIRMED


def test_1c_learns_our_statuses() -> None:
    told = dict(ports.order_statuses())
    assert told["sent"]
    assert "draft" not in told


@pytest.mark.parametrize("count", [1, 20])
def test_hearing_takes_a_fixed_number_of_queries(
    count: int, django_assert_max_num_queries: Any
) -> None:
    trade = make_trade()
    orders = [placed(trade) for _ in range(count)]
    ids = [copy_of(order, status="Странный").pk for order in orders]
    hearing.take_remote_orders([])

    with django_assert_max_num_queries(14):
        hearing.take_remote_orders(ids)

    assert {order.status for order in Order.objects.all()} == {Order.Status.CONFIRMED}
