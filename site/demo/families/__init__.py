"""Families of goods: what each of the two factories makes, as data and short rules."""

from __future__ import annotations

from demo.families import (
    boards,
    edges,
    fronts,
    handles,
    hinges,
    kitchens,
    lifts,
    lighting,
    runners,
    storage,
    supports,
)
from demo.goods import Good, one_list

_FAMILIES = (
    kitchens,
    fronts,
    boards,
    hinges,
    lifts,
    runners,
    handles,
    lighting,
    storage,
    edges,
    supports,
)


def all_goods() -> tuple[Good, ...]:
    """The whole range, family after family; articles are unique."""
    return one_list(good for family in _FAMILIES for good in family.goods())
