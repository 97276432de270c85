"""Payments and shipments that came with orders: rows of payments, and what they mean for orders.

УТ tells of a whole payment or shipment by a mark of the order; who tells the documents instead
leaves the mark out. Then an order is paid when its payments come to its amount, and shipped when
its shipments bring all of its lines. A mark that 1C does tell is never contradicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Q
from lxml import etree

from sync.intake.book import Book
from sync.intake.payments import Payments
from sync.merging import Batch
from sync.models import Payment, RemoteOrder
from sync.onec.commerceml import Item
from sync.onec.elements import child_text
from sync.onec.records import PaymentRecord
from sync.onec.subordinates import (
    ShipmentRecord,
    below,
    covers,
    is_payment,
    is_shipment,
    payment_record,
    shipment_record,
)


class Subordinates:
    """Documents of a chunk that stand below orders: noted, read, and merged behind the orders."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._payments = Payments(book)
        self._told: list[PaymentRecord] = []
        self._shipments: list[ShipmentRecord] = []

    def note(self, item: Item) -> None:
        """A document beside the order it is of."""
        if not self._take(item, item.element, ""):
            self.book.tally.read += 1
            self.book.tally.unchanged += 1

    def note_below(self, item: Item) -> None:
        """Documents inside an order."""
        number = child_text(item.element, "Номер")
        for element in below(item.element):
            self._take(item, element, number)

    def read(self, numbers: Mapping[str, str]) -> bool:
        """Compare with what is known; whether anything may have to be written.

        `numbers` are those of the orders of the chunk by their identifier.
        """
        known = {**self._known(), **numbers}
        self._told = [
            replace(each, order_number=known.get(each.order_number, each.order_number))
            for each in self._told
        ]
        self._shipments = [
            replace(each, order_number=known.get(each.order_number, each.order_number))
            for each in self._shipments
        ]
        has_news = self._payments.read(self._told)
        return has_news or bool(self._shipments)

    def merge(self, batch: Batch, numbers: Iterable[str]) -> None:
        """Write the payments, then look at their orders and at those of `numbers`."""
        self._payments.merge(batch)
        self._settle({*self._named(), *numbers})

    def _take(self, item: Item, element: etree._Element, number: str) -> bool:
        """Whether the document is counted among the payments, or was refused."""
        try:
            if is_payment(element):
                payment = payment_record(element, number)
                if payment is not None:
                    self._told.append(payment)
                return payment is not None
            if is_shipment(element):
                shipment = shipment_record(element, number)
                if shipment is not None and shipment.order_number:
                    self._shipments.append(shipment)
        except ValueError as error:
            self.book.tally.read += 1
            self.book.reject(item, error)
            return True
        return False

    def _named(self) -> set[str]:
        """What the documents call the orders they are of."""
        named = {each.order_number for each in self._told}
        return (named | {each.order_number for each in self._shipments}) - {""}

    def _known(self) -> dict[str, str]:
        """Numbers of orders that 1C told of before, by its identifier."""
        refs = self._named()
        if not refs:
            return {}
        found = RemoteOrder.objects.filter(
            Q(ref__in=refs) | Q(remote_number__in=refs), connection=self.book.connection
        ).values_list("ref", "remote_number", "number")
        named: dict[str, str] = {}
        for ref, remote_number, number in found:
            for name in filter(None, (remote_number, ref)):
                named[name] = number
        return named

    def _settle(self, numbers: Iterable[str]) -> None:
        """Mark orders as paid and shipped where their documents say it and their marks do not."""
        book = self.book
        rows = list(
            RemoteOrder.objects.filter(connection=book.connection, number__in=list(numbers))
            .filter(Q(paid=None) | Q(shipped=None))
            .exclude(deleted=True)
            .exclude(cancelled=True)
            .order_by("pk")
        )
        paid = self._sums([row.number for row in rows])
        shipped: dict[str, list[ShipmentRecord]] = {}
        for shipment in self._shipments:
            shipped.setdefault(shipment.order_number, []).append(shipment)
        changed = []
        for row in rows:
            is_paid = self._pay(row, paid)
            if self._ship(row, shipped.get(row.number, [])) or is_paid:
                row.run = book.run
                row.changed_at = book.now()
                row.noticed_at = None
                changed.append(row)
        RemoteOrder.objects.bulk_update(changed, _SETTLED, batch_size=100)
        book.order_ids += [row.pk for row in changed if row.pk not in book.order_ids]

    def _sums(self, numbers: list[str]) -> dict[tuple[str, str], tuple[Decimal, date]]:
        """What came in for orders by 1C's documents, by number and currency, and when last."""
        found: dict[tuple[str, str], tuple[Decimal, date]] = {}
        if not numbers:
            return found
        paid = Payment.objects.filter(
            connection=self.book.connection,
            source=Payment.Source.ONEC,
            order_number__in=numbers,
        ).values_list("order_number", "currency", "amount", "paid_on")
        # added here, not in the database: SQLite would add floats
        for number, currency, amount, paid_on in paid:
            total, last = found.get((number, currency), (Decimal(0), paid_on))
            found[number, currency] = (total + amount, max(last, paid_on))
        return found

    def _pay(self, row: RemoteOrder, sums: Mapping[tuple[str, str], tuple[Decimal, date]]) -> bool:
        paid = sums.get((row.number, row.currency))
        if row.paid is not None or not row.amount or paid is None or paid[0] < row.amount:
            return False
        row.paid, row.paid_on = True, paid[1]
        return True

    def _ship(self, row: RemoteOrder, shipments: list[ShipmentRecord]) -> bool:
        if row.shipped is not None or not covers(row.lines, shipments):
            return False
        row.shipped = True
        row.shipped_on = max(
            (each.shipped_on for each in shipments if each.shipped_on), default=None
        )
        return True


_SETTLED = ["paid", "paid_on", "shipped", "shipped_on", "run", "changed_at", "noticed_at"]
