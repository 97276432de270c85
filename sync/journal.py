"""Entries of the journal that no import writes: what was refused before it could begin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.cache import cache

from base.models import User
from sync.models import Connection, ReceivedFile, Run
from sync.onec.values import storable

REPEAT_SECONDS = 60
"""The same refusal of a stranger is written down once in so long: he can knock very fast."""

STRANGERS_AN_HOUR = 20
"""So many refusals of strangers are written down under a base in an hour."""

STRANGERS = "exchange"
"""The kind of such refusals: they tell nothing about how a kind of data is doing."""


def refuse(
    *,
    connection: Connection,
    kind: str,
    title: str,
    error: str,
    at: datetime,
    file: ReceivedFile | None = None,
    trigger: Run.Trigger = Run.Trigger.ONEC,
    by: User | None = None,
    rehearsal: bool = False,
) -> Run:
    """Something could not be taken, or not even asked for; `error` tells why, as 1C was told it.

    With its `file` that is not looked at again. `trigger` and `by` are who began it, `rehearsal`
    says that it was to be a dry run.
    """
    return Run.objects.create(
        connection=connection,
        file=file,
        kind=kind[:20],
        title=storable(title[:500]),
        state=Run.State.FAILED,
        trigger=trigger,
        by=by,
        is_rehearsal=rehearsal,
        started_at=at,
        finished_at=at,
        error=storable(error),
    )


def newest() -> int:
    """The number of the newest entry, 0 when there is none."""
    return Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def refuse_untold(
    *,
    connection: Connection,
    kinds: Sequence[str],
    after: int,
    title: str,
    error: str,
    at: datetime,
    trigger: Run.Trigger,
    by: User | None,
    rehearsal: bool = False,
) -> None:
    """Like :func:`refuse`, under the last of the kinds of runs that were to be made.

    Nothing is written where one of them has failed since the entry `after`: it tells why itself.
    """
    told = Run.objects.filter(
        connection=connection,
        kind__in=kinds,
        pk__gt=after,
        state=Run.State.FAILED,
        is_rehearsal=rehearsal,
    )
    if not told.exists():
        refuse(
            connection=connection,
            kind=kinds[-1],
            title=title,
            error=error,
            at=at,
            trigger=trigger,
            by=by,
            rehearsal=rehearsal,
        )


def refuse_stranger(*, connection: Connection, title: str, error: str, at: datetime) -> None:
    """Like :func:`refuse`, for somebody who has not proved who he is.

    What he chooses himself makes no new entry: neither the title nor the particulars that follow
    the reason after a colon.
    """
    reason = hashlib.sha256(error.partition(":")[0].encode("utf-8", "replace")).hexdigest()
    if not cache.add(f"exchange-refused:{connection.pk}:{reason}", True, REPEAT_SECONDS):
        return
    # in the database and not in the cache: a cache may be emptied, and each process may have one
    told = Run.objects.filter(
        connection=connection,
        kind=STRANGERS,
        state=Run.State.FAILED,
        finished_at__gt=at - timedelta(hours=1),
    )
    if told.count() < STRANGERS_AN_HOUR:
        refuse(connection=connection, kind=STRANGERS, title=title, error=error, at=at)


def fail(*, run: Run, error: str, at: datetime) -> None:
    """A queued run cannot begin: its file is not to be had."""
    Run.objects.filter(pk=run.pk).exclude(state=Run.State.DONE).update(
        state=Run.State.FAILED,
        started_at=run.started_at or at,
        finished_at=at,
        error=storable(error),
    )


def queue(
    *,
    file: ReceivedFile,
    trigger: Run.Trigger = Run.Trigger.ONEC,
    by: User | None = None,
    note: str = "",
) -> Run:
    """A run that will import the file; `note` is what a person should know of it beforehand."""
    return Run.objects.create(
        connection_id=file.connection_id,
        file=file,
        kind=file.kind,
        title=file.name,
        trigger=trigger,
        by=by,
        warnings=[note] if note else [],
        warning_count=1 if note else 0,
    )


def keep_unused(*, file: ReceivedFile, note: str, at: datetime) -> Run:
    """A file that the portal has taken and makes nothing of; `note` says why."""
    return Run.objects.create(
        connection_id=file.connection_id,
        file=file,
        kind="exchange",
        title=file.name,
        state=Run.State.DONE,
        started_at=at,
        finished_at=at,
        warnings=[note],
        warning_count=1,
    )
