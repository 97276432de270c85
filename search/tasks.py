"""Keeping the index in step, in the worker."""

from __future__ import annotations

from django.core.cache import cache

from base.jobs import crontab, periodic, task
from search import indexing

WAITING = "search.refresh-waits"
FORGET_AFTER = 30
"""Seconds after which a waiting refresh is taken for lost."""


@task()
def refresh_index() -> None:
    """Bring the index up to date."""
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
