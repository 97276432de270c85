"""The one function behind every channel that tells of clients, orders, money, prices and stock.

OData, a push of JSON, a bank statement: each is stored as a file first (`accept`), then a run
takes its rows (`import_records`): in chunks, resumable, one base at a time, like a file of
CommerceML. Who has the records at hand and no channel calls `ingest`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from base.models import User
from sync import leases, ports
from sync.files import shelf
from sync.files.outcomes import Outcome, forget_after, note
from sync.files.readers import READERS
from sync.files.receiving import full_path
from sync.intake import orders
from sync.intake.book import Book, reason
from sync.intake.fates import Fate
from sync.intake.rows import KINDS, take_rows
from sync.intake.settlements import settle_absent
from sync.models import ChangeBatch, Connection, Lease, ReceivedFile, RemoteOrder, Run
from sync.models.exchange import KINDS as RUN_KINDS
from sync.onec.commerceml import BadFile
from sync.onec.records import Record, Row, WholeRecord
from sync.onec.values import storable
from sync.pacing import paced
from sync.runs import rehearsing
from sync.runs.importing import LostLease, is_stuck, lease_of_connection, lease_of_run
from sync.staging import staging

logger = logging.getLogger(__name__)

PORTION = 1000
LEFT_BEHIND = timedelta(minutes=2)
"""A telling without a file that nobody has been busy with for so long was killed."""

FILE_KINDS = tuple(READERS)
"""Kinds of received files that are taken here."""


class Queue(Protocol):
    """Where runs wait for the worker."""

    @property
    def import_file(self) -> Callable[[int], None]:
        """Puts a run into the queue, after the commit."""


def accept(
    *,
    connection: Connection,
    kind: str,
    channel: ReceivedFile.Channel,
    file_kind: ReceivedFile.Kind,
    name: str,
    content: bytes | Iterable[bytes],
    at: datetime,
    queue: Queue | None,
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


def import_records(run_id: int, *, owner: str, outcomes: list[Outcome] | None = None) -> None:
    """Take the rows of the run's file to the end; the run is then DONE or FAILED.

    `owner` names the worker. A run that is finished, or that a living worker is busy with, is left
    alone. What became of each row is added to `outcomes`, and kept beside a pushed file. Raises
    nothing for what is wrong with the file: that is told in the run.
    """
    if not leases.acquire(lease_of_run(run_id), owner):
        return
    try:
        run = (
            Run.objects.select_related("connection", "file")
            .filter(pk=run_id, state__in=[Run.State.QUEUED, Run.State.RUNNING])
            .first()
        )
        if run is not None:
            _Records(run, owner, outcomes).go()
    except LostLease:
        logger.warning("run %s was taken over by another worker", run_id)
    finally:
        leases.release(lease_of_run(run_id), owner)


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
        words = f"{gettext('an error of the portal')}: {type(error).__name__}: {error}"
        _finish(run, words, at)
        raise
    else:
        _finish(run, _verdict(run), at)
    finally:
        leases.release(lease_of_run(run.pk), owner)
        if book.changed:
            ports.tell_mirror_changed()
    return run


def end_left_behind(at: datetime) -> int:
    """End, for a sweeper, tellings whose process was killed; how many.

    Their records were in its memory alone: whoever told them tells them again.
    """
    busy = Lease.objects.filter(name__startswith="run:", expires_at__gt=at)
    names = set(busy.values_list("name", flat=True))
    ended = 0
    for run in Run.objects.filter(
        state=Run.State.RUNNING, file=None, kind__in=KINDS, queued_at__lt=at - LEFT_BEHIND
    ):
        if lease_of_run(run.pk) not in names:
            words = gettext("The process that told this has ended in the middle. Tell it again.")
            _finish(run, words, at)
            ended += 1
    return ended


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


def _finish(run: Run, error: str, at: datetime) -> None:
    run.state = Run.State.FAILED if error else Run.State.DONE
    run.error = storable(error)
    run.finished_at = at
    run.save(update_fields=["state", "error", "finished_at"])


def _verdict(run: Run) -> str:
    refused_all = bool(run.read_count) and run.rejected_count == run.read_count and not run.only
    return gettext("nothing could be taken") if refused_all else ""


class _Records:
    """One worker's work on one run."""

    def __init__(self, run: Run, owner: str, outcomes: list[Outcome] | None) -> None:
        self.run = run
        self.owner = owner
        self.outcomes = outcomes
        self.book: Book | None = None
        self.saved_at: datetime | None = None
        self.rehearsal = rehearsing.Rehearsal(run) if run.is_rehearsal else None
        self._only = {(kind, ref) for kind, ref in run.only}
        self._told: set[str] = set()
        self._is_unclear = False

    def go(self) -> None:
        """Take the run to its end."""
        run = self.run
        run.state = Run.State.RUNNING
        run.started_at = run.started_at or timezone.now()
        run.save(update_fields=["state", "started_at"])
        try:
            self._take_file()
        except BadFile as error:
            told = reason(ValueError(*error.args))
            place = gettext("line %(line)s") % {"line": error.line}
            self._finish(f"{place}: {told}" if error.line else told)
        except OSError as error:
            self._finish(f"{gettext('the file cannot be read')}: {error.strerror or error}")
        except LostLease:
            raise
        except OperationalError as error:
            # not the file's fault: the run stays open, and the sweeper goes on with it
            if is_stuck(run, self.saved_at):
                self._finish(f"{gettext('an error of the portal')}: {error}")
            raise
        except Exception as error:
            logger.exception("run %s failed", run.pk)
            self._finish(f"{gettext('an error of the portal')}: {type(error).__name__}: {error}")
            raise
        else:
            self._finish(_verdict(run))

    def _take_file(self) -> None:
        run = self.run
        file = run.file
        if file is None or file.removed_at is not None:
            raise BadFile("the file is gone")
        book = self.book = Book(run.connection, run, file.pk, staging(run.connection_id))
        size = min(PORTION, book.staging.portion)
        if self.rehearsal:
            size //= rehearsing.SMALLER
        elif self._keeps_outcomes:
            forget_after(file, run.position)
        beat = paced(self._beat)
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
            self._save(book, rows[-1].position)

        by_person = run.trigger == Run.Trigger.PERSON
        with self._turn(), rehearsing.taken_back(self.rehearsal, book):
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
            with self._turn():
                settle_absent(book, self._told, whole.counterparty_refs)
        with transaction.atomic():
            self._save(book, None)

    def _save(self, book: Book, position: int | None) -> None:
        """Part of the chunk's transaction: the place reached, and a sign of life."""
        book.close_chunk(position)
        self._beat()
        self.saved_at = timezone.now()

    @property
    def _keeps_outcomes(self) -> bool:
        file = self.run.file
        return file is not None and file.kind == ReceivedFile.Kind.PUSH and not self.rehearsal

    def _turn(self) -> AbstractContextManager[None]:
        name = lease_of_connection(self.run.connection_id)
        return leases.turn(name, self.owner, beat=self._beat)

    def _beat(self) -> None:
        if not leases.renew(lease_of_run(self.run.pk), self.owner):
            raise LostLease

    def _finish(self, error: str) -> None:
        _finish(self.run, error, timezone.now())
        if self.book is not None:
            orders.tell(self.book)
        if ChangeBatch.objects.filter(run=self.run).exists():
            ports.tell_mirror_changed()


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
