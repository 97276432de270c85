"""Schedules: when data are due, who fetches, how they are doing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps

from base.models import User
from sync import leases
from sync.models import Connection, Run, Schedule
from sync.watching import keeping, schedule, turns
from tests.factories.base import UserFactory
from tests.factories.sync import (
    ConnectionFactory,
    ExchangeSessionFactory,
    ReceivedFileFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Pull = tuple[int, str, User | None]


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory()
    schedule.ensure_schedules(made)
    return made


def test_of_many_failures_the_newest_of_each_kind_are_looked_at(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "FAILURES_MOST", 3)
    ran(base, "partner", HOUR, state=Run.State.FAILED)
    for minutes in range(1, 6):
        ran(base, "status", minutes * MINUTE, state=Run.State.FAILED)
        ran(base, "exchange", minutes * MINUTE, state=Run.State.FAILED)
    found = schedule.states([base.pk], AT)
    assert found[base.pk, "statuses"].failed == 3
    assert found[base.pk, "counterparties"].failed == 1
    newest = Run.objects.filter(kind="status").earliest("pk")
    assert found[base.pk, "statuses"].run == newest.pk


@pytest.fixture
def pulls(monkeypatch: pytest.MonkeyPatch) -> list[Pull]:
    """What was fetched by OData."""
    done: list[Pull] = []

    def pull(row: Schedule, trigger: Run.Trigger, by: User | None) -> None:
        done.append((row.pk, trigger.value, by))

    monkeypatch.setitem(schedule.PULLS, "odata", pull)
    return done


def fetched(base: Connection, kind: str, **changed: Any) -> Schedule:
    row = base.schedules.get(kind=kind)
    for name, value in {"channel": "odata", **changed}.items():
        setattr(row, name, value)
    row.save()
    return row


def ran(base: Connection, kind: str, ago: timedelta, **changed: Any) -> Run:
    values = {"state": Run.State.DONE, "finished_at": AT - ago, "started_at": AT - ago} | changed
    return Run.objects.create(connection=base, kind=kind, **values)


def state(base: Connection, kind: str, at: datetime = AT) -> schedule.State:
    return schedule.states([base.pk], at)[base.pk, kind]


# seeds


def test_a_new_base_expects_what_the_seeds_say(base: Connection) -> None:
    base.schedules.filter(kind="stock").update(period=7)
    schedule.ensure_schedules(base)
    rows = {each.kind: each for each in base.schedules.all()}
    assert set(rows) == set(Schedule.Kind.values)
    assert (rows["stock"].period, rows["statuses"].period) == (7, 10)
    assert (rows["prices"].window_from, rows["prices"].window_to) == (time(1), time(5))
    assert {each.channel for each in rows.values()} == {"push"}
    assert {each.level for each in schedule.states([base.pk], AT).values()} == {"new", "off"}


@pytest.mark.parametrize(
    ("settings", "kind", "channel"),
    [
        ({"odata_url": "http://1c/ut", "folder": "ut"}, "stock", "odata"),
        ({"odata_url": "http://1c/ut", "folder": "ut"}, "catalogue", "folder"),
        ({"odata_url": "http://1c/ut"}, "catalogue", "push"),
        ({"folder": "ut"}, "contracts", "push"),
    ],
)
def test_seeds_go_by_what_the_base_has(settings: dict[str, str], kind: str, channel: str) -> None:
    made = ConnectionFactory(**settings)
    schedule.ensure_all()
    assert made.schedules.get(kind=kind).channel == channel


# due and claimed


def test_due_is_what_we_fetch_and_whose_time_has_come(
    base: Connection, pulls: list[Pull], django_assert_num_queries: Any
) -> None:
    never, past = fetched(base, "stock"), fetched(base, "contracts", next_at=AT - MINUTE)
    fetched(base, "statuses", next_at=AT + MINUTE)
    fetched(base, "settlements", paused_until=AT + MINUTE)
    fetched(base, "counterparties", is_on=False)
    with django_assert_num_queries(1):
        assert {row.pk for row in schedule.due(AT)} == {never.pk, past.pk}
    base.is_paused = True
    base.save()
    assert schedule.due(AT) == []


def test_of_two_workers_one_claims(base: Connection, pulls: list[Pull]) -> None:
    fetched(base, "stock", next_at=AT)
    (first,), (second,) = schedule.due(AT), schedule.due(AT)
    assert schedule.claim(first, AT)
    assert not schedule.claim(second, AT)
    assert base.schedules.get(kind="stock").next_at == AT + 5 * MINUTE


def test_the_rhythm_stays_when_the_worker_is_late(base: Connection) -> None:
    row = fetched(base, "stock", next_at=AT)
    assert schedule.claim(row, AT + 40 * timedelta(seconds=1))
    assert row.next_at == AT + 5 * MINUTE
    assert schedule.claim(row, AT + 24 * HOUR)
    assert row.next_at == AT + 24 * HOUR + 5 * MINUTE


def test_a_shut_window_is_waited_for(base: Connection) -> None:
    row = fetched(base, "prices")
    assert not schedule.claim(row, AT)
    # one in the night in Moscow
    assert row.next_at == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    assert schedule.claim(row, row.next_at + HOUR)


def test_what_is_due_is_fetched_once(base: Connection, pulls: list[Pull]) -> None:
    row = fetched(base, "stock", failures=2)
    assert schedule.start_due(AT) == 1
    assert schedule.start_due(AT) == 0
    schedule.fetch.now(row.pk, "schedule", None)
    assert pulls == [(row.pk, "schedule", None)]
    row.refresh_from_db()
    assert row.failures == 0


def test_two_never_fetch_by_one_schedule_at_once(base: Connection, pulls: list[Pull]) -> None:
    row = fetched(base, "stock")
    assert leases.acquire(f"fetch:{row.pk}", "another")
    schedule.fetch.now(row.pk, "schedule", None)
    assert pulls == []


@time_machine.travel(AT, tick=False)
def test_a_failure_is_journalled_and_tried_again_sooner(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise ConnectionError("1C does not answer")

    monkeypatch.setitem(schedule.PULLS, "odata", broken)
    row = fetched(base, "contracts", next_at=AT + HOUR)
    for failures, pause in ((1, 1), (2, 2), (3, 4)):
        Schedule.objects.filter(pk=row.pk).update(next_at=AT + HOUR)
        schedule.fetch.now(row.pk, "schedule", None)
        row.refresh_from_db()
        assert (row.failures, row.next_at) == (failures, AT + pause * MINUTE)
    runs = Run.objects.filter(connection=base, state=Run.State.FAILED)
    assert {(run.kind, run.error) for run in runs} == {("contract", "1C does not answer")}
    assert state(base, "contracts").level == "red"


@time_machine.travel(AT, tick=False)
def test_a_failure_that_the_channel_journalled_is_not_told_twice(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(row: Schedule, *_args: Any) -> None:
        ran(row.connection, "contract", timedelta(), state=Run.State.FAILED, error="as it was")
        raise ConnectionError("1C does not answer")

    monkeypatch.setitem(schedule.PULLS, "odata", broken)
    schedule.fetch.now(fetched(base, "contracts").pk, "schedule", None)
    assert [run.error for run in Run.objects.all()] == ["as it was"]


def test_run_now_fetches_for_the_person(base: Connection, pulls: list[Pull]) -> None:
    person = UserFactory()
    row = fetched(base, "stock")
    schedule.run_now(schedule=row, by=person, at=AT)
    schedule.fetch.now(row.pk, "person", person.pk)
    assert pulls[-1] == (row.pk, "person", person)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What stands in the queue, with the seconds it waits there."""
    put: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        schedule.fetch, "_wrapper", lambda *args, delay=0: put.append((delay, *args))
    )
    return put


