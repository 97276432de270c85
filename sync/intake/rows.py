"""A portion of rows out of a stored file of records, taken kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from django.db import transaction

from sync.intake import clients, orders, payments, settlements, statuses, tellings
from sync.intake.book import Book, reason
from sync.intake.clients import Clients
from sync.intake.fates import Fate
from sync.intake.orders import Orders
from sync.intake.payments import Payments
from sync.intake.settlements import Settlements
from sync.intake.settling import settle
from sync.intake.statuses import Statuses
from sync.intake.subordinates import Subordinates
from sync.intake.tellings import Tellings
from sync.intake.versions import Versions
from sync.merging import Batch
from sync.onec.records import Row


class Part(Protocol):
    """Takes the records of one kind: `read`, then `fill`, then `merge` under the lock."""

    fates: list[Fate]

    def read(self, records: Sequence[Any], /) -> bool:
        """Compare with what is known; whether anything is to be written."""

    def fill(self) -> None:
        """Put rows into staging tables."""

    def merge(self, batch: Batch, /) -> Any:
        """Write what differs."""


class _Documents(Orders):
    """Orders told as records."""

    def read(self, items: Sequence[Any]) -> bool:
        """The records are there already."""
        self._below = Subordinates(self.book)
        return self.read_records(items)


class _Money(Payments):
    """Payments that come by themselves: an order may be paid by them."""

    def merge(self, batch: Batch) -> None:
        """Write the payments, then look at their orders."""
        super().merge(batch)
        Subordinates(self.book).merge(batch, self.order_numbers)


_PARTS: Mapping[str, Callable[[Book], Part]] = {
    # what others refer to goes first
    **{kind: partial(Clients, kind=kind) for kind in clients.KINDS},
    "order": _Documents,
    "status": Statuses,
    **{kind: partial(Settlements, kind=kind) for kind in settlements.KINDS},
    "payment": _Money,
    "price": Tellings,
    "stock": Tellings,
}
KINDS = tuple(_PARTS)
"""Kinds of records, in the order in which they refer to each other."""

_CHECKS: Mapping[str, Callable[[Any], None]] = {
    **{name: kind.check for name, kind in {**clients.KINDS, **settlements.KINDS}.items()},
    "order": orders.check,
    "status": statuses.check,
    "payment": payments.check,
    "price": tellings.check,
    "stock": tellings.check,
}


def part_of(book: Book, kind: str) -> Part:
    """What takes records of the kind. Raises KeyError for an unknown one."""
    return _PARTS[kind](book)


def take_rows(
    book: Book,
    rows: Sequence[Row],
    *,
    save: Callable[[Sequence[Fate]], None],
    heed_versions: bool,
) -> list[Fate]:
    """Take the rows; what became of each, in order.

    Each kind is a transaction of its own; `save` is called in the last one, with the fates, to
    keep the place reached. With `heed_versions` a version taken before is not looked at again.
    """
    fates = [Fate() for _row in rows]
    versions = Versions(book.connection)
    versions.look_up(rows)
    waiting: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row.record is not None and heed_versions and versions.has(row):
            book.tally.read += 1
            book.tally.unchanged += 1
        elif _is_sound(book, row, fates[place]):
            waiting.setdefault(row.kind, []).append(place)
    kinds = [kind for kind in KINDS if kind in waiting]
    for kind in kinds:
        places = waiting[kind]
        part = part_of(book, kind)
        has_news = part.read([rows[place].record for place in places])
        _keep(part, has_news, book, versions, fates, rows, places)
    with transaction.atomic():
        settle(book, [(row.kind, row.ref) for row in rows])
        save(fates)
    return fates


def _keep(
    part: Part,
    has_news: bool,
    book: Book,
    versions: Versions,
    fates: list[Fate],
    rows: Sequence[Row],
    places: Sequence[int],
) -> None:
    """Write what differs, with the versions of what was taken, in one transaction."""

    def note() -> None:
        for place, fate in zip(places, part.fates, strict=True):
            fates[place] = fate
        versions.note(rows[place] for place in places if fates[place].status != "rejected")

    if has_news:
        with book.writing(part.fill) as batch:
            part.merge(batch)
            note()
    else:
        with transaction.atomic():
            note()


def _is_sound(book: Book, row: Row, fate: Fate) -> bool:
    """Whether the row can be read and kept; if not, it is refused with its own fragment."""
    error = ValueError(*row.error)
    if row.record is not None:
        try:
            _CHECKS[row.kind](row.record)
        except ValueError as found:
            error = found
        else:
            return True
    fate.reject(reason(error))
    book.tally.read += 1
    book.refuse(row.kind, row.ref, fate.reason, line=row.position, xml=row.fragment)
    return False
