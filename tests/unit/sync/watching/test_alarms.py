"""Alarms: opened once, closed when it is over, whatever is checked by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.models import Alarm, Connection, OutboxOrder, Run, Schedule
from sync.watching import alarms, letters, schedule
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory()
    schedule.ensure_schedules(made)
    return made


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Alarms whose letter was put into the queue."""
    asked: list[int] = []
    monkeypatch.setattr(letters.tell, "later", asked.append)
    return asked


def opened(base: Connection, at: datetime = AT, **changed: Any) -> Alarm:
    values = {"code": "quota", "key": "", "level": Alarm.Level.RED, "text": "full"} | changed
    return alarms.open_alarm(connection=base, at=at, **values)


def ran(base: Connection, kind: str, ago: timedelta, **changed: Any) -> Run:
    values = {"state": Run.State.DONE, "finished_at": AT - ago, "started_at": AT - ago} | changed
    return Run.objects.create(connection=base, kind=kind, **values)


def open_ones() -> list[tuple[str, str]]:
    return list(Alarm.objects.filter(closed_at=None).values_list("code", "key").order_by("pk"))


def test_an_open_alarm_is_not_opened_again(base: Connection, queued: list[int]) -> None:
    first = opened(base, level=Alarm.Level.AMBER)
    assert queued == []
    again = opened(base, AT + MINUTE, text="fuller")
    assert again.pk == first.pk
    again.refresh_from_db()
    assert (again.text, again.level, again.opened_at) == ("fuller", "red", AT)
    assert queued == [first.pk]
    other = opened(base, key="another")
    assert other.pk != first.pk


def test_what_comes_back_at_once_was_never_over(base: Connection) -> None:
    first = opened(base)
    alarms.close_alarm(connection=base, code="quota", at=AT + MINUTE)
    assert open_ones() == []
    assert opened(base, AT + 2 * MINUTE).pk == first.pk
    alarms.close_alarm(connection=base, code="quota", at=AT + 3 * MINUTE)
    assert opened(base, AT + 9 * MINUTE).pk != first.pk


def test_late_data_are_an_alarm_until_they_come(base: Connection) -> None:
    ran(base, "stock", 15 * MINUTE)
    alarms.check(AT)
    assert open_ones() == []
    alarms.check(AT + MINUTE)
    assert open_ones() == [("late", "stock")]
    ran(base, "stock", -2 * MINUTE)
    alarms.check(AT + 3 * MINUTE)
    assert open_ones() == []


def test_failures_in_a_row_are_an_alarm_and_their_lateness_no_second_one(base: Connection) -> None:
    ran(base, "stock", 20 * MINUTE)
    for minutes in (12, 8, 4):
        ran(base, "stock", minutes * MINUTE, state=Run.State.FAILED)
    alarms.check(AT)
    assert open_ones() == [("failed", "stock")]
    ran(base, "stock", MINUTE)
    alarms.check(AT)
    assert open_ones() == []


def test_what_is_off_or_paused_is_no_alarm(base: Connection) -> None:
    ran(base, "stock", HOUR)
    ran(base, "contract", 9 * HOUR)
    alarms.check(AT)
    assert len(open_ones()) == 2
    Schedule.objects.filter(kind="stock").update(is_on=False)
    Schedule.objects.filter(kind="contracts").update(paused_until=AT + HOUR)
    alarms.check(AT)
    assert open_ones() == []


def test_orders_that_1c_does_not_confirm_are_one_alarm(base: Connection) -> None:
    for number in range(7):
        OutboxOrder.objects.create(connection=base, number=str(100 + number), payload={})
    base.outbox.update(queued_at=AT - 25 * HOUR)
    alarms.check(AT)
    (alarm,) = Alarm.objects.all()
    assert alarm.code == "unconfirmed"
    assert all(str(number) in alarm.text for number in (100, 104, 24))
    assert "105" not in alarm.text
    base.outbox.update(state="person")
    alarms.check(AT)
    assert open_ones() == [("person", "")]
    base.outbox.update(state="confirmed")
    alarms.check(AT)
    assert open_ones() == []


def test_a_full_disk_is_told_to_whoever_keeps_the_first_base(
    base: Connection, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "not" / "made"
    second = ConnectionFactory()
    settings.EXCHANGE_FREE_BYTES = 10**15
    alarms.check(AT)
    assert [(each.connection, each.code) for each in Alarm.objects.all()] == [(base, "disk")]
    settings.EXCHANGE_FREE_BYTES = 1
    alarms.check(AT)
    assert open_ones() == []
    assert not second.alarms.exists()


def test_a_check_costs_the_same_for_one_kind_and_for_all(
    base: Connection, django_assert_max_num_queries: Any
) -> None:
    for kind in ("stock", "contract", "partner", "status", "balance", "catalog"):
        ran(base, kind, MINUTE)
    # alarms, bases, schedules, runs; orders that wait and that are stuck; letters
    with django_assert_max_num_queries(7):
        alarms.check(AT)
