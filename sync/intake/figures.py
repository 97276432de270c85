"""Figures as rows of the mirror keep them: their bounds, and quantities as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sync.models.mirror import REF_LENGTH
from sync.onec.records import OfferRecord

_FOURTH = Decimal("0.0001")
_AMOUNT_LIMIT = Decimal(10) ** 13
_QUANTITY_LIMIT = Decimal(10) ** 11


@lru_cache(maxsize=4096)
def plain(quantity: Decimal) -> str:
    """A quantity as text, to 0.0001, without trailing zeros: "5", "2.5", "-1"."""
    text = f"{quantity.quantize(_FOURTH, ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def check(record: OfferRecord) -> None:
    """Raises ValueError with the reason why the prices or the stock of an offer cannot be kept."""
    for price in record.prices or ():
        if len(price.price_type_ref) > REF_LENGTH:
            raise ValueError("an identifier over 255 characters", price.price_type_ref[:60])
        if price.amount >= _AMOUNT_LIMIT:
            raise ValueError("a price too large", f"{price.amount}")
    for stock in record.stock or ():
        if len(stock.warehouse_ref) > REF_LENGTH:
            raise ValueError("an identifier over 255 characters", stock.warehouse_ref[:60])
        if abs(stock.quantity) >= _QUANTITY_LIMIT:
            raise ValueError("a quantity too large", f"{stock.quantity}")
