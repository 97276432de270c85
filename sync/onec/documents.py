"""Orders and counterparties of CommerceML: elements into records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from sync.onec import values
from sync.onec.elements import (
    child,
    child_text,
    children,
    fields,
    marked_deleted,
    pairs,
    text,
)
from sync.onec.records import (
    CounterpartyKind,
    CounterpartyRecord,
    RemoteLineRecord,
    RemoteOrderRecord,
)

_VERSION = re.compile("<НомерВерсии[^>]*>[^<]*</НомерВерсии>".encode())
_ORDER = "заказ товара"
_MONEY = ("выплата", "возврат", "эквайринг")
_STATUS = re.compile(r"^\[([^\]]{1,20})\]\s*(.*)$", re.DOTALL)


def counterparty_record(element: etree._Element) -> CounterpartyRecord:
    """A legal entity or a person. Raises ValueError when it has neither Ид nor a name."""
    told = fields(element)
    own = values.ref(told.get("Ид"))
    official = told.get("ОфициальноеНаименование", "")
    name = told.get("Наименование", "") or official or told.get("ПолноеНаименование", "")
    if not own and not name:
        raise ValueError("a counterparty without Ид and name")
    inn = re.sub(r"\D", "", told.get("ИНН", ""))
    return CounterpartyRecord(
        ref=own,
        partner_ref="",
        name=name,
        full_name=official or told.get("ПолноеНаименование", ""),
        inn=inn,
        kpp=re.sub(r"\s", "", told.get("КПП", "")),
        kind=_kind(inn, official=official),
        archived=bool(marked_deleted(element)),
    )


def _kind(inn: str, *, official: str) -> CounterpartyKind:
    if len(inn) == 10 or (official and len(inn) != 12):
        return "company"
    return "sole_trader" if len(inn) == 12 else "person"


def is_order(element: etree._Element) -> bool:
    """Whether a document is an order, and not a payment or a shipment made from one.

    The module of Bitrix sends those beside the order, in the same container and under numbers of
    their own.
    """
    told = fields(element)
    operation = told.get("ХозОперация", "").casefold()
    if operation in {"", _ORDER}:
        return True
    return not told.get("Основание") and not operation.startswith(_MONEY)


def document_record(element: etree._Element) -> RemoteOrderRecord:
    """An order coming back. Raises ValueError when it has neither number nor identifier."""
    told = fields(element)
    listed = pairs(child(element, "ЗначенияРеквизитов"), "ЗначениеРеквизита", "Наименование")
    named: dict[str, str] = {}
    for name, told_values in listed:
        named[values.requisite_key(name)] = told_values[0] if told_values else ""
    number = told.get("Номер", "")
    own = values.ref(told.get("Ид"))
    if not number and not own:
        raise ValueError("a document without Номер and Ид")
    status_code, status = _status(named)
    paid_number = _any(named, "номероплатыпо1с", "номерплатежногодокумента")
    paid_on = values.day(_any(named, "датаоплатыпо1с", "датаоплаты"))
    shipped_number = _any(named, "номеротгрузкипо1с")
    shipped_on = values.day(_any(named, "датаотгрузкипо1с"))
    return RemoteOrderRecord(
        ref=own,
        number=number,
        ordered_on=values.day(told.get("Дата")),
        operation=told.get("ХозОперация", ""),
        role=told.get("Роль", ""),
        currency=values.currency(told.get("Валюта")),
        amount=values.lenient_number(told.get("Сумма")),
        comment=told.get("Комментарий", ""),
        remote_number=_any(named, "номерпо1с", "номер1с") or told.get("Номер1С", ""),
        remote_on=values.day(_any(named, "датапо1с", "дата1с") or told.get("Дата1С")),
        status=status,
        status_code=status_code,
        posted=values.told_flag(_any(named, "проведен", "проведён") or told.get("Проведен")),
        deleted=_deleted(element, named),
        cancelled=values.told_flag(_any(named, "отменен", "отменён")),
        paid=_done(_any(named, "оплачен", "заказоплачен"), paid_number, paid_on),
        paid_number=paid_number,
        paid_on=paid_on,
        shipped=_done(_any(named, "отгружен"), shipped_number, shipped_on),
        shipped_number=shipped_number,
        shipped_on=shipped_on,
        counterparty=_buyer(element),
        lines=tuple(
            _line(line)
            for container in children(element, "Товары")
            for line in children(container, "Товар")
        ),
        requisites=tuple(named.items()),
        changed_at=values.moment(_any(named, "датаизменения", "датаизменениястатуса")),
        digest=_content_digest(element),
    )


def _any(named: Mapping[str, str], *keys: str) -> str:
    for key in keys:
        if value := named.get(key):
            return value
    return ""


def _status(named: Mapping[str, str]) -> tuple[str, str]:
    """``(code, name)`` out of ``[F] Доставлен`` or two requisites."""
    shown = _any(named, "статусзаказа", "статус")
    code = _any(named, "статусазаказаид", "статусзаказаид")
    match = _STATUS.match(shown)
    if match:
        return code or match.group(1), match.group(2).strip()
    return code, shown


def _deleted(element: etree._Element, named: Mapping[str, str]) -> bool | None:
    told = values.told_flag(named.get("пометкаудаления"))
    return marked_deleted(element) if told is None else told


def _done(told: str, number: str, on: object) -> bool | None:
    """УТ tells only the number and date of a whole payment or shipment; УНФ tells a flag."""
    if told:
        return values.flag(told)
    return True if number or on is not None else None


def _buyer(element: etree._Element) -> CounterpartyRecord | None:
    """The counterparty whose role is the buyer, else the first."""
    first: CounterpartyRecord | None = None
    for each in children(child(element, "Контрагенты"), "Контрагент"):
        try:
            record = counterparty_record(each)
        except ValueError:
            continue
        if child_text(each, "Роль") == "Покупатель":
            return record
        first = first or record
    return first


def _line(element: etree._Element) -> RemoteLineRecord:
    told = fields(element)
    offer_ref, product_ref = values.offer_refs(told.get("Ид"), told.get("ИдХарактеристики"))
    listed = pairs(child(element, "ЗначенияРеквизитов"), "ЗначениеРеквизита", "Наименование")
    named = {values.requisite_key(name): each[0] for name, each in listed if each}
    quantity = values.number(told.get("Количество")) or Decimal(0)
    amount = values.number(told.get("Сумма"))
    price = values.number(told.get("ЦенаЗаЕдиницу"))
    if price is None:
        price = amount / quantity if amount is not None and quantity else Decimal(0)
    rates = [
        values.vat_rate(child_text(rate, "Ставка"))
        for container in children(element, "СтавкиНалогов")
        for rate in children(container, "СтавкаНалога")
    ]
    return RemoteLineRecord(
        ref=offer_ref,
        product_ref=product_ref,
        sku=told.get("Артикул", ""),
        name=told.get("Наименование", ""),
        unit=text(child(element, "Единица")) or told.get("БазоваяЕдиница", ""),
        quantity=quantity,
        price=price,
        amount=amount,
        vat_rate=rates[0] if rates else None,
        is_service=offer_ref == "ORDER_DELIVERY"
        or named.get("типноменклатуры", "").lower() == "услуга",
    )


def _content_digest(element: etree._Element) -> int:
    raw = _VERSION.sub(b"", etree.tostring(element, encoding="utf-8", with_tail=False))
    return values.fingerprint(raw)
