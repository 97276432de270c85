"""Documents that 1C made from an order: payments and shipments.

УНФ tells them inside the order (ПодчиненныеДокументы), the module of Bitrix beside it in the same
container, with the order they are of in Основание. Pure: no Django, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from sync.onec import values
from sync.onec.documents import counterparty_record
from sync.onec.elements import child, children, fields, marked_deleted, pairs
from sync.onec.records import CounterpartyRecord, PaymentRecord

PAYMENTS = ("выплата", "эквайринг")
"""How operations of money received begin; what is given back ("возврат") is none."""

SHIPMENTS = ("отпуск", "реализация", "отгрузка")


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """Goods that left for an order; quantities by identifier of the product or its variant."""

    order_number: str
    shipped_on: date | None
    quantities: tuple[tuple[str, Decimal], ...]


def below(element: etree._Element) -> Iterator[etree._Element]:
    """Documents inside an order."""
    for container in children(element, "ПодчиненныеДокументы"):
        yield from children(container, "ПодчиненныйДокумент")
        yield from children(container, "Документ")


def is_payment(element: etree._Element) -> bool:
    """Whether the document is about money that came in."""
    return _operation(element).startswith(PAYMENTS)


def is_shipment(element: etree._Element) -> bool:
    """Whether the document is about goods that left."""
    return _operation(element).startswith(SHIPMENTS)


def payment_record(element: etree._Element, order_number: str = "") -> PaymentRecord | None:
    """The payment of a document, of the order `order_number` unless it names its own.

    None for one that does not count: marked for deletion, not posted, or not paid yet. Raises
    ValueError when it counts and cannot be read.
    """
    told = fields(element)
    named = _requisites(element)
    if not _counts(element, named):
        return None
    paid_on = values.day(told.get("Дата")) or values.day(named.get("датапо1с"))
    amount = values.number(told.get("Сумма"))
    if paid_on is None:
        raise ValueError("a payment without a date")
    if amount is None:
        raise ValueError("a payment without a sum")
    party = _payer(element)
    return PaymentRecord(
        ref=values.ref(told.get("Ид")),
        source="onec",
        number=told.get("Номер", "") or named.get("номерпо1с", ""),
        paid_on=paid_on,
        amount=amount,
        currency=values.currency(told.get("Валюта")),
        payer_name=party.name if party else "",
        payer_inn=party.inn if party else "",
        purpose=told.get("Комментарий", ""),
        order_number=values.ref(told.get("Основание")) or order_number,
        counterparty_ref=party.ref if party else "",
    )


def shipment_record(element: etree._Element, order_number: str = "") -> ShipmentRecord | None:
    """The shipment of a document; None for one that does not count."""
    told = fields(element)
    named = _requisites(element)
    if not _counts(element, named):
        return None
    return ShipmentRecord(
        order_number=values.ref(told.get("Основание")) or order_number,
        shipped_on=values.day(told.get("Дата")) or values.day(named.get("датапо1с")),
        quantities=tuple(_quantities(element)),
    )


def covers(lines: Sequence[Mapping[str, Any]], shipments: Iterable[ShipmentRecord]) -> bool:
    """Whether shipments bring all of an order's lines (of `RemoteOrder.lines`).

    A product may stand in several lines and several shipments: what counts is how much in all.
    """
    left: dict[str, Decimal] = {}
    for line in lines:
        ref = str(line["ref"])
        left[ref] = left.get(ref, Decimal(0)) + Decimal(line["quantity"])
    for shipment in shipments:
        for ref, quantity in shipment.quantities:
            if ref in left:
                left[ref] -= quantity
    return bool(left) and all(quantity <= 0 for quantity in left.values())


def _counts(element: etree._Element, named: Mapping[str, str]) -> bool:
    told = values.told_flag(named.get("пометкаудаления"))
    is_deleted = marked_deleted(element) if told is None else told
    if is_deleted or values.told_flag(named.get("отменен")):
        return False
    posted = values.told_flag(named.get("проведен"))
    paid = values.told_flag(named.get("оплачен"))
    return posted is not False and paid is not False


def _quantities(element: etree._Element) -> Iterator[tuple[str, Decimal]]:
    for container in children(element, "Товары"):
        for line in children(container, "Товар"):
            told = fields(line)
            offer_ref, _product_ref = values.offer_refs(
                told.get("Ид"), told.get("ИдХарактеристики")
            )
            quantity = values.lenient_number(told.get("Количество"))
            if offer_ref and quantity:
                yield offer_ref, quantity


def _payer(element: etree._Element) -> CounterpartyRecord | None:
    for each in children(child(element, "Контрагенты"), "Контрагент"):
        try:
            return counterparty_record(each)
        except ValueError:
            continue
    return None


def _requisites(element: etree._Element) -> dict[str, str]:
    listed = pairs(child(element, "ЗначенияРеквизитов"), "ЗначениеРеквизита", "Наименование")
    return {values.requisite_key(name): told[0] for name, told in listed if told}


def _operation(element: etree._Element) -> str:
    return fields(element).get("ХозОперация", "").casefold()
