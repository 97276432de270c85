"""Addresses of the catalogue: `/product/<words>-<id>/`, where the id decides.

They are built without asking the URL configuration, so that every app may link to goods, whoever
serves the page.
"""

from __future__ import annotations

import re

SLUG_LENGTH = 80
"""Longest part of an address made of a name; it is cut at a word."""

_LETTERS = str.maketrans(
    {
        "а": "a",
        "б": "b",
        "в": "v",
        "г": "g",
        "д": "d",
        "е": "e",
        "ё": "e",
        "ж": "zh",
        "з": "z",
        "и": "i",
        "й": "y",
        "к": "k",
        "л": "l",
        "м": "m",
        "н": "n",
        "о": "o",
        "п": "p",
        "р": "r",
        "с": "s",
        "т": "t",
        "у": "u",
        "ф": "f",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ы": "y",
        "ь": "",
        "э": "e",
        "ю": "yu",
        "я": "ya",
        "і": "i",
        "ї": "i",
        "є": "e",
        "ґ": "g",
        "ў": "u",
        "ø": "d",
    }
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Latin letters, digits and single dashes; never empty ("x" stands for a name without any)."""
    words = _NOT_WORD.sub("-", text.casefold().translate(_LETTERS)).strip("-")
    if len(words) > SLUG_LENGTH:
        cut = words[: SLUG_LENGTH + 1].rpartition("-")[0]
        words = cut or words[:SLUG_LENGTH]
    return words or "x"


def slug_with_id(pk: int, name: str) -> str:
    """The last part of an address, and the slug of the page that has it."""
    return f"{slug(name)}-{pk}"


def product_path(pk: int, name: str) -> str:
    """Address of a product, with or without a page of content."""
    return f"/product/{slug_with_id(pk, name)}/"


def category_path(pk: int, name: str) -> str:
    """Address of a category."""
    return f"/catalogue/{slug_with_id(pk, name)}/"


def price_path(offer_id: int) -> str:
    """Address that tells how the price of an offer came about."""
    return f"/price/{offer_id}/"
