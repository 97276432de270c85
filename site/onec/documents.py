"""Orders as 1C writes them for a portal: what each dialect tells of an order, and how."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from lxml import etree

from onec.answers import BaseOrder
from onec.dialects import Dialect, DialectName
from onec.orders import Line, SiteOrder

_FILE_NAMES: dict[DialectName, str] = {
    "ut11": "orders-{}_1.xml",
    "unf": "orders-{}_1.xml",
    "unf210": "orders-{}_1.xml",
    "ut103": "1cbitrix-{}.xml",
    "bitrix209": "documents___{}.xml",
    "bitrix31": "documents___{}.xml",
    "other": "orders_{}.xml",
}


def write_answer(rows: Sequence[BaseOrder], dialect: Dialect, at: datetime) -> tuple[str, bytes]:
    """File name and bytes of the documents for `rows`, written at the naive local time `at`."""
    namespaces: dict[str | None, str] = {None: dialect.namespace} if dialect.namespace else {}
    root = etree.Element(
        _named("КоммерческаяИнформация", dialect.namespace),
        nsmap=namespaces,  # type: ignore[arg-type]  # the stubs know no default namespace
        attrib=_root_attributes(dialect, at),
    )
    for row in rows:
        if dialect.is_module:
            _write_container(root, row)
        else:
            _write_document(root, row, dialect)
    charset = dialect.charset
    body = cast(
        "bytes",
        etree.tostring(root, encoding=charset, xml_declaration=False, pretty_print=True),
    )
    body = f'<?xml version="1.0" encoding="{charset.upper()}"?>\n'.encode() + body
    # the platform's XML writer puts a byte order mark first
    mark = b"\xef\xbb\xbf" if charset == "utf-8" and dialect.marks else b""
    return _FILE_NAMES[dialect.name].format(uuid.uuid4()), mark + body


def _root_attributes(dialect: Dialect, at: datetime) -> dict[str, str]:
    if not dialect.tells_synchronisation:
        return {"ВерсияСхемы": dialect.schema_version, "ДатаФормирования": _moment(at)}
    return {
        "ВерсияСхемы": dialect.schema_version,
        "ДатаФормирования": f"{at.isoformat(timespec='milliseconds')}+03:00",
        "СинхронизацияТоваров": "1",
    }


def _write_document(root: etree._Element, row: BaseOrder, dialect: Dialect) -> None:
    document = _add(root, "Документ")
    _add(document, "Ид", row.ref)
    _write_head(document, row.order.number, "Заказ товара", row.order)
    if dialect.name in {"ut103", "other"} and row.deleted:
        _add(document, "Статус", "Удален")
    _write_counterparty(document, row.order)
    goods = _add(document, "Товары")
    for line in row.order.lines:
        _write_line(goods, line, vat_included=row.order.vat_included)
    _write_requisites(document, _requisites(row, dialect))
    if dialect.name == "unf210":
        _write_subordinates(document, row)


def _write_subordinates(document: etree._Element, row: BaseOrder) -> None:
    """Payment and shipment below the order, as УНФ tells them."""
    made = (("Выплата безналичных денег", row.paid_at), ("Отпуск товара", row.shipped_at))
    if not any(at for _operation, at in made):
        return
    below = _add(document, "ПодчиненныеДокументы")
    for operation, at in made:
        if at is not None:
            further = _add(below, "ПодчиненныйДокумент")
            _add(further, "Ид", str(uuid.uuid5(uuid.UUID(row.ref), operation)))
            _write_head(further, f"{row.code}/{operation[:1]}", operation, row.order)
            if operation == "Отпуск товара":
                goods = _add(further, "Товары")
                for line in row.order.lines:
                    _write_line(goods, line, vat_included=row.order.vat_included)


def _write_container(root: etree._Element, row: BaseOrder) -> None:
    """The order with the documents made from it, as the module of Bitrix sends them: the order
    without an identifier, the others under numbers of their own."""
    container = _add(root, "Контейнер")
    document = _add(container, "Документ")
    _write_versions(document, row)
    _write_head(document, row.order.number, "Заказ товара", row.order)
    _add(document, "Номер1С", row.code)
    _add(document, "Дата1С", row.taken_at.date().isoformat())
    _write_counterparty(document, row.order)
    goods = _add(document, "Товары")
    for line in row.order.lines:
        _write_line(goods, line, vat_included=row.order.vat_included)
    _write_requisites(
        document,
        [
            ("СтатусЗаказа", _module_status(row)),
            ("Проведен", _flag(row.posted)),
            ("Отменен", _flag(row.cancelled)),
        ],
    )
    for operation, made_at in (
        ("Выплата безналичных денег", row.paid_at),
        ("Отпуск товара", row.shipped_at),
    ):
        if made_at is not None:
            further = _add(container, "Документ")
            _add(further, "Ид", str(uuid.uuid5(uuid.UUID(row.ref), operation)))
            _write_versions(further, row)
            _write_head(further, f"{row.code}/{operation[:1]}", operation, row.order)
            _add(further, "Основание", row.order.ref)


def _write_versions(document: etree._Element, row: BaseOrder) -> None:
    _add(document, "НомерВерсии", uuid.uuid4().hex)
    _add(document, "ПометкаУдаления", _flag(row.deleted))


def _write_head(document: etree._Element, number: str, operation: str, order: SiteOrder) -> None:
    for name, value in (
        ("Номер", number),
        ("Дата", order.placed_at.date().isoformat()),
        ("ХозОперация", operation),
        ("Роль", "Продавец"),
        ("Валюта", order.currency[:3]),
        ("Курс", "1"),
        ("Сумма", str(order.amount)),
        ("Время", order.placed_at.time().isoformat(timespec="seconds")),
    ):
        _add(document, name, value)


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


def _write_requisites(document: etree._Element, told: Sequence[tuple[str, str]]) -> None:
    requisites = _add(document, "ЗначенияРеквизитов")
    for name, value in told:
        requisite = _add(requisites, "ЗначениеРеквизита")
        _add(requisite, "Наименование", name)
        _add(requisite, "Значение", value)


def _requisites(row: BaseOrder, dialect: Dialect) -> list[tuple[str, str]]:
    found = [("Номер по 1С", row.code), ("Дата по 1С", _moment(row.taken_at))]
    if dialect.name not in {"ut103", "other"}:
        found.append(("ПометкаУдаления", _flag(row.deleted)))
    found.append(("Проведен", _flag(row.posted)))
    if row.posted and row.paid_at:
        found += [("Номер оплаты по 1С", row.code), ("Дата оплаты по 1С", _moment(row.paid_at))]
    if row.posted and row.shipped_at:
        found += [
            ("Номер отгрузки по 1С", row.code),
            ("Дата отгрузки по 1С", _moment(row.shipped_at)),
        ]
    if row.cancelled:
        found.append(("Отменен", "true"))
    if dialect.name.startswith("unf"):
        found += [
            ("Оплачен", _flag(row.paid_at is not None)),
            ("Отгружен", _flag(row.shipped_at is not None)),
            ("Статус заказа", _unf_status(row)),
        ]
    return found


def _unf_status(row: BaseOrder) -> str:
    if row.cancelled:
        return "Отменен"
    return "Выполнен" if row.shipped_at else "В работе"


def _module_status(row: BaseOrder) -> str:
    if row.cancelled:
        return "Отменен"
    return "Отгружен" if row.shipped_at else "Подтвержден"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _named(name: str, namespace: str | None) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    node = etree.SubElement(parent, _named(name, etree.QName(parent).namespace))
    node.text = text
    return node
