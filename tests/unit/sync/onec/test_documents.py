"""Orders and counterparties out of their elements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from sync.onec.documents import counterparty_record, document_record, is_order
from sync.onec.records import RemoteOrderRecord


def document(inside: str = "", **requisites: str) -> RemoteOrderRecord:
    told = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование>"
        f"<Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in requisites.items()
    )
    xml = (
        f"<Документ><Номер>1001</Номер>{inside}"
        f"<ЗначенияРеквизитов>{told}</ЗначенияРеквизитов></Документ>"
    )
    return document_record(etree.fromstring(xml))


@pytest.mark.gotcha(58)
def test_what_ut_tells_of_an_order() -> None:
    it = document(
        "<Ид>d1</Ид><Дата>2026-11-20</Дата><Валюта>руб</Валюта><Сумма>10.50</Сумма>",
        Номер_по_1С="ЦБ-1",
        Дата_по_1С="2026-11-21T10:00:00",
        ПометкаУдаления="false",
        Проведен="true",
        Номер_оплаты_по_1С="П-1",
        Дата_оплаты_по_1С="2026-11-22",
    )
    assert (it.number, it.ref, it.remote_number) == ("1001", "d1", "ЦБ-1")
    assert (it.remote_on, it.paid_on) == (date(2026, 11, 21), date(2026, 11, 22))
    assert (it.posted, it.deleted, it.cancelled, it.paid, it.shipped) == (
        True,
        False,
        None,
        True,
        None,
    )
    assert (it.currency, it.amount) == ("RUB", Decimal("10.50"))


@pytest.mark.parametrize(
    ("requisites", "status", "code"),
    [
        ({"Статус_заказа": "Отгружен"}, "Отгружен", ""),
        ({"СтатусЗаказа": "[F] Доставлен"}, "Доставлен", "F"),
        ({"Статус_заказа": "Принят", "Статуса_заказа_ИД": "N"}, "Принят", "N"),
        ({}, "", ""),
    ],
)
@pytest.mark.gotcha(59)
def test_the_status_in_its_spellings(requisites: dict[str, str], status: str, code: str) -> None:
    it = document(**requisites)
    assert (it.status, it.status_code) == (status, code)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("", True),
        ("<ХозОперация>Заказ Товара</ХозОперация><Основание>1</Основание>", True),
        ("<ХозОперация>Отпуск товара</ХозОперация>", True),
        ("<ХозОперация>Отпуск товара</ХозОперация><Основание>1001</Основание>", False),
        ("<ХозОперация>Выплата безналичных денег</ХозОперация>", False),
        ("<ХозОперация>Эквайринговая операция</ХозОперация>", False),
    ],
)
def test_what_was_made_from_an_order_is_none(inside: str, expected: bool) -> None:
    element = etree.fromstring(f"<Документ><Номер>1001</Номер>{inside}</Документ>")
    assert is_order(element) is expected


def test_what_unf_tells_by_flags() -> None:
    it = document(Оплачен="true", Отгружен="false", Отменен="TRUE")
    assert (it.paid, it.shipped, it.cancelled) == (True, False, True)


def test_the_version_is_no_content() -> None:
    first = document("<НомерВерсии>1</НомерВерсии>")
    assert first.digest == document("<НомерВерсии>2</НомерВерсии>").digest
    assert first.digest != document("<Комментарий>х</Комментарий>").digest


@pytest.mark.gotcha(62)
def test_a_product_may_stand_in_a_document_twice() -> None:
    line = (
        "<Товар><Ид>p#c</Ид><Наименование>Ручка</Наименование><Количество>2</Количество>"
        "<Сумма>21</Сумма><СтавкиНалогов><СтавкаНалога><Ставка>22</Ставка></СтавкаНалога>"
        "</СтавкиНалогов></Товар>"
    )
    it = document(f"<Товары>{line}{line}</Товары>")
    assert len(it.lines) == 2
    assert (it.lines[0].ref, it.lines[0].product_ref) == ("p#c", "p")
    assert (it.lines[0].price, it.lines[0].vat_rate) == (Decimal("10.5"), Decimal(22))


@pytest.mark.gotcha(66)
def test_empty_values_are_empty() -> None:
    it = document("<Сумма/>", Дата_оплаты_по_1С="0001-01-01")
    assert (it.amount, it.paid_on, it.paid) == (None, None, None)


def test_a_bad_quantity_refuses_the_document() -> None:
    with pytest.raises(ValueError, match="not a number"):
        document("<Товары><Товар><Ид>p</Ид><Количество>много</Количество></Товар></Товары>")


def test_a_document_needs_a_number_or_an_identifier() -> None:
    with pytest.raises(ValueError, match="without Номер and Ид"):
        document_record(etree.fromstring("<Документ><Сумма>1</Сумма></Документ>"))


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        ("<ИНН>7707083893</ИНН>", "company"),
        ("<ИНН>500100732259</ИНН>", "sole_trader"),
        (
            "<ИНН>500100732259</ИНН><ОфициальноеНаименование>ИП</ОфициальноеНаименование>",
            "sole_trader",
        ),
        ("<ОфициальноеНаименование>ООО</ОфициальноеНаименование>", "company"),
        ("", "person"),
    ],
)
def test_the_legal_form_follows_from_the_inn(inside: str, kind: str) -> None:
    xml = f"<Контрагент><Ид>c</Ид><Наименование>Имя</Наименование>{inside}</Контрагент>"
    assert counterparty_record(etree.fromstring(xml)).kind == kind


def test_spaces_around_a_kpp_are_dropped() -> None:
    xml = "<Контрагент><Наименование>Имя</Наименование><КПП>770701001 </КПП></Контрагент>"
    assert counterparty_record(etree.fromstring(xml)).kpp == "770701001"
