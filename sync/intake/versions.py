"""Versions of 1C's objects that were taken: a repeated one is known by its number alone."""

from __future__ import annotations

from collections.abc import Iterable

from sync.models import Connection, Version
from sync.onec.records import Row

KEPT = 8
"""Of an object the last so many: a queue of 1C may send an earlier state once more."""


class Versions:
    """The versions of the objects of one chunk."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Version] = {}

    def look_up(self, rows: Iterable[Row]) -> None:
        """Read what is known of the rows' objects: one query for each kind of object."""
        asked: dict[str, set[str]] = {}
        for row in rows:
            if _counts(row):
                asked.setdefault(row.kind, set()).add(row.ref)
        self._known = {
            (kind, each.ref): each
            for kind, refs in asked.items()
            for each in Version.objects.filter(connection=self._connection, kind=kind, ref__in=refs)
        }

    def has(self, row: Row) -> bool:
        """Whether this very version was taken."""
        known = self._known.get((row.kind, row.ref))
        return bool(row.version) and known is not None and row.version in known.versions

    def note(self, rows: Iterable[Row]) -> None:
        """Keep the versions just taken, in the transaction that took them."""
        new: dict[tuple[str, str], Version] = {}
        changed: dict[tuple[str, str], Version] = {}
        for row in rows:
            if not _counts(row) or self.has(row):
                continue
            key = (row.kind, row.ref)
            own = self._known.get(key)
            if own is None:
                own = Version(connection=self._connection, kind=row.kind, ref=row.ref[:255])
                self._known[key] = new[key] = own
            elif key not in new:
                changed[key] = own
            own.versions = [*own.versions, row.version][-KEPT:]
        Version.objects.bulk_create(
            new.values(),
            update_conflicts=True,
            unique_fields=["connection", "kind", "ref"],
            update_fields=["versions"],
        )
        Version.objects.bulk_update(changed.values(), ["versions"])


def _counts(row: Row) -> bool:
    """Whether the row's version says something: a balance may be settled without being told."""
    return bool(row.version and row.ref) and row.kind != "balance"
