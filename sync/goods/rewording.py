"""Giving goods the words that a person has said units of 1C mean: in bulk, in portions.

Whoever says so only marks the word (`Alias.is_pending`); the worker goes over the goods. What is
cut off is done again: a row that has its word already is not touched.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection as database
from django.utils import timezone

from base.jobs import task
from sync import ports
from sync.goods import aliases
from sync.goods.owning import Owner, owner_of
from sync.merging import Batch
from sync.models import Alias, Product
from sync.portions import windows
from sync.staging import staging

_REWORD = """
    UPDATE sync_product SET unit = %s, changed_in = %s, changed_at = %s
    WHERE connection_id = %s AND id BETWEEN %s AND %s
        AND COALESCE(NULLIF(unit_told, ''), unit) = %s AND unit <> %s
"""


def reword(*, alias_id: int, at: datetime) -> int:
    """Give the goods of a base the word that a unit means now; how many changed.

    Units that the portal owns are left alone: they are words of people, not of 1C.
    """
    alias = Alias.objects.select_related("connection").filter(pk=alias_id, is_pending=True).first()
    if alias is None:
        return 0
    changed = 0
    if owner_of(alias.connection, "unit") is not Owner.PORTAL:
        word = alias.means or aliases.usual(alias.kind, alias.told)
        changed = _reword(alias, word[:100], at)
    # said anew meanwhile: it is pending for that word still
    Alias.objects.filter(pk=alias.pk, means=alias.means).update(is_pending=False)
    if changed:
        ports.tell_mirror_changed()
    return changed


def reword_pending(*, at: datetime) -> None:
    """Go on with the words whose goods have not got theirs. One query when there are none."""
    waiting = Alias.objects.filter(is_pending=True).order_by("pk")
    for alias_id in list(waiting.values_list("pk", flat=True)):
        reword(alias_id=alias_id, at=at)


@task(priority=-5)
def reword_later(alias_id: int) -> None:
    """Give goods the word that a unit of 1C means now."""
    reword(alias_id=alias_id, at=timezone.now())


def _reword(alias: Alias, word: str, at: datetime) -> int:
    own = staging(alias.connection_id)
    changed = 0
    for first, last in windows(Product, alias.connection_id):
        with own.locked(lambda: None):
            batch = Batch(None, at)
            with database.cursor() as cursor:
                cursor.execute(
                    _REWORD,
                    [
                        word,
                        batch.number,
                        database.ops.adapt_datetimefield_value(at),
                        alias.connection_id,
                        first,
                        last,
                        alias.told,
                        word,
                    ],
                )
                batch.changes = int(cursor.rowcount)
            batch.settle()
        changed += batch.changes
    return changed
