"""Orders of a `query` answer, read as strictly as УТ 11.5 reads them.

1C loads a batch in one transaction: one document it cannot take means that none is taken. So
`read_batch` collects every reason and raises `BatchRejectedError` when there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

NUMBER_WIDTH = 11
KOPECK = Decimal("0.01")
SOLE_TRADER_INN = 12
COMPANY_INN = 10


class BatchRejectedError(Exception):
    """The batch would not load in 1C; `reasons` has one line for each fault."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Line:
    """A line of goods. `vat_rate` is percent as written, "" when the line carries no VAT."""

    ref: str
    sku: str
    name: str
    unit: str
    price: Decimal
    quantity: Decimal
    amount: Decimal
    vat_rate: str
    vat_amount: Decimal


@dataclass(frozen=True)
class SiteOrder:
    """An order of the portal. `placed_at` is naive, in the time zone of the 1C base."""

    ref: str
    number: str
    placed_at: datetime
    currency: str
    amount: Decimal
    vat_included: bool
    counterparty_ref: str
    counterparty: str
    inn: str
    kpp: str
    lines: tuple[Line, ...]


def read_batch(text: str, *, wrapped: bool = False) -> list[SiteOrder]:
    """Orders of the batch; an empty list when the portal has none.

    `wrapped`: every document must stand in a Контейнер, as the module of Bitrix wants it. Raises
    `BatchRejectedError` with every fault of every document.
    """
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BatchRejectedError([f"not XML: {error}"]) from error
    if _local(root) != "КоммерческаяИнформация":
        raise BatchRejectedError([f"root {_local(root)!r} instead of КоммерческаяИнформация"])
    documents = [
        node
        for child in root
        for node in (list(child) if _local(child) == "Контейнер" else [child])
        if _local(node) == "Документ"
    ]
    reasons: list[str] = []
    if wrapped and any(_local(child) == "Документ" for child in root):
        reasons.append("Документ outside of Контейнер")
    orders = [_read_order(node, reasons) for node in documents]
    numbers = [order.number for order in orders]
    reasons += [f"order {n}: the number comes twice" for n in numbers if numbers.count(n) > 1]
    if reasons:
        raise BatchRejectedError(list(dict.fromkeys(reasons)))
    return orders


class _Faults:
    """Collects the faults of one document under its number."""

    def __init__(self, number: str, reasons: list[str]) -> None:
        self.number = number
        self.reasons = reasons

    def add(self, text: str) -> None:
        self.reasons.append(f"order {self.number or '?'}: {text}")

    def required(self, node: etree._Element, name: str) -> str:
        value = _text(node, name)
        if not value:
            self.add(f"{_local(node)}/{name} is missing")
        return value

    def decimal(self, node: etree._Element, name: str) -> Decimal:
        value = self.required(node, name)
        try:
            return Decimal(value or "0")
        except InvalidOperation:
            self.add(f"{_local(node)}/{name} is not a number: {value!r}")
            return Decimal(0)


def _read_order(node: etree._Element, reasons: list[str]) -> SiteOrder:
    number = _text(node, "Номер")
    faults = _Faults(number, reasons)
    if not number:
        faults.add("Номер is missing")
    if len(number) > NUMBER_WIDTH:
        faults.add(f"Номер is longer than {NUMBER_WIDTH} characters: 1C would create it each time")
    if _text(node, "ХозОперация").casefold() != "заказ товара":
        faults.add(f"ХозОперация must be «Заказ товара», got {_text(node, 'ХозОперация')!r}")
    currency = faults.required(node, "Валюта")
    party = _child(_child(node, "Контрагенты"), "Контрагент")
    _check_counterparty(party, faults)
    _check_warehouses(node, faults)
    lines = tuple(_read_line(item, faults) for item in _children(_child(node, "Товары"), "Товар"))
    if not lines:
        faults.add("no lines")
    order = SiteOrder(
        ref=faults.required(node, "Ид"),
        number=number,
        placed_at=_placed_at(node, faults),
        currency=currency,
        amount=faults.decimal(node, "Сумма"),
        vat_included=_vat_included(node),
        counterparty_ref=_text(party, "Ид"),
        counterparty=_text(party, "Наименование"),
        inn=_text(party, "ИНН"),
        kpp=_text(party, "КПП"),
        lines=lines,
    )
    _check_totals(node, order, faults)
    return order


def _check_counterparty(party: etree._Element | None, faults: _Faults) -> None:
    if not _text(party, "Наименование"):
        faults.add("Контрагент/Наименование is missing")
    inn = _text(party, "ИНН")
    official = _text(party, "ОфициальноеНаименование")
    if len(inn) == SOLE_TRADER_INN and official:
        faults.add("a sole trader with ОфициальноеНаименование is looked up among companies")
    if len(inn) == SOLE_TRADER_INN and not _text(party, "ПолноеНаименование"):
        faults.add("a sole trader without ПолноеНаименование")
    if len(inn) == COMPANY_INN and not official:
        faults.add("a company without ОфициальноеНаименование is looked up among persons")


