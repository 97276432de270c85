"""Orders that 1C sent back into `RemoteOrder` rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from sync import ports
from sync.intake.book import Book, reason
from sync.intake.fates import Fate
from sync.intake.figures import plain
from sync.intake.subordinates import Subordinates
from sync.merging import Batch
from sync.models import OutboxOrder, RemoteOrder
from sync.onec import commerceml
from sync.onec.commerceml import Item
from sync.onec.documents import is_order
from sync.onec.elements import child_text
from sync.onec.records import RemoteLineRecord, RemoteOrderRecord

_CENT = Decimal("0.01")
_AMOUNT_LIMIT = Decimal(10) ** 13
_UPDATED = [
    "ref",
    "remote_number",
    "remote_on",
    "status",
    "posted",
    "deleted",
    "cancelled",
    "paid",
    "shipped",
    "paid_on",
    "shipped_on",
    "currency",
    "amount",
    "comment",
    "lines",
    "requisites",
    "digest",
    "receipt",
    "run",
    "changed_at",
    "noticed_at",
]


class Orders:
    """Orders of a chunk. Read, then merge, then tell their owner after the commit.

    `fates` tells of each record in the order read.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fates: list[Fate] = []
        self._rows: dict[str, RemoteOrder] = {}
        self._created: set[str] = set()
        self._numbers: set[str] = set()
        self._below: Subordinates | None = None

    def read(self, items: Sequence[Item]) -> bool:
        """Orders out of the documents of a file; whether anything is to be written."""
        records = []
        self._below = Subordinates(self.book)
        for item in items:
            if not is_order(item.element):
                self._below.note(item)
                continue
            try:
                record = commerceml.document_record(item.element)
            except ValueError as error:
                self.book.tally.read += 1
                self.book.reject(item, error)
            else:
                records.append(record)
                self._warn_of_unread(item, record)
                self._below.note_below(item)
        has_news = self.read_records(records)
        numbers = {each.ref: _number(each) for each in records if each.ref}
        return self._below.read(numbers) or has_news

    def _warn_of_unread(self, item: Item, record: RemoteOrderRecord) -> None:
        """Tell of a sum or a date that is written in a way nobody can read."""
        for name, value in (("Сумма", record.amount), ("Дата", record.ordered_on)):
            told = child_text(item.element, name)
            if value is None and told and not told.startswith("0001"):
                self.book.warn(
                    gettext("the order %(number)s: %(field)s is not readable: %(told)s")
                    % {"number": _number(record), "field": name, "told": told[:60]}
                )

    def read_records(self, records: Sequence[RemoteOrderRecord]) -> bool:
        """Check the records and compare with what is known; whether anything is to be written."""
        book = self.book
        by_number, by_ref = self._look_up(records)
        for record in records:
            book.tally.read += 1
            fate = Fate()
            self.fates.append(fate)
            try:
                check(record)
                # the number is ours and stable; the identifier is often absent
                own = by_number.get(record.number) if record.number else None
                own = own or (by_ref.get(record.ref) if record.ref else None)
                number = own.number if own else _number(record)
                row = self._row(record, number, own)
            except ValueError as error:
                fate.reject(reason(error))
                book.refuse(
                    "document", record.number or record.ref, fate.reason, xml=repr(record)[:2000]
                )
                continue
            self._numbers.update({number, record.number})
            if own is not None and (own.digest == record.digest or own.receipt > book.receipt):
                book.tally.unchanged += 1
                continue
            if number in self._rows:
                book.tally.unchanged += 1
            elif own is None:
                self._created.add(number)
            fate.status = "created" if own is None else "changed"
            self._rows[number] = row
        return bool(self._rows or self._numbers)

    def _look_up(
        self, records: Sequence[RemoteOrderRecord]
    ) -> tuple[dict[str, RemoteOrder], dict[str, RemoteOrder]]:
        numbers = {each.number for each in records if each.number}
        numbers |= {_number(each) for each in records}
        refs = {each.ref for each in records if each.ref}
        found = RemoteOrder.objects.filter(
            Q(number__in=numbers) | Q(ref__in=refs), connection=self.book.connection
        ).only("number", "ref", "remote_number", "status", "digest", "receipt", "connection_id")
        rows = list(found.order_by("pk"))
        return {each.number: each for each in rows}, {each.ref: each for each in rows if each.ref}

    def _row(self, record: RemoteOrderRecord, number: str, own: RemoteOrder | None) -> RemoteOrder:
        book = self.book
        return RemoteOrder(
            connection=book.connection,
            number=number,
            # a message without them does not take them away: later ones are matched by them
            ref=record.ref[:255] or (own.ref if own else ""),
            remote_number=record.remote_number[:50] or (own.remote_number if own else ""),
            remote_on=record.remote_on,
            # УТ names no state in its documents: the one that another channel told stays
            status=record.status[:150] or (own.status if own else ""),
            posted=record.posted,
            deleted=record.deleted,
            cancelled=record.cancelled,
            paid=record.paid,
            shipped=record.shipped,
            paid_on=record.paid_on,
            shipped_on=record.shipped_on,
            currency=record.currency[:10],
            amount=None if record.amount is None else _money(record.amount),
            comment=record.comment,
            lines=[_line(line) for line in record.lines],
            requisites=[list(each) for each in record.requisites],
            digest=record.digest,
            receipt=book.receipt,
            run=book.run,
            changed_at=book.now(),
            noticed_at=None,
        )

    def fill(self) -> None:
        """Nothing is staged: orders are few."""

    def merge(self, batch: Batch) -> None:
        """Write what differs. Whatever 1C tells of an order proves that it has the order."""
        book = self.book
        if self._rows:
            RemoteOrder.objects.bulk_create(
                self._rows.values(),
                update_conflicts=True,
                unique_fields=["connection", "number"],
                update_fields=_UPDATED,
            )
            book.tally.created += len(self._created)
            book.tally.changed += len(self._rows) - len(self._created)
            book.order_ids += RemoteOrder.objects.filter(
                connection=book.connection, number__in=list(self._rows)
            ).values_list("pk", flat=True)
        confirm(book, self._numbers)
        if self._below is not None:
            self._below.merge(batch, self._rows)


