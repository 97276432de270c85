"""What a person asks the catalogue, and what it answers: plain frozen values.

Pure: no Django, no engine. A query says nothing about who asks; that is the `Viewer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_TEXT = 200
"""Characters of a search text that are read; the rest adds nothing a person would type."""
DEFAULT_PER_PAGE = 48
MAX_PER_PAGE = 200
MAX_DEPTH = 10_000
"""Hits that can be paged through: nobody reads further. A page behind them is empty."""


class Sort(StrEnum):
    """The order of hits. Relevance without a text is the order of names."""

    RELEVANCE = "relevance"
    NAME = "name"
    PRICE_UP = "price"
    PRICE_DOWN = "-price"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the catalogue.

    `text` is as typed. `category_id` includes the category's descendants; None or 0 is all.
    `chosen` maps a facet key ("brand", "series", "p12") to the values ticked in it: one of them
    must fit in each facet. `page` counts from 1. `with_facets=False` spares the counting where
    only hits are shown.
    """

    text: str = ""
    category_id: int | None = None
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    with_facets: bool = True

    @property
    def size(self) -> int:
        """Hits on a page, within reason."""
        return min(max(self.per_page, 1), MAX_PER_PAGE)

    @property
    def offset(self) -> int:
        """Hits before the page."""
        return (max(self.page, 1) - 1) * self.size

    def pages(self, total: int) -> int:
        """How many pages of `total` hits can be opened, at least one."""
        return max(1, -(-min(total, MAX_DEPTH) // self.size))


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to tick. `value` goes into the address, `label` is read by people.

    `count` is how many hits there would be with this value and without others of its facet.
    """

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of values to filter by, in the order to show them."""

    key: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits with what stands around it.

    `category_counts` are the hits of each category with its descendants, as if no category were
    chosen. `in_stock_count` is the number of hits that are in stock. `is_degraded` means that
    the index is not ready: the database answered, by article and name only, without facets.
    """

    product_ids: tuple[int, ...]
    total: int
    facets: tuple[Facet, ...]
    category_counts: Mapping[int, int]
    in_stock_count: int
    is_degraded: bool
