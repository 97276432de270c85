"""A request as queries of the embedded index. User text becomes terms, never a query string."""

from __future__ import annotations

from tantivy import Occur, Query, Schema

from search.engines import base
from search.engines.base import Rank, Request
from search.words import Asked, Word, grams


class Filters:
    """The filters of a request as queries that add nothing to a score."""

    def __init__(self, fields: Schema, request: Request) -> None:
        self._fields = fields
        self._request = request

    def base(self) -> list[Query]:
        """What the viewer may see."""
        ids = list(self._request.connection_ids)
        return [Query.term_set_query(self._fields, "connection", ids)]

    def all(self, *, without: str = "") -> list[Query]:
        """All filters, except that of one facet, of "category" or of "stock"."""
        found = self.base()
        if self._request.category_id is not None and without != "category":
            found.append(
                Query.term_query(self._fields, "categories", self._request.category_id, "basic")
            )
        if self._request.in_stock and without != "stock":
            found.append(self.in_stock())
        for key, values in self._request.chosen:
            if key != without:
                terms = [key + base.FACET_MARK + value for value in values]
                found.append(Query.term_set_query(self._fields, "facets", terms))
        return found

    def in_stock(self) -> Query:
        """Only what is in stock."""
        return Query.term_query(self._fields, "stock", 1, "basic")


class Text:
    """The text of a request as a query that ranks."""

    def __init__(self, fields: Schema, asked: Asked | None) -> None:
        self._fields = fields
        self._asked = asked

    @property
    def can_be_misspelt(self) -> bool:
        """Whether a word is long enough to have a wrong letter."""
        return self._asked is not None and any(map(_can_be_misspelt, self._asked.words))

    def query(self, *, loosely: bool, filters: list[Query]) -> Query:
        """The text, with words that may be misspelt or not, behind the filters."""
        must = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in filters]
        if self._asked is not None:
            ranks = [self._words(self._asked, loosely=loosely)]
            if not loosely:
                ranks = [*self._ranks(self._asked.article), *ranks]
            must.append((Occur.Must, Query.disjunction_max_query(ranks)))
        return Query.boolean_query(must)

    def _ranks(self, article: str) -> list[Query]:
        found = [
            Query.const_score_query(self._term("articles", article), Rank.ARTICLE.value),
            Query.const_score_query(self._term("barcodes", article), Rank.BARCODE.value),
        ]
        if len(article) >= base.MIN_BEGUN:
            found.append(
                Query.const_score_query(self._begun("articles", article), Rank.START.value)
            )
        if len(article) == base.MIN_PART:
            found.append(Query.const_score_query(self._term("grams", article), Rank.PART.value))
        elif len(article) > base.MIN_PART:
            pieces: list[str | tuple[int, str]] = list(grams(article))
            inside = Query.phrase_query(self._fields, "grams", pieces)
            found.append(Query.const_score_query(inside, Rank.PART.value))
        return found

    def _words(self, asked: Asked, *, loosely: bool) -> Query:
        last = len(asked.words) - 1
        every = Query.boolean_query(
            [
                (Occur.Must, self._word(word, is_last=number == last, loosely=loosely))
                for number, word in enumerate(asked.words)
            ]
        )
        if not last:
            return every
        # an article typed with spaces that stands in a name without them
        ways = (every, self._term("words", asked.article), self._term("others", asked.article))
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _word(self, word: Word, *, is_last: bool, loosely: bool) -> Query:
        ways = [
            Query.boost_query(self._term("words", word.text), 3.0),
            Query.boost_query(self._term("stems", word.stem), 2.0),
            self._term("others", word.text),
            Query.boost_query(self._term("articles", word.text), 5.0),
        ]
        if word.stem != word.text:
            ways.append(self._term("others", word.stem))
        if is_last and len(word.text) >= base.MIN_BEGUN:
            ways += [
                Query.boost_query(self._begun("words", word.text), 1.5),
                Query.boost_query(self._begun("others", word.text), 0.5),
            ]
        if loosely and _can_be_misspelt(word):
            ways += [
                Query.boost_query(self._misspelt("words", word.text, is_last=is_last), 1.0),
                Query.boost_query(self._misspelt("stems", word.stem, is_last=False), 0.7),
                Query.boost_query(self._misspelt("others", word.text, is_last=is_last), 0.3),
            ]
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self._fields, field, term, "basic")

    def _begun(self, field: str, start: str) -> Query:
        return Query.fuzzy_term_query(self._fields, field, start, distance=0, prefix=True)

    def _misspelt(self, field: str, text: str, *, is_last: bool) -> Query:
        return Query.fuzzy_term_query(self._fields, field, text, distance=1, prefix=is_last)


def _can_be_misspelt(word: Word) -> bool:
    """A wrong digit makes another article, not a misspelt one."""
    return len(word.text) >= base.MIN_MISSPELT and word.text.isalpha()
