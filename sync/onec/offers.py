"""Offers of CommerceML: identity, prices and stock, each told or not, and their digests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

from sync.onec import leaves, values
from sync.onec.elements import child, child_text, children, marked_deleted, pairs, text
from sync.onec.names import referred
from sync.onec.records import OfferIdentity, OfferRecord, PriceRecord, StockRecord
from sync.onec.stream import LOCAL

PRICES = "Цены"
STOCK = frozenset({"Количество", "Остатки", "Склад", "Склады"})
_OWN_ID = frozenset({"Ид", "ИдХарактеристики", "ИдКаталога"})
_MARKS = frozenset({"Статус", "ПометкаУдаления", "НомерВерсии"})
# УТ 11 makes a new identifier of the manufacturer at every export: it is not content.
_MAKER = "<Изготовитель".encode()
_MAKER_ID = re.compile("(<Изготовитель[^>]*>)\\s*<Ид>[^<]*</Ид>".encode()).match


class OfferDigests(NamedTuple):
    """Hashes of an offer's three facets; ``None`` for a facet that is not told.

    A deletion mark is part of the identity, but does not make one: files of prices repeat it.
    ``archived`` is the mark itself, ``None`` when it is not told.
    """

    identity: int | None
    prices: int | None
    stock: int | None
    archived: bool | None


def digest(element: etree._Element) -> int:
    """Signed 64-bit hash of the raw element; an unchanged object has an unchanged one."""
    return raw_digest(etree.tostring(element, encoding="utf-8", with_tail=False))


def raw_digest(raw: bytes) -> int:
    """Signed 64-bit hash of an object's bytes."""
    maker = raw.find(_MAKER)
    while maker >= 0:
        told = _MAKER_ID(raw, maker)
        if told:
            raw = raw[: told.end(1)] + raw[told.end() :]
        maker = raw.find(_MAKER, maker + 1)
    return values.fingerprint(raw)


def offer_ids(element: etree._Element) -> tuple[str, str]:
    """``(offer, product)`` references; both empty when the element has no Ид."""
    own = characteristic = None
    for part in element.iterchildren("{*}Ид", "{*}ИдХарактеристики"):
        if LOCAL[part.tag] == "Ид":
            own = part.text
        else:
            characteristic = part.text
    return values.offer_refs(own, characteristic)


def offer_digests(element: etree._Element) -> OfferDigests:
    """Hashes by facet, so that files with one facet each leave the others alone."""
    identity: list[bytes] = []
    prices: list[bytes] = []
    stock: list[bytes] = []
    marked = bool(element.attrib)
    for part in element:
        name = LOCAL[part.tag]
        if name in _OWN_ID:
            continue
        if name in _MARKS:
            marked = True
            continue
        raw = etree.tostring(part, encoding="utf-8", with_tail=False)
        if name == PRICES:
            prices.append(raw)
        elif name in STOCK:
            stock.append(raw)
        else:
            identity.append(raw)
    archived = marked_deleted(element) if marked else None
    if identity and archived:
        identity.append(b"archived")
    return OfferDigests(
        values.fingerprint(b"".join(identity)) if identity else None,
        values.fingerprint(b"".join(prices)) if prices else None,
        values.fingerprint(b"".join(stock)) if stock else None,
        archived,
    )


def offer_record(
    element: etree._Element,
    *,
    identity: bool = True,
    prices: bool = True,
    stock: bool = True,
) -> OfferRecord:
    """The offer with the facets asked for. Raises ValueError for a missing Ид or a bad number."""
    offer_ref, product_ref = offer_ids(element)
    if not offer_ref:
        raise ValueError("an offer without Ид")
    told_identity = _identity(element) if identity else None
    archived = marked_deleted(element) if identity else None
    if archived is None and told_identity is not None:
        archived = False
    return OfferRecord(
        ref=offer_ref,
        product_ref=product_ref,
        archived=archived,
        identity=told_identity,
        prices=_prices(element) if prices else None,
        stock=_stock(element) if stock else None,
    )


