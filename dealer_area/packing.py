"""Quantities that can be bought: whole packs, not less than the minimum. Pure arithmetic.

The browser corrects quantities by the same rule (`settle` in vitrina.js).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

LARGEST_QUANTITY = Decimal(9_999_999)
"""More of one product is a slip of the hand."""


def fitted(asked: Decimal, pack_multiple: Decimal, min_quantity: Decimal) -> Decimal:
    """The nearest quantity from `asked` upwards that can be bought; zero for nothing.

    A minimum that is no whole number of packs is rounded up to packs as well.
    """
    if asked <= 0:
        return Decimal(0)
    pack = pack_multiple if pack_multiple > 0 else Decimal(1)
    packs = max(_packs(asked, pack), _packs(min_quantity, pack), Decimal(1))
    return packs * pack


def fitting_into(available: Decimal, pack_multiple: Decimal, min_quantity: Decimal) -> Decimal:
    """The largest quantity that can be bought out of `available`; zero when none can."""
    pack = pack_multiple if pack_multiple > 0 else Decimal(1)
    largest = (available / pack).to_integral_value(rounding=ROUND_FLOOR) * pack
    least = fitted(pack, pack, min_quantity)
    return largest if largest >= least else Decimal(0)


def plain(quantity: Decimal) -> Decimal:
    """The same quantity without trailing zeros: 24, not 24.0000, for a field of a form."""
    whole = quantity.to_integral_value()
    return whole if whole == quantity else quantity.normalize()


def _packs(quantity: Decimal, pack: Decimal) -> Decimal:
    return (quantity / pack).to_integral_value(rounding=ROUND_CEILING)
