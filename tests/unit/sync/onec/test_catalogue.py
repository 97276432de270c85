"""Goods read from their bytes are what their element says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from lxml import etree

from sync.onec.catalogue import product_of_text, product_record
from sync.onec.records import ProductRecord

PARTS = (
    "<Ид>0A1B2C3D-0000-0000-0000-00000000000F</Ид>",
    "<Штрихкод/>",
    "<Артикул> YK-1 </Артикул>",
    "<Наименование>Ручка &quot;Модерн&quot;\r\nхром</Наименование>",
    '<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука">796<Пересчет><Единица>796</Единица>'
    "</Пересчет>\n</БазоваяЕдиница>",
    "<Группы><Ид>g1</Ид><Ид>g2</Ид><Ид>g1</Ид></Группы>",
    "<Описание>Одна\n\nДве</Описание>",
    "<Картинка>a.jpg</Картинка>",
    "<Картинка>b.jpg</Картинка>",
    "<Картинка>a.jpg</Картинка>",
    "<Изготовитель><Ид>m</Ид><Наименование>Завод</Наименование></Изготовитель>",
    "<ЗначенияСвойств><ЗначенияСвойства><Ид>p1</Ид><Значение>v</Значение></ЗначенияСвойства>"
    "<ЗначенияСвойства><Ид>p2</Ид><Значение/></ЗначенияСвойства></ЗначенияСвойств>",
    "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка>"
    "</СтавкаНалога></СтавкиНалогов>",
    "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Полное наименование</Наименование>"
    "<Значение>Ручка мебельная</Значение></ЗначениеРеквизита><ЗначениеРеквизита>"
    "<Наименование>ТипНоменклатуры</Наименование><Значение>Товар</Значение></ЗначениеРеквизита>"
    "<ЗначениеРеквизита><Наименование>Вес</Наименование><Значение>0,5</Значение>"
    "</ЗначениеРеквизита></ЗначенияРеквизитов>",
    "<Страна>Россия</Страна>",
    "<ПометкаУдаления>false</ПометкаУдаления>",
)


def goods(*parts: str, begin: str = "<Товар>") -> bytes:
    return (begin + "\n\t".join(parts) + "</Товар>").encode()


def test_the_plain_way_needs_no_element() -> None:
    raw = goods(*PARTS)
    told = product_of_text(raw)
    assert told is not None
    assert told == product_record(etree.fromstring(raw))
    assert told.name == 'Ручка "Модерн"\nхром'
    assert (told.ref, told.unit, told.unit_code) == (
        "0a1b2c3d-0000-0000-0000-00000000000f",
        "796",
        "796",
    )
    assert told.category_refs == ("g1", "g2")
    assert told.pictures == ("a.jpg", "b.jpg")


def test_pictures_are_referred_to_by_the_names_files_are_kept_under() -> None:
    raw = goods(
        *PARTS[:6],
        "<Картинка>import_files\\07\\x.png</Картинка>",
        "<Картинка>upload/1c/webdata/import_files/07/x.png</Картинка>",
        "<Картинка>/tmp/v8_1/import_files/08/y.png</Картинка>",
    )
    told = product_of_text(raw)
    assert told is not None
    assert told == product_record(etree.fromstring(raw))
    assert told.pictures == ("import_files/07/x.png", "import_files/08/y.png")


def outcome(read: Callable[[], ProductRecord | None]) -> object:
    try:
        return read()
    except ValueError as error:
        return error.args


@pytest.mark.parametrize("left", range(len(PARTS)))
def test_each_part_may_be_absent_or_twice(left: int) -> None:
    for parts in (PARTS[:left] + PARTS[left + 1 :], (*PARTS, PARTS[left])):
        raw = goods(*parts)
        element = etree.fromstring(raw)
        told = outcome(partial(product_of_text, raw))
        assert told in {None, outcome(partial(product_record, element))}


@pytest.mark.parametrize(
    "part",
    [
        "<Статус>Удален</Статус>",
        "<Комплект><Товар><Ид>x</Ид></Товар></Комплект>",
        "<Изготовитель>Завод</Изготовитель>",
        "<Группы/>",
        "<Изготовитель><Ид>m</Ид></Изготовитель>",
        "<СтавкиНалогов><СтавкаНалога><Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов>",
        "<ПометкаУдаления>true</ПометкаУдаления>",
        "<Код>&bull;</Код>",
    ],
)
def test_other_ways_say_the_same_or_nothing(part: str) -> None:
    raw = goods(PARTS[0], PARTS[3], part)
    element = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, recover=True))
    assert product_of_text(raw) in {None, product_record(element)}


def test_a_mark_on_the_element_is_left_to_it() -> None:
    assert product_of_text(goods(*PARTS, begin='<Товар Статус="Удален">')) is None
    with pytest.raises(ValueError, match="a product without Ид"):
        product_of_text(goods(PARTS[3]))
