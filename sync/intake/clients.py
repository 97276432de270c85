"""Partners, legal entities, agreements and contracts into rows of the mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.intake.book import Book, reason
from sync.intake.classifier import PRICE_TYPES, WAREHOUSES, count, give_slots
from sync.intake.fates import Fate
from sync.merging import Batch, Target, fill, known, mark_seen, merge
from sync.models import Agreement, Contract, Counterparty, Organisation, Partner
from sync.models.mirror import REF_LENGTH
from sync.onec.records import (
    AgreementRecord,
    ContractRecord,
    CounterpartyRecord,
    PartnerRecord,
)
from sync.onec.values import fingerprint

ClientRecord = PartnerRecord | CounterpartyRecord | AgreementRecord | ContractRecord

MONEY_LIMIT = Decimal(10) ** 13
_CENT = Decimal("0.01")


def join(table: str, alias: str, column: str) -> str:
    """SQL that leads from the staged column with a ref to the row it names, if there is one."""
    return (
        f"LEFT JOIN {table} {alias} ON {alias}.connection_id = s.connection_id "
        f"AND {alias}.ref = NULLIF(s.{column}, '')"
    )


PARTNERS = Target(
    name="partner", model=Partner, staged=("ref", "archived", "name", "digest", "receipt")
)
COUNTERPARTIES = Target(
    name="counterparty",
    model=Counterparty,
    staged=(
        "ref",
        "archived",
        "partner_ref",
        "name",
        "full_name",
        "inn",
        "kpp",
        "kind",
        "digest",
        "receipt",
    ),
    # a channel that knows no partners leaves the tie alone
    values={"partner_id": "COALESCE(p.id, t.partner_id)"},
    joins=join("sync_partner", "p", "partner_ref"),
    with_present=True,
)
ORGANISATIONS = Target(
    name="organisation",
    model=Organisation,
    staged=("ref", "archived", "name", "digest", "receipt"),
    values={"name": "COALESCE(NULLIF(s.name, ''), t.name, '')"},
    with_present=True,
)
AGREEMENTS = Target(
    name="agreement",
    model=Agreement,
    staged=(
        "ref",
        "archived",
        "partner_ref",
        "name",
        "price_type_ref",
        "warehouse_ref",
        "currency",
        "digest",
        "receipt",
    ),
    values={"partner_id": "p.id", "price_type_id": "y.id", "warehouse_id": "w.id"},
    joins=" ".join(
        (
            join("sync_partner", "p", "partner_ref"),
            join("sync_pricetype", "y", "price_type_ref"),
            join("sync_warehouse", "w", "warehouse_ref"),
        )
    ),
)
CONTRACTS = Target(
    name="contract",
    model=Contract,
    staged=(
        "ref",
        "archived",
        "counterparty_ref",
        "agreement_ref",
        "organisation_ref",
        "price_type_ref",
        "number",
        "name",
        "signed_on",
        "currency",
        "credit_limit",
        "deferral_days",
        "digest",
        "receipt",
    ),
    values={
        "counterparty_id": "k.id",
        "agreement_id": "a.id",
        "organisation_id": "g.id",
        "price_type_id": "y.id",
    },
    joins=" ".join(
        (
            join("sync_counterparty", "k", "counterparty_ref"),
            join("sync_agreement", "a", "agreement_ref"),
            join("sync_organisation", "g", "organisation_ref"),
            join("sync_pricetype", "y", "price_type_ref"),
        )
    ),
)

# How an undescribed object that others refer to differs from one of empty texts.
_STUBS: dict[str, tuple[Target, Mapping[str, Any]]] = {
    "partner": (PARTNERS, {}),
    "counterparty": (COUNTERPARTIES, {"kind": "company"}),
    "agreement": (AGREEMENTS, {}),
    "price_type": (PRICE_TYPES, {"name": None, "vat_included": None}),
    "warehouse": (WAREHOUSES, {"name": None}),
    "organisation": (ORGANISATIONS, {}),
    "contract": (CONTRACTS, dict.fromkeys(("signed_on", "credit_limit", "deferral_days"))),
}


def _stub(ref: str, target: Target, own: Mapping[str, Any]) -> tuple[Any, ...]:
    """A staged row of an object of which nothing is known but its identifier."""
    told = {"ref": ref, "archived": False, "digest": 0, "receipt": 0, **own}
    return tuple(told.get(name, "") for name in target.staged)


def check(record: ClientRecord) -> None:
    """Raises ValueError with the reason why a record cannot be kept."""
    check_ref(record.ref)
    if not record.name.strip() and not record.archived:
        raise ValueError("an object without a name")
    if isinstance(record, CounterpartyRecord):
        _check_counterparty(record)
    if isinstance(record, ContractRecord):
        _check_contract(record)


def check_ref(ref: str) -> None:
    """Raises ValueError for an identifier that is missing or too long."""
    if not ref:
        raise ValueError("an object without an identifier")
    if len(ref) > REF_LENGTH:
        raise ValueError("an identifier over 255 characters", ref[:60])


def _check_counterparty(record: CounterpartyRecord) -> None:
    if record.inn and not (record.inn.isdigit() and len(record.inn) in (10, 12)):
        raise ValueError("an INN that has neither 10 nor 12 digits", record.inn[:60])
    if record.kpp and len(record.kpp) != 9:
        raise ValueError("a KPP that does not have 9 characters", record.kpp[:60])
    if record.kind not in Counterparty.Kind.values:
        raise ValueError("an unknown kind of counterparty", str(record.kind)[:60])


def _check_contract(record: ContractRecord) -> None:
    if record.credit_limit is not None and not 0 <= record.credit_limit < MONEY_LIMIT:
        raise ValueError("a credit limit that is negative or too large")
    if record.deferral_days is not None and not 0 <= record.deferral_days <= 3650:
        raise ValueError("a deferral that is negative or over ten years")


@dataclass(frozen=True)
class RecordKind:
    """How records of one kind become rows: their class, target, columns and what they refer to.

    `values` are the staged columns between `ref` and `digest`; it gets the book too, for what the
    record leaves to the base. `refers` names other objects by kind: undescribed ones get a row.
    """

    record: type[Any]
    target: Target
    values: Callable[[Any, Book], tuple[Any, ...]]
    refers: Callable[[Any], Mapping[str, str]]
    check: Callable[[Any], None] = check


KINDS: dict[str, RecordKind] = {
    "partner": RecordKind(
        PartnerRecord, PARTNERS, lambda it, _book: (it.archived, it.name[:250]), lambda _it: {}
    ),
    "counterparty": RecordKind(
        CounterpartyRecord,
        COUNTERPARTIES,
        lambda it, _book: (
            it.archived,
            it.partner_ref,
            it.name[:250],
            it.full_name[:500],
            it.inn,
            it.kpp,
            it.kind,
        ),
        lambda it: {"partner": it.partner_ref},
    ),
    "agreement": RecordKind(
        AgreementRecord,
        AGREEMENTS,
        lambda it, _book: (
            it.archived,
            it.partner_ref,
            it.name[:250],
            it.price_type_ref,
            it.warehouse_ref,
            it.currency[:10],
        ),
        lambda it: {
            "partner": it.partner_ref,
            "price_type": it.price_type_ref,
            "warehouse": it.warehouse_ref,
        },
    ),
    "contract": RecordKind(
        ContractRecord,
        CONTRACTS,
        lambda it, _book: (
            it.archived,
            it.counterparty_ref,
            it.agreement_ref,
            it.organisation_ref,
            it.price_type_ref,
            it.number[:100],
            it.name[:250],
            it.signed_on,
            it.currency[:10],
            None if it.credit_limit is None else it.credit_limit.quantize(_CENT, ROUND_HALF_UP),
            it.deferral_days,
        ),
        lambda it: {
            "counterparty": it.counterparty_ref,
            "agreement": it.agreement_ref,
            "price_type": it.price_type_ref,
        },
    ),
}


class Clients:
    """Records of one kind about clients. Read, then fill, then merge under the lock.

    `fates` tells of each record in the order read, after the merge.
    """

    kinds: Mapping[str, RecordKind] = KINDS

    def __init__(self, book: Book, kind: str) -> None:
        self.book = book
        self.kind = self.kinds[kind]
        self.name = kind
        self.fates: list[Fate] = []
        self._fate: dict[str, Fate] = {}
        self._known: dict[str, tuple[Any, ...]] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._same: list[str] = []
        self._stubs: dict[str, list[str]] = {}
        self._organisations: dict[str, str] = {}

    def read(self, records: Sequence[Any]) -> bool:
        """Check the records and compare with what is known; whether anything is to be written."""
        book = self.book
        good: dict[str, Any] = {}
        for record in records:
            if not isinstance(record, self.kind.record):
                raise TypeError(f"{self.name} takes {self.kind.record.__name__}, not {record!r}")
            book.tally.read += 1
            fate = Fate()
            self.fates.append(fate)
            try:
                self.kind.check(record)
            except ValueError as error:
                fate.reject(reason(error))
                book.refuse(self.name, record.ref, fate.reason, xml=repr(record)[:2000])
            else:
                book.tally.unchanged += record.ref in good
                good[record.ref] = record
                self._fate[record.ref] = fate
        self._known = known(
            book.staging,
            self.kind.target.model,
            book.connection.pk,
            list(good),
            "digest",
            "receipt",
        )
        news: list[Any] = []
        for ref, record in good.items():
            digest = _digest(record)
            own = self._known.get(ref)
            if own is not None and (own[0] == digest or own[1] > book.receipt):
                book.tally.unchanged += 1
                self._same.append(ref)
            else:
                self._rows.append((ref, *self.kind.values(record, book), digest, book.receipt))
                news.append(record)
        self._note_others(news)
        return bool(self._rows or (book.overtakes and self._same))

    def _note_others(self, records: Sequence[Any]) -> None:
        """What the records refer to and nobody has described yet."""
        book = self.book
        referred: dict[str, set[str]] = {}
        for record in records:
            for other, other_ref in self.kind.refers(record).items():
                if other_ref:
                    referred.setdefault(other, set()).add(other_ref)
            if isinstance(record, ContractRecord) and record.organisation_ref:
                self._organisations[record.organisation_ref] = record.organisation_name[:250]
        for other, refs in referred.items():
            target, _own = _STUBS[other]
            there = known(book.staging, target.model, book.connection.pk, list(refs))
            if missing := sorted(refs - set(there)):
                self._stubs[other] = missing

    def fill(self) -> None:
        """Put the rows into the staging tables."""
        receipt = self.book.receipt
        for other, refs in self._stubs.items():
            target, own = _STUBS[other]
            fill(self.book.staging, target, [_stub(ref, target, own) for ref in refs])
        if self._organisations:
            rows = [
                (ref, False, name, _digest(name), receipt)
                for ref, name in self._organisations.items()
            ]
            fill(self.book.staging, ORGANISATIONS, rows)
        # a stub of the same kind is already there when the rows themselves come
        if self._rows:
            fill(self.book.staging, self.kind.target, self._rows)

    def merge(self, batch: Batch) -> None:
        """Write what differs; what others refer to goes first."""
        book = self.book
        staging, connection_id = book.staging, book.connection.pk
        if book.overtakes:
            mark_seen(staging, self.kind.target, connection_id, self._same, book.receipt)
        for other in self._stubs:
            merge(staging, _STUBS[other][0], batch)
            if other == "price_type":
                give_slots()
        if self._stubs.keys() & {"price_type", "warehouse"}:
            book.learn_places()
        if self._organisations:
            merge(staging, ORGANISATIONS, batch)
        if self._rows:
            touched = merge(staging, self.kind.target, batch)
            count(book, touched, len(self._rows), self._known, of_ref=0)
            for each in touched:
                ref = each.extra[0]
                if ref not in self._known:
                    self._fate[ref].status = "created"
                elif each.changed:
                    self._fate[ref].status = "changed"


def _digest(record: object) -> int:
    return fingerprint(repr(record).encode())
