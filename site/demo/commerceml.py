"""The assortment as exchange files, in the shape and portions of УТ 11 (scheme 2.07).

`import0_1.xml` carries the classifier and says that it is no mere change, later portions say that
they are; each `offers0_<n>.xml` carries its own classifier for the characteristics, the price
types and the warehouses. Files begin with a byte order mark, as 1C's do. Writing is streaming.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from demo.assortment import (
    PRICE_COLUMNS,
    STORES,
    VAT_RATE,
    Assortment,
    Entry,
    Item,
    factory_of,
)
from demo.goods import PROPERTIES, Drawing, Good
from demo.identifiers import inn
from demo.picture import draw
from demo.typography import bound

CURRENCY = "RUB"
OWNER_NAME = "ООО «Северный фасад»"
OWNER_INN = inn("602700118")
_UNITS = {
    "шт": ("796", "Штука", "PCE"),
    "пар": ("715", "Пара (2 шт.)", "NPR"),
    "компл": ("839", "Комплект", "SET"),
    "м": ("006", "Метр", "MTR"),
    "мешок": ("778", "Упаковка", "NMP"),
}
_TOP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'ВерсияСхемы="2.07" ДатаФормирования="{at}">\n'
)
_END = "</КоммерческаяИнформация>\n"


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written: products, offers, portions and pictures."""

    products: int
    offers: int
    portions: int
    pictures: int