def confirm(book: Book, numbers: Collection[str]) -> None:
    """1C has told something of these orders, so it has them."""
    if not numbers:
        return
    OutboxOrder.objects.filter(connection=book.connection, number__in=numbers).exclude(
        state=OutboxOrder.State.CONFIRMED
    ).exclude(
        # one that a person sends anew is not told of before 1C has fetched it
        state=OutboxOrder.State.WAITING,
        decided_at__isnull=False,
    ).update(
        state=OutboxOrder.State.CONFIRMED,
        confirmed_at=book.now(),
        error="",
        not_before=None,
    )


def tell(book: Book) -> None:
    """Tell the owner of orders what the run changed, and note that it took the news."""
    if book.order_ids and ports.tell_remote_orders(book.order_ids):
        # a row that another run has changed meanwhile has news of its own
        RemoteOrder.objects.filter(pk__in=book.order_ids, run=book.run).update(
            noticed_at=book.now()
        )
    book.order_ids = []


def check(record: RemoteOrderRecord) -> None:
    """Raises ValueError with the reason why an order cannot be kept."""
    if not record.number and not record.ref:
        raise ValueError("a document without Номер and Ид")
    if len(record.number) > 50:
        raise ValueError("an order number over 50 characters", record.number[:60])
    if record.amount is not None and abs(record.amount) >= _AMOUNT_LIMIT:
        raise ValueError("an amount too large", str(record.amount))


def _number(record: RemoteOrderRecord) -> str:
    """Our number; an order without one is kept under 1C's."""
    return (record.number or record.remote_number or record.ref)[:50]


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _line(line: RemoteLineRecord) -> dict[str, Any]:
    amount = line.amount if line.amount is not None else line.price * line.quantity
    if abs(amount) >= _AMOUNT_LIMIT or abs(line.price) >= _AMOUNT_LIMIT:
        raise ValueError("an amount too large", str(amount))
    return {
        "ref": line.ref,
        "sku": line.sku,
        "name": line.name,
        "unit": line.unit,
        "quantity": plain(line.quantity),
        "price": str(_money(line.price)),
        "amount": str(_money(amount)),
        "vat_rate": None if line.vat_rate is None else plain(line.vat_rate),
    }
