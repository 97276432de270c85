"""The one function behind every channel that tells of clients, orders, money, prices and stock.

OData, a push of JSON, a bank statement: each is stored as a file first (`accept`), then a run
takes its rows (`import_records`): in chunks, resumable, one base at a time, like a file of
CommerceML. Who has the records at hand and no channel calls `ingest`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from base.models import User
from sync import leases, ports
from sync.files import shelf
from sync.files.outcomes import Outcome, forget_after, note
from sync.files.readers import READERS
from sync.files.receiving import Refused, full_path
from sync.holding import Imports, at_work, finish, lease_of_run, left, portal_error
from sync.intake import orders
from sync.intake.book import Book
from sync.intake.fates import Fate
from sync.intake.rows import KINDS, take_rows
from sync.intake.settlements import settle_absent
from sync.models import Connection, ReceivedFile, RemoteOrder, Run
from sync.models.exchange import KINDS as RUN_KINDS
from sync.onec.commerceml import BadFile
from sync.onec.records import Record, Row, WholeRecord
from sync.pacing import paced
from sync.runs import rehearsing
from sync.runs.taking import Taking
from sync.staging import staging

logger = logging.getLogger(__name__)

PORTION = 1000
LEFT_BEHIND = timedelta(minutes=2)
"""A telling without a file that nobody has been busy with for so long was killed."""

FILE_KINDS = tuple(READERS)
"""Kinds of received files that are taken here."""


def accept(
    *,
    connection: Connection,
    kind: str,
    channel: ReceivedFile.Channel,
    file_kind: ReceivedFile.Kind,
    name: str,
    content: bytes | Iterable[bytes],
    at: datetime,
    queue: Imports | None,
    trigger: Run.Trigger = Run.Trigger.ONEC,
    by: User | None = None,
    rehearsal: bool = False,
) -> Run:
    """Store what arrived and make the run that will take it.

    When this returns, the content is on the disk and its row is committed (unless the caller has
    a transaction open). `kind` is a key of `models.exchange.KINDS`. With a `queue` the run is put
    there; without one the caller takes it himself, or a sweeper finds it later. Raises Refused when
    there is no room, ValueError for an unknown kind.
    """
    if kind not in RUN_KINDS:
        raise ValueError(f"unknown kind of records: {kind}")
    stored = shelf.store(connection=connection, name=name, content=content)
    try:
        with transaction.atomic():
            file = ReceivedFile.objects.create(
                connection=connection,
                channel=channel,
                kind=file_kind,
                name=name[:500],
                path=stored.path,
                size=stored.size,
                sha256=stored.sha256,
            )
            run = Run.objects.create(
                connection=connection,
                file=file,
                kind=kind,
                title=name[:500],
                trigger=trigger,
                by=by,
                is_rehearsal=rehearsal,
            )
            if queue is not None:
                queue.import_file(run.pk)
    except BaseException:
        shelf.discard(stored)
        raise
    return run


def announce(
    *,
    connection: Connection,
    kind: str,
    channel: ReceivedFile.Channel,
    file_kind: ReceivedFile.Kind,
    name: str,
    title: str,
    at: datetime,
    owner: str,
    seconds: float,
    trigger: Run.Trigger,
    by: User | None = None,
    rehearsal: bool = False,
) -> Run:
    """Take the receipt of what is only now asked for, with the run that will take the answer.

    Whatever is received from now on is a later word than the answer, however late that comes. The
    run's lease is held by `owner` for `seconds`; he prolongs it and, after `deliver`, gives it
    back. The run of one that was killed is ended by whoever finds it. `kind` is a key of
    `models.exchange.KINDS`.
    """
    with transaction.atomic():
        file = ReceivedFile.objects.create(
            connection=connection, channel=channel, kind=file_kind, name=name[:500], path=""
        )
        run = Run.objects.create(
            connection=connection,
            file=file,
            kind=kind,
            title=title[:500],
            state=Run.State.RUNNING,
            started_at=at,
            trigger=trigger,
            by=by,
            is_rehearsal=rehearsal,
        )
        leases.acquire(lease_of_run(run.pk), owner, seconds=seconds)
    return run


def deliver(*, run: Run, owner: str, content: Iterable[bytes]) -> None:
    """Store the answer that a run was announced for; it then waits to be taken.

    Raises Refused when there is no room or `owner` has the run no longer, and whatever the content
    raises; nothing is stored then.
    """
    file = run.file
    if file is None:
        raise ValueError("the run was not announced")
    stored = shelf.store(connection=run.connection, name=file.name, content=content)
    try:
        with transaction.atomic():
            if not leases.renew(lease_of_run(run.pk), owner):
                raise Refused(gettext("Another worker has taken the pull over."))
            file.path, file.size, file.sha256 = stored.path, stored.size, stored.sha256
            file.save(update_fields=["path", "size", "sha256"])
            run.state = Run.State.QUEUED
            run.save(update_fields=["state"])
    except BaseException:
        shelf.discard(stored)
        raise


@transaction.atomic
def call_off(*, run: Run, error: str, at: datetime) -> None:
    """There is no answer to what a run was announced for: it failed, its receipt is given up."""
    file, run.file = run.file, None
    finish(run, error=error, at=at)
    if file is not None:
        file.delete()


def import_records(run_id: int, *, owner: str, outcomes: list[Outcome] | None = None) -> None:
    """Take the rows of the run's file to the end; the run is then DONE or FAILED.

    `owner` names the worker. A run that is finished, or that a living worker is busy with, is left
    alone. What became of each row is added to `outcomes`, and kept beside a pushed file. Raises
    nothing for what is wrong with the file: that is told in the run.
    """
    with at_work(run_id, owner) as run:
        if run is not None:
            _Records(run, owner, outcomes).go()


def ingest(
    *,
    connection: Connection,
    kind: str,
    records: Iterable[Record],
    at: datetime,
    by: User | None = None,
) -> Run:
    """Take records of one kind, told by the base at the moment `at`; the run that did it.

    Only differences are written: the same records again write nothing. References to objects
    that are not known yet make empty rows that a later message fills. A record that cannot be
    kept is named in the run with the reason, and the rest goes on; the run failed when nothing
    could be taken, or when an error broke it off, which is raised. Raises ValueError for an unknown
    kind and TypeError for a record of another.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of records: {kind}")
    run = Run.objects.create(
        connection=connection, kind=kind, state=Run.State.RUNNING, started_at=at, by=by
    )
    owner = secrets.token_hex(8)
    leases.acquire(lease_of_run(run.pk), owner)
    beat = partial(leases.renew, lease_of_run(run.pk), owner)
    newest = ReceivedFile.objects.filter(connection=connection).aggregate(pk=Max("pk"))["pk"]
    book = Book(connection, run, newest or 0, staging(connection.pk), at=at)
    try:
        _take_all(book, kind, records, beat)
    except Exception as error:
        finish(run, error=portal_error(error), at=at)
        raise
    else:
        finish(run, error=_verdict(run), at=at)
    finally:
        leases.release(lease_of_run(run.pk), owner)
        if book.changed:
            ports.tell_mirror_changed()
    return run