def write(
    assortment: Assortment,
    folder: Path,
    *,
    at: datetime,
    portion: int = 250,
    pictures: bool = True,
    report: Callable[[str], None] = lambda _line: None,
) -> Written:
    """Write the files of a full export into `folder`, `portion` products in each pair of files."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(assortment, folder, at, pictures=pictures)
    entries = assortment.entries()
    number = products = offers = 0
    while group := list(islice(entries, portion)):
        number += 1
        writer.write_portion(number, group)
        products += len(group)
        offers += sum(len(entry.items) for entry in group)
        report(f"Portion {number}: {products} products, {offers} offers")
    return Written(products, offers, number, writer.picture_count)


class _Writer:
    """Keeps what all portions share: identifiers of lists and drawn pictures."""

    def __init__(
        self, assortment: Assortment, folder: Path, at: datetime, *, pictures: bool
    ) -> None:
        self.assortment = assortment
        self.folder = folder
        self.at = at.strftime("%Y-%m-%dT%H:%M:%S")
        self.pictures = pictures
        self.picture_count = 0
        self.catalogue = assortment.ref("catalogue", "main")
        self.classifier = assortment.ref("classifier", "main")
        self.property_refs = {name: assortment.ref("property", name) for name in PROPERTIES}
        self.drawn: dict[Drawing, bytes] = {}

    @cached_property
    def value_refs(self) -> Mapping[tuple[str, str], str]:
        """(property, value) -> GUID for the properties whose values are a dictionary."""
        goods = self.assortment.goods[: self.assortment.size]
        pairs = {pair: None for good in goods for pair in _properties(good)}
        return {
            (name, value): self.assortment.ref("value", f"{name}/{value}")
            for name, value in pairs
            if PROPERTIES[name] == "Справочник"
        }

    def write_portion(self, number: int, entries: Sequence[Entry]) -> None:
        """`import0_<number>.xml`, `offers0_<number>.xml` and the pictures they name."""
        with self._open(f"import0_{number}.xml") as file:
            file.write(_TOP.format(at=self.at))
            if number == 1:
                file.writelines(self._classifier())
            changes = "false" if number == 1 else "true"
            file.write(f'<Каталог СодержитТолькоИзменения="{changes}">\n{self._head()}')
            file.write(self._owner() + "<Товары>\n")
            file.writelines(self._product(entry) for entry in entries)
            file.write("</Товары>\n</Каталог>\n" + _END)
        with self._open(f"offers0_{number}.xml") as file:
            file.write(_TOP.format(at=self.at))
            file.writelines(self._package(number, entries))
            file.write(_END)

    def _open(self, name: str) -> TextIO:
        return (self.folder / name).open("w", encoding="utf-8-sig", newline="\n")

    def _head(self) -> str:
        return (
            f"<Ид>{self.catalogue}</Ид>\n<ИдКлассификатора>{self.classifier}</ИдКлассификатора>\n"
            "<Наименование>Основной каталог товаров</Наименование>\n"
        )

    def _owner(self) -> str:
        return (
            f"<Владелец><Ид>{self.assortment.ref('organisation', 'main')}</Ид>"
            f"<Наименование>{escape(OWNER_NAME)}</Наименование>"
            f"<ОфициальноеНаименование>{escape(OWNER_NAME)}</ОфициальноеНаименование>"
            f"<ИНН>{OWNER_INN}</ИНН><КПП>{OWNER_INN[:4]}01001</КПП></Владелец>\n"
        )

    def _classifier(self) -> Iterator[str]:
        yield (
            f"<Классификатор>\n<Ид>{self.classifier}</Ид>\n"
            "<Наименование>Классификатор (Основной каталог товаров)</Наименование>\n"
        )
        yield self._owner()
        yield from self._groups(())
        yield "<Свойства>\n"
        for name, kind in PROPERTIES.items():
            yield (
                f"<Свойство><Ид>{self.property_refs[name]}</Ид>"
                f"<Наименование>{escape(name)}</Наименование><ТипЗначений>{kind}</ТипЗначений>"
            )
            if kind == "Справочник":
                yield "<ВариантыЗначений>"
                yield from (
                    f"<Справочник><ИдЗначения>{ref}</ИдЗначения>"
                    f"<Значение>{escape(value)}</Значение></Справочник>"
                    for (owner, value), ref in self.value_refs.items()
                    if owner == name
                )
                yield "</ВариантыЗначений>"
            yield "<ДляТоваров>true</ДляТоваров></Свойство>\n"
        yield "</Свойства>\n</Классификатор>\n"

    def _groups(self, above: tuple[str, ...]) -> Iterator[str]:
        children = [
            path
            for path in self.assortment.categories
            if path[:-1] == above and len(path) == len(above) + 1
        ]
        if not children:
            return
        yield "<Группы>\n"
        for path in children:
            yield (
                f"<Группа><Ид>{self.assortment.categories[path]}</Ид>"
                f"<Наименование>{escape(path[-1])}</Наименование>\n"
            )
            yield from self._groups(path)
            yield "</Группа>\n"
        yield "</Группы>\n"

    def _product(self, entry: Entry) -> str:
        good, factory = entry.good, factory_of(entry.good)
        return "".join(
            (
                f"<Товар><Ид>{entry.ref}</Ид>",
                f"<Штрихкод>{entry.barcode}</Штрихкод>" if not good.variants else "",
                f"<Артикул>{escape(good.sku)}</Артикул>",
                f"<Наименование>{escape(good.name[:250])}</Наименование>",
                _unit(good.unit),
                f"<Группы><Ид>{self.assortment.categories[good.category]}</Ид></Группы>",
                f"<Описание>{escape(bound(good.description))}</Описание>",
                *self._pictures(entry),
                f"<Страна>Россия</Страна><ТорговаяМарка>{escape(good.brand)}</ТорговаяМарка>",
                f"<Изготовитель><Ид>{self.assortment.factories[factory]}</Ид>"
                f"<Наименование>{escape(factory)}</Наименование></Изготовитель>",
                "<ЗначенияСвойств>",
                *(self._value(name, value) for name, value in _properties(good)),
                "</ЗначенияСвойств>",
                "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование>"
                f"<Ставка>{VAT_RATE}</Ставка></СтавкаНалога></СтавкиНалогов>",
                "<ЗначенияРеквизитов>",
                *(_requisite(name, value) for name, value in _requisites(entry)),
                "</ЗначенияРеквизитов></Товар>\n",
            )
        )

    def _value(self, name: str, value: str) -> str:
        told = self.value_refs[name, value] if PROPERTIES[name] == "Справочник" else escape(value)
        return (
            f"<ЗначенияСвойства><Ид>{self.property_refs[name]}</Ид>"
            f"<Значение>{told}</Значение></ЗначенияСвойства>"
        )

    def _pictures(self, entry: Entry) -> Iterator[str]:
        if not self.pictures:
            return
        bare = entry.ref.replace("-", "")
        for place, drawing in enumerate((entry.good.drawing, *entry.good.details)):
            own = self.assortment.ref("file", f"{entry.ref}/{place}").replace("-", "")
            name = f"import_files/{bare[:2]}/{bare}_{own}.jpg"
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if drawing not in self.drawn:
                self.drawn[drawing] = draw(drawing)
            path.write_bytes(self.drawn[drawing])
            self.picture_count += 1
            yield f"<Картинка>{name}</Картинка>"

    def _package(self, number: int, entries: Sequence[Entry]) -> Iterator[str]:
        yield (
            f"<Классификатор>\n<Ид>{self.classifier}</Ид>\n"
            f"<Наименование>Классификатор (Основной каталог товаров)</Наименование>\n"
            f"{self._owner()}<Свойства>\n"
        )
        names = dict.fromkeys(
            name
            for entry in entries
            for variant in entry.good.variants
            for name, _value in variant.values
        )
        yield from (
            f"<Свойство><Ид>{self._offer_property(name)}</Ид>"
            f"<Наименование>{escape(name)}</Наименование><ТипЗначений>Строка</ТипЗначений>"
            "<ДляПредложений>true</ДляПредложений></Свойство>\n"
            for name in names
        )
        changes = "false" if number == 1 else "true"
        yield (
            "</Свойства>\n</Классификатор>\n"
            f'<ПакетПредложений СодержитТолькоИзменения="{changes}">\n'
            f"<Ид>{self.catalogue}#</Ид>\n"
            "<Наименование>Пакет предложений (Основной каталог товаров)</Наименование>\n"
            f"<ИдКаталога>{self.catalogue}</ИдКаталога>\n"
            f"<ИдКлассификатора>{self.classifier}</ИдКлассификатора>\n{self._owner()}<ТипыЦен>\n"
        )
        yield from (
            f"<ТипЦены><Ид>{self.assortment.ref('price', column.key)}</Ид>"
            f"<Наименование>{escape(column.name)}</Наименование><Валюта>{CURRENCY}</Валюта>"
            "<Налог><Наименование>НДС</Наименование>"
            f"<УчтеноВСумме>{str(column.vat_included).lower()}</УчтеноВСумме>"
            "<Акциз>false</Акциз></Налог></ТипЦены>\n"
            for column in PRICE_COLUMNS
        )
        yield "</ТипыЦен>\n<Склады>\n"
        yield from (
            f"<Склад><Ид>{self.assortment.ref('store', store.key)}</Ид>"
            f"<Наименование>{escape(store.name)}</Наименование>"
            f"<Адрес><Представление>{escape(store.address)}</Представление></Адрес></Склад>\n"
            for store in STORES
        )
        yield "</Склады>\n<Предложения>\n"
        for entry in entries:
            yield from (self._offer(entry.good, item) for item in entry.items)
        yield "</Предложения>\n</ПакетПредложений>\n"

    def _offer_property(self, name: str) -> str:
        return self.assortment.ref("offer property", name)

    def _offer(self, good: Good, item: Item) -> str:
        values = item.variant.values if item.variant else ()
        unit = _UNITS[good.unit][0]
        return "".join(
            (
                f"<Предложение><Ид>{item.ref}</Ид><Штрихкод>{item.barcode}</Штрихкод>",
                f"<Артикул>{escape(item.sku)}</Артикул>",
                f"<Наименование>{escape(item.name[:250])}</Наименование>",
                _unit(good.unit),
                "<ХарактеристикиТовара>" if values else "",
                *(
                    f"<ХарактеристикаТовара><Ид>{self._offer_property(name)}</Ид>"
                    f"<Наименование>{escape(name)}</Наименование>"
                    f"<Значение>{escape(value)}</Значение></ХарактеристикаТовара>"
                    for name, value in values
                ),
                "</ХарактеристикиТовара>" if values else "",
                "<Цены>",
                *(_price(ref, amount, unit) for ref, amount in item.prices),
                "</Цены>",
                f"<Количество>{sum(quantity for _ref, quantity in item.stock)}</Количество>",
                *(
                    f'<Склад ИдСклада="{ref}" КоличествоНаСкладе="{quantity}"/>'
                    for ref, quantity in item.stock
                ),
                "</Предложение>\n",
            )
        )


def _properties(good: Good) -> Iterable[tuple[str, str]]:
    """What 1C keeps as properties: brand, series and packing besides the good's own."""
    yield "Бренд", good.brand
    if good.series:
        yield "Серия", good.series
    yield "Кратность упаковки", str(good.pack)
    yield "Минимальная партия", str(max(good.minimum, good.pack))
    yield from good.properties


