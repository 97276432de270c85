"""Texts of a 1C message turned into values. Pure functions: no Django, no database.

A file repeats the same few texts without end, so the busiest of them remember their answers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_TIME = re.compile(r"(?:T|UTC|\s)\s*(\d\d?):(\d\d)(?::(\d\d))?")
_DIGITS = 40
"""Digits before or behind the point at most: "1e999999" is a number to no one."""
_NUMBER_NOISE = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, ",": "."})

CURRENCIES: Mapping[str, str] = {
    **dict.fromkeys(("руб", "руб.", "р.", "р", "рубль", "рублей", "₽", "rur", "643", "810"), "RUB"),
    **dict.fromkeys(("грн", "грн.", "гривна", "₴", "980"), "UAH"),
    **dict.fromkeys(("usd", "840", "$", "дол", "дол.", "долл", "долл.", "доллар"), "USD"),
    **dict.fromkeys(("eur", "978", "€", "евро"), "EUR"),
    **dict.fromkeys(("тг", "тг.", "тнг", "тенге", "₸", "398"), "KZT"),
    **dict.fromkeys(("byn", "933", "бел. руб", "бел. руб.", "бел.руб", "бел.руб.", "974"), "BYN"),
    **dict.fromkeys(("юань", "юаней", "156"), "CNY"),
    **dict.fromkeys(("сом", "417"), "KGS"),
    **dict.fromkeys(("сум", "860"), "UZS"),
    **dict.fromkeys(("драм", "051"), "AMD"),
    **dict.fromkeys(("лари", "981"), "GEL"),
}
"""Codes of ISO 4217 by spelling: letters, digits (810 and 974 are of before the last change of
money), signs, and how people abbreviate."""


def storable(text: str) -> str:
    """The text without what no database keeps: halves of surrogate pairs become "?", NUL goes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


@lru_cache(maxsize=8192)
def ref(text: str | None) -> str:
    """Identifier of an object: trimmed, each GUID in it lower-cased, anything else untouched."""
    if not text:
        return ""
    text = text.strip()
    if "#" in text:
        head, _, tail = text.partition("#")
        return f"{plain_guid(head.strip())}#{plain_guid(tail.strip())}"
    return plain_guid(text)


def plain_guid(text: str) -> str:
    """The text itself, in lower case when it is a GUID."""
    if len(text) == 36 and text[8] == "-":
        lower = text.lower()
        if lower != text and _GUID.fullmatch(text):
            return lower
    return text


def offer_refs(identifier: str | None, characteristic: str | None = None) -> tuple[str, str]:
    """``(offer, product)`` references from ``product[#characteristic]`` or from two fields.

    >>> offer_refs("P#c")
    ('P#c', 'P')
    """
    if characteristic is None and identifier and "#" not in identifier:
        plain = plain_guid(identifier.strip())
        return plain, plain
    offer = ref(identifier)
    product, hash_sign, tail = offer.partition("#")
    own = ref(characteristic)
    if own and not tail:
        return f"{product}#{own}", product
    if hash_sign and not tail:
        return product, product
    return offer, product


def flag(text: str | None) -> bool:
    """``true`` in any case is true; everything else, absence too, is false."""
    return text is not None and text.strip().lower() in {"true", "1", "да"}


def told_flag(text: str | None) -> bool | None:
    """Like :func:`flag`, but an absent or empty text is ``None``."""
    return flag(text) if text and text.strip() else None


@lru_cache(maxsize=4096)
def number(text: str | None) -> Decimal | None:
    """A finite Decimal, with spaces dropped and a decimal comma understood; empty is ``None``.

    Raises ValueError when the text is not a number, or one that nobody can calculate with.
    """
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        plain = text.strip().translate(_NUMBER_NOISE)
        if not plain:
            return None
        try:
            value = Decimal(plain)
        except InvalidOperation:
            raise ValueError("not a number", text.strip()[:60]) from None
    if not value.is_finite() or (value and abs(value.adjusted()) > _DIGITS):
        raise ValueError("not a number", text.strip()[:60])
    return value


def lenient_number(text: str | None) -> Decimal | None:
    """A number where a bad one is not worth a refusal: anything unreadable is ``None``."""
    try:
        return number(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def currency(text: str | None) -> str:
    """ISO code for the spellings seen in 1C; a three-letter text upper-cased; empty if absent.

    A spelling that is not known comes back as it stands, for the caller to report.
    """
    if not text:
        return ""
    plain = text.strip()
    known = CURRENCIES.get(plain.lower())
    if known:
        return known
    if len(plain) == 3 and plain.isascii() and plain.isalpha():
        return plain.upper()
    return plain


@lru_cache(maxsize=4096)
def vat_rate(text: str | None) -> Decimal | None:
    """Percent of VAT, or ``None`` for "Без НДС", an absent or an unreadable rate.

    >>> vat_rate("20%"), vat_rate("20/120"), vat_rate("Без НДС")
    (Decimal('20'), Decimal('20'), None)
    """
    if not text:
        return None
    plain = text.strip().lower().removeprefix("ндс").strip().removesuffix("%")
    rate = lenient_number(plain.partition("/")[0])
    return rate if rate is not None and 0 <= rate < 100 else None


def day(text: str | None) -> date | None:
    """The date at the start of the text; the empty date of 1C and nonsense are ``None``."""
    match = _DATE.match(text.strip()) if text else None
    if match is None:
        return None
    year, month, of_month = (int(part) for part in match.groups())
    if year <= 1:
        return None
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def moment(text: str | None) -> datetime | None:
    """Date and time without a zone, read leniently; a date alone is its midnight."""
    on = day(text)
    if on is None or text is None:
        return None
    match = _TIME.search(text)
    if match is None:
        return datetime(on.year, on.month, on.day)  # noqa: DTZ001  1C's times have no zone
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime(on.year, on.month, on.day, hour, minute, second)  # noqa: DTZ001


def fingerprint(raw: bytes) -> int:
    """A signed 64-bit hash, which fits a column: equal content has an equal one."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=4096)
def requisite_key(name: str) -> str:
    """Name of a requisite for comparison: lower case, no spaces ("Статус заказа" is known so)."""
    return "".join(name.lower().split())
