"""A batch is read as УТ 11.5 reads it: one bad document and nothing is loaded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from onec.orders import BatchRejectedError, read_batch

LINE = """
<Товар><Ид>product#variant</Ид><Артикул>A-1</Артикул><Наименование>Дверь</Наименование>
<БазоваяЕдиница>шт</БазоваяЕдиница><ЦенаЗаЕдиницу>61.00</ЦенаЗаЕдиницу><Количество>2</Количество>
<Сумма>122.00</Сумма><Налоги><Налог><Наименование>НДС</Наименование>
<УчтеноВСумме>true</УчтеноВСумме><Сумма>22.00</Сумма><Ставка>22</Ставка></Налог></Налоги></Товар>
"""
ORDER = f"""<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">
<Документ><Ид>7</Ид><Номер>1000007</Номер><Дата>2026-11-24</Дата><Время>10:20:30</Время>
<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>RUB</Валюта><Курс>1</Курс>
<Сумма>122.00</Сумма>
<Контрагенты><Контрагент><Ид>c1</Ид><Наименование>ООО «Лад»</Наименование>
<ОфициальноеНаименование>ООО «Лад»</ОфициальноеНаименование><ИНН>7701234567</ИНН>
<КПП>770101001</КПП><Роль>Покупатель</Роль></Контрагент></Контрагенты>
<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме>
<Сумма>22.00</Сумма><Ставка>22</Ставка></Налог></Налоги>
<Товары>{LINE}</Товары></Документ></КоммерческаяИнформация>"""


def test_read_batch_gives_the_order() -> None:
    (order,) = read_batch(ORDER)
    assert (order.number, order.currency, order.amount) == ("1000007", "RUB", Decimal("122.00"))
    assert order.placed_at.isoformat() == "2026-11-24T10:20:30"
    assert (order.inn, order.kpp) == ("7701234567", "770101001")
    (line,) = order.lines
    assert (line.ref, line.vat_rate, line.vat_amount) == ("product#variant", "22", Decimal("22.00"))


def test_read_batch_of_no_orders_is_empty() -> None:
    assert read_batch('<?xml version="1.0"?><КоммерческаяИнформация/>') == []


def test_read_batch_takes_documents_out_of_a_container() -> None:
    text = ORDER.replace("<Документ>", "<Контейнер><Документ>").replace(
        "</Документ>", "</Документ></Контейнер>"
    )
    assert len(read_batch(text)) == 1


def test_read_batch_takes_a_sole_trader_without_an_official_name() -> None:
    text = ORDER.replace("ОфициальноеНаименование", "ПолноеНаименование").replace(
        "7701234567", "770123456789"
    )
    assert read_batch(text)[0].inn == "770123456789"


def test_read_batch_takes_lines_without_vat() -> None:
    document_tax = ORDER[ORDER.index("<Налоги>") : ORDER.index("<Товары>")]
    line_tax = LINE[LINE.index("<Налоги>") : LINE.index("</Товар>")]
    text = ORDER.replace(document_tax, "").replace(line_tax, "")
    assert read_batch(text)[0].lines[0].vat_amount == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1000007", "100000000007", "longer than 11"),
        ("<Номер>1000007</Номер>", "", "Номер is missing"),
        ("<Валюта>RUB</Валюта>", "<Валюта/>", "Валюта is missing"),
        ("Заказ товара", "Отпуск товара", "ХозОперация"),
        ("<Наименование>ООО «Лад»</Наименование>", "", "Контрагент/Наименование"),
        ("7701234567", "770123456789", "sole trader"),
        ("ОфициальноеНаименование", "ПолноеНаименование", "a company without"),
        ("<Ид>product#variant</Ид>", "", "Товар/Ид is missing"),
        ("<Количество>2</Количество>", "<Количество>0</Количество>", "Количество 0"),
        ("<Количество>2</Количество>", "<Количество>3</Количество>", "price by quantity"),
        ("<Количество>2</Количество>", "<Количество>два</Количество>", "not a number"),
        (
            "<Сумма>22.00</Сумма><Ставка>22</Ставка></Налог></Налоги></Товар>",
            "<Сумма>20.00</Сумма><Ставка>22</Ставка></Налог></Налоги></Товар>",
            "instead of 22.00",
        ),
        ("<УчтеноВСумме>true", "<УчтенВСумме>true", "mismatched tag|not XML"),
        ("<Курс>1</Курс>\n<Сумма>122.00", "<Курс>1</Курс>\n<Сумма>123.00", "the lines give"),
        ("2026-11-24", "24.11.2026", "Дата or Время"),
        ("<Товары>", "<Склады><Склад><Ид>w</Ид></Склад></Склады><Товары>", "Склад without"),
        (LINE, "", "no lines"),
    ],
)
def test_read_batch_refuses(old: str, new: str, reason: str) -> None:
    assert old in ORDER
    with pytest.raises(BatchRejectedError, match=reason):
        read_batch(ORDER.replace(old, new))


def test_read_batch_refuses_vat_missing_on_the_document() -> None:
    document_tax = ORDER[ORDER.index("<Налоги>") : ORDER.index("<Товары>")]
    with pytest.raises(BatchRejectedError, match="Налоги of the document"):
        read_batch(ORDER.replace(document_tax, ""))


def test_read_batch_names_the_faults_of_every_order() -> None:
    document = ORDER[ORDER.index("<Документ>") : ORDER.index("</КоммерческаяИнформация>")]
    second = document.replace("1000007", "1000008").replace("<Валюта>RUB</Валюта>", "")
    third = document.replace("<Ид>product#variant</Ид>", "")
    text = ORDER.replace(document, document + second + third)
    with pytest.raises(BatchRejectedError) as caught:
        read_batch(text)
    assert caught.value.reasons == [
        "order 1000008: Документ/Валюта is missing",
        "order 1000007: Товар/Ид is missing",
        "order 1000007: the number comes twice",
    ]
