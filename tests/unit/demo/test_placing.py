"""What 1C says of an order follows its fate, and its copy of the lines adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dealer_area.models import Order, OrderLine
from demo.assortment import Assortment
from demo.placing import Year, _Answer, _life, _record
from demo.year import Fate, PlannedOrder, plan_year
from sync.models import Connection

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def planned() -> PlannedOrder:
    return plan_year(Assortment(), NOW.replace(tzinfo=None))[0]


@pytest.fixture
def order() -> Order:
    return Order(pk=7, number="100123", placed_at=NOW - timedelta(days=60), currency="RUB")


@pytest.fixture
def lines() -> list[OrderLine]:
    return [
        OrderLine(
            position=place,
            offer_ref=f"product{place}#red",
            sku=f"A-{place}",
            name="Петля",
            unit="шт",
            quantity=Decimal(quantity),
            price=Decimal(price),
            amount=Decimal(quantity) * Decimal(price),
            vat_rate=Decimal(22),
            vat_amount=Decimal(0),
        )
        for place, quantity, price in ((1, 48, "10.00"), (2, 10, "99.90"), (3, 1, "5000.00"))
    ]


@pytest.mark.parametrize(
    ("fate", "messages", "last"),
    [
        (Fate.WAITING, 0, ""),
        (Fate.ACCEPTED, 1, ""),
        (Fate.CONFIRMED, 2, "К обеспечению"),
        (Fate.MAKING, 3, "Ожидается обеспечение"),
        (Fate.PART, 4, "В процессе отгрузки"),
        (Fate.SHIPPED, 4, "Ожидается оплата (после отгрузки)"),
        (Fate.CLOSED, 5, "Закрыт"),
        (Fate.STRANGE, 3, "Комплектация 2"),
        (Fate.CANCELLED, 2, "Отменен"),
    ],
)
def test_a_life_ends_where_its_fate_says(
    planned: PlannedOrder, order: Order, fate: Fate, messages: int, last: str
) -> None:
    life = list(_life(order, replace(planned, fate=fate)))
    assert len(life) == messages
    assert [each.at for each in life] == sorted(each.at for each in life)
    if life:
        assert life[-1].status == last
        assert life[-1].cancelled == (fate is Fate.CANCELLED)


def test_an_unchanged_order_comes_back_as_it_was(order: Order, lines: list[OrderLine]) -> None:
    record = _record(_Answer(NOW, order, "Закрыт", paid=True), lines)
    assert record.number == "100123"
    assert record.amount == Decimal("6479.00")
    assert [line.quantity for line in record.lines] == [48, 10, 1]
    assert record.lines[0].product_ref == "product1"
    assert record.paid_on == NOW.date()
    assert record.shipped_on is None


def test_a_changed_order_lost_a_line_and_adds_up(order: Order, lines: list[OrderLine]) -> None:
    record = _record(_Answer(NOW, order, "К обеспечению", is_changed=True), lines)
    assert [line.quantity for line in record.lines] == [36, 10]
    assert record.lines[1].price == Decimal("96.90")
    assert record.amount == Decimal("360.00") + Decimal("969.00")


def test_the_digest_changes_with_the_state_alone(order: Order, lines: list[OrderLine]) -> None:
    first = _record(_Answer(NOW, order, "К обеспечению"), lines)
    later = _record(_Answer(NOW + timedelta(hours=1), order, "К обеспечению"), lines)
    other = _record(_Answer(NOW, order, "Закрыт"), lines)
    assert first.digest == later.digest != other.digest


def test_recent_answers_come_within_the_hour_and_old_ones_together() -> None:
    year = Year(Connection(time_zone="Europe/Moscow"), ())
    recent = NOW - timedelta(days=2, minutes=10)
    assert recent < year._told_at(recent, NOW) <= recent + timedelta(hours=1)
    assert year._told_at(NOW + timedelta(hours=3), NOW) == NOW
    old = NOW - timedelta(days=100)
    told = {year._told_at(old + timedelta(hours=6 * n), NOW) for n in range(12)}
    assert len(told) <= 2
    assert all(old <= at <= old + timedelta(days=6) for at in told)
