"""An order in parts, as 1C can take it. Pure: no Django, no database.

One order of 1C has one warehouse and usually one VAT mode. A line always stays whole, with its
amount and its VAT as the customer saw them, so the parts add up to the order to the kopeck
whatever the rates and the rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from sync.onec.outgoing import OutgoingLine, OutgoingOrder

How = Literal["", "vat", "warehouse", "both"]

OF_ORDER = "Заказ на портале"
"""Requisite of a part: the number of the order it is of."""

PART = "Часть заказа"
"""Requisite of a part: which of how many it is."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part that is still without a number: which lines, by position from 0, and from where."""

    positions: tuple[int, ...]
    warehouse_ref: str
    warehouse_name: str


def shares(order: OutgoingOrder, how: How) -> list[Share]:
    """How an order falls into parts, in the order of their first lines; one when it does not."""
    found: dict[tuple[object, ...], list[int]] = {}
    for position, line in enumerate(order.lines):
        found.setdefault(_key(order, line, how), []).append(position)
    return [
        Share(tuple(positions), *_place(order, order.lines[positions[0]]))
        if how in {"warehouse", "both"}
        else Share(tuple(positions), order.warehouse_ref, order.warehouse_name)
        for positions in found.values()
    ]


def parts(
    order: OutgoingOrder, split: Sequence[Share], numbers: Sequence[str]
) -> list[OutgoingOrder]:
    """The orders for 1C: one for each share under its number; the order itself when it is whole.

    Raises ValueError when numbers and shares are not as many.
    """
    if len(split) == 1:
        return [_at(order, split[0])]
    return [
        _part(order, share, number, f"{place} из {len(split)}")
        for place, (share, number) in enumerate(zip(split, numbers, strict=True), start=1)
    ]


def warehouse_for(
    stock: Mapping[int, Decimal], quantity: Decimal, *, own: int | None
) -> int | None:
    """Which warehouse a line of `quantity` is to come from, by its stock in each.

    The terms' own one when it has enough; else the one that has enough and most, else the one with
    most of it; else the own one, which may have none.
    """
    if own is not None and stock.get(own, Decimal(0)) >= quantity:
        return own
    most = max(stock, key=lambda pk: (stock[pk], -pk), default=None)
    if most is None or stock[most] <= 0:
        return own
    if own is not None and stock[most] < quantity and stock.get(own, Decimal(0)) > 0:
        # nobody has enough: what is short is ordered where the buyer's things come from
        return own
    return most


def _key(order: OutgoingOrder, line: OutgoingLine, how: How) -> tuple[object, ...]:
    rate: object = "none" if line.vat_rate is None else line.vat_rate
    match how:
        case "vat":
            return (rate,)
        case "warehouse":
            return _place(order, line)
        case "both":
            return (*_place(order, line), rate)
    return ()


def _place(order: OutgoingOrder, line: OutgoingLine) -> tuple[str, str]:
    if line.warehouse_ref or line.warehouse_name:
        return line.warehouse_ref, line.warehouse_name
    return order.warehouse_ref, order.warehouse_name


def _at(order: OutgoingOrder, share: Share) -> OutgoingOrder:
    """The lines of a share as an order from its warehouse, with the numbers of the whole."""
    lines = (order.lines[position] for position in share.positions)
    return replace(
        order,
        lines=tuple(replace(line, warehouse_ref="", warehouse_name="") for line in lines),
        warehouse_ref=share.warehouse_ref,
        warehouse_name=share.warehouse_name,
    )


def _part(order: OutgoingOrder, share: Share, number: str, place: str) -> OutgoingOrder:
    part = _at(order, share)
    vat = sum((line.vat_amount for line in part.lines), Decimal(0))
    amount = sum((line.amount for line in part.lines), Decimal(0))
    return replace(
        part,
        number=number,
        vat_amount=vat,
        amount=amount if order.vat_included else amount + vat,
        requisites=(*order.requisites, (OF_ORDER, order.number), (PART, place)),
    )
