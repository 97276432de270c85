"""Exchange files of a made-up catalogue of any size, for `exchange.py`.

Goods have 6 properties with dictionaries; an offer each has 4 prices and stock in 5 warehouses.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

PROPERTIES, PRICE_TYPES, WAREHOUSES, GROUPS = 6, 4, 5, 40
DELTA = 100_000
"""Offers in a stock delta at most."""
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07" '
    'ДатаФормирования="2026-11-24T10:00:00">\n'
)
TAIL = "</КоммерческаяИнформация>\n"


def guid(kind: int, number: int) -> str:
    """The same GUID for the same object at every run."""
    return str(uuid.UUID(int=random.Random(f"{kind}/{number}").getrandbits(128)))


def write_goods(out: TextIO, size: int, *, changed: int = 0) -> None:
    """`import.xml`: groups, properties with dictionaries, goods; every `changed`th differs."""
    out.write(f"{HEAD}<Классификатор><Ид>1</Ид><Наименование>Каталог</Наименование><Группы>")
    for n in range(GROUPS):
        out.write(f"<Группа><Ид>{guid(1, n)}</Ид><Наименование>Группа {n}</Наименование></Группа>")
    out.write("</Группы><Свойства>")
    for n in range(PROPERTIES):
        out.write(
            f"<Свойство><Ид>{guid(2, n)}</Ид><Наименование>Свойство {n}</Наименование>"
            "<ТипЗначений>Справочник</ТипЗначений><ВариантыЗначений>"
        )
        for v in range(20):
            out.write(
                f"<Справочник><ИдЗначения>{guid(3, n * 100 + v)}</ИдЗначения>"
                f"<Значение>Значение {v}</Значение></Справочник>"
            )
        out.write("</ВариантыЗначений></Свойство>")
    out.write('</Свойства></Классификатор><Каталог СодержитТолькоИзменения="false"><Ид>1</Ид>')
    out.write("<Наименование>Каталог</Наименование><Товары>\n")
    for n in range(size):
        mark = " изменён" if changed and n % changed == 0 else ""
        values = "".join(
            f"<ЗначенияСвойства><Ид>{guid_of(2, p)}</Ид>"
            f"<Значение>{guid_of(3, p * 100 + (n + p) % 20)}</Значение></ЗначенияСвойства>"
            for p in range(PROPERTIES)
        )
        ref = guid(4, n)
        out.write(
            f"<Товар><Ид>{ref}</Ид><Штрихкод>46{n:011d}</Штрихкод><Артикул>YK-{n:07d}</Артикул>"
            f"<Наименование>Фасад кухонный {n}, эмаль матовая{mark}</Наименование>"
            '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
            f"<Группы><Ид>{guid_of(1, n % GROUPS)}</Ид></Группы>"
            f"<Описание>Фасад из МДФ толщиной 19 мм, покрытие эмаль, серия {n % 97}.</Описание>"
            f"<Картинка>import_files/{ref[:2]}/{ref}.jpg</Картинка><Страна>Россия</Страна>"
            f"<Изготовитель><Ид>{uuid.uuid4()}</Ид><Наименование>Фабрика</Наименование>"
            f"</Изготовитель><ЗначенияСвойств>{values}</ЗначенияСвойств>"
            "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка>"
            "</СтавкаНалога></СтавкиНалогов><ЗначенияРеквизитов>"
            "<ЗначениеРеквизита><Наименование>ВидНоменклатуры</Наименование>"
            "<Значение>Фасады</Значение></ЗначениеРеквизита>"
            "<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование>"
            "<Значение>Товар</Значение></ЗначениеРеквизита>"
            "<ЗначениеРеквизита><Наименование>Полное наименование</Наименование>"
            f"<Значение>Фасад кухонный {n}, эмаль матовая, 716 x 396</Значение>"
            "</ЗначениеРеквизита></ЗначенияРеквизитов></Товар>\n"
        )
    out.write(f"</Товары></Каталог>{TAIL}")


_guids: dict[tuple[int, int], str] = {}


def guid_of(kind: int, number: int) -> str:
    """Like `guid`, remembered: for the few objects that all goods refer to."""
    key = (kind, number)
    if key not in _guids:
        _guids[key] = guid(kind, number)
    return _guids[key]


def write_offers(out: TextIO, size: int) -> None:
    """`offers.xml`: price types, warehouses, an offer for each product."""
    out.write(f'{HEAD}<ПакетПредложений СодержитТолькоИзменения="false"><Ид>1</Ид><ТипыЦен>')
    for n in range(PRICE_TYPES):
        out.write(
            f"<ТипЦены><Ид>{guid_of(5, n)}</Ид><Наименование>Цена {n}</Наименование>"
            "<Валюта>RUB</Валюта><Налог><Наименование>НДС</Наименование>"
            "<УчтеноВСумме>true</УчтеноВСумме></Налог></ТипЦены>"
        )
    out.write("</ТипыЦен><Склады>")
    for n in range(WAREHOUSES):
        out.write(f"<Склад><Ид>{guid_of(6, n)}</Ид><Наименование>Склад {n}</Наименование></Склад>")
    out.write("</Склады><Предложения>\n")
    for n in range(size):
        out.write(
            f"<Предложение><Ид>{guid(4, n)}</Ид><Артикул>YK-{n:07d}</Артикул>"
            f"<Наименование>Фасад кухонный {n}, эмаль матовая</Наименование>"
            '<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>'
            f"{_prices(n, 0)}{_quantity(n, 0)}"
            "</Предложение>\n"
        )
    out.write(f"</Предложения></ПакетПредложений>{TAIL}")


def write_stock(out: TextIO, size: int, more: int) -> None:
    """A delta in which every quantity is another one."""
    _write_changes(out, min(size, DELTA), lambda n: _quantity(n, more))


def write_prices(out: TextIO, size: int) -> None:
    """All prices of all offers, each another one."""
    _write_changes(out, size, lambda n: _prices(n, 1))


def _write_changes(out: TextIO, size: int, told: Callable[[int], str]) -> None:
    out.write(
        f'{HEAD}<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>1#</Ид><Предложения>'
    )
    for n in range(size):
        out.write(f"<Предложение><Ид>{guid(4, n)}</Ид>{told(n)}</Предложение>\n")
    out.write(f"</Предложения></ИзмененияПакетаПредложений>{TAIL}")


def _prices(n: int, more: int) -> str:
    amounts = [n % 9000 + 100 + p + more for p in range(PRICE_TYPES)]
    told = "".join(
        f"<Цена><Представление>{amount} руб. за шт</Представление>"
        f"<ИдТипаЦены>{guid_of(5, p)}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}.50</ЦенаЗаЕдиницу>"
        "<Валюта>RUB</Валюта><Единица>шт</Единица><Коэффициент>1</Коэффициент></Цена>"
        for p, amount in enumerate(amounts)
    )
    return f"<Цены>{told}</Цены>"


def _quantity(n: int, more: int) -> str:
    total = (n % 50 + more) * WAREHOUSES
    return f"<Количество>{total}</Количество>{_places(n, more)}"


def _places(n: int, more: int) -> str:
    return "".join(
        f'<Склад ИдСклада="{guid_of(6, w)}" КоличествоНаСкладе="{n % 50 + more}"/>'
        for w in range(WAREHOUSES)
    )


FILES = {
    "first load": ("import.xml", "offers.xml"),
    "same again": ("import.xml", "offers.xml"),
    "1 % changed": ("changed.xml", "offers.xml"),
    "stock delta": ("stock.xml",),
    "prices": ("prices.xml",),
    "stock, search": ("stock-again.xml",),
}
WRITERS: dict[str, Callable[[TextIO, int], None]] = {
    "import.xml": write_goods,
    "offers.xml": write_offers,
    "stock.xml": lambda out, size: write_stock(out, size, 1),
    "changed.xml": lambda out, size: write_goods(out, size, changed=100),
    "prices.xml": write_prices,
    "stock-again.xml": lambda out, size: write_stock(out, size, 2),
}
COUNTED = {"stock delta": DELTA, "stock, search": DELTA}
"""Cases of fewer objects than there are products."""


def make_files(folder: Path, size: int, names: Iterable[str] = tuple(WRITERS)) -> None:
    """The files of these names, those that are not there yet."""
    folder.mkdir(exist_ok=True)
    for name in names:
        if not (folder / name).exists():
            with (folder / name).open("w", encoding="utf-8") as out:
                WRITERS[name](out, size)
