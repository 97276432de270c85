"""Reading one committed state of the embedded index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import tantivy
from tantivy import Occur, Order, Query, Schema

from search.engines import base
from search.engines.base import Answer, Request
from search.engines.embedded_questions import Filters, Text
from search.engines.name_order import KEYS
from search.query import Sort

MAX_TERMS = 20_000
"""Different values and categories that are counted in one question."""
KEPT_COUNTS = 64
KEPT_ANSWERS = 256
"""Counts and answers that a reader keeps until the index changes: most ask for the same few."""

Counts: TypeAlias = tuple[dict[str, dict[str, int]], dict[int, int], int]
"""Hits by facet and value, by category, in stock."""
K = TypeVar("K")
V = TypeVar("V")


class Snapshot:
    """One committed state of the index; what was counted in it stays true."""

    def __init__(self, folder: Path, stamp: str, index: tantivy.Index, fields: Schema) -> None:
        self.folder = folder
        self.stamp = stamp
        self.index = index
        self.searcher = index.searcher()
        self._fields = fields
        self._answers: dict[Request, Answer] = {}
        self._counts: dict[Request, Counts] = {}

    def answer(self, request: Request) -> Answer:
        """The hits of a page and what is counted around them."""
        answer = self._answers.get(request)
        if answer is None:
            answer = self._found(request)
            _keep(self._answers, request, answer, KEPT_ANSWERS)
        return answer

    def _found(self, request: Request) -> Answer:
        text = Text(self._fields, request.asked)
        filters = Filters(self._fields, request)
        loosely = False
        query = text.query(loosely=False, filters=filters.all())
        total = self._total(query)
        if not total and request.asked and text.can_be_misspelt:
            loosely = not self._total(text.query(loosely=False, filters=filters.base()))
            if loosely:
                query = text.query(loosely=True, filters=filters.all())
                total = self._total(query)
        ids = self._page(query, request) if request.limit and request.offset < total else ()
        if not request.with_facets:
            return Answer(ids, total, {}, {}, 0)
        # the same for each page and order
        key = replace(request, offset=0, limit=0, sort=Sort.NAME, price_slot=None)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._count(text, filters, request, loosely=loosely)
            _keep(self._counts, key, counts, KEPT_COUNTS)
        facets, categories, in_stock = counts
        return Answer(ids, total, facets, categories, in_stock)

    def _total(self, query: Query) -> int:
        found: Any = self.searcher.search(query, limit=1)
        return int(found.count)

    def _page(self, query: Query, request: Request) -> tuple[int, ...]:
        if request.sort is Sort.NAME:
            addresses = self._by_name(query, request.offset, request.limit, level=0)
        elif request.sort is Sort.RELEVANCE:
            hits = self.searcher.search(
                query, limit=request.limit, offset=request.offset, count=False
            ).hits
            addresses = [address for _score, address in hits]
        else:
            order = Order.Asc if request.sort is Sort.PRICE_UP else Order.Desc
            field = f"price_{request.price_slot:02}"
            hits = self._sorted(query, request.offset, request.limit, field, order)
            addresses = [address for _price, address in hits]
        return tuple(self._whole("id", addresses))

    def _sorted(
        self, query: Query, offset: int, limit: int, field: str, order: Order = Order.Asc
    ) -> list[tuple[Any, tantivy.DocAddress]]:
        return self.searcher.search(
            query, limit=limit, offset=offset, count=False, order_by_field=field, order=order
        ).hits

    def _by_name(
        self, query: Query, offset: int, limit: int, *, level: int
    ) -> list[tantivy.DocAddress]:
        """A page in the order of names: by the number of this level, equal ones by the next.

        Only hits whose number is that of the page's first or last one can have others of their
        kind outside of the page; those are asked for again. The rest is put in order here.
        """
        hits = self._sorted(query, offset, limit, f"name_{level}")
        if level == KEYS - 1 or not hits:
            return [address for _number, address in hits]
        first, last = hits[0][0], hits[-1][0]
        page: list[tantivy.DocAddress] = []
        for number in dict.fromkeys((first, last)):
            own = [address for each, address in hits if each == number]
            alike = self._between(query, level, number, number)
            skipped = 0
            if offset and number == first:
                skipped = offset - self._total(self._between(query, level, None, number - 1))
            is_cut = skipped or (number == last and self._total(alike) > len(own))
            if is_cut:
                page += self._by_name(alike, skipped, len(own), level=level + 1)
            else:
                page += self._in_order(own)
            if number == first:
                page += self._in_order([each for n, each in hits if first < n < last])
        return page

    def _between(self, query: Query, level: int, low: int | None, high: int) -> Query:
        numbers = Query.range_query(
            self._fields, f"name_{level}", tantivy.FieldType.Integer, low, high
        )
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(numbers, 0.0))]
        )

    def _in_order(self, addresses: list[tantivy.DocAddress]) -> list[tantivy.DocAddress]:
        if len(addresses) < 2:
            return addresses
        columns = [self._whole(f"name_{level}", addresses) for level in range(KEYS)]
        numbers = list(zip(*columns, strict=True))
        order = sorted(range(len(addresses)), key=lambda at: numbers[at])
        return [addresses[at] for at in order]

    def _count(self, text: Text, filters: Filters, request: Request, *, loosely: bool) -> Counts:
        def query(without: str) -> Query:
            return text.query(loosely=loosely, filters=filters.all(without=without))

        facets = _by_key(self._terms(query(""), "facets"))
        for key, _values in request.chosen:
            alone = _by_key(self._terms(query(key), "facets"))
            facets.pop(key, None)
            if key in alone:
                facets[key] = alone[key]
        categories = {
            int(bucket["key"]): int(bucket["doc_count"])
            for bucket in self._terms(query("category"), "categories")
        }
        in_stock = self._total(
            text.query(loosely=loosely, filters=[*filters.all(without="stock"), filters.in_stock()])
        )
        return facets, categories, in_stock

    def _terms(self, query: Query, field: str) -> list[dict[str, Any]]:
        asked = {"found": {"terms": {"field": field, "size": MAX_TERMS}}}
        buckets: list[dict[str, Any]] = self.searcher.aggregate(query, asked)["found"]["buckets"]
        return buckets

    def _whole(self, field: str, addresses: list[tantivy.DocAddress]) -> list[int]:
        """The numbers that each of the documents has in a field."""
        values: list[Any] = self.searcher.fast_field_values(field, addresses)
        return values

    def stock_flags(self, ids: Sequence[int]) -> dict[int, bool]:
        """Flags of the documents that exist."""
        if not ids:
            return {}
        query = Query.term_set_query(self._fields, "id", list(ids))
        hits = self.searcher.search(query, limit=len(ids), count=False).hits
        addresses = [address for _score, address in hits]
        flags = map(bool, self._whole("stock", addresses))
        return dict(zip(self._whole("id", addresses), flags, strict=True))

    def ids_of(self, mentions: list[str], category_ids: list[int]) -> set[int]:
        """Ids of the documents that mention or stand below any of these."""
        ways = []
        if mentions:
            ways.append(Query.term_set_query(self._fields, "mentions", mentions))
        if category_ids:
            ways.append(Query.term_set_query(self._fields, "categories", category_ids))
        if not ways or not self.searcher.num_docs:
            return set()
        query = Query.boolean_query([(Occur.Should, way) for way in ways])
        hits = self.searcher.search(query, limit=int(self.searcher.num_docs), count=False).hits
        addresses = [address for _score, address in hits]
        return set(self._whole("id", addresses))


def _by_key(buckets: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for bucket in buckets:
        key, _mark, value = bucket["key"].partition(base.FACET_MARK)
        found.setdefault(key, {})[value] = int(bucket["doc_count"])
    return found


def _keep(kept: dict[K, V], key: K, value: V, most: int) -> None:
    """Remember; when it is too much, begin anew."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
