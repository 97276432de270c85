"""What each dialect writes of an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest
from lxml import etree

from onec.answers import BaseOrder
from onec.dialects import BITRIX31, UNF, UT11, UT103, Dialect
from onec.documents import write_answer
from onec.orders import SiteOrder

AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive
LATER = datetime(2026, 11, 25, 9, 30)  # noqa: DTZ001 - 1C's times are naive


def _root(body: bytes) -> etree._Element:
    return etree.fromstring(body.removeprefix(b"\xef\xbb\xbf"))


def _found(root: etree._Element, path: str) -> list[Any]:
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return cast("list[Any]", root.xpath(f"//{steps}"))


def _texts(root: etree._Element, path: str) -> list[str]:
    return [str(node.text) for node in _found(root, path)]


def _requisites(body: bytes) -> dict[str, str]:
    pairs = _found(_root(body), "ЗначениеРеквизита")
    return {str(pair[0].text): str(pair[1].text) for pair in pairs}


def test_write_answer_has_the_portal_number_and_what_1c_knows(order: SiteOrder) -> None:
    row = BaseOrder(order, "ВТУТ-000001", AT).answered("ship", LATER)
    name, body = write_answer([row], UT11, LATER)
    assert name.startswith("orders-")
    assert name.endswith("_1.xml")
    assert body.startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<')
    assert "<Номер>1000007</Номер>" in body.decode()
    assert _requisites(body) == {
        "Номер по 1С": "ВТУТ-000001",
        "Дата по 1С": "2026-11-24T12:00:00",
        "ПометкаУдаления": "false",
        "Проведен": "true",
        "Номер отгрузки по 1С": "ВТУТ-000001",
        "Дата отгрузки по 1С": "2026-11-25T09:30:00",
    }


def test_write_answer_of_a_cancelled_order_says_so(order: SiteOrder) -> None:
    row = BaseOrder(order, "1", AT).answered("cancel", AT)
    assert _requisites(write_answer([row], UT11, AT)[1])["Отменен"] == "true"


@pytest.mark.parametrize(
    ("dialect", "requisite", "status"),
    [
        (UT11, "Статус заказа", None),
        (UT103, "Статус заказа", None),
        (UNF, "Статус заказа", "В работе"),
        (BITRIX31, "СтатусЗаказа", "Подтвержден"),
    ],
)
def test_who_names_a_status(
    order: SiteOrder, dialect: Dialect, requisite: str, status: str | None
) -> None:
    row = BaseOrder(order, "1", AT).answered("confirm", AT)
    assert _requisites(write_answer([row], dialect, AT)[1]).get(requisite) == status


@pytest.mark.parametrize(
    ("dialect", "path"),
    [(UT103, "Документ/Статус"), (BITRIX31, "Контейнер/Документ/ПометкаУдаления")],
)
def test_a_deletion_mark_in_its_spellings(order: SiteOrder, dialect: Dialect, path: str) -> None:
    row = BaseOrder(order, "1", AT)
    marked = row.answered("delete", AT)
    spelled = {"Статус": "Удален", "ПометкаУдаления": "true"}[path.rpartition("/")[2]]
    assert _texts(_root(write_answer([marked], dialect, AT)[1]), path) == [spelled]
    again = marked.answered("confirm", AT)
    assert _texts(_root(write_answer([again], dialect, AT)[1]), path) != [spelled]


def test_ut103_writes_without_a_namespace_and_under_a_name_of_its_own(order: SiteOrder) -> None:
    name, body = write_answer([BaseOrder(order, "1", AT)], UT103, AT)
    root = _root(body)
    assert name.startswith("1cbitrix-")
    assert (root.tag, root.nsmap) == ("КоммерческаяИнформация", {})
    assert root.get("ВерсияСхемы") == "2.04"


def test_bitrix31_wraps_the_order_with_what_was_made_from_it(order: SiteOrder) -> None:
    row = BaseOrder(order, "БМ00-000001", AT).answered("pay", AT).answered("ship", LATER)
    name, body = write_answer([row], BITRIX31, LATER)
    root = _root(body)
    assert name.startswith("documents")
    assert _texts(root, "Контейнер/Документ/ХозОперация") == [
        "Заказ товара",
        "Выплата безналичных денег",
        "Отпуск товара",
    ]
    main, *others = _found(root, "Контейнер/Документ")
    assert [etree.QName(document[0]).localname for document in (main, *others)] == [
        "НомерВерсии",
        "Ид",
        "Ид",
    ]
    assert _texts(root, "Документ/Основание") == [order.ref] * 2
    numbers = _texts(root, "Документ/Номер")
    assert numbers[0] == "1000007"
    assert len(set(numbers)) == 3


def test_write_answer_in_windows_1251(order: SiteOrder) -> None:
    _name, body = write_answer(
        [BaseOrder(order, "1", AT)], replace(BITRIX31, charset="windows-1251"), AT
    )
    assert body.startswith(b'<?xml version="1.0" encoding="WINDOWS-1251"?>')
    assert "ООО «Лад»".encode("cp1251") in body
    assert _texts(_root(body), "Контрагент/Наименование") == ["ООО «Лад»"]
