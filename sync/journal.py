"""Entries of the journal that no import writes: what was refused before it could begin."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.cache import cache

from base.models import User
from sync.models import Connection, ReceivedFile, Run

REPEAT_SECONDS = 60
"""The same refusal of a stranger is written down once in so long: he can knock very fast."""


def refuse(*, connection: Connection, kind: str, title: str, error: str, at: datetime) -> Run:
    """Something a base sent was not taken; `error` is what 1C was told."""
    return Run.objects.create(
        connection=connection,
        kind=kind[:20],
        title=title[:500],
        state=Run.State.FAILED,
        started_at=at,
        finished_at=at,
        error=error,
    )


def refuse_stranger(
    *, connection: Connection, kind: str, title: str, error: str, at: datetime
) -> None:
    """Like :func:`refuse`, for somebody who has not proved who he is."""
    told = hashlib.sha256(f"{title}\n{error}".encode()).hexdigest()
    key = f"exchange-refused:{connection.pk}:{told}"
    if cache.add(key, True, REPEAT_SECONDS):
        refuse(connection=connection, kind=kind, title=title, error=error, at=at)


def fail(*, run: Run, error: str, at: datetime) -> None:
    """A queued run cannot begin: its file is not to be had."""
    Run.objects.filter(pk=run.pk).exclude(state=Run.State.DONE).update(
        state=Run.State.FAILED, started_at=run.started_at or at, finished_at=at, error=error
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
