"""How often each kind of data is to come, whether it does, and fetching it where we fetch.

The rules of time are `sync.watching.timing`; here they meet the rows. A schedule whose channel is
a push of 1C is an expectation: nothing is started, its state is told from the runs. One that we
fetch by is claimed by moving `next_at` in one statement, so two workers never both fetch.

`paused_until` in the past is when the last pause ended: what is missed is counted from there.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from base.jobs import task
from base.models import User
from sync import journal, leases
from sync.models import Connection, ExchangeSession, Run, Schedule
from sync.watching import keeping, timing, turns
from sync.watching.sources import SOURCES, SOURCES_MOST, Source, brings, run_kinds

log = logging.getLogger(__name__)

Kind = Schedule.Kind
Channel = Schedule.Channel

PULLS: dict[str, Callable[[Schedule, Run.Trigger, User | None], None]] = {}
"""What fetches by a channel: makes runs, or raises when the base could not be asked."""

QUEUED_SECONDS = 600
"""A fetch in the queue keeps others of its schedule out; one that was lost, no longer."""

LONGEST_PAUSE = timedelta(hours=1)
"""A base that asks for time gets no more than this."""


FAILURES_FOR = timedelta(days=7)
"""Failures older than this are not counted any more."""
FAILURES_MOST = 200
"""So many failures of a kind of runs are looked at: more of them tell nothing more."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What a new base begins with: minutes, window, whether on, and who can fetch it."""

    period: int
    window: tuple[time, time] | None = None
    is_on: bool = True
    by_odata: bool = True
    by_folder: bool = False


SEEDS: Mapping[str, Seed] = {
    Kind.CATALOGUE: Seed(1440, by_odata=False, by_folder=True),
    Kind.STOCK: Seed(5, by_folder=True),
    Kind.PRICES: Seed(1440, window=(time(1), time(5)), by_folder=True),
    Kind.COUNTERPARTIES: Seed(60),
    Kind.CONTRACTS: Seed(60),
    Kind.STATUSES: Seed(10, by_folder=True),
    Kind.SETTLEMENTS: Seed(60),
    Kind.PAYMENTS: Seed(1440, is_on=False, by_odata=False, by_folder=True),
}


def ensure_schedules(connection: Connection) -> None:
    """Give a base the schedules it lacks; those it has stay as they are."""
    Schedule.objects.bulk_create(
        (
            Schedule(
                connection=connection,
                kind=kind,
                channel=_seed_channel(connection, seed),
                period=seed.period,
                window_from=seed.window[0] if seed.window else None,
                window_to=seed.window[1] if seed.window else None,
                is_on=seed.is_on,
            )
            for kind, seed in SEEDS.items()
        ),
        ignore_conflicts=True,
    )


def ensure_all() -> None:
    """Give every base the schedules it lacks: bases are older than schedules, or than a kind."""
    lacking = Connection.objects.annotate(count=Count("schedules")).filter(count__lt=len(SEEDS))
    for connection in lacking:
        ensure_schedules(connection)


def _seed_channel(connection: Connection, seed: Seed) -> str:
    if connection.odata_url and seed.by_odata:
        return Channel.ODATA
    if connection.folder and seed.by_folder:
        return Channel.FOLDER
    return Channel.PUSH


# what is to be done


def rule_of(schedule: Schedule) -> timing.Rule:
    """The rule of time of a schedule, whose base must be joined."""
    return timing.Rule(
        period=timedelta(minutes=max(schedule.period, 1)),
        window=window_of(schedule),
        zone=zone_of(schedule.connection),
    )


def window_of(schedule: Schedule) -> tuple[time, time] | None:
    """The window of a schedule; None for the whole day."""
    if schedule.window_from is None or schedule.window_to is None:
        return None
    return schedule.window_from, schedule.window_to


def tomorrow(connection: Connection, at: datetime) -> datetime:
    """The beginning of the next day of the base."""
    zone = zone_of(connection)
    day = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), tzinfo=zone)


