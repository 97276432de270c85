"""Objects in quarantine: finding them, trying them again, putting them aside.

Trying again is a replay of their file that is limited to them. What becomes of them then is
settled by the run itself (`sync.intake.settling`). Nothing is deleted here but offers that wait
for their product, when a person says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from base.models import User
from base.registers import COUNT_LIMIT
from sync import decisions
from sync.holding import Imports
from sync.models import Connection, Parked, ReceivedFile, Rejection, Run
from sync.models.exchange import KINDS
from sync.runs import replaying
from sync.runs.rehearsing import MODELS

TRIED_AT_ONCE = 5000
"""Objects that one run tries again; more of them make more runs."""
RUNS_AT_ONCE = 50
"""Runs that one press of a button makes; whatever is left waits for the next one."""
SETTLED = "settled"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which refusals are asked for; empty fields ask for all. `state` is open, settled or all."""

    words: str = ""
    base: int | None = None
    kind: str = ""
    reason: str = ""
    run: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of refusal and how many objects wait for it."""

    key: str
    count: int

    @property
    def words(self) -> str:
        """The reason for people."""
        return gettext(self.key) if self.key else gettext("other")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying again: the runs made, and objects whose file is no longer there.

    `waiting` are objects that are being tried already.
    """

    runs: tuple[Run, ...]
    objects: int
    gone: int
    left: int
    waiting: int = 0


def find(wanted: Wanted) -> QuerySet[Rejection]:
    """Refusals, the newest first."""
    found = Rejection.objects.order_by("-pk")
    if wanted.state == SETTLED:
        found = found.exclude(resolved_at=None)
    elif wanted.state != ALL:
        found = found.filter(resolved_at=None)
    if wanted.base:
        found = found.filter(run__connection=wanted.base)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.reason:
        found = found.filter(reason_key=wanted.reason)
    if wanted.run:
        found = found.filter(run=wanted.run)
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__lt=wanted.until)
    if wanted.words:
        found = found.filter(_containing(wanted.words, "ref", "reason", "fragment"))
    return found


def narrowed(found: QuerySet[Rejection], limit: int = COUNT_LIMIT) -> QuerySet[Rejection]:
    """The newest of what was found, looked up once: searching texts is dear, paging is then not."""
    pks = list(found.values_list("pk", flat=True)[: limit + 1])
    return Rejection.objects.filter(pk__in=pks).order_by("-pk")


def reasons(found: QuerySet[Rejection], limit: int = 30) -> list[Reason]:
    """Kinds of refusals among those found, the most frequent first. One query."""
    counted = (
        found.order_by()
        .values("reason_key")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason_key")[:limit]
    )
    return [Reason(row["reason_key"], row["count"]) for row in counted]


def kinds() -> list[tuple[str, str]]:
    """Kinds of objects that may be refused, with their words."""
    return [(kind, kind_words(kind)) for kind in MODELS]


def kind_words(kind: str) -> str:
    """A kind of object in words."""
    model = MODELS.get(kind)
    return str(model._meta.verbose_name if model is not None else KINDS.get(kind, kind))


def try_again(
    *,
    rejections: QuerySet[Rejection],
    by: User,
    at: datetime,
    queue: Imports,
) -> Tried:
    """Queue replays of the files of these objects, limited to them.

    Objects whose file is gone, that came without one, or that are being tried already, are
    counted and left as they are.
    """
    waiting = rejections.filter(resolved_at=None)
    gone = waiting.filter(Q(run__file=None) | Q(run__file__removed_at__isnull=False)).count()
    files = (
        waiting.filter(run__file__removed_at=None)
        .exclude(run__file=None)
        .order_by()
        .values_list("run__file", flat=True)
        .distinct()
    )
    runs: list[Run] = []
    objects = left = busy = 0
    for file in ReceivedFile.objects.filter(pk__in=list(files)).order_by("pk"):
        names = list(
            dict.fromkeys(
                waiting.filter(run__file=file).order_by("pk").values_list("kind", "ref").iterator()
            )
        )
        if not replaying.can_replay(file):
            gone += len(names)
            continue
        tried = _being_tried(file)
        found, names = (
            len(names),
            [name for name in names if tried is not None and name not in tried],
        )
        busy += found - len(names)
        of_file = Run.objects.filter(rejections__in=waiting.filter(run__file=file)).first()
        for start in range(0, len(names), TRIED_AT_ONCE):
            portion = names[start : start + TRIED_AT_ONCE]
            if len(runs) >= RUNS_AT_ONCE:
                left += len(portion)
                continue
            runs.append(
                replaying.replay(
                    run_or_file=of_file or file, by=by, at=at, queue=queue, only=portion
                )
            )
            objects += len(portion)
    return Tried(tuple(runs), objects, gone, left, busy)


