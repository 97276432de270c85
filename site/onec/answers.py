"""What 1C sends back about orders: its base of orders and the documents made from it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal, Self

from lxml import etree

from onec.dialects import Dialect, DialectName
from onec.orders import KOPECK, Line, SiteOrder

Answer = Literal["confirm", "ship", "pay", "cancel"]
ANSWERS: tuple[Answer, ...] = ("confirm", "ship", "pay", "cancel")
_CODE_PREFIX: dict[DialectName, str] = {"ut11": "ВТУТ", "unf": "НФНФ"}
_NAMESPACE = uuid.UUID("6f0c7a52-8f61-4d0c-9f0e-6d1f4b7a9e21")


@dataclass(frozen=True)
class BaseOrder:
    """An order as it stands in the base of 1C.

    `code` is 1C's own number of it. Times are naive, in the time zone of the base.
    """

    order: SiteOrder
    code: str
    taken_at: datetime
    posted: bool = False
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    cancelled: bool = False

    @property
    def ref(self) -> str:
        """GUID of the 1C document: the same for the same number."""
        return str(uuid.uuid5(_NAMESPACE, self.order.number))

    @property
    def status(self) -> str:
        """Status name of УНФ."""
        if self.cancelled:
            return "Отменен"
        return "Выполнен" if self.shipped_at else "В работе"

    def answered(self, answer: Answer, at: datetime) -> Self:
        """The order after one more event. What happened before stays true."""
        return replace(
            self,
            posted=True,
            paid_at=self.paid_at or (at if answer == "pay" else None),
            shipped_at=self.shipped_at or (at if answer == "ship" else None),
            cancelled=self.cancelled or answer == "cancel",
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
                digits = order.number if dialect == "unf" else str(len(self.orders) + 1)
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
    )


def _optional_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def write_answer(rows: Sequence[BaseOrder], dialect: Dialect, at: datetime) -> tuple[str, bytes]:
    """File name and bytes of the documents for `rows`, written at the naive local time `at`."""
    namespaces: dict[str | None, str] = {None: dialect.namespace}
    root = etree.Element(
        f"{{{dialect.namespace}}}КоммерческаяИнформация",
        nsmap=namespaces,  # type: ignore[arg-type]  # the stubs know no default namespace
        attrib={"ВерсияСхемы": dialect.schema_version, "ДатаФормирования": _moment(at)},
    )
    for row in rows:
        _write_document(root, row, dialect)
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    # the platform's XML writer puts a byte order mark first
    return f"orders-{uuid.uuid4()}_1.xml", b"\xef\xbb\xbf" + body


def _write_document(root: etree._Element, row: BaseOrder, dialect: Dialect) -> None:
    order = row.order
    document = _add(root, "Документ")
    for name, value in (
        ("Ид", row.ref),
        ("Номер", order.number),
        ("Дата", order.placed_at.date().isoformat()),
        ("ХозОперация", "Заказ товара"),
        ("Роль", "Продавец"),
        ("Валюта", order.currency[:3]),
        ("Курс", "1"),
        ("Сумма", str(order.amount)),
        ("Время", order.placed_at.time().isoformat(timespec="seconds")),
    ):
        _add(document, name, value)
    _write_counterparty(document, order)
    goods = _add(document, "Товары")
    for line in order.lines:
        _write_line(goods, line, vat_included=order.vat_included)
    requisites = _add(document, "ЗначенияРеквизитов")
    for name, value in _requisites(row, dialect):
        requisite = _add(requisites, "ЗначениеРеквизита")
        _add(requisite, "Наименование", name)
        _add(requisite, "Значение", value)


def _write_counterparty(document: etree._Element, order: SiteOrder) -> None:
    party = _add(_add(document, "Контрагенты"), "Контрагент")
    _add(party, "Ид", order.counterparty_ref)
    _add(party, "Наименование", order.counterparty)
    _add(party, "Роль", "Покупатель")
    if order.inn:
        _add(party, "ИНН", order.inn)
    if order.kpp:
        _add(party, "КПП", order.kpp)


def _write_line(goods: etree._Element, line: Line, *, vat_included: bool) -> None:
    item = _add(goods, "Товар")
    _add(item, "Ид", line.ref)
    if line.sku:
        _add(item, "Артикул", line.sku)
    _add(item, "Наименование", line.name)
    _add(item, "БазоваяЕдиница", line.unit or "шт")
    _add(item, "ЦенаЗаЕдиницу", str(line.price))
    _add(item, "Количество", str(line.quantity))
    _add(item, "Сумма", str(line.amount))
    if line.vat_rate:
        tax = _add(_add(item, "Налоги"), "Налог")
        _add(tax, "Наименование", "НДС")
        _add(tax, "УчтеноВСумме", "true" if vat_included else "false")
        _add(tax, "Сумма", str(line.vat_amount))
        _add(tax, "Ставка", line.vat_rate)


def _requisites(row: BaseOrder, dialect: Dialect) -> list[tuple[str, str]]:
    found = [
        ("Номер по 1С", row.code),
        ("Дата по 1С", _moment(row.taken_at)),
        ("ПометкаУдаления", "false"),
        ("Проведен", _flag(row.posted)),
    ]
    if row.posted and row.paid_at:
        found += [("Номер оплаты по 1С", row.code), ("Дата оплаты по 1С", _moment(row.paid_at))]
    if row.posted and row.shipped_at:
        found += [
            ("Номер отгрузки по 1С", row.code),
            ("Дата отгрузки по 1С", _moment(row.shipped_at)),
        ]
    if row.cancelled:
        found.append(("Отменен", "true"))
    if dialect.name == "unf":
        found += [
            ("Оплачен", _flag(row.paid_at is not None)),
            ("Отгружен", _flag(row.shipped_at is not None)),
            ("Статус заказа", row.status),
        ]
    return found


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    node = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    node.text = text
    return node
