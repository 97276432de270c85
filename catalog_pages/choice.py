"""What a person has chosen in a list of goods, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from search.query import DEFAULT_PER_PAGE, MAX_TEXT, Query, Sort

FACET_PREFIX = "f."
"""Parameters of the address that belong to filters: `f.brand`, `f.p12`."""
MAX_VALUES = 100
"""Ticked values that are read; more come from no form of ours."""
PER_PAGE = DEFAULT_PER_PAGE


@dataclass(frozen=True, slots=True)
class Choice:
    """Text, category, ticked filters, order and page of a list.

    `category_id` is set only where the category is a filter (search), not a place (catalogue).
    """

    text: str = ""
    category_id: int | None = None
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @classmethod
    def read(cls, params: QueryDict) -> Choice:
        """From an address; whatever makes no sense there is as if it were not there."""
        chosen: dict[str, frozenset[str]] = {}
        left = MAX_VALUES
        for name, values in params.lists():
            wanted = frozenset(value for value in values if value)
            if name.startswith(FACET_PREFIX) and wanted and len(wanted) <= left:
                left -= len(wanted)
                chosen[name.removeprefix(FACET_PREFIX)] = wanted
        sort = params.get("sort", "")
        return cls(
            text=" ".join(params.get("q", "").split())[:MAX_TEXT],
            category_id=_number(params.get("category")),
            chosen=chosen,
            in_stock=params.get("stock") == "1",
            sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
            page=_number(params.get("page")) or 1,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether a filter narrows the list."""
        return bool(self.chosen) or self.in_stock

    def query(self, category_id: int | None) -> Query:
        """The question to the search: in the category of the place, else in the chosen one."""
        return Query(
            text=self.text,
            category_id=category_id or self.category_id,
            chosen=self.chosen,
            in_stock=self.in_stock,
            sort=self.sort,
            page=self.page,
            per_page=PER_PAGE,
        )

    def without(self, key: str, value: str) -> Choice:
        """One ticked value less, from the first page on."""
        left = self.chosen.get(key, frozenset()) - {value}
        chosen = {other: values for other, values in self.chosen.items() if other != key}
        return replace(self, chosen={**chosen, key: left} if left else chosen, page=1)

    def without_stock(self) -> Choice:
        """Without "in stock", from the first page on."""
        return replace(self, in_stock=False, page=1)

    def without_filters(self) -> Choice:
        """No filters at all, from the first page on; text, category and order stay."""
        return replace(self, chosen={}, in_stock=False, page=1)

    def inside(self, category_id: int | None) -> Choice:
        """The same in another category, from the first page on and without its filters."""
        return replace(self, category_id=category_id, chosen={}, page=1)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values for an address or for hidden fields, always in the same order."""
        found: list[tuple[str, str]] = []
        if self.text:
            found.append(("q", self.text))
        if self.category_id:
            found.append(("category", str(self.category_id)))
        if self.in_stock:
            found.append(("stock", "1"))
        for key in sorted(self.chosen):
            found.extend((FACET_PREFIX + key, value) for value in sorted(self.chosen[key]))
        if self.sort is not Sort.RELEVANCE:
            found.append(("sort", self.sort.value))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def address(self, path: str) -> str:
        """The list's address with this choice."""
        pairs = self.pairs()
        return f"{path}?{urlencode(pairs)}" if pairs else path


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text) or None
    return None
