"""Work of the queue."""

from __future__ import annotations

from base.jobs import crontab, periodic, task
from catalog_pages import stepping


@task()
def sync_category_pages() -> None:
    """Follow the mirror after it changed."""
    stepping.sync_category_pages()


@periodic(crontab(minute="*"))
def sweep_category_pages() -> None:
    """Catch up with a change whose call was lost, and with what was moved by hand."""
    stepping.sync_category_pages()
