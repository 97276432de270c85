"""How a price came about, step by step, as it is told to a person. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dealer_area.pricing import Money, Price, StepKind
from dealer_area.quoting import Quote


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the explanation.

    `kind` is a step's ("price_type", "markup") or a result ("purchase", "retail"); `label` is the
    step's own word or figure. `is_minus` says that the step takes away; `money` then is positive.
    """

    kind: str
    label: str
    money: Money
    is_total: bool = False
    is_minus: bool = False


def explanation(quote: Quote, *, see_retail: bool) -> list[Told]:
    """Steps to the purchase price and, where it is the person's matter, on to the retail one.

    Whoever may not see the purchase price gets nothing: its steps would tell it.
    """
    if quote.purchase is None:
        return []
    told = [*_steps(quote.purchase), _result("purchase", quote.purchase)]
    if see_retail and quote.retail is not None:
        added = [step for step in _steps(quote.retail) if step.kind == StepKind.MARKUP.value]
        told += [*added, _result("retail", quote.retail)]
    return told


def _steps(price: Price) -> list[Told]:
    return [
        Told(
            kind=step.kind.value,
            label=step.label,
            money=Money(abs(step.amount), price.currency),
            is_minus=step.amount < Decimal(0),
        )
        for step in price.trail
    ]


def _result(kind: str, price: Price) -> Told:
    return Told(kind=kind, label="", money=Money(price.amount, price.currency), is_total=True)
