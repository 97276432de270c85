"""What an object says, read from its bytes where 1C wrote them the plain way.

Every function gives ``None`` where something is written otherwise (an attribute, an entity, an
unknown element where none is expected): the same is then read from the element, more slowly.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sync.onec import values
from sync.onec.offers import OfferDigests, lowest, price, price_of, stock_of
from sync.onec.records import PriceRecord, StockRecord

Parts = tuple[bytes, bytes, bytes]
"""Identity, prices and stock of an offer; empty is not told."""

# How 1C writes an offer, byte for byte. What is written otherwise is looked at as an element.
_HEAD = re.compile(r"<[^<>]*>\s*<Ид>([^<&]*)</Ид>".encode()).match
_CHARACTERISTIC = "<ИдХарактеристики".encode()
_PLAIN_HEAD = re.compile("<Предложение>\\s*<Ид>[^<]*</Ид>".encode()).match
_TAIL = "</Предложение>".encode()
_PRICES = "<Цены>".encode()
_PRICES_END = "</Цены>".encode()
_STOCK_START = re.compile("<(?:Количество|Остатки|Склад)".encode()).search
# parts that stand side by side, as they mostly do
_STOCK_PARTS = re.compile(
    "(?:\\s*(?:<Количество>[^<]*</Количество>"
    """|<Склад[^<>"']*(?:"[^"<]*"[^<>"']*)*/>"""
    "|<(Остатки|Склады|Склад)>.*?</\\1>))+".encode(),
    re.DOTALL,
).match
_UNCLEAR = re.compile(
    "</?(?:Количество|Остатки|Склад|Цены|Статус|ИдХарактеристики|ИдКаталога)".encode()
).search
_MARK = "<ПометкаУдаления".encode()
_NOT_DELETED = re.compile("\\s*<ПометкаУдаления>false</ПометкаУдаления>".encode())
_VERSION = "<НомерВерсии".encode()
_VERSIONS = re.compile("\\s*<НомерВерсии>[^<]*</НомерВерсии>".encode())

_USUAL_PRICE = re.compile(
    r"\s*<Цена>\s*(?:<Представление>[^<]*</Представление>\s*)?"
    r"<ИдТипаЦены>([^<&\r]*)</ИдТипаЦены>\s*<ЦенаЗаЕдиницу>([^<&\r]*)</ЦенаЗаЕдиницу>\s*"
    r"(?:<Валюта>([^<&\r]*)</Валюта>\s*)?(?:<Единица>[^<]*</Единица>\s*)?"
    r"(?:<Коэффициент>([^<&\r]*)</Коэффициент>\s*)?</Цена>\s*"
).match
_PRICE = "<Цена>"
_PRICE_END = "</Цена>"
_LEAVES = re.compile(r"<([^<>/\s]+)>([^<&\r]*)</\1>").findall
_TOTALS = re.compile(r"<Количество>([^<&\r]*)</Количество>").findall
_PLACES = re.compile(
    r'<Склад ИдСклада="([^"<&\s]*)" КоличествоНаСкладе="([^"<&\r\n\t]*)"\s*/>'
).findall


def ids(raw: bytes) -> tuple[str, str] | None:
    """``(offer, product)`` references, as `offers.offer_ids` has them."""
    head = _HEAD(raw)
    if head is None or _CHARACTERISTIC in raw:
        return None
    return values.offer_refs(head.group(1).decode())


def offer_digests(parts: Parts) -> OfferDigests | None:
    """What `offers.offer_digests` says, out of an offer's parts.

    The facets' hashes are other ones than those of the element. Between them they cover the
    whole offer but for its identifier, version and deletion mark.
    """
    identity, told_prices, told_stock = parts
    archived: bool | None = None
    if _MARK in identity:
        archived = False
        identity = _NOT_DELETED.sub(b"", identity)
    if _VERSION in identity:
        identity = _VERSIONS.sub(b"", identity)
    identity = identity.strip()
    if _MARK in identity or _VERSION in identity:
        return None
    return OfferDigests(
        values.fingerprint(identity) if identity else None,
        values.fingerprint(told_prices) if told_prices else None,
        values.fingerprint(told_stock) if told_stock else None,
        archived,
    )


def split(raw: bytes) -> Parts | None:
    """The content of an offer without its identifier: identity, prices and stock apart."""
    head = _PLAIN_HEAD(raw)
    if head is None or not raw.endswith(_TAIL):
        return None
    at = head.end()
    told_prices = b""
    start = raw.find(_PRICES, at)
    if start < 0:
        rest = raw[at : -len(_TAIL)]
    else:
        end = raw.find(_PRICES_END, start)
        if end < 0 or not _whole(raw[at:start]):
            return None
        told_prices = raw[start:end]
        rest = raw[at:start].rstrip() + raw[end + len(_PRICES_END) : -len(_TAIL)]
    left: list[bytes] = []
    told_stock: list[bytes] = []
    at = 0
    while (begun := _STOCK_START(rest, at)) and (parts := _STOCK_PARTS(rest, begun.start())):
        between = rest[at : begun.start()].rstrip()
        if not _whole(between):
            return None
        left.append(between)
        told_stock.append(parts.group())
        at = parts.end()
    left.append(rest[at:])
    identity = b"".join(left)
    return None if _UNCLEAR(identity) else (identity, told_prices, b"".join(told_stock))


def _whole(part: bytes) -> bool:
    """Whether every element that begins in the part ends in it: what follows is no child of one."""
    ends = part.count(b"</")
    return part.count(b"<") == 2 * ends + part.count(b"/>")


def prices(told: bytes) -> tuple[PriceRecord, ...] | None:
    """Prices out of that part of an offer. Raises ValueError as `price_of` does."""
    if not told:
        return None
    text = told[len(_PRICES) :].decode()
    usual = []
    at = 0
    while (one := _USUAL_PRICE(text, at)) is not None:
        usual.append(one.groups())
        at = one.end()
    if at == len(text):
        return lowest(price(*texts) for texts in usual)
    found = []
    *parts, tail = text.split(_PRICE_END)
    if tail and not tail.isspace():
        return None
    for part in parts:
        leaves = _LEAVES(part)
        if part.count("<") != 2 * len(leaves) + 1 or not part.lstrip().startswith(_PRICE):
            return None
        found.append(dict(leaves))
    return lowest(map(price_of, found))


def stock(told: bytes) -> tuple[StockRecord, ...] | None:
    """Stock out of that part of an offer. Raises ValueError for a bad number."""
    if not told:
        return None
    text = told.decode()
    totals = _TOTALS(text)
    places = _PLACES(text)
    if text.count("<") != 2 * len(totals) + len(places):
        return None
    total: Decimal | None = None
    for each in totals:
        quantity = values.number(each)
        total = total if quantity is None else quantity
    if total is None and not places:
        return None
    rows = {}
    for place, quantity_text in places:
        if own := values.ref(place):
            rows[own] = values.number(quantity_text) or Decimal(0)
    return stock_of(total, rows)
