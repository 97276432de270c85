"""What the exchange forgets: sessions, runs, files and alarms that nobody will ask for again.

Nothing is forgotten that still tells something: an object in quarantine that waits for a person
keeps its run, the last success of each kind of data keeps the age of what is shown, and a file that
is still on the disk keeps its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from sync.models import (
    Alarm,
    ChangeBatch,
    ExchangeSession,
    OrderBatch,
    ReceivedFile,
    Rejection,
    Run,
)

KEPT_FOR = timedelta(days=90)
ALARMS_KEPT_FOR = timedelta(days=365)
"""Alarms that are over: whether a trouble comes back each season can be seen for a year."""
PORTION = 500
"""Rows removed in one statement: on SQLite a buyer's order waits for no longer."""


def prune(*, at: datetime) -> int:
    """Remove what is older than :data:`KEPT_FOR`, alarms by their own time; how many rows went."""
    over = Alarm.objects.filter(closed_at__lt=at - ALARMS_KEPT_FOR)
    return sum(_remove(rows) for rows in (*_forgotten(at - KEPT_FOR), over))


def _forgotten(before: datetime) -> Iterator[QuerySet[Any]]:
    waiting = Rejection.objects.filter(run=OuterRef("pk"), resolved_at=None)
    yield Run.objects.filter(
        ~Exists(waiting), state__in=(Run.State.DONE, Run.State.FAILED), finished_at__lt=before
    ).exclude(pk__in=_last_words())
    in_use = Run.objects.filter(file=OuterRef("pk"))
    yield ReceivedFile.objects.filter(
        Q(path="") | Q(removed_at__isnull=False), ~Exists(in_use), received_at__lt=before
    )
    yield OrderBatch.objects.filter(given_at__lt=before, orders=None)
    yield ExchangeSession.objects.filter(seen_at__lt=before, files=None, batches=None)
    newest = ChangeBatch.objects.aggregate(pk=Max("pk"))["pk"] or 0
    yield ChangeBatch.objects.filter(at__lt=before, pk__lt=newest)


def _last_words() -> set[int]:
    """The newest successful run of each kind of data of each base."""
    done = Run.objects.filter(state=Run.State.DONE, is_rehearsal=False)
    told = done.order_by().values("connection_id", "kind", "tells_stock", "tells_prices")
    return set(told.annotate(pk_of_last=Max("pk")).values_list("pk_of_last", flat=True))


def _remove(rows: QuerySet[Any]) -> int:
    removed = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:PORTION]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        removed += len(keys)
    return removed
