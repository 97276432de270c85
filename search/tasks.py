"""Keeping the index in step, in the worker."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from huey.contrib import djhuey

from base.jobs import crontab, periodic, task
from search import indexing
from sync.models import Run

WAITING = "search.refresh-waits"
FORGET_AFTER = 30
"""Seconds after which a waiting refresh is taken for lost."""
PATIENCE = 5.0
"""Seconds that a refresh waits for an import to end."""
PAUSE = 0.25

_queue: Any = djhuey.HUEY


@task()
def refresh_index() -> None:
    """Bring the index up to date, once for the many chunks of an import."""
    _let_imports_end()
    cache.delete(WAITING)
    indexing.refresh()


@periodic(crontab(minute="*"))
def sweep_index() -> None:
    """Catch up with what nobody told; cheap when nothing has changed."""
    indexing.refresh()


def ask_for_refresh() -> None:
    """Put a refresh into the queue unless one waits there: an import tells of every chunk."""
    if cache.add(WAITING, 1, timeout=FORGET_AFTER):
        refresh_index.later()


def _let_imports_end() -> None:
    """Wait a little while something is imported.

    Goods, prices and stock come one after another, and each would have the same documents made
    anew. A task that runs in its caller's thread would wait for itself.
    """
    until = time.monotonic() + PATIENCE
    while (
        not _queue.immediate
        and time.monotonic() < until
        and Run.objects.filter(state=Run.State.RUNNING).exists()
    ):
        time.sleep(PAUSE)