def identity_of_text(  # noqa: C901  one pass, a branch for each child
    part: bytes,
) -> tuple[OfferIdentity | None, bool | None] | None:
    """Identity and deletion mark out of that part of an offer; ``None``: an element must tell.

    The part is what `bytewise.split` leaves: without identifier, prices and stock.
    """
    name: str | None = None
    sku = barcode = ""
    pictures: list[str] | None = None
    archived: bool | None = None
    try:
        found, blocks = leaves.apart(leaves.without_reckoning(leaves.text_of(part)), _CONTAINERS)
        told = bool(blocks)
        for local, _attributes, raw in found:
            value = leaves.value(raw) if "&" in raw else raw.strip()
            if local == "Наименование":
                name = value or None
            elif local == "Артикул":
                sku = value
            elif local == "Штрихкод":
                barcode = value
            elif local == "Картинка":
                pictures = pictures if pictures is not None else []
                if value:
                    pictures.append(value)
            elif local in blocks or local == "Статус":
                return None
            elif local == "ПометкаУдаления":
                archived = values.told_flag(value) if archived is None else archived
            if local not in _MARKS:
                told = True
        if not told:
            return None, archived
        identity = OfferIdentity(
            name=name,
            sku=sku,
            barcode=barcode,
            characteristics=_told_characteristics(blocks.get("ХарактеристикиТовара", "")),
            properties=_PROPERTIES(blocks.get("ЗначенияСвойств", "")),
            pictures=None if pictures is None else tuple(map(referred, pictures)),
        )
    except leaves.Unclear:
        return None
    return identity, bool(archived)


_CONTAINERS = leaves.containers(
    "ХарактеристикиТовара",
    "ЗначенияСвойств",
    "ЗначенияРеквизитов",
    "СтавкиНалогов",
    "Изготовитель",
    "Группы",
)
_PROPERTIES = leaves.pairs_reader("ЗначенияСвойства", "Ид", leaves.ref_pair)
_CHARACTERISTICS = re.compile(
    r"<ХарактеристикаТовара>\s*(?:<Ид>[^<]*</Ид>\s*)?<Наименование>([^<]*)</Наименование>\s*"
    r"<Значение>([^<]*)</Значение>\s*</ХарактеристикаТовара>"
).findall


def _told_characteristics(block: str) -> tuple[tuple[str, str], ...]:
    found = _CHARACTERISTICS(block)
    if block.count("<") != 6 * len(found) + 2 * block.count("<Ид>"):
        raise leaves.Unclear
    return tuple((leaves.value(name), leaves.value(told)) for name, told in found)


def _identity(element: etree._Element) -> OfferIdentity | None:  # noqa: C901  one pass, a branch for each child
    name: str | None = None
    sku = barcode = ""
    characteristics: list[tuple[str, str]] = []
    properties: leaves.Pairs = ()
    pictures: list[str] | None = None
    told = False
    for part in element:
        local = LOCAL[part.tag]
        if local in _OWN_ID or local == PRICES or local in STOCK:
            continue
        if local == "Наименование":
            name = text(part) or None
        elif local == "Артикул":
            sku = text(part)
        elif local == "Штрихкод":
            barcode = text(part)
        elif local == "ХарактеристикиТовара":
            characteristics += [
                (child_text(each, "Наименование"), child_text(each, "Значение"))
                for each in children(part, "ХарактеристикаТовара")
            ]
        elif local == "ЗначенияСвойств":
            properties = tuple(
                (values.ref(key), tuple(map(values.plain_guid, told_values)))
                for key, told_values in pairs(part, "ЗначенияСвойства", "Ид")
            )
        elif local == "Картинка":
            pictures = pictures if pictures is not None else []
            if path := text(part):
                pictures.append(path)
        if local not in _MARKS:
            told = True
    if not told:
        return None
    return OfferIdentity(
        name=name,
        sku=sku,
        barcode=barcode,
        characteristics=tuple(characteristics),
        properties=properties,
        pictures=None if pictures is None else tuple(map(referred, pictures)),
    )


