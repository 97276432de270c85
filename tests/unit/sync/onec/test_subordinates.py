"""Payments and shipments out of their elements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from sync.onec.subordinates import (
    ShipmentRecord,
    below,
    covers,
    is_payment,
    is_shipment,
    payment_record,
    shipment_record,
)


def element(operation: str = "Выплата безналичных денег", inside: str = "", **told: str) -> Any:
    fields = {"Ид": "P1", "Номер": "87", "Дата": "2026-11-23", "Валюта": "руб.", "Сумма": "10.50"}
    fields.update(told)
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return etree.fromstring(
        f"<Документ><ХозОперация>{operation}</ХозОперация>{body}{inside}</Документ>"
    )


def requisites(**told: str) -> str:
    body = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение>"
        "</ЗначениеРеквизита>"
        for name, value in told.items()
    )
    return f"<ЗначенияРеквизитов>{body}</ЗначенияРеквизитов>"


@pytest.mark.parametrize(
    ("operation", "payment", "shipment"),
    [
        ("Выплата безналичных денег", True, False),
        ("ВЫПЛАТА НАЛИЧНЫХ ДЕНЕГ", True, False),
        ("Эквайринговая операция", True, False),
        ("Возврат безналичных денег", False, False),
        ("Отпуск товара", False, True),
        ("Заказ товара", False, False),
    ],
)
def test_what_a_document_is(operation: str, payment: bool, shipment: bool) -> None:
    found = element(operation)
    assert (is_payment(found), is_shipment(found)) == (payment, shipment)


def test_a_payment_with_everything_it_tells() -> None:
    found = payment_record(
        element(
            inside="<Контрагенты><Контрагент><Ид>C1</Ид><Наименование>ООО</Наименование>"
            "<ИНН>7707083893</ИНН></Контрагент></Контрагенты>",
            Основание="1001",
            Комментарий="аванс",
        )
    )
    assert found is not None
    assert (found.ref, found.source, found.number, found.paid_on) == (
        "P1",
        "onec",
        "87",
        date(2026, 11, 23),
    )
    assert (found.amount, found.currency, found.order_number) == (Decimal("10.50"), "RUB", "1001")
    assert (found.payer_inn, found.counterparty_ref, found.purpose) == ("7707083893", "C1", "аванс")


def test_a_payment_below_an_order_is_of_that_order() -> None:
    found = payment_record(element(), "1001")
    assert found is not None
    assert found.order_number == "1001"


@pytest.mark.parametrize(
    "inside",
    [
        "<ПометкаУдаления>true</ПометкаУдаления>",
        requisites(ПометкаУдаления="true"),
        requisites(Проведен="false"),
        requisites(Оплачен="false"),
        requisites(Отменен="true"),
    ],
)
def test_what_does_not_count_is_no_payment(inside: str) -> None:
    assert payment_record(element(inside=inside)) is None
    assert shipment_record(element("Отпуск товара", inside=inside)) is None


@pytest.mark.gotcha(66)
@pytest.mark.parametrize("told", [{"Дата": "0001-01-01"}, {"Сумма": ""}, {"Сумма": "сто"}])
def test_a_payment_that_cannot_be_read_says_why(told: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"date|sum|number"):
        payment_record(element(**told))


def test_documents_inside_an_order() -> None:
    order = etree.fromstring(
        "<Документ><ПодчиненныеДокументы><ПодчиненныйДокумент/><ПодчиненныйДокумент/>"
        "</ПодчиненныеДокументы></Документ>"
    )
    assert len(list(below(order))) == 2


def shipment(**quantities: str) -> ShipmentRecord:
    return ShipmentRecord(
        "1001", None, tuple((ref, Decimal(quantity)) for ref, quantity in quantities.items())
    )


@pytest.mark.parametrize(
    ("shipments", "expected"),
    [
        ([], False),
        ([shipment(a="5", b="1")], True),
        ([shipment(a="3"), shipment(a="2", b="1")], True),
        ([shipment(a="5")], False),
        ([shipment(a="4", b="1")], False),
        ([shipment(a="9", b="9", c="1")], True),
    ],
)
@pytest.mark.gotcha(62)
def test_shipments_cover_an_order_by_product_whatever_its_lines(
    shipments: list[ShipmentRecord], expected: bool
) -> None:
    lines = [{"ref": "a", "quantity": "2"}, {"ref": "b", "quantity": "1"}]
    lines.append({"ref": "a", "quantity": "3"})
    assert covers(lines, shipments) is expected


def test_an_order_without_lines_is_never_covered() -> None:
    assert not covers([], [shipment(a="1")])


def test_quantities_are_by_variant() -> None:
    goods = (
        "<Товары><Товар><Ид>p</Ид><ИдХарактеристики>c</ИдХарактеристики>"
        "<Количество>2</Количество></Товар><Товар><Ид>q#d</Ид><Количество>1,5</Количество></Товар>"
        "<Товар><Ид>z</Ид><Количество>0</Количество></Товар></Товары>"
    )
    found = shipment_record(element("Отпуск товара", goods), "1001")
    assert found is not None
    assert found.quantities == (("p#c", Decimal(2)), ("q#d", Decimal("1.5")))
    assert found.shipped_on == date(2026, 11, 23)
