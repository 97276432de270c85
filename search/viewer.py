"""Who looks: what of the catalogue he sees and by which prices he sorts."""

from __future__ import annotations

from dataclasses import dataclass

from sync.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Viewer:
    """Built by the caller from membership and terms; search itself knows no dealers.

    `price_slot` is the `PriceType.slot` of the viewer's own prices: None when he has none, and
    then sorting by price is sorting by name.
    """

    visibility: Visibility
    price_slot: int | None
