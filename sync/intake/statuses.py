"""The state of orders, told without their lines, into `RemoteOrder` rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from sync.intake.book import Book, reason
from sync.intake.clients import MONEY_LIMIT
from sync.intake.fates import Fate
from sync.intake.orders import confirm
from sync.merging import Batch
from sync.models import OutboxOrder, RemoteOrder
from sync.models.mirror import REF_LENGTH
from sync.onec.records import OrderStatusRecord
from sync.onec.values import fingerprint

_CENT = Decimal("0.01")
_STATE = (
    "ref",
    "remote_number",
    "remote_on",
    "status",
    "posted",
    "deleted",
    "cancelled",
    "paid",
    "paid_on",
    "shipped",
    "shipped_on",
    "amount",
    "currency",
)
_WRITTEN = (*_STATE, "digest", "receipt", "run", "changed_at", "noticed_at")


@dataclass(slots=True)
class _Known:
    """Orders of the base by what they may be told by."""

    by_number: dict[str, RemoteOrder] = field(default_factory=dict)
    by_ref: dict[str, RemoteOrder] = field(default_factory=dict)
    by_remote: dict[str, RemoteOrder] = field(default_factory=dict)

    def add(self, row: RemoteOrder) -> None:
        self.by_number[row.number] = row
        if row.ref:
            self.by_ref[row.ref] = row
        if row.remote_number:
            self.by_remote[row.remote_number] = row

    def find(self, record: OrderStatusRecord) -> RemoteOrder | None:
        """Our number is the surest, 1C's own the last: it begins anew every year."""
        return (
            self.by_number.get(record.number)
            or (self.by_ref.get(record.ref) if record.ref else None)
            or self.by_remote.get(record.remote_number)
        )


class Statuses:
    """States of orders of a chunk. Read, then merge, then `orders.tell` after the commit.

    Only what is told changes; lines stay as the last document told them. An order that is not
    known yet is kept with its state alone.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fates: list[Fate] = []
        self._numbers: set[str] = set()
        self._new: dict[str, RemoteOrder] = {}
        self._changed: dict[str, RemoteOrder] = {}

    def read(self, records: Sequence[OrderStatusRecord]) -> bool:
        """Check the records and compare with what is known; whether anything is to be written."""
        book = self.book
        known = self._look_up(records)
        for record in records:
            book.tally.read += 1
            fate = Fate()
            self.fates.append(fate)
            try:
                check(record)
            except ValueError as error:
                fate.reject(reason(error))
                key = record.number or record.ref or record.remote_number
                book.refuse("status", key, fate.reason, xml=repr(record)[:2000])
            else:
                self._take(record, known, fate)
        waiting = OutboxOrder.objects.filter(
            connection=book.connection, number__in=self._numbers
        ).exclude(state=OutboxOrder.State.CONFIRMED)
        self._numbers = set(waiting.values_list("number", flat=True))
        return bool(self._new or self._changed or self._numbers)

    def _look_up(self, records: Sequence[OrderStatusRecord]) -> _Known:
        numbers = {each.number for each in records if each.number}
        remote = {each.remote_number for each in records if each.remote_number}
        refs = {each.ref for each in records if each.ref}
        found = RemoteOrder.objects.filter(
            Q(number__in=numbers | remote | refs) | Q(ref__in=refs) | Q(remote_number__in=remote),
            connection=self.book.connection,
        )
        known = _Known()
        for row in found.defer("lines", "requisites", "comment").order_by("pk"):
            known.add(row)
        return known

    def _take(self, record: OrderStatusRecord, known: _Known, fate: Fate) -> None:
        book = self.book
        own = known.find(record)
        number = own.number if own else (record.number or record.remote_number or record.ref)[:50]
        self._numbers.add(number)
        told = _told(record)
        if own is not None:
            news = {name: value for name, value in told.items() if getattr(own, name) != value}
            if not news or own.receipt > book.receipt:
                book.tally.unchanged += 1
                return
        row = own or RemoteOrder(connection=book.connection, number=number)
        for name, value in told.items():
            setattr(row, name, value)
        # that of the last document stays: the same document again is an echo and no later word
        row.digest = own.digest if own else fingerprint(repr(told).encode())
        row.receipt = book.receipt
        row.run = book.run
        row.changed_at = book.now()
        row.noticed_at = None
        book.tally.unchanged += number in self._new or number in self._changed
        if own is None:
            fate.status = "created"
            self._new[number] = row
        else:
            fate.status = "changed"
            if number not in self._new:
                self._changed[number] = row
        known.add(row)

    def fill(self) -> None:
        """Nothing is staged: orders are few."""

    def merge(self, _batch: Batch) -> None:
        """Write what differs. Whatever 1C tells of an order proves that it has the order."""
        book = self.book
        new, changed = list(self._new.values()), list(self._changed.values())
        RemoteOrder.objects.bulk_create(new)
        RemoteOrder.objects.bulk_update(changed, _WRITTEN)
        book.tally.created += len(new)
        book.tally.changed += len(changed)
        book.order_ids += [row.pk for row in (*new, *changed)]
        confirm(book, self._numbers)


def check(record: OrderStatusRecord) -> None:
    """Raises ValueError with the reason why a state cannot be kept."""
    if not (record.number or record.ref or record.remote_number):
        raise ValueError("a state of an order without a number and an identifier")
    if len(record.number) > 50 or len(record.remote_number) > 50:
        raise ValueError("an order number over 50 characters", record.number[:60])
    if len(record.ref) > REF_LENGTH:
        raise ValueError("an identifier over 255 characters", record.ref[:60])
    if record.amount is not None and abs(record.amount) >= MONEY_LIMIT:
        raise ValueError("an amount too large", str(record.amount))


def _told(record: OrderStatusRecord) -> dict[str, Any]:
    amount = record.amount
    told = {
        "ref": record.ref,
        "remote_number": record.remote_number,
        "remote_on": record.remote_on,
        "status": record.status[:150],
        "posted": record.posted,
        "deleted": record.deleted,
        "cancelled": record.cancelled,
        "paid": record.paid,
        "paid_on": record.paid_on,
        "shipped": record.shipped,
        "shipped_on": record.shipped_on,
        "amount": None if amount is None else amount.quantize(_CENT, ROUND_HALF_UP),
        "currency": record.currency[:10],
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