def end_left_behind(at: datetime) -> int:
    """End, for a sweeper, tellings whose process was killed; how many.

    Their records were in its memory alone: whoever told them tells them again.
    """
    words = gettext("The process that told this has ended in the middle. Tell it again.")
    telling = Run.objects.filter(
        state=Run.State.RUNNING, file=None, kind__in=KINDS, queued_at__lt=at - LEFT_BEHIND
    )
    ended = left(telling, at)
    for run in Run.objects.filter(pk__in=ended):
        finish(run, error=words, at=at)
    return len(ended)


def _take_all(book: Book, kind: str, records: Iterable[Record], beat: Callable[[], object]) -> None:
    rows = (
        Row(position, kind, getattr(record, "ref", ""), "", record, (), repr(record)[:2000])
        for position, record in enumerate(records, start=1)
    )
    told: set[str] = set()
    for portion in _portions(rows, PORTION):
        wholes, plain = _apart(portion)
        told.update(row.ref for row in plain)

        def save(_fates: Sequence[Fate], place: int = portion[-1].position) -> None:
            book.close_chunk(place)

        if plain:
            take_rows(book, plain, save=save, heed_versions=False)
        for whole in wholes:
            settle_absent(book, told, whole.counterparty_refs)
            book.close_chunk(None)
        orders.tell(book)
        beat()


