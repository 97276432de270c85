"""Orders to 1C, played whole: parts of orders in every dialect, and one that 1C cannot load."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from dealer_area import carting, ordering
from dealer_area.models import Order, Role
from onec.answers import BaseOrder, OrderBase
from onec.client import ExchangeError
from onec.dialects import Dialect, DialectName
from onec.exchange import exchange_orders
from onec.orders import SiteOrder
from sync.models import Connection, OutboxOrder, Payment
from sync.onec import batching
from sync.outbox import resending
from tests.conformance.line import OpenPortal
from tests.factories.dealer_area import Trade, make_goods, make_trade
from tests.factories.sync import outgoing_order, queued_order

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times have no zone
State = OutboxOrder.State
Status = Order.Status


@pytest.fixture
def trade() -> Trade:
    """A dealer who orders from the base of these tests."""
    return make_trade(Role.DIRECTOR)


@pytest.fixture
def base(trade: Trade) -> Connection:
    """The dealer's base, which wants orders in parts by VAT."""
    Connection.objects.filter(pk=trade.connection.pk).update(split_orders="vat")
    for holder in (trade.connection, trade.membership.dealer.connection):
        holder.refresh_from_db()
    return trade.connection


def place(trade: Trade) -> Order:
    """Two lines of one rate, one without VAT."""
    for offer in [
        *make_goods(trade, 2, price="10.00", vat_rate=Decimal(22)),
        *make_goods(trade, 1, price="33.33", vat_rate=None),
    ]:
        carting.add(membership=trade.membership, offer=offer, quantity=Decimal(2), by=trade.user)
    cart = carting.cart_of(trade.membership)
    return ordering.place_order(
        cart=cart,
        placement_key=cart.placement_key,
        accepted={},
        by=trade.user,
        at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    )


@pytest.mark.gotcha(51, 56, 57, 62)
def test_an_order_goes_out_in_parts_and_comes_back_as_one(
    base: Connection, trade: Trade, dialect: Dialect, open_portal: OpenPortal
) -> None:
    order = place(trade)
    portal, onec = open_portal(), OrderBase()

    came = exchange_orders(portal, onec, [], AT)

    assert [row.order.number for row in came] == ["100002", "100003"]
    assert sum(row.order.amount for row in came) == order.amount
    order.refresh_from_db()
    assert order.status == Status.ACCEPTED

    first, second = came
    exchange_orders(portal, onec, [first.answered("confirm", AT).answered("ship", AT)], AT)
    order.refresh_from_db()
    assert order.status == Status.ACCEPTED
    done = [row.answered("confirm", AT).answered("ship", AT) for row in (first, second)]
    # twice: telling it again changes nothing
    for _time in range(2):
        exchange_orders(portal, onec, done, AT)
    order.refresh_from_db()
    assert order.status == Status.SHIPPED
    assert first.code in order.remote_number
    assert second.code in order.remote_number
    assert not order.is_changed_by_onec
    events = order.events.count()
    paid = [row.answered("pay", AT) for row in done]
    for _time in range(2):
        exchange_orders(portal, onec, paid, AT)
    order.refresh_from_db()
    assert order.status == Status.SHIPPED
    assert order.events.count() <= events + 1


@pytest.mark.gotcha(63)
def test_payments_of_orders_are_one_row_each(
    base: Connection, trade: Trade, dialect: Dialect, open_portal: OpenPortal
) -> None:
    order = place(trade)
    portal, onec = open_portal(), OrderBase()
    came = exchange_orders(portal, onec, [], AT)
    paid = [row.answered("confirm", AT).answered("pay", AT) for row in came]
    for _time in range(3):
        exchange_orders(portal, onec, paid, AT)
    order.refresh_from_db()
    assert order.is_paid
    tells_documents = dialect.name in {"unf210", "bitrix209", "bitrix31"}
    numbers = sorted(Payment.objects.values_list("order_number", flat=True))
    assert numbers == (["100002", "100003"] if tells_documents else [])


class Choking(OrderBase):
    """A base in which some orders cannot be written: then nothing of their batch is."""

    def __init__(self, poison: str) -> None:
        super().__init__()
        self.poison = poison
        self.batches: list[list[str]] = []

    def load(
        self, batch: Sequence[SiteOrder], dialect: DialectName, at: datetime
    ) -> list[BaseOrder]:
        """Refuse the whole batch for the sake of one."""
        numbers = [order.number for order in batch]
        self.batches.append(numbers)
        if self.poison in numbers:
            raise ExchangeError("The period is closed.")
        return super().load(batch, dialect, at)


@pytest.mark.gotcha(52, 64)
@pytest.mark.parametrize("dialect", ["ut11"], indirect=True)
def test_an_order_that_1c_cannot_load_is_found_out_and_mended(
    base: Connection, open_portal: OpenPortal
) -> None:
    onec = Choking("1003")
    for number in range(1001, 1009):
        queued_order(base, outgoing_order(str(number)))
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False) as clock:
        for _turn in range(36):
            with suppress(ExchangeError):
                exchange_orders(open_portal(), onec, [], AT)
            clock.shift(timedelta(minutes=10))
        assert set(onec.orders) == {str(number) for number in range(1001, 1009)} - {"1003"}
        row = OutboxOrder.objects.get(number="1003")
        assert row.state == State.PERSON
        assert row.lone_attempts == batching.LONE
        assert OutboxOrder.objects.filter(state=State.CONFIRMED).count() == 7

        # the period is opened, and a person sends it again
        onec.poison = ""
        resending.send_again(orders=[row.pk], by=None, at=now)
        exchange_orders(open_portal(), onec, [], AT)
    assert "1003" in onec.orders
    assert not OutboxOrder.objects.exclude(state=State.CONFIRMED).exists()
