"""Runs, and who is busy with them.

A worker holds the lease of a run while it is at it. An open run whose lease nobody holds was left
by a worker that died: the sweeper puts it into the queue again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sync import leases
from sync.models import Lease, Run
from sync.onec.values import storable

logger = logging.getLogger(__name__)

OPEN = (Run.State.QUEUED, Run.State.RUNNING)
"""States of a run that has not ended."""

WAITS = timedelta(seconds=60)
"""A run that stands in the queue is left only after so long: its task may be about to start."""


class Imports(Protocol):
    """Where runs wait for the worker."""

    @property
    def import_file(self) -> Callable[[int], None]:
        """Puts the run with this id into the queue, after the commit."""


def lease_of_run(run_id: int) -> str:
    """Name of the lease that a worker holds while it is busy with a run."""
    return f"run:{run_id}"


def lease_of_connection(connection_id: int) -> str:
    """Name of the lease under which one chunk at a time is taken from a base."""
    return f"import:{connection_id}"


@contextmanager
def at_work(run_id: int, owner: str) -> Iterator[Run | None]:
    """The open run, with its base, file and person, for the worker `owner` alone.

    None when it has ended or somebody else is busy with it. A worker that loses the lease
    meanwhile (`leases.LostLease`) leaves the run to whoever has it.
    """
    lease = lease_of_run(run_id)
    if not leases.acquire(lease, owner):
        yield None
        return
    try:
        runs = Run.objects.select_related("connection", "file", "by")
        yield runs.filter(pk=run_id, state__in=OPEN).first()
    except leases.LostLease:
        logger.warning("run %s was taken over by another worker", run_id)
    finally:
        leases.release(lease, owner)


def left(runs: QuerySet[Run], now: datetime, *, patience: timedelta = WAITS) -> list[int]:
    """Ids of the open ones among `runs` that nobody is busy with, oldest first. Two queries.

    One that waits in the queue counts only after `patience`.
    """
    held = Lease.objects.filter(name__startswith=lease_of_run(0)[:-1], expires_at__gt=now)
    busy = set(held.values_list("name", flat=True))
    rows = runs.filter(state__in=OPEN).order_by("pk").values_list("pk", "state", "queued_at")
    return [
        pk
        for pk, state, queued_at in rows
        if lease_of_run(pk) not in busy
        and (state == Run.State.RUNNING or queued_at < now - patience)
    ]


def portal_error(error: Exception) -> str:
    """Words for an error that is nobody's fault but the portal's."""
    return f"{gettext('an error of the portal')}: {type(error).__name__}: {error}"


def finish(run: Run, *, error: str = "", title: str = "", at: datetime | None = None) -> None:
    """The run has ended, and failed when there is an error; `title` says what it came to."""
    run.state = Run.State.FAILED if error else Run.State.DONE
    run.error = storable(error)
    run.title = (title or run.title)[:500]
    run.finished_at = at or timezone.now()
    run.started_at = run.started_at or run.finished_at
    run.save(
        update_fields=[
            "state",
            "error",
            "title",
            "started_at",
            "finished_at",
            "warnings",
            "warning_count",
        ]
    )
