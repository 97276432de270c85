"""Orders handed over in parts: divided when placed, heard of part by part, mended later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from dealer_area import carting, following, handing, hearing, ordering
from dealer_area.buyers import buyer_for
from dealer_area.checking import Choice, Decision, check_cart
from dealer_area.models import Order, OrderEvent, OrderPart
from sync.models import (
    Connection,
    Counterparty,
    Offer,
    OfferStock,
    OutboxOrder,
    RemoteOrder,
    Warehouse,
)
from sync.onec.outgoing import from_payload
from sync.outbox import outbound, resending
from tests.factories.dealer_area import Trade, fill_at_once, make_goods, make_trade
from tests.factories.sync import ExchangeSessionFactory, WarehouseFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Status = Order.Status


def trade_of(split: str) -> Trade:
    trade = make_trade()
    Connection.objects.filter(pk=trade.connection.pk).update(split_orders=split)
    trade.connection.refresh_from_db()
    trade.membership.dealer.connection.refresh_from_db()
    return trade


def place(trade: Trade, offers: list[Offer], quantity: int = 2) -> Order:
    for offer in offers:
        carting.add(
            membership=trade.membership, offer=offer, quantity=Decimal(quantity), by=trade.user
        )
    cart = carting.cart_of(trade.membership)
    return ordering.place_order(
        cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
    )


def two_rates(trade: Trade) -> list[Offer]:
    return [
        *make_goods(trade, 2, price="10.00", vat_rate=Decimal(22)),
        *make_goods(trade, 1, price="33.33", vat_rate=None),
    ]


def put(trade: Trade, offer: Offer, **stock: str) -> None:
    """Stock of an offer by names of warehouses."""
    quantities = {}
    for name, quantity in stock.items():
        found = Warehouse.objects.filter(connection=trade.connection, name=name).first()
        found = found or WarehouseFactory(connection=trade.connection, name=name)
        quantities[str(found.pk)] = quantity
    OfferStock.objects.filter(offer=offer).update(quantities=quantities)


def tell(order: Order, number: str, **told: Any) -> None:
    remote, _made = RemoteOrder.objects.update_or_create(
        connection=order.connection, number=number, defaults={"changed_at": AT, **told}
    )
    hearing.take_remote_orders([remote.pk])
    order.refresh_from_db()


def lines_of(order: Order, part: OrderPart, **changes: str) -> list[dict[str, Any]]:
    return [
        {
            "ref": line.offer_ref,
            "name": line.name,
            "quantity": str(line.quantity),
            "price": str(line.price),
            "amount": str(line.amount),
            **changes,
        }
        for line in order.lines.filter(position__in=part.positions)
    ]


def test_an_order_is_divided_by_vat_when_its_base_wants_that() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))

    assert order.number == "100001"
    parts = list(order.parts.all())
    assert [(part.number, part.positions) for part in parts] == [
        ("100002", [1, 2]),
        ("100003", [3]),
    ]
    assert sum(part.amount for part in parts) == order.amount
    rows = OutboxOrder.objects.order_by("number")
    assert [(row.number, row.parent_number) for row in rows] == [
        ("100002", "100001"),
        ("100003", "100001"),
    ]
    assert sum(from_payload(row.payload).vat_amount for row in rows) == order.vat_amount
    assert place(trade, make_goods(trade)).number == "100004"


def test_an_order_of_one_rate_stays_whole() -> None:
    trade = trade_of("both")
    order = place(trade, make_goods(trade, 3))
    assert not order.parts.exists()
    row = OutboxOrder.objects.get()
    assert (row.number, row.parent_number) == (order.number, "")


def test_an_order_is_divided_by_the_warehouse_that_has_the_goods() -> None:
    trade = trade_of("warehouse")
    WarehouseFactory(connection=trade.connection, name="Брак", is_sold_from=False)
    here, there, nowhere, closed = make_goods(trade, 4)
    trade.agreement.warehouse = None
    trade.agreement.save()
    put(trade, here, Казань="50", Уфа="3")
    put(trade, there, Казань="1", Уфа="30")
    put(trade, nowhere, Казань="0", Уфа="0")
    put(trade, closed, Казань="5", Брак="900")
    order = place_all(trade, [here, there, nowhere, closed])

    assert [(part.warehouse_name, part.positions) for part in order.parts.all()] == [
        ("Казань", [1, 4]),
        ("Уфа", [2]),
        ("", [3]),
    ]
    payloads = [from_payload(row.payload) for row in OutboxOrder.objects.order_by("pk")]
    assert [each.warehouse_name for each in payloads] == ["Казань", "Уфа", ""]


def place_all(trade: Trade, offers: list[Offer]) -> Order:
    """Place them whatever there is in stock."""
    cart = fill_at_once(trade, offers)
    found = check_cart(buyer_for(trade.membership))
    accepted = {each.line.pk: Decision(Choice.ACCEPT, each.state) for each in found.troubled}
    return ordering.place_order(
        cart=cart, placement_key=cart.placement_key, accepted=accepted, by=trade.user, at=AT
    )


def test_1c_is_told_its_own_name_of_the_warehouse() -> None:
    trade = make_trade()
    Warehouse.objects.filter(pk=trade.warehouse.pk).update(title="Склад у дома")
    place(trade, make_goods(trade))
    assert OutboxOrder.objects.get().payload["warehouse_name"] == "Казань"


@pytest.mark.parametrize("count", [2, 200])
def test_placing_in_parts_takes_a_fixed_number_of_queries(
    count: int, django_assert_max_num_queries: Any
) -> None:
    trade = trade_of("both")
    half = count // 2
    goods = [
        *make_goods(trade, half, vat_rate=Decimal(22)),
        *make_goods(trade, half, vat_rate=None),
    ]
    cart = fill_at_once(trade, goods)
    with django_assert_max_num_queries(40):
        order = ordering.place_order(
            cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
        )
    assert order.parts.count() == 2


def test_a_second_click_makes_no_further_parts() -> None:
    trade = trade_of("vat")
    for offer in two_rates(trade):
        carting.add(membership=trade.membership, offer=offer, quantity=Decimal(1), by=trade.user)
    cart = carting.cart_of(trade.membership)
    for _click in range(2):
        ordering.place_order(
            cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
        )
    assert OrderPart.objects.count() == OutboxOrder.objects.count() == 2


def test_parts_are_taken_one_by_one_and_the_order_with_the_last() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    hearing.orders_taken(["100002"])
    order.refresh_from_db()
    assert order.status == Status.SUBMITTED
    hearing.orders_taken(["100002", "100003"])
    order.refresh_from_db()
    assert order.status == Status.ACCEPTED
    assert {part.status for part in order.parts.all()} == {Status.ACCEPTED}
    hearing.orders_taken(["100002", "100003"])
    assert order.events.count() == 2


def test_answers_about_parts_fold_into_the_order() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    tell(order, "100002", remote_number="КП-1", posted=True, shipped=True, paid=True)
    assert order.status == Status.SUBMITTED
    tell(order, "100003", remote_number="КП-2", posted=True, status="К выполнению")
    assert (order.status, order.remote_number) == (Status.CONFIRMED, "КП-1, КП-2")
    assert order.remote_status == "К выполнению"
    assert not order.is_paid
    tell(order, "100003", remote_number="КП-2", posted=True, shipped=True, paid=True)
    assert (order.status, order.is_paid) == (Status.SHIPPED, True)
    kinds = [event.kind for event in order.events.order_by("pk")]
    assert kinds.count(OrderEvent.Kind.PAID) == 1
    before = len(kinds)
    tell(order, "100003", remote_number="КП-2", posted=True, shipped=True, paid=True)
    assert order.events.count() == before


def test_a_cancelled_part_does_not_cancel_the_order() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    tell(order, "100002", cancelled=True)
    assert order.status == Status.SUBMITTED
    tell(order, "100003", posted=True, shipped=True)
    assert order.status == Status.SHIPPED
    tell(order, "100003", posted=True, cancelled=True)
    assert order.status == Status.CANCELLED


@pytest.mark.gotcha(62)
def test_changes_of_parts_are_told_together() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    first, second = order.parts.all()
    tell(order, first.number, posted=True, amount="30.00", lines=lines_of(order, first)[:1])
    assert order.is_changed_by_onec
    tell(
        order,
        second.number,
        posted=True,
        amount="33.33",
        lines=lines_of(order, second, quantity="1", amount="33.33"),
    )
    page = following.page_of(order, see_purchase=True)
    assert [each.change.kind for each in page.changes] == ["removed", "quantity"]
    assert page.remote_total is not None
    assert page.remote_total.amount == Decimal("63.33")
    assert [event.note for event in order.events.filter(kind="changed").order_by("pk")] == [
        "1",
        "2",
    ]
    [row] = following.rows_of([order], see_purchase=True)
    assert row.remote_total == page.remote_total
    tell(order, first.number, posted=True, lines=lines_of(order, first))
    tell(order, second.number, posted=True, lines=lines_of(order, second))
    assert not order.is_changed_by_onec


def test_the_page_shows_parts_without_sums_to_whom_may_not_see_them() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    parts = following.page_of(order, see_purchase=True).parts
    assert [(each.part.number, each.lines) for each in parts] == [("100002", 2), ("100003", 1)]
    assert all(each.amount for each in parts)
    assert not any(each.amount for each in following.page_of(order, see_purchase=False).parts)


def test_an_order_is_found_by_the_number_of_a_part() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    place(trade, make_goods(trade))
    assert list(following.wanted(trade.membership, status="", text="100003")) == [order]


@pytest.mark.gotcha(64)
def test_an_order_sent_anew_waits_for_1c_with_its_age() -> None:
    trade = make_trade()
    order = place(trade, make_goods(trade))
    row = OutboxOrder.objects.get()
    assert following.page_of(order, see_purchase=True).waits_since == row.queued_at
    session = ExchangeSessionFactory(connection=trade.connection, exchange_type="sale")
    outbound.give(session=session, at=AT)
    outbound.confirm(session=session, at=AT)
    hearing.orders_taken([order.number])
    order.refresh_from_db()
    assert following.page_of(order, see_purchase=True).waits_since is None
    # 1C has closed it and will say nothing
    tell(order, order.number, posted=True, status="Закрыт")
    again = timezone.now() - timedelta(hours=30)
    resending.send_again(orders=[row.pk], by=None, at=again)
    assert following.page_of(order, see_purchase=True).waits_since == again


def test_an_order_that_needs_a_person_says_so() -> None:
    trade = trade_of("vat")
    order = place(trade, two_rates(trade))
    OutboxOrder.objects.filter(number="100003").update(state=OutboxOrder.State.PERSON)
    page = following.page_of(order, see_purchase=True)
    assert page.needs_person
    assert page.waits_since is not None


@pytest.mark.gotcha(55)
def test_a_mended_buyer_is_taken_when_the_order_is_checked_again() -> None:
    trade = make_trade()
    Counterparty.objects.filter(pk=trade.counterparty.pk).update(inn="123")
    order = place(trade, make_goods(trade))
    session = ExchangeSessionFactory(connection=trade.connection, exchange_type="sale")
    assert outbound.give(session=session, at=AT).numbers == ()
    row = OutboxOrder.objects.get()
    assert row.state == OutboxOrder.State.PERSON

    Counterparty.objects.filter(pk=trade.counterparty.pk).update(inn="7707083893", name="ООО «Л»")
    [row] = resending.check_again(orders=[row.pk], by=None, at=AT)

    assert (row.state, row.error) == (OutboxOrder.State.WAITING, "")
    assert row.payload["party"]["inn"] == "7707083893"
    assert row.payload["party"]["name"] == "ООО «Л»"
    assert row.payload["amount"] == str(order.amount)
    assert outbound.give(session=session, at=AT).numbers == (order.number,)


def test_parts_made_again_are_the_same_but_for_what_was_mended() -> None:
    trade = trade_of("both")
    goods = two_rates(trade)
    place(trade, goods)
    before = {row.number: from_payload(row.payload) for row in OutboxOrder.objects.all()}

    assert handing.orders_again([*before, "no such"]) == before

    Offer.objects.filter(pk=goods[2].pk).update(ref="11111111-0000-4000-8000-000000000001")
    mended = handing.orders_again(["100003"])
    assert [line.offer_ref for line in mended["100003"].lines] == [
        "11111111-0000-4000-8000-000000000001"
    ]


def test_parts_of_before_get_the_warehouse_that_1c_was_told() -> None:
    trade = trade_of("both")
    place(trade, two_rates(trade))
    told = {part.number: part.warehouse_ref for part in OrderPart.objects.all()}
    OrderPart.objects.update(warehouse_ref="")

    import_module("dealer_area.migrations.0004_warehouse_of_parts").fill(apps, None)

    assert {part.number: part.warehouse_ref for part in OrderPart.objects.all()} == told
    assert any(told.values())


def test_a_part_stays_in_its_warehouse_when_the_terms_get_another() -> None:
    trade = trade_of("both")
    place(trade, two_rates(trade))
    before = {row.number: from_payload(row.payload) for row in OutboxOrder.objects.all()}
    agreement = trade.contract.agreement
    assert agreement is not None
    agreement.warehouse = WarehouseFactory(connection=trade.connection, name="Новый")
    agreement.save()

    assert handing.orders_again(before) == before


def test_parts_older_than_their_warehouse_are_made_again_as_they_were() -> None:
    trade = trade_of("both")
    place(trade, two_rates(trade))
    before = {row.number: from_payload(row.payload) for row in OutboxOrder.objects.all()}
    assert all(each.warehouse_ref for each in before.values())
    OrderPart.objects.update(warehouse_ref="")

    assert handing.orders_again(before) == before


def test_parts_without_a_warehouse_get_that_of_the_mended_terms() -> None:
    trade = trade_of("vat")
    agreement = trade.contract.agreement
    assert agreement is not None
    warehouse, agreement.warehouse = agreement.warehouse, None
    agreement.save()
    place(trade, two_rates(trade))
    numbers = list(OutboxOrder.objects.values_list("number", flat=True))
    assert {each.warehouse_ref for each in handing.orders_again(numbers).values()} == {""}

    agreement.warehouse = warehouse or WarehouseFactory(connection=trade.connection)
    agreement.save()
    again = handing.orders_again(numbers).values()
    assert {each.warehouse_ref for each in again} == {agreement.warehouse.ref}
    assert {each.warehouse_name for each in again} == {agreement.warehouse.name}


def test_1c_gets_the_unit_in_its_own_word() -> None:
    trade = make_trade()
    order = place(trade, make_goods(trade, 1, unit="упак", unit_told="упак.10"))

    assert order.lines.get().unit == "упак"
    assert OutboxOrder.objects.get().payload["lines"][0]["unit"] == "упак.10"
    assert handing.orders_again([order.number])[order.number].lines[0].unit == "упак.10"
