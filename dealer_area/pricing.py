"""Prices and amounts: pure arithmetic on Decimals, without a database.

Rules in words: docs/features/pricing.md. Every rounding is half up to 0.01.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")
HUNDRED = Decimal(100)

LARGEST_AMOUNT = Decimal("9999999999999.99")
"""What a money column holds: 15 digits, two of them kopecks."""


class TooLarge(Exception):
    """An amount does not fit into the database."""


class StepKind(StrEnum):
    """What a step of a price's trail did."""

    PRICE_TYPE = "price_type"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of how a price came about.

    `label` is a word of 1C (the name of a price type) or a figure (the percent of a markup); what
    is said around it is written where it is shown. `amount` is what the step adds.
    """

    kind: StepKind
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """A price of one unit with its trail: the steps add up to the amount."""

    amount: Decimal
    currency: str
    trail: tuple[Step, ...] = ()

    @property
    def steps(self) -> tuple[tuple[Step, Money], ...]:
        """The trail with its amounts as money."""
        return tuple((step, Money(step.amount, self.currency)) for step in self.trail)

    def without_trail(self) -> Price:
        """The same price for a person who may not learn what it was made of."""
        return replace(self, trail=())


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """Amounts of a line. `amount` is price by quantity; `total` is what is paid, VAT included."""

    amount: Decimal
    vat_amount: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class DocumentAmounts:
    """Amounts of a document: sums of its lines. `total` is what is paid, VAT included."""

    total: Decimal
    vat_amount: Decimal


def rounded(amount: Decimal) -> Decimal:
    """Half up to 0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def purchase_price(amount: Decimal | None, currency: str, price_type: str) -> Price | None:
    """What the dealer pays for a unit by a price type; None where 1C gave no price or zero."""
    if amount is None or amount <= 0:
        return None
    cents = rounded(amount)
    return Price(cents, currency, (Step(StepKind.PRICE_TYPE, price_type, cents),))


def retail_price(price: Price, markup_percent: Decimal) -> Price:
    """What the salon sells a unit for: the purchase price and the dealer's markup on it."""
    amount = rounded(price.amount * (HUNDRED + markup_percent) / HUNDRED)
    added = Step(StepKind.MARKUP, format(markup_percent.normalize(), "f"), amount - price.amount)
    return Price(amount, price.currency, (*price.trail, added))


def line_amounts(
    price: Decimal, quantity: Decimal, vat_rate: Decimal | None, vat_included: bool
) -> LineAmounts:
    """Amounts of a line. `vat_rate` is in percents; None is "without VAT" and has none.

    Raises `TooLarge` when an amount does not fit into the database.
    """
    amount = rounded(price * quantity)
    if vat_rate is None:
        vat = Decimal("0.00")
    elif vat_included:
        vat = rounded(amount * vat_rate / (HUNDRED + vat_rate))
    else:
        vat = rounded(amount * vat_rate / HUNDRED)
    total = amount if vat_included else amount + vat
    if total > LARGEST_AMOUNT:
        raise TooLarge
    return LineAmounts(amount, vat, total)


def document_amounts(lines: Iterable[LineAmounts]) -> DocumentAmounts:
    """The document is the sum of its lines: nothing is rounded anew. Raises `TooLarge`."""
    total = vat = Decimal("0.00")
    for line in lines:
        total += line.total
        vat += line.vat_amount
    if total > LARGEST_AMOUNT:
        raise TooLarge
    return DocumentAmounts(total, vat)
