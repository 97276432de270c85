"""Money received into `Payment` rows: the same payment is one row, however often it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from sync.intake.book import Book, reason
from sync.intake.clients import MONEY_LIMIT
from sync.intake.fates import Fate
from sync.merging import Batch
from sync.models import Counterparty, OutboxOrder, Payment, RemoteOrder
from sync.models.mirror import REF_LENGTH
from sync.onec.records import PaymentRecord
from sync.onec.values import fingerprint

_CENT = Decimal("0.01")
_COMPARED = (
    "key",
    "source",
    "number",
    "paid_on",
    "amount",
    "currency",
    "payer_name",
    "payer_inn",
    "payer_account",
    "our_account",
    "purpose",
    "order_number",
    "counterparty_id",
)
_WRITTEN = (*_COMPARED[:-1], "counterparty", "file", "digest", "changed_at")
_PAID_WITHIN = timedelta(days=180)
"""How old an order may be that a payment is taken for by its sum alone."""

_NUMBERS = re.compile(r"(?<!\d)\d{1,11}(?!\d)")


def key_of(record: PaymentRecord) -> str:
    """What makes a payment that one: 1C's identifier, else what a person would know it by."""
    return record.ref or look_of(record)


def look_of(record: PaymentRecord) -> str:
    """What a person would know the payment by; empty for a document of 1C without a number."""
    told = [record.number, record.paid_on.isoformat(), str(_money(record.amount))]
    if record.source == "bank":
        return "|".join([record.our_account, *told, record.payer_account])[:255]
    return "|".join(told)[:255] if record.number else ""


def check(record: PaymentRecord) -> None:
    """Raises ValueError with the reason why a payment cannot be kept."""
    if not record.ref and not record.number:
        raise ValueError("a payment without an identifier and a number")
    if len(record.ref) > REF_LENGTH:
        raise ValueError("an identifier over 255 characters", record.ref[:60])
    if record.source not in Payment.Source.values:
        raise ValueError("an unknown source of a payment", str(record.source)[:60])
    if abs(record.amount) >= MONEY_LIMIT:
        raise ValueError("an amount too large", str(record.amount))