def _apart(portion: Sequence[Row]) -> tuple[list[WholeRecord], list[Row]]:
    """The ends of whole tellings, and the rows that tell of something."""
    wholes = [row.record for row in portion if isinstance(row.record, WholeRecord)]
    return wholes, [row for row in portion if not isinstance(row.record, WholeRecord)]


def _verdict(run: Run) -> str:
    refused_all = bool(run.read_count) and run.rejected_count == run.read_count and not run.only
    return gettext("nothing could be taken") if refused_all else ""


class _Records(Taking):
    """One worker's work on one file of records."""

    def __init__(self, run: Run, owner: str, outcomes: list[Outcome] | None) -> None:
        super().__init__(run, owner)
        self.outcomes = outcomes
        self._only = {(kind, ref) for kind, ref in run.only}
        self._told: set[str] = set()
        self._is_unclear = False

    def verdict(self) -> str:
        """Everything was refused."""
        return _verdict(self.run)

    def take_file(self) -> None:
        """Take the rows portion by portion, and settle what a whole telling left out."""
        run = self.run
        file = run.file
        if file is None or file.removed_at is not None:
            raise BadFile("the file is gone")
        if not file.path:
            # whoever asked for it was killed before the answer was whole
            raise BadFile("the answers of the pull break off")
        book = self.book = Book(run.connection, run, file.pk, staging(run.connection_id))
        size = min(PORTION, book.staging.portion)
        if self.rehearsal:
            size //= rehearsing.SMALLER
        elif self._keeps_outcomes:
            forget_after(file, run.position)
        beat = paced(self.beat)
        zone = ZoneInfo(run.connection.time_zone)
        with full_path(file).open("rb") as opened:
            for portion in _portions(READERS[file.kind](opened, run.kind, zone), size):
                wholes, rows = _apart(portion)
                self._remember(rows)
                rows = [row for row in rows if self._is_wanted(row)]
                if rows:
                    self._take(book, rows)
                for whole in wholes:
                    self._close_whole(book, whole)
                beat()

    def _is_wanted(self, row: Row) -> bool:
        if self._only and (row.kind, row.ref) not in self._only:
            return False
        return row.position > self.run.position

    def _take(self, book: Book, rows: Sequence[Row]) -> None:
        run = self.run
        if book.overtakes:
            book.look_back()

        def save(fates: Sequence[Fate]) -> None:
            found = [
                Outcome(row.position, row.ref, fate.status, fate.reason)
                for row, fate in zip(rows, fates, strict=True)
            ]
            if self.outcomes is not None:
                self.outcomes += found
            if self._keeps_outcomes and run.file is not None:
                note(run.file, found)
            self.save(book, rows[-1].position)

        by_person = run.trigger == Run.Trigger.PERSON
        with self.turn(), rehearsing.taken_back(self.rehearsal, book):
            take_rows(book, rows, save=save, heed_versions=not by_person)
        orders.tell(book)

    def _remember(self, rows: Sequence[Row]) -> None:
        """What a whole telling told of, also in chunks that were taken before a kill."""
        for row in rows:
            if row.kind == "balance":
                self._told.add(row.ref)
                self._is_unclear |= row.record is None and not row.ref

    def _close_whole(self, book: Book, whole: WholeRecord) -> None:
        if self._only or self.rehearsal:
            return
        if self._is_unclear:
            book.warn(gettext("a whole telling with a row that cannot be read: nothing is settled"))
        else:
            with self.turn():
                settle_absent(book, self._told, whole.counterparty_refs)
        with transaction.atomic():
            self.save(book, None)

    @property
    def _keeps_outcomes(self) -> bool:
        file = self.run.file
        return file is not None and file.kind == ReceivedFile.Kind.PUSH and not self.rehearsal


def repeat_missed(limit: int = 500) -> int:
    """Tell again, for a sweeper, of orders whose owner has not taken the news; how many."""
    waiting = list(
        RemoteOrder.objects.filter(noticed_at=None)
        .order_by("pk")
        .values_list("pk", "run", "changed_at")[:limit]
    )
    if waiting and ports.tell_remote_orders([pk for pk, *_state in waiting]):
        now = timezone.now()
        for pk, run, changed_at in waiting:
            same = RemoteOrder.objects.filter(pk=pk, run=run, changed_at=changed_at)
            same.update(noticed_at=now)
    return len(waiting)


def _portions(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    source = iter(rows)
    while portion := list(islice(source, size)):
        yield portion
