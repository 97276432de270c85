"""Rows of 1C's registers of settlements into balances and movements.

УТ keeps debt and advance apart and refers to keys: the key of the party tells the counterparty and
the contract, the object of settlements the order. УНФ keeps one signed amount, in the contract's
currency and in that of the books; its currency is the contract's. What is shown is the amount in
the currency of the contract, and the other one stays beside it: they are never added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sync.onec.odata_told import Told, currency_of, reference, text
from sync.onec.records import SettlementRecord
from sync.onec.values import day, moment

_NAMED = re.compile(r"(?P<name>.+?)\s+(?P<number>\S+)\s+от\s+(?P<on>\d\d\.\d\d\.\d{4})")
_KINDS = (
    ("return", ("Возврат",)),
    (
        "shipment",
        ("Реализация", "РасходнаяНакладная", "АктВыполненныхРабот", "ОтчетКомиссионера"),
    ),
    (
        "payment",
        (
            "Поступление",
            "ПриходныйКассовый",
            "ОперацияПоПлатежн",
            "Эквайринг",
            "СписаниеБезналичных",
            "РасходСоСчета",
            "РасходИзКассы",
            "РасходныйКассовый",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Party:
    """Whose settlements a row is about."""

    counterparty: str
    contract: str
    organisation: str
    currency: str
    order: str
    deferral: int = 0


@dataclass(frozen=True, slots=True)
class _Document:
    """A document as 1C shows it: "Реализация товаров и услуг 00УТ-000001 от 03.11.2026 …"."""

    name: str
    number: str
    on: date | None


def balance_ref(told: Told) -> str:
    """Identifier of a balance: the dimensions that tell it from others."""
    return ":".join(
        (
            told.ref("party") or told.ref("counterparty"),
            told.ref("object") or told.ref("contract"),
            told.ref("document"),
            told.text("due_on")[:10] or told.ref("order"),
            told.ref("currency")[:8] or told.text("settled_as"),
            told.ref("organisation")[:8],
        )
    )


def balance(ref: str, rows: Sequence[Told]) -> SettlementRecord | None:
    """The balance of one document; None when nothing is owed either way."""
    first = rows[0]
    party = _party(first)
    amount, base = _sums(rows, signed=False)
    if not amount and not base:
        return None
    document = _document(first.text("presentation"), first.text("document_type"))
    due_on = day(first.text("due_on"))
    if due_on is None and party.deferral and document.on and amount > 0:
        due_on = document.on + timedelta(days=party.deferral)
    return SettlementRecord(
        ref=ref,
        counterparty_ref=party.counterparty,
        contract_ref=party.contract,
        organisation_ref=party.organisation,
        currency=party.currency,
        amount=amount,
        base_amount=base,
        document_ref=first.ref("document"),
        document_name=document.name,
        document_number=document.number,
        document_on=document.on,
        order_number=party.order,
        due_on=due_on,
    )


def movement_ref(told: Told) -> str:
    """Identifier of a movement: the document, the moment and whose settlements it moves."""
    return ":".join(
        (
            reference(told.row.get("Recorder")),
            text(told.row.get("Period")),
            told.ref("party") or told.ref("counterparty"),
            told.ref("object") or told.ref("contract"),
            told.ref("currency")[:8],
        )
    )


def movement(ref: str, rows: Sequence[Told]) -> SettlementRecord | None:
    """What one document moved; None when it only offset an advance against a debt."""
    first = rows[0]
    party = _party(first)
    amount, base = _sums(rows, signed=True)
    if not amount:
        return None
    at = moment(text(first.row.get("Period")))
    if at is None:
        raise ValueError("a movement without a time")
    kind = text(first.row.get("Recorder_Type"))
    document = _document(text(first.row.get("Recorder____Presentation")), kind)
    return SettlementRecord(
        ref=ref,
        counterparty_ref=party.counterparty,
        contract_ref=party.contract,
        organisation_ref=party.organisation,
        currency=party.currency,
        amount=amount,
        base_amount=base,
        document_ref=reference(first.row.get("Recorder")),
        document_name=document.name,
        document_number=document.number,
        document_on=document.on or at.date(),
        order_number=party.order,
        kind=kind_of(kind),
        moved_at=at,
    )


def gone(told: Mapping[str, str]) -> SettlementRecord:
    """A movement that the portal knows and 1C no longer has, as the portal knows it."""
    return SettlementRecord(
        ref=told["ref"],
        counterparty_ref=told["counterparty"],
        contract_ref=told["contract"],
        organisation_ref=told["organisation"],
        currency=told["currency"],
        amount=Decimal(told["amount"]),
        base_amount=Decimal(told["base_amount"]) if told["base_amount"] else None,
        document_ref=told["document"],
        document_name=told["document_name"],
        document_number=told["document_number"],
        document_on=day(told["document_on"]),
        order_number=told["order"],
        kind=told["kind"],
        moved_at=moment(told["moved_at"]),
        archived=True,
    )


def moves(rows: Sequence[Told]) -> bool:
    """Whether the rows of one movement come to anything."""
    return bool(_sums(rows, signed=True)[0])


def kind_of(recorder_type: str) -> str:
    """What a document did, by the name of its table."""
    name = recorder_type.rpartition("Document_")[2]
    for kind, starts in _KINDS:
        if name.startswith(starts):
            return kind
    return "correction"


def _party(told: Told) -> _Party:
    found = _party_by_keys(told) if "party" in told.names else _party_by_contract(told)
    if not found.currency:
        raise ValueError("settlements in a currency that 1C did not describe")
    return found


def _party_by_keys(told: Told) -> _Party:
    """УТ: two joins, by the key of the party and by the object of settlements."""
    key = told.joined("party", told.ref("party"))
    if key is None:
        raise ValueError("settlements of a party that 1C did not describe", told.ref("party"))
    thing = told.joined("object", told.ref("object")) or {}
    is_order = "ЗаказКлиента" in text(thing.get("Объект_Type"))
    return _Party(
        counterparty=_first(key, thing, "Контрагент_Key"),
        contract=_first(thing, key, "Договор_Key"),
        organisation=_first(key, thing, "Организация_Key"),
        currency=currency_of(told.joined("currency", told.ref("currency"))),
        order=text(thing.get("Номер")) if is_order else "",
    )


def _party_by_contract(told: Told) -> _Party:
    """УНФ: the register names them itself; the currency is the contract's."""
    contract = told.joined("contract", told.ref("contract")) or {}
    days = text(contract.get("СрокОплатыПокупателя"))
    order = _document(told.text("order_presentation"), "") if told.ref("order") else None
    return _Party(
        counterparty=told.ref("counterparty"),
        contract=told.ref("contract"),
        organisation=told.ref("organisation"),
        currency=currency_of(
            told.joined("currency", reference(contract.get("ВалютаРасчетов_Key")))
        ),
        order=order.number if order else "",
        deferral=int(days) if days.isdigit() else 0,
    )


