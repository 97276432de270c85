"""Classifier and goods of CommerceML: elements into records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import cast

from lxml import etree

from sync.onec import leaves, values
from sync.onec.elements import (
    child,
    child_text,
    children,
    fields,
    marked_deleted,
    pairs,
    text,
)
from sync.onec.leaves import Pairs
from sync.onec.names import referred
from sync.onec.records import (
    CategoryRecord,
    PriceTypeRecord,
    ProductRecord,
    PropertyRecord,
    PropertyValueRecord,
    WarehouseRecord,
)
from sync.onec.stream import LOCAL
from sync.onec.units import CODES


def category_records(element: etree._Element, parent_ref: str = "") -> list[CategoryRecord]:
    """The group and everything below it, parents first. Raises ValueError without an Ид."""
    found: list[CategoryRecord] = []
    waiting = [(element, parent_ref)]
    while waiting:
        group, above = waiting.pop()
        told = fields(group)
        own = values.ref(told.get("Ид"))
        if not own:
            raise ValueError("a group without Ид")
        found.append(
            CategoryRecord(
                ref=own,
                name=told.get("Наименование") or None,
                parent_ref=above,
                archived=bool(marked_deleted(group)),
            )
        )
        inner = [
            (below, own)
            for container in children(group, "Группы")
            for below in children(container, "Группа")
        ]
        waiting.extend(reversed(inner))
    return found


def property_record(element: etree._Element) -> PropertyRecord:
    """Raises ValueError without an Ид."""
    told = fields(element)
    own = values.ref(told.get("Ид"))
    if not own:
        raise ValueError("a property without Ид")
    return PropertyRecord(
        ref=own,
        name=told.get("Наименование") or None,
        value_type=_value_type(element, told),
        for_offers=values.flag(told.get("ДляПредложений")),
        archived=bool(marked_deleted(element)),
    )


def _value_type(element: etree._Element, told: Mapping[str, str]) -> str:
    """Told by itself, or in a list as УТ 10.2 does; what has a dictionary needs no word for it."""
    kinds = [told.get("ТипЗначений", "")]
    for each in children(child(element, "ТипыЗначений"), "ТипЗначений"):
        kinds.append(child_text(each, "Тип"))
    if "Справочник" in kinds or ("ВариантыЗначений" in told and not any(kinds)):
        return "Справочник"
    return next(filter(None, kinds), "")


def property_value_record(element: etree._Element) -> PropertyValueRecord | None:
    """One entry of a dictionary, ``None`` for an empty one.

    Raises ValueError when it or its property has no identifier.
    """
    told = fields(element)
    own = values.ref(told.get("ИдЗначения") or told.get("Ид"))
    above = element.getparent()
    owner = above.getparent() if above is not None else None
    if owner is not None and LOCAL[owner.tag] == "ТипЗначений":
        owner = next(owner.iterancestors("{*}Свойство", "{*}СвойствоНоменклатуры"), None)
    property_ref = values.ref(child_text(owner, "Ид")) if owner is not None else ""
    if not own and not told.get("Значение"):
        return None
    if not own or not property_ref:
        raise ValueError("a dictionary value without an identifier of its own or of its property")
    return PropertyValueRecord(ref=own, property_ref=property_ref, value=told.get("Значение", ""))


def price_type_record(element: etree._Element) -> PriceTypeRecord:
    """Raises ValueError without an Ид."""
    told = fields(element)
    own = values.ref(told.get("Ид"))
    if not own:
        raise ValueError("a price type without Ид")
    tax = child(element, "Налог")
    included = child_text(tax, "УчтеноВСумме") if tax is not None else ""
    return PriceTypeRecord(
        ref=own,
        name=told.get("Наименование") or None,
        currency=values.currency(told.get("Валюта")),
        vat_included=values.told_flag(included),
        archived=bool(marked_deleted(element)),
    )


def warehouse_record(element: etree._Element) -> WarehouseRecord:
    """Raises ValueError without an Ид."""
    told = fields(element)
    own = values.ref(told.get("Ид") or element.get("ИдСклада"))
    if not own:
        raise ValueError("a warehouse without Ид")
    address = child(element, "Адрес")
    shown = (child_text(address, "Представление") or text(address)) if address is not None else ""
    return WarehouseRecord(
        ref=own,
        name=told.get("Наименование") or None,
        address=", ".join(part for part in map(str.strip, shown.split(",")) if part),
        archived=bool(marked_deleted(element)),
    )


def product_of_text(raw: bytes) -> ProductRecord | None:
    """What `product_record` says, out of the element's bytes; ``None`` where only it can tell.

    Raises ValueError as `product_record` does.
    """
    if not raw.startswith(_GOODS_BEGIN) or not raw.endswith(_GOODS_END):
        return None
    inside = leaves.without_reckoning(leaves.text_of(raw)[len("<Товар>") : -len("</Товар>")])
    told: dict[str, str] = {}
    pictures: list[str] | None = None
    description: str | None = None
    unit = ("", "")
    try:
        found, blocks = leaves.apart(inside, _CONTAINERS)
        for name, attributes, part in found:
            value = leaves.value(part) if "&" in part else part.strip()
            if name == "Картинка":
                pictures = pictures if pictures is not None else []
                if value and value not in pictures:
                    pictures.append(value)
            elif name == "БазоваяЕдиница":
                unit = _unit(value, leaves.attributes(attributes))
            elif name == "Описание":
                description = value
            elif name in blocks or name == "Статус":
                return None
            else:
                told.setdefault(name, value)
        return _product(
            told,
            archived=bool(values.told_flag(told.get("ПометкаУдаления"))),
            categories=_categories(leaves.refs(blocks.get("Группы", ""))),
            properties=_PROPERTIES(blocks.get("ЗначенияСвойств", "")),
            requisites=_REQUISITES(blocks.get("ЗначенияРеквизитов", "")),
            pictures=pictures,
            unit=unit,
            vat_text=_vat_text(blocks.get("СтавкиНалогов", "")),
            manufacturer=_maker(blocks.get("Изготовитель", "")) or told.get("Изготовитель", ""),
            description=description,
        )
    except leaves.Unclear:
        return None


_GOODS_BEGIN = "<Товар>".encode()
_GOODS_END = "</Товар>".encode()
_CONTAINERS = leaves.containers(
    "Группы", "ЗначенияСвойств", "ЗначенияРеквизитов", "СтавкиНалогов", "Изготовитель"
)
_PROPERTIES = leaves.pairs_reader("ЗначенияСвойства", "Ид", leaves.ref_pair)
_REQUISITES = leaves.pairs_reader("ЗначениеРеквизита", "Наименование", leaves.text_pair)
_RATES = re.compile(
    r"<СтавкаНалога>\s*<Наименование>([^<]*)</Наименование>\s*"
    r"<Ставка>([^<]*)</Ставка>\s*</СтавкаНалога>"
).findall
_MAKER = re.compile(
    r"\s*(?:<Ид>[^<]*</Ид>\s*)?<Наименование>([^<]*)</Наименование>\s*"
    r"(?:<(ОфициальноеНаименование|ПолноеНаименование)>[^<]*</\2>\s*)*"
).fullmatch


@lru_cache(maxsize=256)
def _vat_text(block: str) -> str:
    found = _RATES(block)
    if block.count("<") != 6 * len(found):
        raise leaves.Unclear
    told = ""
    for name, rate in found:
        if leaves.value(name).upper() in _VAT_NAMES:
            told = leaves.value(rate)
    return told


def _maker(block: str) -> str:
    if not block:
        return ""
    found = _MAKER(block)
    if found is None:
        raise leaves.Unclear
    return leaves.value(found.group(1))


def product_record(element: etree._Element) -> ProductRecord:  # noqa: C901  one pass, a branch for each child
    """Goods of the catalogue. An Ид with ``#`` is the product's part before it.

    Raises ValueError without an Ид, and without a name where nothing is being deleted.
    """
    told: dict[str, str] = {}
    categories: tuple[str, ...] = ()
    properties: Pairs = ()
    requisites: Pairs = ()
    pictures: list[str] | None = None
    unit = ("", "")
    vat_text = manufacturer = ""
    description: str | None = None
    for part in element:
        name = LOCAL[part.tag]
        if name == "ЗначенияСвойств":
            properties = tuple(
                (values.ref(key), tuple(map(values.plain_guid, told_values)))
                for key, told_values in pairs(part, "ЗначенияСвойства", "Ид")
            )
        elif name == "ЗначенияРеквизитов":
            requisites = pairs(part, "ЗначениеРеквизита", "Наименование")
        elif name == "Группы":
            categories = _categories(map(text, children(part, "Ид")))
        elif name == "Картинка":
            pictures = pictures if pictures is not None else []
            path = text(part)
            if path and path not in pictures:
                pictures.append(path)
        elif name == "БазоваяЕдиница":
            unit = _unit(text(part), cast("Mapping[str, str]", part.attrib))
        elif name == "Изготовитель":
            manufacturer = child_text(part, "Наименование") or text(part)
        elif name == "СтавкиНалогов":
            for rate in children(part, "СтавкаНалога"):
                if child_text(rate, "Наименование").upper() in _VAT_NAMES:
                    vat_text = child_text(rate, "Ставка")
        elif name == "Описание":
            description = text(part)
        else:
            told.setdefault(name, (part.text or "").strip())
    return _product(
        told,
        archived=bool(marked_deleted(element)),
        categories=categories,
        properties=properties,
        requisites=requisites,
        pictures=pictures,
        unit=unit,
        vat_text=vat_text,
        manufacturer=manufacturer,
        description=description,
    )


_VAT_NAMES = frozenset({"НДС", ""})


def _categories(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values.ref(own) for own in told if own))


def _product(
    told: Mapping[str, str],
    *,
    archived: bool,
    categories: tuple[str, ...],
    properties: Pairs,
    requisites: Pairs,
    pictures: list[str] | None,
    unit: tuple[str, str],
    vat_text: str,
    manufacturer: str,
    description: str | None,
) -> ProductRecord:
    own, product_ref = values.offer_refs(told.get("Ид"))
    if not own:
        raise ValueError("a product without Ид")
    title = told.get("Наименование", "")
    if not title:
        if not archived:
            raise ValueError("a product without a name")
        return ProductRecord(ref=product_ref, archived=True)
    named = {values.requisite_key(key): told_values for key, told_values in requisites}
    html = _first(named.get("описаниевформатеhtml"))
    return ProductRecord(
        ref=product_ref,
        archived=archived,
        name=title,
        full_name=_first(named.get("полноенаименование")),
        sku=told.get("Артикул", ""),
        barcode=told.get("Штрихкод", ""),
        code=told.get("Код", "") or _first(named.get("код")),
        item_type=_first(named.get("типноменклатуры")),
        unit=unit[0],
        unit_code=unit[1],
        country=told.get("Страна", ""),
        brand=told.get("ТорговаяМарка", ""),
        manufacturer=manufacturer,
        weight=values.lenient_number(told.get("Вес") or _first(named.get("вес"))),
        description=html or description,
        vat_rate=values.vat_rate(vat_text),
        category_refs=categories,
        properties=properties,
        requisites=requisites,
        pictures=None if pictures is None else tuple(dict.fromkeys(map(referred, pictures))),
    )


def _first(told: tuple[str, ...] | None) -> str:
    return told[0] if told else ""


def _unit(told: str, attributes: Mapping[str, str]) -> tuple[str, str]:
    """Name, as 1C wrote it, and code of a unit; 1C may tell either in place of the other."""
    code = attributes.get("Код", "").strip()
    name = told or attributes.get("НаименованиеКраткое", "").strip()
    if not name:
        name = CODES.get(code) or attributes.get("НаименованиеПолное", "").strip()
    return name, code or (told if told in CODES else "")