def _being_tried(file: ReceivedFile) -> set[tuple[str, str]] | None:
    """Objects of the file whose try has not ended; None for all of them."""
    tried: set[tuple[str, str]] = set()
    real = replaying.open_replays(file).filter(is_rehearsal=False)
    for only in real.values_list("only", flat=True):
        if not only:
            return None
        tried.update((str(kind), str(ref)) for kind, ref in only)
    return tried


def put_aside(*, rejections: QuerySet[Rejection], by: User, at: datetime) -> int:
    """A person says that nothing more is to be done about these; how many."""
    waiting = rejections.filter(resolved_at=None)
    with transaction.atomic():
        bases = Counter(waiting.order_by().values_list("run__connection", flat=True))
        count = waiting.update(
            resolution=Rejection.Resolution.DISMISSED, resolved_at=at, resolved_by=by
        )
        _record("put_aside", bases, by, at)
    return count


def tries(limit: int = 5) -> list[Run]:
    """The last runs that tried objects again, the newest first."""
    return list(
        Run.objects.filter(trigger=Run.Trigger.PERSON, is_rehearsal=False)
        .exclude(only=[])
        .exclude(kind="binding")
        .select_related("connection", "by")
        .order_by("-pk")[:limit]
    )


def waiting_offers(*, words: str = "", base: int | None = None) -> QuerySet[Parked]:
    """Offers that wait for their product, the newest first."""
    found = Parked.objects.order_by("-pk")
    if base:
        found = found.filter(connection=base)
    if words:
        found = found.filter(_containing(words, "ref", "product_ref", "element"))
    return found


def forget(*, parked: QuerySet[Parked], by: User, at: datetime) -> int:
    """Forget offers that wait for their product; how many. 1C tells them again when it has to."""
    gone = Parked.objects.filter(pk__in=parked.order_by().values("pk"))
    with transaction.atomic():
        bases = Counter(gone.order_by().values_list("connection", flat=True))
        count: int = gone.delete()[0]
        _record("forget", bases, by, at)
    return count


def _record(action: str, bases: Counter[int], by: User, at: datetime) -> None:
    """Into the history of each base, with how many of its objects it was about."""
    for base in Connection.objects.filter(pk__in=bases):
        words = str(bases[base.pk])
        decisions.record(base, f"sync.quarantine.{action}", by=by, at=at, what=words)


def rows_of(rejections: QuerySet[Rejection]) -> Iterator[Rejection]:
    """All of them, read in portions, for an export."""
    last: int | None = None
    while rows := list(
        (rejections if last is None else rejections.filter(pk__lt=last)).select_related(
            "run__connection", "run__file"
        )[:1000]
    ):
        yield from rows
        last = rows[-1].pk


def _containing(words: str, *fields: str) -> Q:
    """Rows in which a field holds the words: as written, and in other case.

    Neither database compares Russian letters without case.
    """
    term = words.strip()[:100]
    forms: Iterable[str] = dict.fromkeys(
        (term, term.lower(), term.upper(), term.capitalize(), term.title())
    )
    wanted = Q(pk__in=[])
    for field in fields:
        for form in forms:
            wanted |= Q(**{f"{field}__contains": form})
    return wanted