def _check_warehouses(node: etree._Element, faults: _Faults) -> None:
    for warehouse in _children(_child(node, "Склады"), "Склад"):
        if _child(_child(warehouse, "Адрес"), "АдресноеПоле") is None:
            faults.add("Склад without Адрес/АдресноеПоле")
        if _child(_child(warehouse, "Контакты"), "Контакт") is None:
            faults.add("Склад without Контакты/Контакт")


def _read_line(node: etree._Element, faults: _Faults) -> Line:
    price = faults.decimal(node, "ЦенаЗаЕдиницу")
    quantity = faults.decimal(node, "Количество")
    amount = faults.decimal(node, "Сумма")
    name = faults.required(node, "Наименование")
    ref = faults.required(node, "Ид")
    if quantity <= 0:
        faults.add(f"line {name!r}: Количество {quantity}")
    taxes = _children(_child(node, "Налоги"), "Налог")
    rate = _text(_child(_child(node, "СтавкиНалогов"), "СтавкаНалога"), "Ставка")
    if taxes:
        rate = _text(taxes[0], "Ставка")
    vat_free = not _number(rate)
    if not taxes and not vat_free:
        faults.add(f"line {name!r}: Налоги is missing, the rate is {rate}")
    vat_amount = sum((_number(_text(tax, "Сумма")) for tax in taxes), Decimal(0))
    discounts = _children(_child(node, "Скидки"), "Скидка")
    taken_off = sum(
        (
            _number(_text(discount, "Сумма"))
            for discount in discounts
            if _text(discount, "УчтеноВСумме") != "true"
        ),
        Decimal(0),
    )
    expected = (price * quantity).quantize(KOPECK, ROUND_HALF_UP) - taken_off
    if abs(expected - amount) > KOPECK:
        faults.add(f"line {name!r}: Сумма {amount}, price by quantity gives {expected}")
    return Line(
        ref=ref,
        sku=_text(node, "Артикул"),
        name=name,
        unit=_text(node, "БазоваяЕдиница"),
        price=price,
        quantity=quantity,
        amount=amount,
        vat_rate=rate,
        vat_amount=vat_amount,
    )


def _check_totals(node: etree._Element, order: SiteOrder, faults: _Faults) -> None:
    taxed = [line for line in order.lines if _number(line.vat_rate)]
    taxes = _children(_child(node, "Налоги"), "Налог")
    if taxed and not taxes:
        faults.add("Налоги of the document is missing: 1C would add VAT on top")
    if any(_text(tax, "УчтеноВСумме") not in {"true", "false"} for tax in taxes):
        faults.add("Налог/УчтеноВСумме must be true or false")
    line_vat = sum((line.vat_amount for line in order.lines), Decimal(0))
    vat = sum((_number(_text(tax, "Сумма")) for tax in taxes), Decimal(0))
    if taxes and vat != line_vat:
        faults.add(f"VAT of the document {vat}, of its lines {line_vat}")
    total = sum((line.amount for line in order.lines), Decimal(0))
    if not order.vat_included:
        total += line_vat
    if total != order.amount:
        faults.add(f"Сумма {order.amount}, the lines give {total}")
    for line in taxed:
        base = 100 + _number(line.vat_rate) if order.vat_included else Decimal(100)
        expected = (line.amount * _number(line.vat_rate) / base).quantize(KOPECK, ROUND_HALF_UP)
        if abs(expected - line.vat_amount) > KOPECK:
            faults.add(f"line {line.name!r}: VAT {line.vat_amount} instead of {expected}")


def _vat_included(node: etree._Element) -> bool:
    tax = _child(_child(node, "Налоги"), "Налог")
    return tax is None or _text(tax, "УчтеноВСумме") == "true"


def _placed_at(node: etree._Element, faults: _Faults) -> datetime:
    try:
        day = date.fromisoformat(faults.required(node, "Дата"))
        moment = time.fromisoformat(_text(node, "Время") or "00:00:00")
    except ValueError as error:
        faults.add(f"Дата or Время: {error}")
        return datetime.min
    return datetime.combine(day, moment)


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _children(node: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if node is None else [child for child in node if _local(child) == name]


def _child(node: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(node, name)), None)


def _text(node: etree._Element | None, name: str) -> str:
    child = _child(node, name)
    return "" if child is None or child.text is None else child.text.strip()


def _number(text: str) -> Decimal:
    """The number in `text`; zero for words ("Без НДС") and for nothing."""
    try:
        return Decimal(text.rstrip("%") or "0")
    except InvalidOperation:
        return Decimal(0)
