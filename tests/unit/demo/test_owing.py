"""Settlements of the demonstration: a shipment is owed until it is paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dealer_area import ordering
from dealer_area.models import Cart, Order
from demo.owing import tell_settlements
from sync.models import Contract, RemoteOrder, Run, SettlementBalance, SettlementEntry
from tests.factories.dealer_area import fill_at_once, make_goods, make_trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SHIPPED_ON = date(2026, 11, 10)


@pytest.fixture
def shipped() -> RemoteOrder:
    """1C's copy of an order that it has shipped, under a contract of 14 days."""
    trade = make_trade()
    Contract.objects.update(deferral_days=14)
    cart: Cart = fill_at_once(trade, make_goods(trade, 1))
    order: Order = ordering.place_order(
        cart=cart, placement_key=cart.placement_key, accepted={}, by=trade.user, at=AT
    )
    return RemoteOrder.objects.create(
        connection=trade.connection,
        number=order.number,
        remote_number="СФ00-1",
        amount=Decimal("258.00"),
        shipped=True,
        shipped_on=SHIPPED_ON,
        paid=False,
        changed_at=AT,
    )


def test_a_shipment_is_owed_until_its_day(shipped: RemoteOrder) -> None:
    tell_settlements(shipped.connection, AT)
    entry, balance = SettlementEntry.objects.get(), SettlementBalance.objects.get()
    assert (entry.kind, entry.amount, entry.order_number) == (
        "shipment",
        Decimal("258.00"),
        shipped.number,
    )
    assert (balance.amount, balance.due_on) == (
        Decimal("258.00"),
        SHIPPED_ON + timedelta(days=14),
    )
    assert not Run.objects.exclude(state=Run.State.DONE).exists()


def test_what_is_paid_is_owed_no_more(shipped: RemoteOrder) -> None:
    tell_settlements(shipped.connection, AT)
    RemoteOrder.objects.update(paid=True, paid_on=SHIPPED_ON + timedelta(days=3))
    # another debt: a whole telling without a single balance settles nothing
    RemoteOrder.objects.filter(pk=shipped.pk).update(shipped=False, shipped_on=None)
    tell_settlements(shipped.connection, AT + timedelta(hours=1))
    advance = SettlementBalance.objects.get()
    assert advance.amount == Decimal("-258.00")
    assert advance.due_on is None
    RemoteOrder.objects.update(shipped=True, shipped_on=SHIPPED_ON)
    assert set(SettlementEntry.objects.values_list("kind", "amount")) == {
        ("shipment", Decimal("258.00")),
        ("payment", Decimal("-258.00")),
    }
