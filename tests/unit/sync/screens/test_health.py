"""What the health board is made of, in a fixed number of queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.models import JobState
from sync.models import Connection, OutboxOrder, Parked, Rejection, Run
from sync.screens.health import SHOWN_RUNS, Counts, health
from sync.watching import alarms, schedule
from tests.factories.sync import ConnectionFactory, ReceivedFileFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make_base(**changed: Any) -> Connection:
    made: Connection = ConnectionFactory(**changed)
    schedule.ensure_schedules(made)
    return made


def ran(base: Connection, kind: str, ago: timedelta, **changed: Any) -> Run:
    values = {"state": Run.State.DONE, "finished_at": AT - ago, "started_at": AT - ago} | changed
    return Run.objects.create(connection=base, kind=kind, **values)


def test_the_board_costs_the_same_for_one_base_and_for_many() -> None:
    def fill(count: int) -> int:
        for _number in range(count):
            base = make_base()
            for kind in ("catalog", "stock", "contract", "balance"):
                for minutes in range(3):
                    ran(base, kind, minutes * MINUTE, tells_stock=kind == "catalog")
        with CaptureQueriesContext(connection) as queries:
            health(AT)
        return len(queries)

    # four of them ask the maps
    assert fill(1) == fill(6) <= 15


def test_each_kind_has_its_own_last_runs() -> None:
    base = make_base()
    for number in range(SHOWN_RUNS + 5):
        ran(base, "catalog", number * MINUTE, tells_stock=True)
        ran(base, "catalog", number * MINUTE, title="import.xml")
    failed = ran(base, "catalog", timedelta(), title="offers.xml", state=Run.State.FAILED)
    ran(base, "stock", timedelta(), is_rehearsal=True)
    (found,) = health(AT).bases
    lines = {line.schedule.kind: line for line in found.lines}
    assert list(lines) == list(schedule.SEEDS)
    assert len(lines["stock"].runs) == len(lines["catalogue"].runs) == SHOWN_RUNS
    assert failed in lines["stock"].runs
    assert failed not in lines["catalogue"].runs
    assert lines["prices"].runs == [failed]
    assert lines["contracts"].last is None


def test_what_waits_is_counted_by_base() -> None:
    base, other = make_base(), make_base()
    run = ran(base, "catalog", MINUTE)
    Rejection.objects.create(run=run, kind="product", ref="1", reason="x")
    Rejection.objects.create(run=run, kind="product", ref="2", reason="x", resolved_at=AT)
    Parked.objects.create(connection=base, ref="1", product_ref="2", facets="p", element="")
    for number, state in enumerate(OutboxOrder.State.values):
        OutboxOrder.objects.create(
            connection=base, number=str(1000 + number), state=state, payload={}
        )
    ReceivedFileFactory(connection=base, path="a/b")
    ReceivedFileFactory(connection=base, path="a/c", removed_at=AT)
    found = {each.connection: each.counts for each in health(AT).bases}
    assert found[base] == Counts(quarantine=1, parked=1, waiting=2, person=2, unimported=1)
    assert found[other] == Counts()


def test_the_light_of_a_base_is_its_worst() -> None:
    base = make_base()
    (found,) = health(AT).bases
    assert found.level == "new"
    ran(base, "stock", MINUTE)
    assert health(AT).bases[0].level == "green"
    ran(base, "contract", 70 * MINUTE)
    assert health(AT).bases[0].level == "amber"
    alarms.open_alarm(connection=base, code="disk", level="red", text="x", at=AT)
    found = health(AT).bases[0]
    assert (found.level, [alarm.code for alarm in found.alarms]) == ("red", ["disk"])
    Connection.objects.update(is_paused=True)
    assert health(AT).bases[0].level == "paused"
    Connection.objects.update(is_active=False)
    assert health(AT).bases[0].level == "off"


def test_red_alarms_come_first_and_closed_ones_not_at_all() -> None:
    base = make_base()
    for code, level in (("repeats", "amber"), ("late", "red"), ("quota", "red")):
        alarms.open_alarm(connection=base, code=code, level=level, text=code, at=AT)
    alarms.close_alarm(connection=base, code="quota", at=AT)
    assert [alarm.code for alarm in health(AT).alarms] == ["late", "repeats"]


def test_periodic_tasks_are_on_the_board() -> None:
    JobState.objects.create(name="sync.tasks.sweep", started_at=AT)
    assert [job.name for job in health(AT).jobs] == ["sync.tasks.sweep"]
