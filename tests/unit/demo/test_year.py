"""The plan of a year shows seasons, habits and every state of an order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from demo.assortment import Assortment
from demo.company import DEALERS
from demo.year import Fate, PlannedOrder, _apart, plan_year

NOW = datetime(2026, 11, 25, 1, 30)  # noqa: DTZ001 - the supplier's local time


@pytest.fixture(scope="module")
def plan() -> tuple[PlannedOrder, ...]:
    return plan_year(Assortment(), NOW)


def test_a_year_has_a_few_hundred_orders_in_order(plan: tuple[PlannedOrder, ...]) -> None:
    assert 250 <= len(plan) <= 400
    moments = [order.at for order in plan]
    assert moments == sorted(moments)
    assert NOW - timedelta(days=366) < moments[0]
    assert moments[-1] <= NOW


def test_no_two_orders_share_a_moment(plan: tuple[PlannedOrder, ...]) -> None:
    assert len({order.at for order in plan}) == len(plan)


def test_orders_of_one_moment_are_set_apart(plan: tuple[PlannedOrder, ...]) -> None:
    same = [replace(order, at=NOW) for order in plan[:3]]
    assert [order.at - NOW for order in _apart(same)] == [timedelta(seconds=n) for n in range(3)]


def test_same_seed_and_day_same_plan(plan: tuple[PlannedOrder, ...]) -> None:
    assert plan_year(Assortment(), NOW) == plan


def test_every_fate_is_there_and_only_new_orders_are_open(plan: tuple[PlannedOrder, ...]) -> None:
    assert {order.fate for order in plan} == set(Fate)
    ended = {Fate.CLOSED, Fate.CANCELLED}
    for order in plan:
        assert order.fate in ended or NOW - order.at < timedelta(days=11)
    first = {order.fate for order in plan if order.company is DEALERS[0]}
    assert {Fate.WAITING, Fate.CONFIRMED, Fate.STRANGE, Fate.PART, Fate.SHIPPED} <= first


def test_autumn_is_busier_than_summer(plan: tuple[PlannedOrder, ...]) -> None:
    months = Counter(order.at.month for order in plan)
    assert months[9] + months[10] > 1.3 * (months[6] + months[7])


def test_dealers_come_back_to_what_they_like(plan: tuple[PlannedOrder, ...]) -> None:
    for company in DEALERS:
        bought = Counter(
            line.item.ref for order in plan if order.company is company for line in order.lines
        )
        usual = sum(count for _ref, count in bought.most_common(18))
        assert usual > 0.3 * sum(bought.values())


def test_sellers_order_for_their_own_outlet_and_packs_are_whole(
    plan: tuple[PlannedOrder, ...],
) -> None:
    packs = {item.ref: entry.good.pack for entry in Assortment().entries() for item in entry.items}
    for order in plan:
        assert order.person.outlet in {None, order.outlet}
        assert order.lines
        for line in order.lines:
            assert line.quantity > 0
            assert line.quantity % packs[line.item.ref] == 0
