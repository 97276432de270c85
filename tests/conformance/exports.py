"""The same goods as each configuration of 1C would write them.

Four goods: a plain one, one with two characteristics, one that is deleted later, one in a group of
its own. Two price types, two warehouses, one picture. Small files, our own, in the spelling of each
dialect: portions, namespaces, deletion marks, stock, identifiers.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from onec.dialects import MODULES, Dialect, DialectName

# a picture of one pixel
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PICTURE = "import_files/5d/5d0c1b5e_7f.gif"

GUID = "5d0c1b5e-0000-4000-8000-0000000000"
GROUP, SUBGROUP, RETAIL, TRADE, NORTH, SOUTH = (f"{GUID}{n}" for n in (91, 92, 81, 82, 71, 72))
PLAIN, VARIED, LEAVING, OTHER = (f"{GUID}{n:02}" for n in (1, 2, 3, 4))
RED, BLUE = f"{VARIED}#{GUID}51", f"{VARIED}#{GUID}52"

NAMES = {
    PLAIN: "Петля накладная",
    VARIED: "Ручка дверная",
    LEAVING: "Замок врезной",
    OTHER: "Доводчик",
    RED: "Ручка дверная (красный)",
    BLUE: "Ручка дверная (синий)",
}
SKUS = {PLAIN: "ПН-1", VARIED: "РД-2", LEAVING: "ЗВ-3", OTHER: "ДВ-4"}
GOODS = (PLAIN, VARIED, LEAVING, OTHER)
OFFERS = (PLAIN, RED, BLUE, LEAVING, OTHER)
PRICES = {ref: (f"{n}10.00", f"{n}00.50") for n, ref in enumerate(OFFERS, start=1)}
STOCK = {
    PLAIN: ("5", "0"),
    RED: ("0", "3"),
    BLUE: ("2", "2"),
    LEAVING: ("1", "0"),
    OTHER: ("0", "0"),
}
_COLOURS = {RED: "красный", BLUE: "синий"}


def write(folder: Path, dialect: Dialect, *, without: str = "") -> Path:
    """The first, full export; the product `without` has left 1C."""
    goods = tuple(ref for ref in GOODS if ref != without)
    offers = tuple(ref for ref in OFFERS if ref != without)
    folder.mkdir()
    (folder / "import_files" / "5d").mkdir(parents=True)
    (folder / PICTURE).write_bytes(PIXEL)
    match dialect.name:
        case "ut11":
            halves = ((goods[:2], offers[:3]), (goods[2:], offers[3:]))
            for number, (its_goods, its_offers) in enumerate(halves, start=1):
                first = number == 1
                head = _classifier(dialect.name) if first else ""
                told = _catalogue(dialect.name, its_goods, only_changes=not first)
                _put(folder, dialect, f"import0_{number}.xml", head + told)
                told = _package(dialect.name, its_offers, only_changes=not first)
                _put(folder, dialect, f"offers0_{number}.xml", told)
        case "unf" | "unf210" | "ut103" | "other":
            head = _classifier(dialect.name)
            _put(folder, dialect, "import.xml", head + _catalogue(dialect.name, goods))
            _put(folder, dialect, "offers.xml", _package(dialect.name, offers))
        case "bitrix209" | "bitrix31":
            _write_module(folder, dialect, goods, offers)
    return folder


def write_deletion(folder: Path, dialect: Dialect) -> Path:
    """What follows when :data:`LEAVING` is marked as deleted in 1C."""
    folder.mkdir()
    names: dict[DialectName, str] = {
        "ut11": "import0_1.xml",
        "unf": "import.xml",
        "unf210": "import.xml",
        "ut103": "import.xml",
        "other": "import.xml",
        "bitrix209": "import___0c1b.xml",
        "bitrix31": "import___0c1b.xml",
    }
    inside = f"<Ид>{LEAVING}</Ид>"
    match dialect.name:
        case "ut103" | "other":
            good = f"<Товар>{inside}<Статус>Удален</Статус></Товар>"
        case "bitrix209" | "bitrix31":
            good = f"<Товар>{inside}<ПометкаУдаления>true</ПометкаУдаления></Товар>"
        case _:
            good = f'<Товар Статус="Удален">{inside}</Товар>'
    told = _goods_container(good, only_changes=True)
    _put(folder, dialect, names[dialect.name], told)
    return folder


def _write_module(
    folder: Path, dialect: Dialect, goods: tuple[str, ...], offers: tuple[str, ...]
) -> None:
    """One entity a file, under names that do not tell which."""
    name = dialect.name
    places = "".join(
        f"<Склад><Ид>{ref}</Ид><Наименование>{title}</Наименование></Склад>"
        for ref, title in ((NORTH, "Северный"), (SOUTH, "Южный"))
    )
    if dialect.sends_references:
        entry = (
            "<ЭлементСправочника><Ид>1</Ид><Наименование>Опт</Наименование></ЭлементСправочника>"
        )
        told = f"<Справочники><Справочник><Ид>s</Ид>{entry}</Справочник></Справочники>"
        _put(folder, dialect, "references___2f1d.xml", told)
    lists = f"{_price_types()}<Склады>{places}</Склады>"
    head = _classifier(name).replace("</Классификатор>", f"{lists}</Классификатор>")
    _put(folder, dialect, "import___57c55968.xml", head)
    _put(folder, dialect, "import___5335d080.xml", _catalogue(name, goods, only_changes=True))
    for prefix, facet in (
        ("offers___13955e2c", 0),
        ("prices___478f43af", 1),
        ("rests___9ebdccc5", 2),
    ):
        facets = "".join(_facets(name, ref)[facet] for ref in offers)
        told = _package_of(facets, lists="", only_changes=True)
        _put(folder, dialect, f"{prefix}.xml", told)


def _put(folder: Path, dialect: Dialect, name: str, inside: str) -> None:
    namespace = f' xmlns="{dialect.namespace}"' if dialect.namespace else ""
    made = 'ДатаФормирования="2026-11-24T0:36:33"'
    if dialect.tells_synchronisation:
        made = 'СинхронизацияТоваров="1" ДатаФормирования="2026-11-24T00:36:33.950+03:00"'
        # nothing says whether a file is complete
        inside = re.sub(' СодержитТолькоИзменения="[a-z]+"', "", inside)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<КоммерческаяИнформация{namespace} ВерсияСхемы="{dialect.schema_version}" '
        f"{made}>{inside}</КоммерческаяИнформация>"
    )
    (folder / name).write_text(text, encoding="utf-8-sig" if dialect.marks else "utf-8")


def _classifier(name: DialectName) -> str:
    mark = "<НомерВерсии>AAAA</НомерВерсии><ПометкаУдаления>false</ПометкаУдаления>"
    version = mark if name in MODULES else ""
    below = f"<Группа><Ид>{SUBGROUP}</Ид>{version}<Наименование>Доводчики</Наименование></Группа>"
    return (
        "<Классификатор><Ид>cl</Ид><Наименование>Каталог</Наименование><Группы><Группа>"
        f"<Ид>{GROUP}</Ид>{version}<Наименование>Фурнитура</Наименование>"
        f"<Группы>{below}</Группы></Группа></Группы></Классификатор>"
    )


def _catalogue(name: DialectName, goods: tuple[str, ...], *, only_changes: bool = False) -> str:
    told = []
    for ref in goods:
        # УТ 10.3 writes a product for each characteristic
        refs = (RED, BLUE) if ref == VARIED and name == "ut103" else (ref,)
        told += [_product(name, each, ref) for each in refs]
    return _goods_container("".join(told), only_changes=only_changes)


def _goods_container(goods: str, *, only_changes: bool) -> str:
    flag = str(only_changes).lower()
    return (
        f'<Каталог СодержитТолькоИзменения="{flag}"><Ид>cat</Ид>'
        "<ИдКлассификатора>cl</ИдКлассификатора><Наименование>Каталог</Наименование>"
        f"<Товары>{goods}</Товары></Каталог>"
    )


def _product(name: DialectName, ref: str, product: str) -> str:
    version = "<НомерВерсии>AAAB</НомерВерсии>" if name in MODULES else ""
    picture = f"<Картинка>{PICTURE}</Картинка>" if product == PLAIN else ""
    group = SUBGROUP if product == OTHER else GROUP
    return (
        f"<Товар><Ид>{ref}</Ид>{version}<Артикул>{SKUS[product]}</Артикул>"
        f"<Наименование>{NAMES[product]}</Наименование>"
        '<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
        f"<Группы><Ид>{group}</Ид></Группы>{picture}"
        "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка>"
        "</СтавкаНалога></СтавкиНалогов></Товар>"
    )


def _price_types() -> str:
    return "<ТипыЦен>{}</ТипыЦен>".format(
        "".join(
            f"<ТипЦены><Ид>{ref}</Ид><Наименование>{title}</Наименование><Валюта>руб</Валюта>"
            "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог>"
            "</ТипЦены>"
            for ref, title in ((RETAIL, "Розничная"), (TRADE, "Оптовая"))
        )
    )


def _package(name: DialectName, offers: tuple[str, ...], *, only_changes: bool = False) -> str:
    places = "".join(
        f"<Склад><Ид>{ref}</Ид><Наименование>{title}</Наименование></Склад>"
        for ref, title in ((NORTH, "Северный"), (SOUTH, "Южный"))
    )
    told = "".join(_offer(name, ref) for ref in offers)
    lists = f"{_price_types()}<Склады>{places}</Склады>"
    return _package_of(told, lists=lists, only_changes=only_changes)


def _package_of(offers: str, *, lists: str, only_changes: bool) -> str:
    flag = str(only_changes).lower()
    return (
        f'<ПакетПредложений СодержитТолькоИзменения="{flag}"><Ид>cat#</Ид>'
        "<Наименование>Пакет предложений</Наименование><ИдКаталога>cat</ИдКаталога>"
        f"<ИдКлассификатора>cl</ИдКлассификатора>{lists}"
        f"<Предложения>{offers}</Предложения></ПакетПредложений>"
    )


def _offer(name: DialectName, ref: str) -> str:
    identity, prices, stock = (
        facet.removeprefix(f"<Предложение><Ид>{ref}</Ид>").removesuffix("</Предложение>")
        for facet in _facets(name, ref)
    )
    return f"<Предложение><Ид>{ref}</Ид>{identity}{prices}{stock}</Предложение>"


def _facets(name: DialectName, ref: str) -> tuple[str, str, str]:
    """The offer three times: its identity, its prices, its stock."""
    product = ref.partition("#")[0]
    colour = ""
    if ref in _COLOURS:
        colour = (
            "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование>"
            f"<Значение>{_COLOURS[ref]}</Значение></ХарактеристикаТовара></ХарактеристикиТовара>"
        )
    prices = "".join(
        f"<Цена><ИдТипаЦены>{kind}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>"
        "<Валюта>руб</Валюта><Единица>шт</Единица><Коэффициент>1</Коэффициент></Цена>"
        for kind, amount in zip((RETAIL, TRADE), PRICES[ref], strict=True)
    )
    return (
        f"<Предложение><Ид>{ref}</Ид><Артикул>{SKUS[product]}</Артикул>"
        f"<Наименование>{NAMES[ref]}</Наименование>{colour}</Предложение>",
        f"<Предложение><Ид>{ref}</Ид><Цены>{prices}</Цены></Предложение>",
        f"<Предложение><Ид>{ref}</Ид>{_stock(name, ref)}</Предложение>",
    )


def _stock(name: DialectName, ref: str) -> str:
    rows = list(zip((NORTH, SOUTH), STOCK[ref], strict=True))
    if name in MODULES:
        places = "".join(
            f"<Остаток><Склад><Ид>{place}</Ид><Количество>{quantity}</Количество></Склад></Остаток>"
            for place, quantity in rows
        )
        return f"<Остатки>{places}</Остатки>"
    # УТ 11 leaves out warehouses where there is nothing, the others write every one
    told = "".join(
        f'<Склад ИдСклада="{place}" КоличествоНаСкладе="{quantity}"/>'
        for place, quantity in rows
        if name != "ut11" or quantity != "0"
    )
    total = sum(int(quantity) for _place, quantity in rows)
    return f"<Количество>{total}</Количество>{told}"
