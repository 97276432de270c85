"""Balances and movements of the settlements into rows of the mirror."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.utils.translation import gettext

from sync.intake.book import Book
from sync.intake.clients import MONEY_LIMIT, Clients, RecordKind, check_ref, join
from sync.merging import Target
from sync.models import SettlementBalance, SettlementEntry
from sync.onec.records import SettlementRecord

_Each = TypeVar("_Each")
_CENT = Decimal("0.01")
_PORTION = 500
FEW = 20
"""Open balances of a base that an empty telling of all of it still settles."""

_STAGED = (
    "ref",
    "archived",
    "counterparty_ref",
    "contract_ref",
    "organisation_ref",
    "currency",
    "amount",
    "base_amount",
    "document_ref",
    "document_name",
    "document_number",
    "document_on",
    "order_number",
)
_VALUES = {
    "counterparty_id": "COALESCE(k.id, c.counterparty_id)",
    "contract_id": "c.id",
    "organisation_id": "COALESCE(g.id, c.organisation_id)",
    # the contract's own currency, where the register does not repeat it
    "currency": "COALESCE(NULLIF(s.currency, ''), c.currency, '')",
}
_JOINS = " ".join(
    (
        join("sync_counterparty", "k", "counterparty_ref"),
        join("sync_contract", "c", "contract_ref"),
        join("sync_organisation", "g", "organisation_ref"),
    )
)
BALANCES = Target(
    name="balance",
    model=SettlementBalance,
    staged=(*_STAGED, "due_on", "as_of", "digest", "receipt"),
    values=_VALUES,
    joins=_JOINS,
)
ENTRIES = Target(
    name="entry",
    model=SettlementEntry,
    staged=(*_STAGED, "kind", "moved_at", "origin", "digest", "receipt"),
    values=_VALUES,
    joins=_JOINS,
)


def check(record: SettlementRecord, *, is_movement: bool) -> None:
    """Raises ValueError with the reason why a record cannot be kept."""
    check_ref(record.ref)
    for ref in (record.counterparty_ref, record.contract_ref, record.organisation_ref):
        if ref:
            check_ref(ref)
    if not record.counterparty_ref and not record.contract_ref:
        raise ValueError("a settlement without a counterparty and a contract")
    for amount in (record.amount, record.base_amount):
        if amount is not None and abs(amount) >= MONEY_LIMIT:
            raise ValueError("an amount too large", str(amount))
    if is_movement and record.moved_at is None:
        raise ValueError("a movement without its date")
    if is_movement and record.kind and record.kind not in SettlementEntry.Kind.values:
        raise ValueError("an unknown kind of movement", record.kind[:60])


def _row(record: SettlementRecord) -> tuple[Any, ...]:
    return (
        record.archived,
        record.counterparty_ref,
        record.contract_ref,
        record.organisation_ref,
        record.currency[:10],
        record.amount.quantize(_CENT, ROUND_HALF_UP),
        None if record.base_amount is None else record.base_amount.quantize(_CENT, ROUND_HALF_UP),
        record.document_ref[:255],
        record.document_name[:250],
        record.document_number[:50],
        record.document_on,
        record.order_number[:50],
    )


def _balance(record: SettlementRecord, book: Book) -> tuple[Any, ...]:
    return (*_row(record), record.due_on, _adapted(book.now()))


def _entry(record: SettlementRecord, book: Book) -> tuple[Any, ...]:
    moved_at = record.moved_at
    if moved_at is not None and moved_at.tzinfo is None:
        moved_at = moved_at.replace(tzinfo=ZoneInfo(book.connection.time_zone))
    kind = record.kind or SettlementEntry.Kind.CORRECTION.value
    file = book.run.file
    return (*_row(record), kind, _adapted(moved_at), file.channel if file else "")


def _adapted(at: datetime | None) -> Any:
    return database.ops.adapt_datetimefield_value(at)


def _refers(record: SettlementRecord) -> Mapping[str, str]:
    return {
        "counterparty": record.counterparty_ref,
        "contract": record.contract_ref,
        "organisation": record.organisation_ref,
    }


KINDS: dict[str, RecordKind] = {
    "balance": RecordKind(
        SettlementRecord, BALANCES, _balance, _refers, partial(check, is_movement=False)
    ),
    "settlement": RecordKind(
        SettlementRecord, ENTRIES, _entry, _refers, partial(check, is_movement=True)
    ),
}


class Settlements(Clients):
    """Balances or movements of a chunk."""

    kinds = KINDS


def settle_absent(book: Book, told: Collection[str], counterparty_refs: Collection[str]) -> int:
    """Archive the balances that a whole telling has left out; how many.

    `told` are the refs it told of. With `counterparty_refs` it was whole for these clients alone.
    A telling of a whole base that is empty archives :data:`FEW` balances at most, and nothing when
    there are more: it is the mark of a program that lost its rights more often than of clients who
    all have paid on one day. Named one by one they are settled however many they are.
    """
    rows = SettlementBalance.objects.filter(connection=book.connection, archived=False)
    if counterparty_refs:
        named = list(dict.fromkeys(counterparty_refs))
        parts = [rows.filter(counterparty__ref__in=part) for part in _portions(named)]
    elif not told and rows[: FEW + 1].count() > FEW:
        book.warn(gettext("a whole telling of balances without a single one: nothing is settled"))
        return 0
    else:
        parts = [rows]
    absent = [
        pk
        for part in parts
        for pk, ref, receipt in part.values_list("pk", "ref", "receipt").iterator()
        if ref not in told and receipt <= book.receipt
    ]
    count = 0
    for pks in _portions(absent):
        with book.writing() as batch:
            # without a digest the same words bring the row back
            count += SettlementBalance.objects.filter(pk__in=pks, archived=False).update(
                archived=True,
                digest=0,
                receipt=book.receipt,
                changed_in=batch.number,
                changed_at=batch.at,
            )
            batch.changes += len(pks)
    book.tally.changed += count
    return count


def _portions(items: list[_Each]) -> Iterator[list[_Each]]:
    for start in range(0, len(items), _PORTION):
        yield items[start : start + _PORTION]