class Payments:
    """Payments of a chunk. Read, then merge. `fates` tells of each in the order read.

    A document that came without its identifier once and with it another time is the same payment
    when number, date and sum say so. A line of the bank and a document of 1C are two rows: which
    of them counts is a question of the reader.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fates: list[Fate] = []
        self._by_key: dict[str, Payment] = {}
        self._by_look: dict[str, Payment] = {}
        self._dirty: dict[int, Payment] = {}
        self._is_new: set[int] = set()

    def read(self, records: Sequence[PaymentRecord]) -> bool:
        """Check the records and compare with what is known; whether anything is to be written."""
        good = []
        for record in records:
            self.book.tally.read += 1
            fate = Fate()
            self.fates.append(fate)
            try:
                check(record)
            except ValueError as error:
                fate.reject(reason(error))
                key = record.ref or record.number
                self.book.refuse("payment", key, fate.reason, xml=repr(record)[:2000])
            else:
                good.append((record, fate))
        self._look_up([record for record, _fate in good])
        matches = _Matches(self.book, [record for record, _fate in good])
        for record, fate in good:
            self._take(record, matches, fate)
        return bool(self._dirty)

    def _look_up(self, records: Sequence[PaymentRecord]) -> None:
        keys = {key for each in records for key in (key_of(each), look_of(each)) if key}
        numbers = {each.number for each in records if each.number and not each.ref}
        rows = Payment.objects.filter(connection=self.book.connection)
        for row in rows.filter(Q(key__in=keys) | Q(source="onec", number__in=numbers)):
            self._remember(row)

    def _remember(self, row: Payment) -> None:
        self._by_key[row.key] = row
        if row.source == Payment.Source.ONEC and row.number:
            look = "|".join([row.number, row.paid_on.isoformat(), str(_money(row.amount))])
            self._by_look.setdefault(look[:255], row)

    def _take(self, record: PaymentRecord, matches: _Matches, fate: Fate) -> None:
        book = self.book
        key, look = key_of(record), look_of(record)
        own = self._by_key.get(key) or self._by_key.get(look)
        if own is None and not record.ref:
            own = self._by_look.get(look)
        told = _told(record, key)
        told["order_number"] = matches.order_of(record)
        told["counterparty_id"] = matches.party_of(record)
        if own is not None:
            if not record.ref:
                told["key"] = own.key
            # what was matched once stays matched
            told["order_number"] = told["order_number"] or own.order_number
            told["counterparty_id"] = told["counterparty_id"] or own.counterparty_id
            same = all(getattr(own, name) == told[name] for name in _COMPARED)
            if same or (own.file_id or 0) > book.receipt:
                book.tally.unchanged += 1
                return
        row = own or Payment(connection=book.connection)
        for name, value in told.items():
            setattr(row, name, value)
        row.file_id = book.run.file_id
        row.digest = fingerprint(repr(record).encode())
        row.changed_at = book.now()
        if own is None:
            fate.status = "created"
            self._is_new.add(id(row))
        else:
            fate.status = "changed"
            # one that is new in this very chunk is counted once
            book.tally.unchanged += id(row) in self._dirty
        self._dirty[id(row)] = row
        self._remember(row)

    @property
    def order_numbers(self) -> set[str]:
        """Orders that the payments to be written are for."""
        return {row.order_number for row in self._dirty.values() if row.order_number}

    def fill(self) -> None:
        """Nothing is staged: payments are few."""

    def merge(self, _batch: Batch) -> None:
        """Write what differs."""
        rows = list(self._dirty.values())
        new = [row for row in rows if id(row) in self._is_new]
        old = [row for row in rows if id(row) not in self._is_new]
        Payment.objects.bulk_create(new)
        Payment.objects.bulk_update(old, _WRITTEN)
        self.book.tally.created += len(new)
        self.book.tally.changed += len(old)


class _Matches:
    """Whom and what the payments of a chunk are for, as far as their base knows. Six queries."""

    def __init__(self, book: Book, records: Iterable[PaymentRecord]) -> None:
        records = list(records)
        self._base = book.connection
        inns = {each.payer_inn for each in records if each.payer_inn}
        refs = {each.counterparty_ref for each in records if each.counterparty_ref}
        self._by_ref: dict[str, int] = {}
        self._by_inn: dict[str, set[int]] = {}
        if inns or refs:
            found = Counterparty.objects.filter(
                Q(ref__in=refs) | Q(inn__in=inns, archived=False), connection=book.connection
            )
            for pk, ref, inn in found.values_list("pk", "ref", "inn"):
                self._by_ref[ref] = pk
                if inn:
                    self._by_inn.setdefault(inn, set()).add(pk)
        told = {number for each in records for number in _candidates(each)}
        self._orders: dict[str, str] = {}
        if told:
            remote = RemoteOrder.objects.filter(
                Q(number__in=told) | Q(remote_number__in=told), connection=book.connection
            )
            for number, remote_number in remote.values_list("number", "remote_number"):
                self._orders[number] = number
                if remote_number:
                    self._orders.setdefault(remote_number, number)
            ours = OutboxOrder.objects.filter(connection=book.connection, number__in=told)
            self._orders.update(
                (number, number) for number in ours.values_list("number", flat=True)
            )

        self._sums = self._orders_by_sum([each for each in records if _may_match_by_sum(each)])

    def _orders_by_sum(
        self, records: Sequence[PaymentRecord]
    ) -> dict[tuple[str, Decimal], list[str]]:
        """Numbers of orders that wait for money, by the buyer's INN and the sum to pay."""
        if not records:
            return {}
        oldest = min(each.paid_on for each in records) - _PAID_WITHIN
        placed = OutboxOrder.objects.filter(
            connection=self._base,
            queued_at__date__gte=oldest,
            payload__party__inn__in=sorted({each.payer_inn for each in records}),
        ).values_list("number", "payload")
        # texts of digits inside JSON come out of SQLite as numbers: the whole is read
        buyers = {number: (told["party"]["inn"], told["amount"]) for number, told in placed}
        paid = set(
            Payment.objects.filter(connection=self._base, order_number__in=buyers).values_list(
                "order_number", flat=True
            )
        )
        told = {
            number: amount
            for number, amount in RemoteOrder.objects.filter(
                connection=self._base, number__in=buyers
            ).values_list("number", "amount")
            if amount is not None
        }
        found: dict[tuple[str, Decimal], list[str]] = {}
        for number, (inn, amount) in buyers.items():
            if number not in paid:
                # 1C may have changed the order since: what it says is to be paid
                found.setdefault((inn, told.get(number, Decimal(amount))), []).append(number)
        return found

    def party_of(self, record: PaymentRecord) -> int | None:
        """The payer: by 1C's identifier, else by an INN that only one client has."""
        if record.counterparty_ref in self._by_ref:
            return self._by_ref[record.counterparty_ref]
        alike = self._by_inn.get(record.payer_inn, set())
        return next(iter(alike)) if len(alike) == 1 else None

    def order_of(self, record: PaymentRecord) -> str:
        """The order: as told, else the only known number that the purpose names, else the only
        one that this buyer has not paid and that comes to this very sum."""
        if record.order_number:
            told = record.order_number[:50]
            return self._orders.get(told, told)
        named = {self._orders[each] for each in _candidates(record) if each in self._orders}
        if named:
            return named.pop() if len(named) == 1 else ""
        if not _may_match_by_sum(record):
            return ""
        alike = self._sums.get((record.payer_inn, _money(record.amount)), [])
        # a second payment of the chunk over the same sum is for something else
        return alike.pop() if len(alike) == 1 else ""


def _may_match_by_sum(record: PaymentRecord) -> bool:
    return record.source == "bank" and bool(record.payer_inn) and not record.order_number


def _candidates(record: PaymentRecord) -> set[str]:
    if record.order_number:
        return {record.order_number[:50]}
    return set(_NUMBERS.findall(record.purpose))


def _told(record: PaymentRecord, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "source": record.source,
        "number": record.number[:50],
        "paid_on": record.paid_on,
        "amount": _money(record.amount),
        "currency": record.currency[:10],
        "payer_name": record.payer_name[:500],
        "payer_inn": record.payer_inn[:12],
        "payer_account": record.payer_account[:34],
        "our_account": record.our_account[:34],
        "purpose": record.purpose,
    }


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
