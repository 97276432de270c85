"""What 1C has of orders: its base of them, and what happens to them there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal, Self

from onec.dialects import DialectName
from onec.orders import KOPECK, Line, SiteOrder

Answer = Literal["confirm", "ship", "pay", "cancel", "delete"]
ANSWERS: tuple[Answer, ...] = ("confirm", "ship", "pay", "cancel", "delete")
_CODE_PREFIX: dict[DialectName, str] = {
    "ut11": "ВТУТ",
    "unf": "НФНФ",
    "unf210": "НФНФ",
    "ut103": "ТД00",
    "bitrix209": "БМ00",
    "bitrix31": "БМ00",
    "other": "СК00",
}
_NAMESPACE = uuid.UUID("6f0c7a52-8f61-4d0c-9f0e-6d1f4b7a9e21")


@dataclass(frozen=True)
class BaseOrder:
    """An order as it stands in the base of 1C.

    `code` is 1C's own number of it. A document marked for deletion is no longer posted. Times are
    naive, in the time zone of the base.
    """

    order: SiteOrder
    code: str
    taken_at: datetime
    posted: bool = False
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    cancelled: bool = False
    deleted: bool = False

    @property
    def ref(self) -> str:
        """GUID of the 1C document: the same for the same number."""
        return str(uuid.uuid5(_NAMESPACE, self.order.number))

    def answered(self, answer: Answer, at: datetime) -> Self:
        """The order after one more event. What happened before stays true, but a deletion mark is
        taken off by whatever comes after it."""
        return replace(
            self,
            posted=answer != "delete",
            paid_at=self.paid_at or (at if answer == "pay" else None),
            shipped_at=self.shipped_at or (at if answer == "ship" else None),
            cancelled=self.cancelled or answer == "cancel",
            deleted=answer == "delete",
        )

    def with_quantities(self, quantities: Mapping[str, Decimal]) -> Self:
        """The order with other quantities by article; zero strikes the line out."""
        lines = tuple(
            _with_quantity(line, quantities.get(line.sku, line.quantity))
            for line in self.order.lines
            if quantities.get(line.sku, line.quantity) > 0
        )
        on_top = Decimal(0)
        if not self.order.vat_included:
            on_top = sum((line.vat_amount for line in lines), Decimal(0))
        amount = sum((line.amount for line in lines), on_top)
        return replace(self, order=replace(self.order, lines=lines, amount=amount))


def _with_quantity(line: Line, quantity: Decimal) -> Line:
    share = quantity / line.quantity
    return replace(
        line,
        quantity=quantity,
        amount=(line.amount * share).quantize(KOPECK, ROUND_HALF_UP),
        vat_amount=(line.vat_amount * share).quantize(KOPECK, ROUND_HALF_UP),
    )


class OrderBase:
    """Orders that 1C has, kept in a JSON file between runs; in memory without a path.

    An order is found by its number alone, as УТ finds it: a number that comes again is the same
    order.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.orders: dict[str, BaseOrder] = {}
        if path is not None and path.exists():
            stored = json.loads(path.read_text(encoding="utf-8"))
            self.orders = {row["order"]["number"]: _from_json(row) for row in stored}

    def load(
        self, batch: Sequence[SiteOrder], dialect: DialectName, at: datetime
    ) -> list[BaseOrder]:
        """Take a batch in; rows for exactly the orders of the batch."""
        for order in batch:
            known = self.orders.get(order.number)
            if known is None:
                # УНФ keeps the portal's digits, УТ counts by itself
                digits = order.number if dialect.startswith("unf") else str(len(self.orders) + 1)
                code = f"{_CODE_PREFIX[dialect]}-{digits:0>6}"
                self.orders[order.number] = BaseOrder(order, code, at)
            elif not (known.shipped_at or known.cancelled):
                self.orders[order.number] = replace(known, order=order)
        return [self.orders[order.number] for order in batch]

    def open_orders(self) -> list[BaseOrder]:
        """Orders that are neither cancelled nor both paid and shipped."""
        return [
            row
            for row in self.orders.values()
            if not row.cancelled and not (row.paid_at and row.shipped_at)
        ]

    def put(self, rows: Sequence[BaseOrder]) -> None:
        """Store changed rows and write the file."""
        self.orders.update({row.order.number: row for row in rows})
        self.save()

    def save(self) -> None:
        """Write the file, when there is one."""
        if self.path is not None:
            rows = [asdict(row) for row in self.orders.values()]
            text = json.dumps(rows, ensure_ascii=False, indent=1, default=str)
            self.path.write_text(text, encoding="utf-8")


def _from_json(row: dict[str, Any]) -> BaseOrder:
    order = dict(row["order"])
    lines = tuple(
        Line(
            **{
                **line,
                **{k: Decimal(line[k]) for k in ("price", "quantity", "amount", "vat_amount")},
            }
        )
        for line in order["lines"]
    )
    order |= {
        "lines": lines,
        "amount": Decimal(order["amount"]),
        "placed_at": datetime.fromisoformat(order["placed_at"]),
    }
    return BaseOrder(
        order=SiteOrder(**order),
        code=row["code"],
        taken_at=datetime.fromisoformat(row["taken_at"]),
        posted=row["posted"],
        paid_at=_optional_moment(row["paid_at"]),
        shipped_at=_optional_moment(row["shipped_at"]),
        cancelled=row["cancelled"],
        deleted=row.get("deleted", False),
    )


def _optional_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