def _first(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> str:
    return reference(one.get(name)) or reference(other.get(name))


def _sums(rows: Sequence[Told], *, signed: bool) -> tuple[Decimal, Decimal | None]:
    """What the rows come to in the contract's currency and in that of the books."""
    amount, base, told_base = Decimal(0), Decimal(0), False
    for told in rows:
        sign = -1 if signed and text(told.row.get("RecordType")) in {"Expense", "Расход"} else 1
        if "debt" in told.names:
            amount += sign * (_number(told, "debt") - _number(told, "advance"))
            base += sign * (_number(told, "base_debt") - _number(told, "base_advance"))
            told_base = told_base or told.number("base_debt") is not None
        else:
            amount += sign * _number(told, "amount")
            base += sign * _number(told, "base_amount")
            told_base = told_base or told.number("base_amount") is not None
    return amount, base if told_base else None


def _number(told: Told, name: str) -> Decimal:
    return told.number(name) or Decimal(0)


def _document(shown: str, kind: str) -> _Document:
    found = _NAMED.match(shown)
    if found:
        on = found["on"]
        return _Document(found["name"], found["number"], day(f"{on[6:]}-{on[3:5]}-{on[:2]}"))
    name = kind.rpartition("Document_")[2]
    spaced = "".join(
        f" {letter.lower()}" if letter.isupper() and place else letter
        for place, letter in enumerate(name)
    )
    return _Document(shown or spaced, "", None)
