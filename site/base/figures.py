"""Figures as people read them: money, quantities, percents, dates.

Every function takes the language ("ru" or another; only Russian writes a decimal comma) and returns
plain text. Groups of three digits and units are parted by a no-break space, the minus is U+2212, so
that a figure never breaks over two lines and stays in its column.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2014"
"""Shown where there is no value, so that an empty cell is not taken for zero."""

SIGNS = {
    "RUB": "₽",
    "USD": "$",
    "EUR": "€",
    "KZT": "₸",
    "BYN": "Br",
    "CNY": "¥",
    "UAH": "₴",
}
"""Signs by ISO code; another currency is shown by its code."""

_CENT = Decimal("0.01")
_GROUPS = {
    True: str.maketrans({",": NBSP, ".": ",", "-": MINUS}),
    False: str.maketrans({",": NBSP, "-": MINUS}),
}


class Amount(Protocol):
    """Money: a value that carries its currency (ISO 4217)."""

    @property
    def amount(self) -> Decimal: ...

    @property
    def currency(self) -> str: ...


def money_parts(amount: Decimal, currency: str, language: str) -> tuple[str, str]:
    """The whole units, and the rest with the currency: ("12 480", ",00 ₽").

    Rounds half up to 0.01.
    """
    text = _grouped(f"{_to_cents(amount):,.2f}", language)
    return text[:-3], f"{text[-3:]}{NBSP}{SIGNS.get(currency, currency)}"


def money_text(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its currency: "12 480,00 ₽"."""
    whole, rest = money_parts(amount, currency, language)
    return whole + rest


def money_difference(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its sign, a plus too: "+17,00 ₽"; zero has none."""
    text = money_text(amount, currency, language)
    return f"+{text}" if _to_cents(amount) > 0 else text


def way(amount: Decimal) -> str:
    """Where a difference in money goes: "up", "down" or "" when it rounds to zero."""
    cents = _to_cents(amount)
    if not cents:
        return ""
    return "up" if cents > 0 else "down"


def quantity_text(value: Decimal | int, language: str, unit: str = "") -> str:
    """A quantity without trailing zeros, with its unit: "4 860 шт", "12,5 м"."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = _grouped("0" if text == "-0" else text, language)
    return f"{text}{NBSP}{unit}" if unit else text


def percent_text(value: Decimal | int, language: str) -> str:
    """A share given in percents, rounded half up to 0.1: "22,3 %"."""
    rounded = Decimal(value).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return quantity_text(rounded, language, "%")


def moment_text(moment: date, now: datetime) -> str:
    """The time ("14:05") of a moment of the day of `now`, the date ("23.11.2026") of another.

    Both are in the reader's time zone. A plain date has no time and is always a date.
    """
    if isinstance(moment, datetime) and moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment:%d.%m.%Y}"


def initials(name: str) -> str:
    """At most two capitals that stand for a name: "Ирина Петрова" gives "ИП"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


def _grouped(text: str, language: str) -> str:
    return text.translate(_GROUPS[language.startswith("ru")])


def _to_cents(amount: Decimal) -> Decimal:
    # adding zero turns a negative zero into zero
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP) + 0