def test_pressing_again_and_again_queues_one_fetch(
    base: Connection, pulls: list[Pull], queued: list[tuple[Any, ...]]
) -> None:
    row = fetched(base, "stock")
    pressed = [schedule.run_now(schedule=row, by=None, at=AT) for _n in range(10)]
    assert pressed == [True] + [False] * 9
    assert queued == [(0, row.pk, "person", None)]
    # what is due stands in the queue by that, too
    base.schedules.exclude(pk=row.pk).update(is_on=False)
    assert schedule.start_due(AT) == 0
    schedule.fetch.now(row.pk, "person", None)
    assert schedule.run_now(schedule=row, by=None, at=AT)
    assert len(queued) == 2


def test_what_is_being_fetched_is_not_queued(
    base: Connection, pulls: list[Pull], queued: list[tuple[Any, ...]]
) -> None:
    row = fetched(base, "stock")
    assert leases.acquire(f"fetch:{row.pk}", "another")
    assert not schedule.run_now(schedule=row, by=None, at=AT)
    assert queued == []


def test_one_fetches_at_a_time_and_others_are_put_off(
    base: Connection, pulls: list[Pull], queued: list[tuple[Any, ...]]
) -> None:
    row = fetched(base, "stock")
    with turns.alone() as is_alone:
        assert is_alone
        schedule.fetch.now(row.pk, "person", None)
        assert pulls == []
        assert queued == [(turns.AGAIN_SECONDS, row.pk, "person", None)]
        assert not schedule.run_now(schedule=row, by=None, at=AT)
    schedule.fetch.now(row.pk, "person", None)
    assert pulls == [(row.pk, "person", None)]