def _prices(element: etree._Element) -> tuple[PriceRecord, ...] | None:
    container = child(element, PRICES)
    if container is None:
        return None
    return lowest(
        price_of({LOCAL[part.tag]: part.text for part in price})
        for price in container
        if LOCAL[price.tag] == "Цена"
    )


def lowest(prices: Iterable[PriceRecord | None]) -> tuple[PriceRecord, ...]:
    """One price a type: of quantity breaks the mirror keeps the one that starts lowest."""
    found: dict[str, PriceRecord] = {}
    for record in prices:
        if record is None:
            continue
        known = found.get(record.price_type_ref)
        if known is None or (record.min_quantity or 0) <= (known.min_quantity or 0):
            found[record.price_type_ref] = record
    return tuple(found.values())


def price_of(told: Mapping[str, str | None]) -> PriceRecord | None:
    """A price out of the texts of a ``Цена`` by name, see `price`."""
    return price(
        told.get("ИдТипаЦены"),
        told.get("ЦенаЗаЕдиницу"),
        told.get("Валюта"),
        told.get("Коэффициент"),
        told.get("МинКоличество"),
    )


def price(
    type_text: str | None,
    amount_text: str | None,
    currency_text: str | None,
    coefficient_text: str | None,
    least_text: str | None = None,
) -> PriceRecord | None:
    """A price out of its texts; ``None`` for one that tells no amount.

    Raises ValueError for one without a price type and for a bad or negative amount.
    """
    amount = values.number(amount_text)
    if amount is None:
        return None
    type_ref = values.ref(type_text)
    if not type_ref:
        raise ValueError("a price without ИдТипаЦены")
    if amount < 0:
        raise ValueError("a negative price", str(amount))
    if coefficient_text and coefficient_text != "1":
        coefficient = values.lenient_number(coefficient_text)
        if coefficient is not None and coefficient > 0 and coefficient != 1:
            amount /= coefficient
    least = values.lenient_number(least_text) if least_text else None
    return PriceRecord(type_ref, amount, values.currency(currency_text), least)


def _stock(element: etree._Element) -> tuple[StockRecord, ...] | None:
    """One result out of four spellings; warehouse rows win over a total beside them."""
    told = False
    total: Decimal | None = None
    rows: dict[str, Decimal] = {}
    for part in element:
        local = LOCAL[part.tag]
        if local == "Количество":
            quantity = values.number(part.text)
            if quantity is not None:
                told, total = True, quantity
        elif local in {"Склад", "Склады"}:
            told = True
            _warehouse_rows(part, rows)
        elif local == "Остатки":
            told = True
            for balance in children(part, "Остаток"):
                # third parties write it beside the warehouse, and not inside
                beside = child_text(balance, "Количество")
                for place in children(balance, "Склад"):
                    _warehouse_rows(place, rows, beside)
                quantity = values.number(beside)
                if quantity is not None:
                    total = (total or Decimal(0)) + quantity
    return stock_of(total, rows) if told else None


def stock_of(total: Decimal | None, rows: Mapping[str, Decimal]) -> tuple[StockRecord, ...]:
    """Stock by warehouse, else the total under the warehouse with the empty identifier."""
    if rows:
        return tuple(StockRecord(place, quantity) for place, quantity in rows.items())
    # Without a warehouse row zero means "nowhere": УТ 11 lists only the places with stock.
    return (StockRecord("", total),) if total else ()


def _warehouse_rows(
    element: etree._Element, rows: dict[str, Decimal], quantity_text: str | None = None
) -> None:
    place = element.get("ИдСклада")
    quantity_text = element.get("КоличествоНаСкладе", quantity_text)
    for part in element:
        local = LOCAL[part.tag]
        if local in {"ИдСклада", "Ид"}:
            place = part.text
        elif local in {"КоличествоНаСкладе", "Количество"}:
            quantity_text = part.text
        elif local == "Склад":
            _warehouse_rows(part, rows)
    own = values.ref(place)
    if own:
        rows[own] = values.number(quantity_text) or Decimal(0)