def _requisites(entry: Entry) -> Iterable[tuple[str, str]]:
    good = entry.good
    yield "ВидНоменклатуры", good.category[0]
    yield "ТипНоменклатуры", "Товар"
    yield "Полное наименование", good.full_name
    yield "Код", entry.code
    if good.weight is not None:
        yield "Вес", str(good.weight)


def _requisite(name: str, value: str) -> str:
    return (
        f"<ЗначениеРеквизита><Наименование>{escape(name)}</Наименование>"
        f"<Значение>{escape(value)}</Значение></ЗначениеРеквизита>"
    )


def _unit(name: str) -> str:
    code, full, international = _UNITS[name]
    return (
        f'<БазоваяЕдиница Код="{code}" НаименованиеПолное={quoteattr(full)} '
        f'МеждународноеСокращение="{international}">{name}</БазоваяЕдиница>'
    )


def _price(ref: str, amount: Decimal, unit: str) -> str:
    return (
        f"<Цена><Представление>{amount:.2f} {CURRENCY} за {unit}</Представление>"
        f"<ИдТипаЦены>{ref}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount:.2f}</ЦенаЗаЕдиницу>"
        f"<Валюта>{CURRENCY}</Валюта><Единица>{unit}</Единица><Коэффициент>1</Коэффициент></Цена>"
    )