def zone_of(connection: Connection) -> ZoneInfo:
    """The time zone of the base; UTC when nobody knows its name."""
    try:
        return ZoneInfo(connection.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def due(at: datetime) -> list[Schedule]:
    """Schedules by which we fetch whose time has come, bases joined. One query."""
    return list(
        Schedule.objects.select_related("connection")
        .filter(
            Q(next_at=None) | Q(next_at__lte=at),
            Q(paused_until=None) | Q(paused_until__lte=at),
            channel__in=list(PULLS),
            is_on=True,
            connection__is_active=True,
            connection__is_paused=False,
        )
        .order_by("next_at", "pk")
    )


def claim(schedule: Schedule, at: datetime) -> bool:
    """Move the next time on; whether the caller, and nobody else, is to fetch now.

    A schedule whose window is shut waits for its opening.
    """
    rule = rule_of(schedule)
    seen = schedule.next_at
    following = timing.next_time(rule, at)
    if rule.window is None and seen is not None and seen + rule.period > at:
        # the rhythm stays although the worker is some seconds late each time
        following = seen + rule.period
    moved = Schedule.objects.filter(pk=schedule.pk, next_at=seen).update(next_at=following)
    if moved:
        schedule.next_at = following
    return bool(moved) and timing.is_open(rule, at)


def start_due(at: datetime) -> int:
    """Put everything that is due into the queue; how many."""
    ensure_all()
    started = 0
    for schedule in due(at):
        if claim(schedule, at) and _queue(schedule.pk, Run.Trigger.SCHEDULE, None):
            started += 1
    return started


class NotOurs(Exception):
    """1C sends this kind itself, nothing can be started from here."""


def run_now(*, schedule: Schedule, by: User | None, at: datetime) -> bool:
    """Fetch now, beside the schedule, paused or not; False when that is queued or going on.

    Raises NotOurs for what 1C sends itself.
    """
    if schedule.channel not in PULLS:
        raise NotOurs
    if leases.held(f"fetch:{schedule.pk}"):
        return False
    if not _queue(schedule.pk, Run.Trigger.PERSON, by.pk if by else None):
        return False
    keeping.record(schedule, "run", by=by, at=at)
    return True


def _queue(schedule_id: int, trigger: Run.Trigger, by_id: int | None) -> bool:
    """Put a fetch into the queue unless one of the schedule stands there; whether it was put."""
    if not cache.add(_queued(schedule_id), True, QUEUED_SECONDS):
        return False
    fetch.later(schedule_id, trigger.value, by_id)
    return True


def _queued(schedule_id: int) -> str:
    return f"fetch-queued:{schedule_id}"


@task(priority=-2)
def fetch(schedule_id: int, trigger: str, by_id: int | None) -> None:
    """Fetch by a schedule; one fetching at a time, whatever the base: others look again later.

    A failure is journalled, counted, and tried again sooner than by the schedule.
    """
    with turns.alone() as is_alone:
        if is_alone:
            cache.delete(_queued(schedule_id))
            _fetch(schedule_id, trigger, by_id)
        else:
            cache.set(_queued(schedule_id), True, QUEUED_SECONDS)
            fetch.after(turns.AGAIN_SECONDS, schedule_id, trigger, by_id)


def _fetch(schedule_id: int, trigger: str, by_id: int | None) -> None:
    owner, lease = secrets.token_hex(8), f"fetch:{schedule_id}"
    schedule = Schedule.objects.select_related("connection").filter(pk=schedule_id).first()
    if schedule is None or schedule.channel not in PULLS:
        return
    if not leases.acquire(lease, owner, seconds=turns.FETCH_SECONDS):
        return
    by = User.objects.filter(pk=by_id).first() if by_id else None
    before = journal.newest()
    pull = PULLS[schedule.channel]
    try:
        pull(schedule, Run.Trigger(trigger), by)
    except Exception as error:
        # whatever it was: the journal tells a person, and the next try may go well
        log.warning("schedule %s: %s: %s", schedule_id, type(error).__name__, error)
        at = timezone.now()
        _put_off(schedule, error, at)
        journal.refuse_untold(
            connection=schedule.connection,
            kinds=run_kinds(schedule.kind),
            after=before,
            title=schedule.get_channel_display(),
            error=str(error) or type(error).__name__,
            at=at,
            trigger=Run.Trigger(trigger),
            by=by,
        )
    else:
        Schedule.objects.filter(pk=schedule_id).exclude(failures=0).update(failures=0)
    finally:
        leases.release(lease, owner)


@transaction.atomic
def _put_off(schedule: Schedule, error: Exception, at: datetime) -> None:
    """Count a failure, and try again sooner than by the schedule."""
    row = Schedule.objects.select_for_update().get(pk=schedule.pk)
    row.failures += 1
    again = timing.back_off(rule_of(schedule), at, row.failures)
    if row.next_at is None or again < row.next_at:
        row.next_at = again
    # what the base itself asks for, where its channel tells
    pause = timedelta(seconds=getattr(error, "pause", 0.0))
    row.next_at = max(row.next_at, at + min(pause, LONGEST_PAUSE))
    row.save(update_fields=["failures", "next_at"])


# how it goes


@dataclass(frozen=True, slots=True)
class State:
    """How a kind of data of a base is doing.

    `level`: "green"; "amber" when a time was missed or something failed; "red" after
    `alarm_after` missed times or failures; "new" when it never came; "paused"; "off". `age` is
    since `succeeded_at`, the end of the last run that brought it; a repeat of an old file does
    not count, and for statuses 1C's coming for orders does. `run` is that run, or the newest that
    failed after it. `failed` counts the failures since. `next_at` is when it will be fetched, or
    is expected at the latest; None when it is off, paused or never came.
    """

    level: str
    succeeded_at: datetime | None
    age: timedelta | None
    next_at: datetime | None
    run: int | None
    missed: int
    failed: int = 0


def states(connection_ids: Collection[int], at: datetime) -> dict[tuple[int, str], State]:
    """States of all kinds of the bases, by base and kind. Two queries."""
    return {(each.connection_id, each.kind): state for each, state in followed(connection_ids, at)}


def followed(connection_ids: Collection[int], at: datetime) -> list[tuple[Schedule, State]]:
    """Schedules of the bases, joined with them, and their states. Two queries."""
    schedules = list(
        with_success(
            Schedule.objects.filter(connection_id__in=connection_ids).select_related("connection"),
            *SOURCES,
            field="pk",
        )
        .annotate(asked_at=_orders_asked())
        .order_by("connection_id", "pk")
    )
    succeeded = {pk for each in schedules for pk in successes(each)}
    failed = (
        Run.objects.filter(
            connection_id__in={each.connection_id for each in schedules},
            kind__in={source.run_kind for sources in SOURCES.values() for source in sources},
            state=Run.State.FAILED,
            finished_at__gt=at - FAILURES_FOR,
            is_rehearsal=False,
        )
        .annotate(
            newer=Window(
                RowNumber(),
                partition_by=[F("connection_id"), F("kind")],
                order_by=F("finished_at").desc(),
            )
        )
        .filter(newer__lte=FAILURES_MOST)
    )
    runs = list(
        Run.objects.filter(Q(pk__in=succeeded) | Q(pk__in=failed.values("pk")))
        .only(
            "connection_id", "kind", "title", "state", "finished_at", "tells_stock", "tells_prices"
        )
        .order_by("-finished_at")
    )
    return [(each, _followed(each, runs, at)) for each in schedules]


def _followed(schedule: Schedule, runs: Sequence[Run], at: datetime) -> State:
    good = set(successes(schedule))
    last = next((run for run in runs if run.pk in good), None)
    failed = [
        run
        for run in runs
        if run.state == Run.State.FAILED
        and run.connection_id == schedule.connection_id
        and brings(schedule.kind, run)
        and (last is None or _ended(run) > _ended(last))
    ]
    newest = failed[0] if failed else last
    asked_at: datetime | None = schedule.asked_at  # type: ignore[attr-defined]
    told = [moment for moment in (_ended(last) if last else None, asked_at) if moment is not None]
    return state_of(
        schedule,
        at,
        succeeded_at=max(told, default=None),
        run=newest.pk if newest else None,
        failed=max(len(failed), schedule.failures),
    )


def _orders_asked() -> Case:
    """When 1C last came for orders, for statuses that it sends itself.

    It sends a file about orders only when something about them has changed, so a session
    without one says that they are as they were.
    """
    sessions = ExchangeSession.objects.filter(
        connection_id=OuterRef("connection_id"), exchange_type="sale"
    )
    newest = Subquery(sessions.order_by("-seen_at").values("seen_at")[:1])
    return Case(When(kind=Kind.STATUSES, channel=Channel.PUSH, then=newest))


def _ended(run: Run) -> datetime:
    return run.finished_at or run.queued_at


def with_success(schedules: QuerySet[Schedule], *kinds: str, field: str) -> QuerySet[Schedule]:
    """Schedules of these kinds with a field of the last good run of each of their sources."""
    values: dict[str, Any] = {}
    for number in range(SOURCES_MOST):
        told = [(kind, SOURCES[kind][number]) for kind in kinds if number < len(SOURCES[kind])]
        if told:
            values[f"success_{number}"] = Case(
                *(When(kind=kind, then=_last_success(source, field)) for kind, source in told)
            )
    return schedules.filter(kind__in=kinds).annotate(**values)


def _last_success(source: Source, field: str) -> Subquery:
    earlier = Run.objects.filter(
        file_id=OuterRef("file_id"),
        pk__lt=OuterRef("pk"),
        state=Run.State.DONE,
        is_rehearsal=False,
        only=[],
    )
    return Subquery(
        Run.objects.filter(
            ~Exists(earlier),
            source.condition,
            connection_id=OuterRef("connection_id"),
            kind=source.run_kind,
            state=Run.State.DONE,
            finished_at__isnull=False,
            is_rehearsal=False,
            only=[],
        )
        # in the order of the index: the first row is the answer
        .order_by("-finished_at")
        .values(field)[:1]
    )


def successes(schedule: Schedule) -> list[Any]:
    """What `with_success` found."""
    found = (getattr(schedule, f"success_{number}", None) for number in range(SOURCES_MOST))
    return [value for value in found if value is not None]


def punctuality(schedule: Schedule, succeeded_at: datetime | None, at: datetime) -> str:
    """Whether what came last is "fresh", "old" (a time was missed) or "stale" (an alarm is due).

    Empty where the schedule says nothing: it is off or paused, or nothing ever came.
    """
    level, _missed = _level(schedule, succeeded_at, 0, at)
    return {"green": "fresh", "amber": "old", "red": "stale"}.get(level, "")


def state_of(
    schedule: Schedule,
    at: datetime,
    *,
    succeeded_at: datetime | None,
    run: int | None = None,
    failed: int = 0,
) -> State:
    """The state of a schedule, joined with its base, from what its runs did."""
    if succeeded_at is not None:
        succeeded_at = min(succeeded_at, at)
    age = None if succeeded_at is None else at - succeeded_at
    level, missed = _level(schedule, succeeded_at, failed, at)
    next_at = None
    if level not in {"off", "paused"}:
        if schedule.channel in PULLS:
            next_at = schedule.next_at or at
        elif succeeded_at is not None:
            next_at = timing.next_time(rule_of(schedule), succeeded_at)
    return State(level, succeeded_at, age, next_at, run, missed, failed)


def _level(
    schedule: Schedule, succeeded_at: datetime | None, failed: int, at: datetime
) -> tuple[str, int]:
    """The level and the missed times."""
    if not schedule.is_on or not schedule.connection.is_active:
        return "off", 0
    resumed_at = schedule.paused_until
    if schedule.connection.is_paused or (resumed_at is not None and resumed_at > at):
        return "paused", 0
    missed = 0
    if succeeded_at is not None:
        since = max(succeeded_at, resumed_at) if resumed_at else succeeded_at
        missed = timing.missed(rule_of(schedule), since, at)
    elif not failed:
        return "new", 0
    if max(failed, missed) >= max(schedule.alarm_after, 1):
        return "red", missed
    return ("amber" if failed or missed else "green"), missed
