"""Decisions about schedules: what they change, and that the log says who made them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from base.models import User
from sync.models import Connection, Schedule
from sync.watching import keeping, schedule
from tests.factories.base import UserFactory
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory()
    schedule.ensure_schedules(made)
    return made


@pytest.fixture
def row(base: Connection) -> Schedule:
    found: Schedule = base.schedules.get(kind="stock")
    return found


@pytest.fixture
def person() -> User:
    made: User = UserFactory()
    return made


def logged() -> list[tuple[str, int | None]]:
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", "user_id"))


def changed(row: Schedule, **values: Any) -> None:
    told: dict[str, Any] = {
        "channel": "push",
        "period": 15,
        "window_from": time(8),
        "window_to": time(20),
        "alarm_after": 2,
        "is_on": True,
    }
    keeping.change(schedule=row, by=None, at=AT, **{**told, **values})


def test_each_press_is_in_the_log(base: Connection, row: Schedule, person: User) -> None:
    keeping.pause(schedule=row, until=AT + timedelta(days=1), by=person, at=AT)
    keeping.resume(schedule=row, by=person, at=AT)
    keeping.switch(schedule=row, is_on=False, by=person, at=AT)
    keeping.switch(schedule=row, is_on=True, by=person, at=AT)
    keeping.pause_base(connection=base, by=person, at=AT)
    keeping.resume_base(connection=base, by=person, at=AT)
    actions = ("pause", "resume", "off", "on", "pause", "resume")
    assert logged() == [(f"sync.watching.schedule.{action}", person.pk) for action in actions]
    assert {action for action, _by in logged()} <= set(keeping.ACTIONS)
    # one clock: the moment that the caller gave
    assert set(ModelLogEntry.objects.values_list("timestamp", flat=True)) == {AT}


def test_what_was_changed_meanwhile_is_not_forgotten(base: Connection, row: Schedule) -> None:
    stale = base.schedules.get(pk=row.pk)
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    changed(stale)
    row.refresh_from_db()
    assert (row.paused_until, row.period) == (keeping.UNTIL_RESUMED, 15)
    assert stale.paused_until == keeping.UNTIL_RESUMED


def test_decisions_lock_what_they_change(base: Connection, row: Schedule) -> None:
    if not database.features.has_select_for_update:
        pytest.skip("this database writes one at a time")
    with CaptureQueriesContext(database) as asked:
        keeping.resume(schedule=row, by=None, at=AT)
        keeping.pause_base(connection=base, by=None, at=AT)
    assert sum("FOR UPDATE" in each["sql"] for each in asked) == 2


def test_a_channel_is_chosen_once_and_the_pause_goes_on(row: Schedule, person: User) -> None:
    keeping.switch(schedule=row, is_on=False, by=None, at=AT)
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    ModelLogEntry.objects.all().delete()
    for _time in range(2):
        keeping.choose_channel(schedule=row, channel="odata", by=person, at=AT)
    row.refresh_from_db()
    assert (row.channel, row.is_on, row.next_at) == ("odata", True, None)
    assert row.paused_until == keeping.UNTIL_RESUMED
    assert logged() == [("sync.watching.schedule.channel", person.pk)]


def test_a_change_begins_to_count_anew(row: Schedule) -> None:
    Schedule.objects.filter(pk=row.pk).update(failures=5, next_at=AT)
    changed(row)
    row.refresh_from_db()
    assert (row.period, row.window_from, row.alarm_after) == (15, time(8), 2)
    assert (row.failures, row.next_at, row.paused_until) == (0, None, AT)


def test_a_change_ends_no_pause(row: Schedule) -> None:
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    changed(row)
    row.refresh_from_db()
    assert row.paused_until == keeping.UNTIL_RESUMED


@pytest.mark.parametrize(
    "values", [{"period": 0}, {"alarm_after": 0}, {"window_from": None}, {"window_to": None}]
)
def test_times_that_make_no_sense_are_refused(row: Schedule, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"window|period"):
        changed(row, **values)
    row.refresh_from_db()
    assert row.period == 5


def test_resuming_a_base_ends_no_pause_of_a_kind(base: Connection, row: Schedule) -> None:
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    keeping.pause_base(connection=base, by=None, at=AT)
    keeping.resume_base(connection=base, by=None, at=AT)
    row.refresh_from_db()
    assert row.paused_until == keeping.UNTIL_RESUMED
    assert base.schedules.get(kind="prices").paused_until == AT
