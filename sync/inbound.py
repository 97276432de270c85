"""The one function behind every channel that tells of clients and orders.

CommerceML, OData, a push of JSON or a folder of files: each turns what it read into the records
of `sync.onec.records` and hands them over here. Each call is journalled as a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from base.models import User
from sync import ports
from sync.intake import orders
from sync.intake.book import Book
from sync.intake.clients import KINDS, ClientRecord, Clients
from sync.intake.orders import Orders
from sync.models import Connection, ReceivedFile, RemoteOrder, Run
from sync.onec.records import RemoteOrderRecord
from sync.staging import staging

PORTION = 1000

RecordKind = Literal["partner", "counterparty", "agreement", "contract", "order"]


def ingest(
    *,
    connection: Connection,
    kind: RecordKind,
    records: Iterable[ClientRecord | RemoteOrderRecord],
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
    if kind != "order" and kind not in KINDS:
        raise ValueError(f"unknown kind of records: {kind}")
    run = Run.objects.create(
        connection=connection, kind=kind, state=Run.State.RUNNING, started_at=at, by=by
    )
    newest = ReceivedFile.objects.filter(connection=connection).aggregate(pk=Max("pk"))["pk"]
    book = Book(connection, run, newest or 0, staging(connection.pk), at=at)
    try:
        _take(book, kind, records)
    except Exception as error:
        words = f"{gettext('an error of the portal')}: {type(error).__name__}: {error}"
        _finish(run, words, at)
        raise
    else:
        refused_all = bool(run.read_count) and run.rejected_count == run.read_count
        _finish(run, gettext("nothing could be taken") if refused_all else "", at)
    finally:
        if book.changed:
            ports.tell_mirror_changed()
    return run


def _take(
    book: Book, kind: RecordKind, records: Iterable[ClientRecord | RemoteOrderRecord]
) -> None:
    position = 0
    for portion in _portions(records):
        part: Clients | Orders
        if kind == "order":
            part = Orders(book)
            has_news = part.read_records(portion)
        else:
            part = Clients(book, kind)
            has_news = part.read(portion)
        position += len(portion)
        if has_news:
            with book.writing(part.fill) as batch:
                part.merge(batch)
                book.close_chunk(position)
        else:
            book.close_chunk(position)
        orders.tell(book)


def _finish(run: Run, error: str, at: datetime) -> None:
    run.state = Run.State.FAILED if error else Run.State.DONE
    run.error = error
    run.finished_at = at
    run.save(update_fields=["state", "error", "finished_at"])


def repeat_missed(limit: int = 500) -> int:
    """Tell again, for a sweeper, of orders whose owner has not taken the news; how many."""
    waiting = list(
        RemoteOrder.objects.filter(noticed_at=None)
        .order_by("pk")
        .values_list("pk", "digest")[:limit]
    )
    if waiting and ports.tell_remote_orders([pk for pk, _digest in waiting]):
        now = timezone.now()
        for pk, digest in waiting:
            RemoteOrder.objects.filter(pk=pk, digest=digest).update(noticed_at=now)
    return len(waiting)


def _portions(records: Iterable[Any]) -> Iterator[Sequence[Any]]:
    source = iter(records)
    while portion := list(islice(source, PORTION)):
        yield portion
