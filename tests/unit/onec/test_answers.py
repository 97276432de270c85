"""What 1C keeps of an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from onec.answers import BaseOrder, OrderBase
from onec.orders import SiteOrder

AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive
LATER = datetime(2026, 11, 25, 9, 30)  # noqa: DTZ001 - 1C's times are naive


def test_load_twice_keeps_one_order_with_its_number(order: SiteOrder, tmp_path: Path) -> None:
    base = OrderBase(tmp_path / "base.json")
    (first,) = base.load([order], "ut11", AT)
    base.save()
    again = OrderBase(tmp_path / "base.json")
    (second,) = again.load([order], "ut11", LATER)
    assert second == first
    assert second.code == "ВТУТ-000001"


def test_unf_keeps_the_digits_of_the_portal(order: SiteOrder) -> None:
    (row,) = OrderBase().load([order], "unf", AT)
    assert row.code == "НФНФ-1000007"


def test_answered_keeps_what_happened_before(order: SiteOrder) -> None:
    row = BaseOrder(order, "1", AT).answered("pay", AT).answered("ship", LATER)
    assert (row.posted, row.paid_at, row.shipped_at, row.cancelled) == (True, AT, LATER, False)


def test_open_orders_leaves_out_finished_ones(order: SiteOrder) -> None:
    base = OrderBase()
    (row,) = base.load([order], "ut11", AT)
    assert base.open_orders() == [row]
    base.put([row.answered("ship", AT).answered("pay", AT)])
    assert base.open_orders() == []


def test_with_quantities_changes_and_strikes_out_lines(order: SiteOrder) -> None:
    row = BaseOrder(order, "1", AT).with_quantities({"A-1": Decimal(1), "B": Decimal(0)})
    (line,) = row.order.lines
    assert (line.quantity, line.amount, line.vat_amount) == (1, Decimal("61.00"), Decimal("11.00"))
    assert row.order.amount == Decimal("61.00")
