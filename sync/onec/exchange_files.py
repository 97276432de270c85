"""What the portal writes for 1C: the orders of a `query` answer and the lists of `info`.

1C loads the orders of an answer in one transaction, so `faults` finds beforehand what it would
refuse, and only orders without any are written. Pure: no Django, no database.

What is written follows what УТ 11.5 and УНФ read: a number of at most 11 characters, the operation
by name, the currency, VAT on the document and on each line, an identifier of 1C on each line, and a
buyer in the form in which he is looked up: a company by its official name, INN and KPP, a sole
trader by his full name and INN and never by an official name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, cast

from lxml import etree

from sync.onec.outgoing import OutgoingLine, OutgoingOrder, OutgoingParty

NUMBER_WIDTH = 11
SCHEMA = "2.05"
"""Version of what is written for whoever names none."""

WRAPPED = "3.1"
"""Version in which each order stands in a container: the module of Bitrix finds it nowhere else."""

UNWRAPPED = "2.09"
COMPANY_INN = 10
NO_VAT = "Без НДС"
COMMENT_LIMIT = 3000

_KOPECK = Decimal("0.01")
_NUMBER = re.compile(rf"[0-9]{{1,{NUMBER_WIDTH}}}")
_INN = re.compile(r"[0-9]{10}|[0-9]{12}")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def agreed_version(asked: str) -> str:
    """The version to write for a client that names `asked` in `init`."""
    major = asked.strip().partition(".")[0]
    return WRAPPED if major.isdecimal() and int(major) >= 3 else UNWRAPPED


FaultKind = Literal[
    "number",
    "time_zone",
    "currency",
    "party_name",
    "party_ref",
    "party_inn",
    "no_lines",
    "line_figures",
    "line_ref",
    "line_name",
    "line_quantity",
    "line_price",
    "line_amount",
    "line_vat",
    "vat",
    "amount",
]


def clean(text: str) -> str:
    """The text without what XML 1.0 cannot carry, trimmed."""
    return _ILLEGAL.sub("", text).strip()


@dataclass(frozen=True)
class Fault:
    """Something that 1C would refuse. `line` counts from 1, 0 is the order as a whole.

    `told` and `expected` are the two figures that differ, where the fault is about figures.
    """

    kind: FaultKind
    line: int = 0
    told: str = ""
    expected: str = ""


def faults(order: OutgoingOrder) -> list[Fault]:
    """Everything that would keep 1C from loading the order; empty when it is fine.

    Totals are looked at only when the lines are right.
    """
    found: list[Fault] = []
    if not _NUMBER.fullmatch(order.number):
        found.append(Fault("number", told=order.number))
    if order.placed_at.tzinfo is None:
        found.append(Fault("time_zone"))
    if not clean(order.currency):
        found.append(Fault("currency"))
    found += _party_faults(order.party)
    if not order.lines:
        found.append(Fault("no_lines"))
    for position, line in enumerate(order.lines, start=1):
        found += _line_faults(position, line, order.vat_included)
    return found or _total_faults(order)


def _party_faults(party: OutgoingParty) -> list[Fault]:
    found = []
    if not clean(party.name):
        found.append(Fault("party_name"))
    if not clean(party.ref):
        found.append(Fault("party_ref"))
    inn = clean(party.inn)
    if inn and not _INN.fullmatch(inn):
        found.append(Fault("party_inn", told=inn))
    return found


def _line_faults(position: int, line: OutgoingLine, vat_included: bool) -> list[Fault]:
    numbers = (line.quantity, line.price, line.amount, line.vat_amount, line.vat_rate or Decimal(0))
    if not all(number.is_finite() for number in numbers):
        return [Fault("line_figures", position)]
    found = []
    if not clean(line.offer_ref):
        found.append(Fault("line_ref", position))
    if not clean(line.name):
        found.append(Fault("line_name", position))
    if line.quantity <= 0:
        found.append(Fault("line_quantity", position, str(line.quantity)))
    if line.price < 0:
        found.append(Fault("line_price", position, str(line.price)))
    amount = _kopecks(line.price * line.quantity)
    if line.amount != amount:
        found.append(Fault("line_amount", position, str(line.amount), str(amount)))
    vat = _vat(line, vat_included)
    if line.vat_amount != vat:
        found.append(Fault("line_vat", position, str(line.vat_amount), str(vat)))
    return found


def _total_faults(order: OutgoingOrder) -> list[Fault]:
    found = []
    vat = sum((line.vat_amount for line in order.lines), Decimal(0))
    total = sum((line.amount for line in order.lines), Decimal(0))
    if not order.vat_included:
        total += vat
    if order.vat_amount != vat:
        found.append(Fault("vat", told=str(order.vat_amount), expected=str(vat)))
    if order.amount != total:
        found.append(Fault("amount", told=str(order.amount), expected=str(total)))
    return found


def _vat(line: OutgoingLine, included: bool) -> Decimal:
    rate = line.vat_rate or Decimal(0)
    return _kopecks(line.amount * rate / (100 + rate if included else Decimal(100)))


def _kopecks(amount: Decimal) -> Decimal:
    return amount.quantize(_KOPECK, ROUND_HALF_UP)


def write_orders(
    orders: Iterable[OutgoingOrder],
    *,
    zone: tzinfo,
    at: datetime,
    charset: str = "utf-8",
    version: str = SCHEMA,
) -> bytes:
    """The answer to `query`, from its first byte `<?xml`; a bare root when there are no orders.

    `zone` is the base's: 1C's times are naive and local. `charset` is "utf-8" or "windows-1251";
    what the latter cannot carry is written as numeric references. `version` is `SCHEMA` or what
    `agreed_version` gave.
    """
    root = etree.Element(
        "КоммерческаяИнформация",
        {
            "ВерсияСхемы": version,
            "ДатаФормирования": at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S"),
        },
    )
    for order in orders:
        _write_order(_add(root, "Контейнер") if version == WRAPPED else root, order, zone)
    return _written(root, charset)


def write_lists(statuses: Sequence[tuple[str, str]], *, charset: str = "utf-8") -> bytes:
    """The answer to `info`: the portal's statuses, code and name, and two lists it has not.

    The tag of statuses begins with a Latin C, as Bitrix writes it and 1C reads it.
    """
    root = etree.Element("Справочник")
    for code, name in statuses:
        found = root.find("Cтатусы")
        item = _add(_add(root, "Cтатусы") if found is None else found, "Элемент")
        _add(item, "Ид", code)
        _add(item, "Название", name)
    if not statuses:
        _add(root, "Cтатусы")
    _add(root, "ПлатежныеСистемы")
    _add(root, "СлужбыДоставки")
    return _written(root, charset)


def _written(root: etree._Element, charset: str) -> bytes:
    body = etree.tostring(root, encoding=charset, xml_declaration=False, pretty_print=True)
    return f'<?xml version="1.0" encoding="{charset}"?>\n'.encode() + cast("bytes", body)


def _write_order(parent: etree._Element, order: OutgoingOrder, zone: tzinfo) -> None:
    placed = order.placed_at.astimezone(zone)
    document = _add(parent, "Документ")
    _add(document, "Ид", order.number)
    _add(document, "Номер", order.number)
    _add(document, "Дата", f"{placed:%Y-%m-%d}")
    _add(document, "ХозОперация", "Заказ товара")
    _add(document, "Роль", "Продавец")
    _add(document, "Валюта", order.currency)
    _add(document, "Курс", "1")
    _add(document, "Сумма", _figure(order.amount))
    _write_party(_add(document, "Контрагенты"), order.party)
    _add(document, "Время", f"{placed:%H:%M:%S}")
    if clean(order.comment):
        _add(document, "Комментарий", clean(order.comment)[:COMMENT_LIMIT])
    _write_taxes(document, order.lines, included=order.vat_included)
    goods = _add(document, "Товары")
    for line in order.lines:
        _write_line(goods, line, included=order.vat_included)
    _write_requisites(document, _requisites(order))


def _write_party(parent: etree._Element, party: OutgoingParty) -> None:
    node = _add(parent, "Контрагент")
    name = clean(party.name)
    full_name = clean(party.full_name) or name
    inn = clean(party.inn)
    is_company = len(inn) == COMPANY_INN or (not inn and party.kind == "company")
    _add(node, "Ид", party.ref)
    _add(node, "Наименование", name)
    _add(node, "Роль", "Покупатель")
    # 1C looks for whoever has an official name among companies alone
    _add(node, "ОфициальноеНаименование" if is_company else "ПолноеНаименование", full_name)
    if inn:
        _add(node, "ИНН", inn)
    if is_company and clean(party.kpp):
        _add(node, "КПП", party.kpp)


def _write_line(goods: etree._Element, line: OutgoingLine, *, included: bool) -> None:
    node = _add(goods, "Товар")
    unit = clean(line.unit) or "шт"
    _add(node, "Ид", line.offer_ref)
    if clean(line.sku):
        _add(node, "Артикул", line.sku)
    _add(node, "Наименование", line.name)
    _add(node, "БазоваяЕдиница", unit)
    _add(node, "ЦенаЗаЕдиницу", _figure(line.price))
    _add(node, "Количество", _figure(line.quantity))
    _add(node, "Сумма", _figure(line.amount))
    _add(node, "Единица", unit)
    _add(node, "Коэффициент", "1")
    rate = _add(_add(node, "СтавкиНалогов"), "СтавкаНалога")
    _add(rate, "Наименование", "НДС")
    _add(rate, "Ставка", _rate(line.vat_rate))
    _write_taxes(node, [line], included=included)
    _write_requisites(node, [("ВидНоменклатуры", "Товар"), ("ТипНоменклатуры", "Товар")])


def _write_taxes(parent: etree._Element, lines: Sequence[OutgoingLine], *, included: bool) -> None:
    """VAT by rate. Without this on the document 1C adds VAT on top of the prices."""
    amounts: dict[Decimal | None, Decimal] = {}
    for line in lines:
        amounts[line.vat_rate] = amounts.get(line.vat_rate, Decimal(0)) + line.vat_amount
    taxes = _add(parent, "Налоги")
    for rate, amount in amounts.items():
        tax = _add(taxes, "Налог")
        _add(tax, "Наименование", "НДС")
        _add(tax, "УчтеноВСумме", "true" if included else "false")
        _add(tax, "Сумма", _figure(amount))
        _add(tax, "Ставка", _rate(rate))


def _requisites(order: OutgoingOrder) -> list[tuple[str, str]]:
    """What CommerceML has no element for, by the names under which 1C looks it up."""
    named = {
        "Организация": order.organisation_name,
        "Соглашение": order.agreement_name,
        "Договор контрагента": order.contract_name,
        "Склад": order.warehouse_name,
        "Торговая точка": order.outlet_name,
        **dict(order.requisites),
    }
    return [(name, value) for name, value in named.items() if clean(name) and clean(value)]


def _write_requisites(parent: etree._Element, pairs: Sequence[tuple[str, str]]) -> None:
    if not pairs:
        return
    requisites = _add(parent, "ЗначенияРеквизитов")
    for name, value in pairs:
        requisite = _add(requisites, "ЗначениеРеквизита")
        _add(requisite, "Наименование", name)
        _add(requisite, "Значение", value)


def _figure(number: Decimal) -> str:
    """Plain digits; a quantity loses the zeros that say nothing, money keeps two digits."""
    text = f"{number:f}"
    whole, _point, rest = text.partition(".")
    rest = rest.rstrip("0").ljust(2, "0")
    return whole if rest == "00" and not _point else f"{whole}.{rest}"


def _rate(rate: Decimal | None) -> str:
    return NO_VAT if rate is None else f"{rate.normalize():f}"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    node = etree.SubElement(parent, name)
    if text is not None:
        node.text = clean(text)
    return node