@time_machine.travel(AT, tick=False)
def test_a_base_that_asks_for_time_gets_it(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(Exception):
        pause = 600.0

    def busy(*_args: Any) -> None:
        raise Busy

    monkeypatch.setitem(schedule.PULLS, "odata", busy)
    row = fetched(base, "stock", next_at=AT + MINUTE)
    schedule.fetch.now(row.pk, "schedule", None)
    row.refresh_from_db()
    assert row.next_at == AT + 10 * MINUTE
    monkeypatch.setattr(Busy, "pause", 1e9)
    schedule.fetch.now(row.pk, "schedule", None)
    row.refresh_from_db()
    assert row.next_at == AT + HOUR


def test_what_1c_sends_cannot_be_started(base: Connection, pulls: list[Pull]) -> None:
    with pytest.raises(schedule.NotOurs):
        schedule.run_now(schedule=base.schedules.get(kind="stock"), by=None, at=AT)


# states


def test_stock_is_green_then_amber_then_red(
    base: Connection, django_assert_num_queries: Any
) -> None:
    run = ran(base, "catalog", 3 * MINUTE, tells_stock=True)
    with django_assert_num_queries(2):
        found = schedule.states([base.pk], AT)
    assert found[base.pk, "stock"] == schedule.State(
        level="green",
        succeeded_at=AT - 3 * MINUTE,
        age=3 * MINUTE,
        next_at=AT + 2 * MINUTE,
        run=run.pk,
        missed=0,
    )
    assert found[base.pk, "catalogue"].level == "new"
    for minutes, level, missed in ((5, "green", 0), (6, "amber", 1), (15, "amber", 2)):
        Run.objects.update(finished_at=AT - minutes * MINUTE)
        assert (state(base, "stock").level, state(base, "stock").missed) == (level, missed)
    Run.objects.update(finished_at=AT - 16 * MINUTE)
    assert (state(base, "stock").level, state(base, "stock").missed) == ("red", 3)


def test_failures_are_counted_since_the_last_success(base: Connection) -> None:
    ran(base, "contract", 9 * MINUTE, state=Run.State.FAILED)
    ran(base, "contract", 5 * MINUTE)
    assert state(base, "contracts").failed == 0
    newest = ran(base, "agreement", 2 * MINUTE, state=Run.State.FAILED)
    found = state(base, "contracts")
    assert (found.level, found.failed, found.run) == ("amber", 1, newest.pk)
    for minutes in (4, 3):
        ran(base, "contract", minutes * MINUTE, state=Run.State.FAILED)
    assert state(base, "contracts").level == "red"
    assert state(base, "counterparties").level == "new"


def test_a_dry_run_a_try_of_some_and_a_repeat_tell_nothing_new(base: Connection) -> None:
    file = ReceivedFileFactory(connection=base)
    ran(base, "catalog", 9 * MINUTE, tells_stock=True, file=file)
    ran(base, "catalog", 4 * MINUTE, tells_stock=True, file=file)
    ran(base, "stock", 3 * MINUTE, is_rehearsal=True)
    ran(base, "stock", 2 * MINUTE, only=[["offer", "x"]])
    assert state(base, "stock").age == 9 * MINUTE


def test_statuses_are_fresh_while_1c_comes_for_orders(base: Connection) -> None:
    ran(base, "sale", 3 * HOUR)
    assert state(base, "statuses").level == "red"
    ExchangeSessionFactory(connection=base, exchange_type="catalog", seen_at=AT)
    assert state(base, "statuses").level == "red"
    ExchangeSessionFactory(connection=base, exchange_type="sale", seen_at=AT - 3 * MINUTE)
    assert state(base, "statuses").age == 3 * MINUTE
    assert state(base, "statuses").level == "green"
    ran(base, "sale", 4 * MINUTE, state=Run.State.FAILED)
    assert state(base, "statuses").level == "amber"
    fetched(base, "statuses")
    assert state(base, "statuses").age == 3 * HOUR


def test_a_pause_is_no_alarm_and_nothing_is_missed_in_it(base: Connection) -> None:
    ran(base, "stock", 3 * HOUR)
    row = base.schedules.get(kind="stock")
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    assert state(base, "stock").level == "paused"
    keeping.resume(schedule=row, by=None, at=AT)
    assert state(base, "stock").level == "green"
    assert state(base, "stock", AT + 6 * MINUTE).level == "amber"
    keeping.switch(schedule=row, is_on=False, by=None, at=AT)
    assert state(base, "stock").level == "off"
    keeping.switch(schedule=row, is_on=True, by=None, at=AT + HOUR)
    assert state(base, "stock", AT + HOUR + MINUTE).level == "green"


def test_a_paused_base_has_no_late_kinds(base: Connection) -> None:
    ran(base, "stock", 3 * HOUR)
    keeping.pause_base(connection=base, by=None, at=AT)
    assert state(base, "stock").level == "paused"
    keeping.resume_base(connection=base, by=None, at=AT)
    assert state(base, "stock").level == "green"


def test_the_zone_of_nowhere_is_utc() -> None:
    assert schedule.zone_of(ConnectionFactory(time_zone="Nowhere/Else")).key == "UTC"


def test_tomorrow_is_that_of_the_base() -> None:
    base = ConnectionFactory(time_zone="Asia/Vladivostok")
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    assert schedule.tomorrow(base, late) == datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


def test_bases_of_before_get_the_same_schedules(base: Connection) -> None:
    older = ConnectionFactory()
    import_module("sync.migrations.0009_seed_schedules").seed(apps, None)
    fields = ("kind", "channel", "period", "window_from", "window_to", "is_on", "alarm_after")
    rows = [set(each.schedules.values_list(*fields)) for each in (base, older)]
    assert rows[0] == rows[1]
