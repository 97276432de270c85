"""Taking a stored exchange file into the mirror: in chunks, resumable, one base at a time.

A run first surveys the whole file, so that a broken one changes nothing. Then it goes through the
file in chunks; each is one short transaction that writes the differences, the counts and the
place reached. A run that is killed goes on behind that place. Between chunks the lease of the
base is free: a small file (stock) overtakes a large one, and receipts keep the later word.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.utils.translation import gettext

from sync.goods import twinning
from sync.holding import at_work, left
from sync.intake import goods, orders, parking, settling
from sync.intake.book import Book
from sync.intake.classifier import KINDS as CLASSIFIER_KINDS
from sync.intake.classifier import Classifier
from sync.intake.clients import Clients
from sync.intake.goods import Goods
from sync.intake.offers import Offers
from sync.intake.orders import Orders
from sync.merging import Target, amend, fill
from sync.models import (
    Category,
    Parked,
    Property,
    PropertyValue,
    Run,
)
from sync.onec import commerceml
from sync.onec.ahead import ahead
from sync.onec.commerceml import BadFile, Item
from sync.pacing import paced
from sync.runs import rehearsing
from sync.runs.taking import Taking
from sync.staging import staging

logger = logging.getLogger(__name__)

CHUNK = 1000
"""Objects in one transaction at most; on SQLite fewer, to hold its write lock under 0.3 s."""
LARGE_BYTES = 8 * 1024 * 1024
"""A file from this size on is worth a second process to take its objects apart."""
REJECTED_SHARE = 0.1
REJECTED_FLOOR = 20
"""A run with more refused objects than the floor and the share of what it read has failed."""


def import_run(run_id: int, *, owner: str) -> None:
    """Take the run's file to its end; the run is then DONE or FAILED.

    `owner` names the worker. A run that is finished, or that a living worker is busy with, is
    left alone. Raises nothing for what is wrong with the file: that is told in the run.
    """
    with at_work(run_id, owner) as run:
        if run is not None:
            _Import(run, owner).go()


def abandoned(now: datetime) -> list[int]:
    """Ids of unfinished runs of files that nobody is busy with, oldest first. Two queries."""
    return left(Run.objects.filter(file__isnull=False), now)


class _Import(Taking):
    """One worker's work on one exchange file."""

    def begin(self) -> None:
        """What twins are told from is what was there before the first chunk."""
        twinning.begin(self.run)
        self.run.save(update_fields=["products_before"])
        super().begin()

    def verdict(self) -> str:
        """Too much was refused."""
        return _verdict(self.run)

    def take_file(self) -> None:
        """Survey the whole file, take it chunk by chunk, and tie together what it told."""
        run = self.run
        if run.file is None:
            raise BadFile("the file is gone")
        path = Path(settings.EXCHANGE_ROOT) / run.file.path
        encoding = commerceml.survey(path, beat=paced(self.beat))
        book = self.book = Book(run.connection, run, run.file.pk, staging(run.connection_id))
        size = min(CHUNK, book.staging.portion)
        if self.rehearsal:
            size //= rehearsing.SMALLER
        chunks = commerceml.read(path, encoding=encoding, after=run.position, size=size)
        is_large = path.stat().st_size >= LARGE_BYTES
        with closing(ahead(chunks, book.expected, elsewhere=is_large)) as portions:
            for told in portions:
                items = settling.chosen(run, told)
                if not items:
                    self.beat()
                    continue
                with self.turn(), rehearsing.taken_back(self.rehearsal, book):
                    self._take_chunk(book, items)
                orders.tell(book)
        self._close(book)

    def _take_chunk(self, book: Book, items: Sequence[Item]) -> None:
        """Take the objects of a chunk, those that others refer to first.

        Each kind is a transaction of its own; the last one also saves the place reached. What
        was written before a kill is found unchanged when the chunk is taken again.
        """
        if book.overtakes:
            book.look_back()
        parts = _by_part(items)
        touched: list[str] = []
        for place, (make, its_items) in enumerate(parts, start=1):
            part = make(book)
            has_news = part.read(its_items)
            with book.writing(part.fill if has_news else _nothing) as batch:
                if has_news:
                    touched += part.merge(batch) or []
                if place == len(parts):
                    settling.settle_items(book, items)
                    self.save(book, items[-1].ordinal)
        if touched and book.has_parked:
            _apply_parked(book, parking.parked_for(book, touched))

    def _close(self, book: Book) -> None:
        """Tie together what came in an unlucky order. Each step can be repeated."""
        if self.rehearsal:
            return
        first = self.run.batches.aggregate(pk=Min("pk"))["pk"]
        if first is not None and _moved(Category, self.run, first):
            self._amend_all(book, goods.place_pending(book))
        if (
            first is not None
            and self.run.connection.field_map
            and (_moved(Property, self.run, first) or _moved(PropertyValue, self.run, first))
        ):
            self._amend_all(book, goods.fill_mapped(book))
        if book.has_parked:
            after = 0
            while rows := parking.parked_with_product(book, after):
                after = rows[-1].pk
                with self.turn():
                    _apply_parked(book, rows)
                self.beat()
        twinning.find_twins(self.run, beat=self.beat)

    def _amend_all(
        self, book: Book, portions: Iterator[tuple[Target, list[tuple[Any, ...]]]]
    ) -> None:
        for target, rows in portions:
            with self.turn():
                _amend_rows(book, target, rows)
            self.beat()


