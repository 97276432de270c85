"""How 1C's copy of an order differs from the customer's own. Pure: no database.

A product may stand in several lines of one document, so lines are paired within their offer:
first those that are equal, then one after the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dealer_area.pricing import rounded


class ChangeKind(StrEnum):
    """What 1C did to a line."""

    QUANTITY = "quantity"
    PRICE = "price"
    BOTH = "both"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of one of the copies; `amount` is what it comes to."""

    ref: str
    sku: str
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineChange:
    """A difference. `own` is None for a line that 1C added, `remote` for one that it removed."""

    kind: ChangeKind
    own: Bought | None
    remote: Bought | None

    @property
    def difference(self) -> Decimal:
        """By how much the line comes to more."""
        before = self.own.amount if self.own else Decimal(0)
        return (self.remote.amount if self.remote else Decimal(0)) - before

    @property
    def line(self) -> Bought:
        """The line it is about."""
        found = self.own or self.remote
        assert found is not None  # noqa: S101 - one of the two is there
        return found


def remote_line(raw: Mapping[str, Any]) -> Bought:
    """A line of `RemoteOrder.lines`.

    The price is what a unit comes to: 1C tells the list price and takes a discount off the amount.
    """
    quantity, price = Decimal(raw["quantity"]), Decimal(raw["price"])
    told = raw.get("amount")
    amount = price * quantity if told is None else Decimal(told)
    if quantity > 0:
        price = amount / quantity
    return Bought(
        ref=raw["ref"],
        sku=raw.get("sku", ""),
        name=raw.get("name", ""),
        unit=raw.get("unit", ""),
        quantity=quantity,
        price=rounded(price),
        amount=rounded(amount),
    )


def differences(own: Iterable[Bought], remote: Iterable[Bought]) -> list[LineChange]:
    """Differences in the order of the customer's lines, added ones last."""
    waiting: dict[str, list[Bought]] = {}
    for line in remote:
        waiting.setdefault(line.ref, []).append(line)
    unequal = []
    for line in own:
        twins = waiting.get(line.ref, [])
        twin = next((each for each in twins if _kind(line, each) is None), None)
        if twin is None:
            unequal.append(line)
        else:
            twins.remove(twin)
    found = []
    for line in unequal:
        twins = waiting.get(line.ref, [])
        if not twins:
            found.append(LineChange(ChangeKind.REMOVED, line, None))
            continue
        twin = twins.pop(0)
        found.append(LineChange(_kind(line, twin) or ChangeKind.BOTH, line, twin))
    rest = [line for twins in waiting.values() for line in twins]
    return found + [LineChange(ChangeKind.ADDED, None, line) for line in rest]


def fingerprint(changes: Iterable[LineChange]) -> int:
    """A number that stays while the differences do; 0 for none."""
    text = "\n".join(
        f"{each.kind}|{each.line.ref}|{_figures(each.own)}|{_figures(each.remote)}"
        for each in changes
    )
    return zlib.crc32(text.encode()) or 1 if text else 0


def _kind(own: Bought, remote: Bought) -> ChangeKind | None:
    is_quantity = own.quantity != remote.quantity
    # a line of 0.333 pieces cannot name its unit price to the kopeck: the amount speaks then
    is_price = own.price != remote.price and (is_quantity or own.amount != remote.amount)
    if is_quantity and is_price:
        return ChangeKind.BOTH
    if is_quantity:
        return ChangeKind.QUANTITY
    return ChangeKind.PRICE if is_price else None


def _figures(line: Bought | None) -> str:
    if line is None:
        return ""
    return f"{line.quantity.normalize():f}×{line.price.normalize():f}"
