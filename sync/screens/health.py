"""How the exchange is doing: everything the health board shows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from base.models import JobState
from sync.goods.mapping import unmapped_counts
from sync.models import Alarm, Connection, OutboxOrder, Parked, ReceivedFile, Rejection, Run
from sync.models import Schedule as ScheduleRow
from sync.watching import schedule
from sync.watching.schedule import State
from sync.watching.sources import brings

SHOWN_RUNS = 30
"""Runs of a kind in its chart."""

SHOWN_FOR = timedelta(days=60)
"""Runs older than this are not shown."""

PARTS = ("connection_id", "kind", "state", "tells_stock", "tells_prices")
"""What runs are parted by to read the last of each: as fine as `sources` may part them."""

WORST_FIRST = ("red", "amber", "green", "new", "paused", "off")
"""The light of a base is the first of these that one of its kinds has."""

ATTENTION_FIRST = ("red", "amber", "green", "paused", "new", "off")
"""Bases in the order in which they need a person: not yet set up and turned off are the last."""


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of data of a base. `runs` are the last that ended, the newest first."""

    schedule: ScheduleRow
    state: State
    runs: Sequence[Run]

    @property
    def last(self) -> Run | None:
        """The newest run."""
        return self.runs[0] if self.runs else None


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits: rejected objects and parked offers, orders, files that nobody imported.

    `unmapped` is what the maps of the base ask a person (`sync.goods.mapping`).
    """

    quarantine: int = 0
    parked: int = 0
    waiting: int = 0
    person: int = 0
    unimported: int = 0
    unmapped: int = 0


@dataclass(frozen=True, slots=True)
class BaseHealth:
    """A base, its kinds of data in the order of the schedules, and what waits there."""

    connection: Connection
    lines: Sequence[Line]
    counts: Counts
    alarms: Sequence[Alarm] = field(default=())

    @property
    def level(self) -> str:
        """The worst of its lights."""
        if not self.connection.is_active:
            return "off"
        if self.connection.is_paused:
            return "paused"
        return worst([line.state for line in self.lines], self.alarms)


def worst(states: Iterable[State], alarms: Iterable[Alarm]) -> str:
    """The worst light among states and open alarms."""
    levels = {state.level for state in states} | {str(alarm.level) for alarm in alarms}
    return next((level for level in WORST_FIRST if level in levels), "new")


@dataclass(frozen=True, slots=True)
class Health:
    """The whole board. `jobs` are the periodic tasks of the worker by name."""

    at: datetime
    bases: Sequence[BaseHealth]
    alarms: Sequence[Alarm]
    jobs: Sequence[JobState]


def health(at: datetime) -> Health:
    """Everything of all bases, those that need a person first.

    The number of queries does not depend on how many there are.
    """
    connections = list(Connection.objects.order_by("name", "pk"))
    ids = [connection.pk for connection in connections]
    alarms = list(
        Alarm.objects.filter(closed_at=None)
        .select_related("connection")
        .order_by("-level", "-opened_at")
    )
    runs = _last_runs(ids, at)
    lines: dict[int, list[Line]] = {pk: [] for pk in ids}
    for row, state in schedule.followed(ids, at):
        own = [run for run in runs.get(row.connection_id, ()) if brings(row.kind, run)]
        lines[row.connection_id].append(Line(row, state, own[:SHOWN_RUNS]))
    counts = _counts(ids)
    bases = [
        BaseHealth(
            connection,
            sorted(lines[connection.pk], key=_by_kind),
            counts[connection.pk],
            [alarm for alarm in alarms if alarm.connection_id == connection.pk],
        )
        for connection in connections
    ]
    return Health(
        at=at,
        bases=sorted(bases, key=lambda base: ATTENTION_FIRST.index(base.level)),
        alarms=alarms,
        jobs=list(JobState.objects.order_by("name")),
    )


def _by_kind(line: Line) -> int:
    return list(schedule.SEEDS).index(line.schedule.kind)


def _last_runs(connection_ids: Sequence[int], at: datetime) -> Mapping[int, list[Run]]:
    """The last runs of each base, the newest first: enough of each kind and of what it tells."""
    rows = (
        Run.objects.filter(
            connection_id__in=connection_ids,
            finished_at__gt=at - SHOWN_FOR,
            is_rehearsal=False,
        )
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=[F(name) for name in PARTS],
                order_by=F("finished_at").desc(),
            )
        )
        .filter(place__lte=SHOWN_RUNS)
        .defer("error", "warnings", "differences", "only")
        .order_by("-finished_at")
    )
    found: dict[int, list[Run]] = {}
    for run in rows:
        found.setdefault(run.connection_id, []).append(run)
    return found


def _counts(connection_ids: Sequence[int]) -> Mapping[int, Counts]:
    quarantine = _by_base(
        Rejection.objects.filter(resolved_at=None, run__is_rehearsal=False).values_list(
            "run__connection_id"
        )
    )
    parked = _by_base(Parked.objects.values_list("connection_id"))
    unimported = _by_base(
        ReceivedFile.objects.filter(
            kind__in=[ReceivedFile.Kind.CATALOGUE, ReceivedFile.Kind.ORDERS],
            runs=None,
            removed_at=None,
            received_at__isnull=False,
        )
        .exclude(path="")
        .values_list("connection_id")
    )
    states: dict[tuple[int, str], int] = {
        (connection_id, state): count
        for connection_id, state, count in OutboxOrder.objects.exclude(
            state=OutboxOrder.State.CONFIRMED
        )
        .order_by()
        .values_list("connection_id", "state")
        .annotate(count=Count("pk"))
    }
    unmapped = unmapped_counts(connection_ids)
    waiting = (OutboxOrder.State.WAITING, OutboxOrder.State.GIVEN)
    person = (OutboxOrder.State.PERSON, OutboxOrder.State.HELD)
    return {
        pk: Counts(
            quarantine=quarantine.get(pk, 0),
            parked=parked.get(pk, 0),
            waiting=sum(states.get((pk, state), 0) for state in waiting),
            person=sum(states.get((pk, state), 0) for state in person),
            unimported=unimported.get(pk, 0),
            unmapped=unmapped[pk],
        )
        for pk in connection_ids
    }


def _by_base(rows: Any) -> dict[int, int]:
    counted: Iterable[tuple[int, int]] = rows.order_by().annotate(count=Count("pk"))
    return dict(counted)