class _Parties(Clients):
    """Counterparties of a file."""

    def __init__(self, book: Book) -> None:
        super().__init__(book, "counterparty")

    def read(self, records: Sequence[Any]) -> bool:
        """Records out of the elements of a file."""
        found = []
        for item in records:
            try:
                found.append(commerceml.counterparty_record(item.element))
            except ValueError as error:
                self.book.tally.read += 1
                self.book.reject(item, error)
        return super().read(found)


_PARTS: tuple[tuple[Callable[[Book], Any], tuple[str, ...]], ...] = (
    (Classifier, CLASSIFIER_KINDS),
    (Goods, ("product",)),
    (Offers, ("offer",)),
    (_Parties, ("counterparty",)),
    (Orders, ("document",)),
)


def _by_part(items: Sequence[Item]) -> list[tuple[Callable[[Book], Any], list[Item]]]:
    """The objects with what takes them, in the order in which they refer to each other."""
    of_kind: dict[str, list[Item]] = {}
    for item in items:
        of_kind.setdefault(item.kind, []).append(item)
    found = []
    for make, kinds in _PARTS:
        its_items = [item for kind in kinds for item in of_kind.get(kind, ())]
        if its_items:
            found.append((make, its_items))
    return found


def _nothing() -> None:
    return None


def _amend_rows(book: Book, target: Target, rows: list[tuple[Any, ...]]) -> None:
    def fill_rows() -> None:
        fill(book.staging, target, rows)

    with book.writing(fill_rows) as batch:
        amend(book.staging, target, batch)


def _apply_parked(book: Book, rows: Sequence[Parked]) -> None:
    """Apply offers kept aside, and forget them in the same transaction."""
    if not rows:
        return
    part = Offers(book)
    has_news = part.read_parked(rows)
    done = [row.pk for row in rows if row.pk not in part.left_parked]
    if not done:
        return
    with book.writing(part.fill if has_news else _nothing) as batch:
        if has_news:
            part.merge(batch)
        Parked.objects.filter(pk__in=done).delete()
        book.close_chunk(None)


def _moved(model: type[Any], run: Run, first: int) -> bool:
    """Whether rows of the base changed in one of the run's batches."""
    return bool(
        model.objects.filter(
            connection_id=run.connection_id,
            changed_in__gte=first,
            changed_in__in=run.batches.values("pk"),
        ).exists()
    )


def _verdict(run: Run) -> str:
    """Why the run failed, empty when it did not: one line for the person at 1C."""
    # objects tried again may be refused again: that says nothing of the file
    if not run.rejected_count or run.only:
        return ""
    taken = run.read_count - run.rejected_count
    limit = max(REJECTED_FLOOR, int(run.read_count * REJECTED_SHARE))
    if taken > 0 and run.rejected_count <= limit:
        return ""
    if run.is_rehearsal:
        first = [
            (each["ref"], each["line"], each["reason"])
            for each in run.differences
            if each["action"] == "rejected"
        ][:3]
    else:
        first = list(run.rejections.order_by("pk").values_list("ref", "line", "reason")[:3])
    shown = "; ".join(
        f"{ref or gettext('line %(line)s') % {'line': line}}: {reason}"
        for ref, line, reason in first
    )
    return gettext("%(name)s: %(count)s of %(all)s objects were refused: %(shown)s") % {
        "name": run.file.name if run.file else run.title,
        "count": run.rejected_count,
        "all": run.read_count,
        "shown": shown,
    }
