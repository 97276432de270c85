"""What an engine of search must do. Nothing of a particular engine shows through.

The rules of finding, which each engine keeps:

- A hit fits the text by its rank: the whole text is an article (`Rank.ARTICLE`); an article begins
  with it (`START`), or has it inside, from three characters on (`PART`); it is a barcode
  (`BARCODE`); or every word is in the texts of the product, the last one perhaps only begun. A
  better rank stands before; within the words a hit in the name stands before one elsewhere.
- When the text fits nothing of what the viewer may see, words of four letters and more may differ
  by one letter.
- A filter of one facet is "any of these values", filters of several facets all hold. The values of
  a facet are counted as if nothing were chosen in it, categories as if none were chosen, the
  hits in stock as if stock had not been asked for.
- By price, products without one stand last in both directions. Names are ordered by `name_order`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from search.query import Sort
from search.words import Asked

FACET_MARK = "\x1f"
"""Between key and value in a facet's term."""
MIN_PART = 3
"""Characters of an article's part that are looked for inside of articles."""
MIN_BEGUN = 2
"""Characters from which a last word or an article may be only begun."""
MIN_MISSPELT = 4
"""Letters from which a word may have a wrong one."""


class Rank(float, Enum):
    """Scores of the ways to fit a text; words score below the lowest of them."""

    ARTICLE = 500_000.0
    START = 400_000.0
    PART = 300_000.0
    BARCODE = 200_000.0


class NotReadyError(Exception):
    """There is no index that this version can read."""


@dataclass(frozen=True, slots=True)
class Document:
    """A product as it is indexed. `id` is its primary key.

    `category_ids` are its categories with all above them. `articles` and `barcodes` are keys
    compared as a whole; `words` are tokens of the name, `others` of everything else that is
    readable. `facets` are pairs of facet key and readable value. `mentions` are references of 1C
    that the document was made from: when one of them changes, so does the document. `prices` is
    the lowest price by slot, in hundredths.
    """

    id: int
    connection_id: int
    name_order: str
    category_ids: tuple[int, ...]
    articles: tuple[str, ...]
    barcodes: tuple[str, ...]
    words: tuple[str, ...]
    others: tuple[str, ...]
    facets: tuple[tuple[str, str], ...]
    mentions: tuple[str, ...]
    in_stock: bool
    prices: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """A query with its viewer, in an engine's words. Hashable: equal requests, equal answers.

    `chosen` is sorted by key. `asked` is None without a text. `sort` is never RELEVANCE without
    one, and a price sort always has its slot.
    """

    connection_ids: tuple[int, ...]
    asked: Asked | None
    category_id: int | None
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    in_stock: bool
    sort: Sort
    price_slot: int | None
    offset: int
    limit: int
    with_facets: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits of a page and the counts. The mappings are not to be changed."""

    ids: tuple[int, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    categories: Mapping[int, int]
    in_stock: int


class Writer(Protocol):
    """Writes one index. What it wrote is seen after `commit`."""

    @property
    def index(self) -> str:
        """The name of the index that is written."""

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, each in place of the one with its id."""

    def remove(self, ids: Iterable[int]) -> None:
        """Remove documents; those that are not there do not matter."""

    def commit(self) -> None:
        """Keep what was written and show it."""


class Engine(Protocol):
    """An engine: one current index, read by everybody, written by one."""

    def index(self) -> str | None:
        """The name of the current index, None when there is none."""

    def stamp(self) -> str:
        """Changes with every commit, cheaply asked. Raises `NotReadyError`."""

    def answer(self, request: Request) -> Answer:
        """Find. Raises `NotReadyError`."""

    def count(self) -> int:
        """Documents in the current index. Raises `NotReadyError`."""

    def values(self, key: str, limit: int) -> list[str]:
        """Some `limit` of the values that documents have in a facet. Raises `NotReadyError`."""

    def stock_flags(self, ids: Sequence[int]) -> dict[int, bool]:
        """Whether the documents say "in stock"; those that do not exist are absent."""

    def ids_of(
        self, *, mentions: Collection[str] = (), category_ids: Collection[int] = ()
    ) -> set[int]:
        """Documents that mention one of the references or stand below one of the categories."""

    def exclusive(self) -> AbstractContextManager[bool]:
        """Be the only one who writes; False when somebody else is. It ends with the process."""

    def update(self) -> AbstractContextManager[Writer]:
        """Write into the current index. Raises `NotReadyError`."""

    def rebuild(self) -> AbstractContextManager[Writer]:
        """Write a new index, which takes the place of the current one when the block ends well."""
