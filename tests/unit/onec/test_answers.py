"""What 1C keeps of an order and writes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import etree

from onec.answers import BaseOrder, OrderBase, write_answer
from onec.dialects import UNF, UT11, Dialect
from onec.orders import Line, SiteOrder

AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive
LATER = datetime(2026, 11, 25, 9, 30)  # noqa: DTZ001 - 1C's times are naive


@pytest.fixture
def order() -> SiteOrder:
    line = Line(
        ref="p1",
        sku="A-1",
        name="Дверь",
        unit="шт",
        price=Decimal("61.00"),
        quantity=Decimal(2),
        amount=Decimal("122.00"),
        vat_rate="22",
        vat_amount=Decimal("22.00"),
    )
    return SiteOrder(
        ref="7",
        number="1000007",
        placed_at=AT,
        currency="RUB",
        amount=Decimal("183.00"),
        vat_included=True,
        counterparty_ref="c1",
        counterparty="ООО «Лад»",
        inn="7701234567",
        kpp="770101001",
        lines=(
            line,
            replace(line, ref="p2", sku="B", quantity=Decimal(1), amount=Decimal("61.00")),
        ),
    )


def _requisites(body: bytes) -> dict[str, str]:
    root = etree.fromstring(body.removeprefix(b"\xef\xbb\xbf"))
    pairs = cast("list[Any]", root.xpath("//*[local-name()='ЗначениеРеквизита']"))
    return {str(pair[0].text): str(pair[1].text) for pair in pairs}


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


def test_write_answer_has_the_portal_number_and_what_1c_knows(order: SiteOrder) -> None:
    row = BaseOrder(order, "ВТУТ-000001", AT).answered("ship", LATER)
    name, body = write_answer([row], UT11, LATER)
    assert name.startswith("orders-")
    assert name.endswith("_1.xml")
    assert body.startswith(b"\xef\xbb\xbf<?xml")
    assert "<Номер>1000007</Номер>" in body.decode()
    assert _requisites(body) == {
        "Номер по 1С": "ВТУТ-000001",
        "Дата по 1С": "2026-11-24T12:00:00",
        "ПометкаУдаления": "false",
        "Проведен": "true",
        "Номер отгрузки по 1С": "ВТУТ-000001",
        "Дата отгрузки по 1С": "2026-11-25T09:30:00",
    }


def test_write_answer_of_a_cancelled_order_says_so(order: SiteOrder) -> None:
    row = BaseOrder(order, "1", AT).answered("cancel", AT)
    assert _requisites(write_answer([row], UT11, AT)[1])["Отменен"] == "true"


@pytest.mark.parametrize(("dialect", "has_status"), [(UT11, False), (UNF, True)])
def test_only_unf_names_a_status(order: SiteOrder, dialect: Dialect, has_status: bool) -> None:
    row = BaseOrder(order, "1", AT).answered("confirm", AT)
    assert ("Статус заказа" in _requisites(write_answer([row], dialect, AT)[1])) is has_status
