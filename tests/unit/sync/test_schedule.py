"""Schedules: when data are due, who fetches, how they are doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync import alarms, schedule
from sync.models import Alarm, Connection, Run, Schedule
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    made = ConnectionFactory()
    schedule.ensure_schedules(made)
    return made


def ran(base: Connection, kind: str, ago: timedelta, **changed: Any) -> Run:
    values = {"state": Run.State.DONE, "finished_at": AT - ago, "started_at": AT - ago} | changed
    return Run.objects.create(connection=base, kind=kind, **values)


def level(base: Connection, kind: str) -> str:
    return schedule.states([base.pk], AT)[base.pk, kind].level


def test_a_new_base_expects_what_the_seeds_say(base: Connection) -> None:
    schedule.ensure_schedules(base)
    rows = {each.kind: each for each in base.schedules.all()}
    assert set(rows) == set(Schedule.Kind.values)
    assert (rows["stock"].period, rows["statuses"].period) == (5, 10)
    assert {state.level for state in schedule.states([base.pk], AT).values()} == {"new", "off"}


def test_stock_is_green_then_amber_then_red(
    base: Connection, django_assert_num_queries: Any
) -> None:
    run = ran(base, "catalog", timedelta(minutes=3), tells_stock=True)
    with django_assert_num_queries(2):
        found = schedule.states([base.pk], AT)
    assert found[base.pk, "stock"].level == "green"
    assert found[base.pk, "stock"].run == run.pk
    assert found[base.pk, "catalogue"].level == "new"
    for minutes, expected in ((5, "green"), (6, "amber"), (15, "amber"), (16, "red")):
        Run.objects.update(finished_at=AT - timedelta(minutes=minutes))
        assert level(base, "stock") == expected
    alarms.check(AT)
    assert list(Alarm.objects.values_list("code", "key")) == [("late", "stock")]
