"""Classifier and goods of CommerceML: elements into records."""

from __future__ import annotations

from lxml import etree

from sync.onec import bytewise, values
from sync.onec.elements import (
    child,
    child_text,
    children,
    fields,
    marked_deleted,
    pairs,
    text,
)
from sync.onec.records import (
    CategoryRecord,
    PriceTypeRecord,
    ProductRecord,
    PropertyRecord,
    PropertyValueRecord,
    WarehouseRecord,
)
from sync.onec.stream import LOCAL


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
        value_type=told.get("ТипЗначений", ""),
        for_offers=values.flag(told.get("ДляПредложений")),
        archived=bool(marked_deleted(element)),
    )


def property_value_record(element: etree._Element) -> PropertyValueRecord | None:
    """One entry of a dictionary, ``None`` for an empty one.

    Raises ValueError when it or its property has no identifier.
    """
    told = fields(element)
    own = values.ref(told.get("ИдЗначения") or told.get("Ид"))
    above = element.getparent()
    owner = above.getparent() if above is not None else None
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


def product_record(element: etree._Element, raw: bytes = b"") -> ProductRecord:  # noqa: C901  one pass, a branch for each child
    """Goods of the catalogue. An Ид with ``#`` is the product's part before it.

    ``raw`` are the element's bytes where they are at hand: lists are read faster from them.

    Raises ValueError without an Ид, and without a name where nothing is being deleted.
    """
    told: dict[str, str] = {}
    categories: tuple[str, ...] = ()
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    requisites: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pictures: list[str] | None = None
    unit: etree._Element | None = None
    vat_text = manufacturer = ""
    description: str | None = None
    for part in element:
        name = LOCAL[part.tag]
        if name == "ЗначенияСвойств":
            properties = tuple(
                (values.ref(key), tuple(map(values.plain_guid, told_values)))
                for key, told_values in _pairs(raw, part, name, "ЗначенияСвойства", "Ид")
            )
        elif name == "ЗначенияРеквизитов":
            requisites = _pairs(raw, part, name, "ЗначениеРеквизита", "Наименование")
        elif name == "Группы":
            categories = tuple(
                dict.fromkeys(values.ref(own.text) for own in children(part, "Ид") if text(own))
            )
        elif name == "Картинка":
            pictures = pictures if pictures is not None else []
            path = text(part)
            if path and path not in pictures:
                pictures.append(path)
        elif name == "БазоваяЕдиница":
            unit = part
        elif name == "Изготовитель":
            manufacturer = child_text(part, "Наименование") or text(part)
        elif name == "СтавкиНалогов":
            for rate in children(part, "СтавкаНалога"):
                if child_text(rate, "Наименование").upper() in {"НДС", ""}:
                    vat_text = child_text(rate, "Ставка")
        elif name == "Описание":
            description = text(part)
        else:
            told.setdefault(name, (part.text or "").strip())
    own, product_ref = values.offer_refs(told.get("Ид"))
    if not own:
        raise ValueError("a product without Ид")
    archived = bool(marked_deleted(element))
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
        unit=_unit_name(unit),
        unit_code=_unit_code(unit),
        country=told.get("Страна", ""),
        brand=told.get("ТорговаяМарка", ""),
        manufacturer=manufacturer,
        weight=values.lenient_number(told.get("Вес") or _first(named.get("вес"))),
        description=html or description,
        vat_rate=values.vat_rate(vat_text),
        category_refs=categories,
        properties=properties,
        requisites=requisites,
        pictures=None if pictures is None else tuple(pictures),
    )


def _pairs(
    raw: bytes, part: etree._Element, name: str, item: str, key: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = bytewise.pairs(raw, name, item, key) if raw else None
    return pairs(part, item, key) if found is None else found


def _first(told: tuple[str, ...] | None) -> str:
    return told[0] if told else ""


# Codes of the all-Russian classifier of units (ОКЕИ) that stand alone where a name should be.
_UNITS = {
    "006": "м",
    "018": "пог. м",
    "055": "м²",
    "112": "л",
    "113": "м³",
    "163": "г",
    "166": "кг",
    "625": "лист",
    "715": "пар",
    "736": "рул",
    "778": "упак",
    "796": "шт",
    "839": "компл",
    "876": "усл. ед",
}


def _unit_name(unit: etree._Element | None) -> str:
    if unit is None:
        return ""
    name = text(unit) or (unit.get("НаименованиеКраткое") or "").strip()
    if not name:
        code = (unit.get("Код") or "").strip()
        name = _UNITS.get(code) or (unit.get("НаименованиеПолное") or "").strip()
    return _UNITS.get(name, name)


def _unit_code(unit: etree._Element | None) -> str:
    if unit is None:
        return ""
    code = (unit.get("Код") or "").strip()
    return code or (text(unit) if text(unit) in _UNITS else "")
