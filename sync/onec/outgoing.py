"""An order on its way to 1C, as values. Pure: no Django, no database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

PartyKind = Literal["company", "sole_trader", "person"]


@dataclass(frozen=True)
class OutgoingParty:
    """The buyer. `ref` is 1C's own identifier when it is known, else one that is only his.

    `kind` decides only where there is no INN: one of 10 digits is a company's, of 12 a person's
    or a sole trader's.
    """

    ref: str
    name: str
    full_name: str
    inn: str
    kpp: str
    kind: PartyKind


@dataclass(frozen=True)
class OutgoingLine:
    """A line of goods. `offer_ref` is the identifier that came from 1C.

    `amount` is price by quantity, rounded to 0.01; `vat_amount` is inside it or on top, as the
    order says. `vat_rate` is percent, None is "without VAT". `warehouse_ref` and `warehouse_name`
    say where it is to come from; empty is the order's own warehouse.
    """

    offer_ref: str
    sku: str
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    vat_rate: Decimal | None
    vat_amount: Decimal
    warehouse_ref: str = ""
    warehouse_name: str = ""


@dataclass(frozen=True)
class OutgoingOrder:
    """An order as it was placed. `placed_at` is aware; `amount` is to be paid, VAT included.

    `requisites` are further pairs of a name and a value, by 1C's own names.
    """

    number: str
    placed_at: datetime
    currency: str
    vat_included: bool
    amount: Decimal
    vat_amount: Decimal
    party: OutgoingParty
    lines: tuple[OutgoingLine, ...]
    comment: str = ""
    contract_name: str = ""
    agreement_name: str = ""
    warehouse_name: str = ""
    organisation_name: str = ""
    outlet_name: str = ""
    requisites: tuple[tuple[str, str], ...] = ()
    warehouse_ref: str = ""


_ADDED = frozenset({"warehouse_ref"})
"""Fields that orders written down before them lack."""

_MONEY = ("amount", "vat_amount")
_LINE_NUMBERS = ("quantity", "price", "amount", "vat_rate", "vat_amount")


def to_payload(order: OutgoingOrder) -> dict[str, Any]:
    """The order as JSON: decimals and the time as text."""
    found = asdict(order)
    found["placed_at"] = order.placed_at.isoformat()
    for name in _MONEY:
        found[name] = str(found[name])
    for line in found["lines"]:
        for name in _LINE_NUMBERS:
            line[name] = None if line[name] is None else str(line[name])
    return found


def from_payload(payload: dict[str, Any]) -> OutgoingOrder:
    """The order of :func:`to_payload`; raises KeyError, TypeError, ValueError, ArithmeticError."""
    found = {
        field.name: payload[field.name]
        for field in fields(OutgoingOrder)
        if field.name in payload or field.name not in _ADDED
    }
    found["placed_at"] = datetime.fromisoformat(payload["placed_at"])
    for name in _MONEY:
        found[name] = Decimal(payload[name])
    found["party"] = OutgoingParty(**payload["party"])
    found["lines"] = tuple(_line(line) for line in payload["lines"])
    found["requisites"] = tuple((name, value) for name, value in payload["requisites"])
    return OutgoingOrder(**found)


def _line(line: dict[str, Any]) -> OutgoingLine:
    numbers = {name: None if line[name] is None else Decimal(line[name]) for name in _LINE_NUMBERS}
    return OutgoingLine(**{**line, **numbers})
