"""The embedded engine: a Tantivy index on disk, in `INDEX_ROOT/<schema hash>/<n>/`.

`INDEX_ROOT/<schema hash>/current` names the folder that is read. A rebuild writes the next folder
and then moves the pointer, so that readers always have a whole index; a version with another
schema finds no pointer of its own. Only the worker writes; readers look at the age of the index's
own table of contents before each question and reload when it has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import Occur, Order, Query, Schema

from search.engines import base
from search.engines.base import Answer, Document, NotReadyError, Rank, Request
from search.engines.name_order import KEYS, name_numbers
from search.query import Sort
from search.words import Asked, Word, grams, stem, with_stems

logger = logging.getLogger(__name__)

HEAP_BYTES = 15_000_000
"""The least a writer takes; a larger one is not faster with one thread."""
MAX_TERMS = 20_000
"""Different values and categories that are counted in one question."""
KEPT_COUNTS = 256
"""Results of counting that a reader keeps until the index changes."""

_RAW = "raw"
_SPACED = "whitespace"
_FIELDS: tuple[tuple[str, str, str], ...] = (
    # name, kind, tokens
    ("id", "key", ""),
    ("connection", "key", ""),
    ("categories", "key", ""),
    ("stock", "key", ""),
    ("facets", "label", _RAW),
    ("mentions", "term", _RAW),
    ("articles", "term", _RAW),
    ("barcodes", "term", _RAW),
    ("grams", "phrase", _SPACED),
    ("words", "text", _SPACED),
    ("stems", "text", _SPACED),
    ("others", "text", _SPACED),
    *((f"price_{slot:02}", "amount", "") for slot in range(base.SLOTS)),
    *((f"name_{level}", "amount", "") for level in range(KEYS)),
)
_MEANING = 2
"""Raise it when the same fields come to hold something else: every index is then rebuilt."""

T = TypeVar("T")


def schema() -> Schema:
    """The fields of an index. Keys are signed: deleting by an unsigned one does nothing."""
    builder = tantivy.SchemaBuilder()
    for name, kind, tokens in _FIELDS:
        if kind == "key":
            builder.add_integer_field(name, indexed=True, fast=True)
        elif kind == "amount":
            builder.add_integer_field(name, fast=True)
        elif kind == "label":
            builder.add_text_field(name, fast=True, tokenizer_name=tokens, index_option="basic")
        else:
            option = {"term": "basic", "text": "freq", "phrase": "position"}[kind]
            builder.add_text_field(name, tokenizer_name=tokens, index_option=option)
    return builder.build()


def schema_hash() -> str:
    """Changes with the fields and with what they mean."""
    meaning = repr((_FIELDS, _MEANING, tantivy.__name__)).encode()
    return hashlib.sha256(meaning).hexdigest()[:12]


class EmbeddedEngine:
    """An engine over one folder. One instance serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._home = root / schema_hash()
        self._schema = schema()
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None

    # reading

    def index(self) -> str | None:
        """See `Engine.index`."""
        folder = self._current()
        return None if folder is None else f"{self._home.name}/{folder.name}"

    def stamp(self) -> str:
        """See `Engine.stamp`."""
        return _guarded(self._open).stamp

    def answer(self, request: Request) -> Answer:
        """See `Engine.answer`."""
        return _guarded(lambda: self._open().answer(request))

    def count(self) -> int:
        """See `Engine.count`."""
        return _guarded(lambda: int(self._open().searcher.num_docs))

    def values(self, key: str, limit: int) -> list[str]:
        """See `Engine.values`."""
        mark = key + base.FACET_MARK
        terms = _guarded(
            lambda: self._open().searcher.terms_with_prefix("facets", mark, limit=limit)
        )
        return [term.removeprefix(mark) for term, _count in terms]

    def stock_flags(self, ids: Sequence[int]) -> dict[int, bool]:
        """See `Engine.stock_flags`."""
        return _guarded(lambda: self._open().stock_flags(ids))

    def ids_of(
        self, *, mentions: Collection[str] = (), category_ids: Collection[int] = ()
    ) -> set[int]:
        """See `Engine.ids_of`."""
        return _guarded(lambda: self._open().ids_of(list(mentions), list(category_ids)))

    # writing

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[bool]:
        """See `Engine.exclusive`. A lock on a file: the system frees it when the process dies."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "writer.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    @contextlib.contextmanager
    def update(self) -> Iterator[_Writer]:
        """See `Engine.update`."""
        folder = self._current()
        if folder is None:
            raise NotReadyError
        with _Writer(self._name(folder), _guarded(lambda: _opened(folder)), is_new=False) as writer:
            yield writer

    @contextlib.contextmanager
    def rebuild(self) -> Iterator[_Writer]:
        """See `Engine.rebuild`. What an interrupted rebuild left behind is removed first."""
        current = self._current()
        self._home.mkdir(parents=True, exist_ok=True)
        self._sweep(keep=current)
        number = 1 + max((int(each.name) for each in self._folders()), default=0)
        folder = self._home / str(number)
        folder.mkdir()
        index = tantivy.Index(self._schema, str(folder))
        with _Writer(self._name(folder), index, is_new=True) as writer:
            yield writer
        self._point_to(folder)
        self._sweep(keep=folder)
        for other in self._root.iterdir():
            if other.is_dir() and other != self._home:
                shutil.rmtree(other, ignore_errors=True)

    # the folder

    def _name(self, folder: Path) -> str:
        return f"{self._home.name}/{folder.name}"

    def _folders(self) -> list[Path]:
        return [each for each in self._home.iterdir() if each.name.isdecimal()]

    def _sweep(self, *, keep: Path | None) -> None:
        for folder in self._folders():
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _current(self) -> Path | None:
        try:
            name = (self._home / "current").read_text(encoding="ascii").strip()
        except OSError:
            return None
        folder = self._home / name
        return folder if name.isdecimal() and (folder / "meta.json").is_file() else None

    def _point_to(self, folder: Path) -> None:
        draft = self._home / "current.new"
        with draft.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._home / "current")

    def _open(self) -> _Snapshot:
        """The newest state of the index, opened or reloaded only when it has changed."""
        folder = self._current()
        if folder is None:
            raise NotReadyError
        stamp = _stamp(folder)
        snapshot = self._snapshot
        if snapshot is not None and snapshot.stamp == stamp:
            return snapshot
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None or snapshot.stamp != stamp:
                if snapshot is None or snapshot.folder != folder:
                    index = _opened(folder)
                    index.config_reader("manual")
                else:
                    index = snapshot.index
                index.reload()
                snapshot = self._snapshot = _Snapshot(folder, stamp, index, self._schema)
            return snapshot


def _opened(folder: Path) -> tantivy.Index:
    return tantivy.Index.open(str(folder))


def _stamp(folder: Path) -> str:
    """Tantivy replaces its table of contents with every commit."""
    told = (folder / "meta.json").stat()
    return f"{folder.name}.{told.st_ino}.{told.st_mtime_ns}.{told.st_size}"


def _guarded(work: Callable[[], T]) -> T:
    """A broken or vanished index is one that is not ready."""
    try:
        return work()
    except (ValueError, OSError) as error:
        logger.exception("the index of search cannot be read")
        raise NotReadyError from error


class _Snapshot:
    """One committed state of the index; what was counted in it stays true."""

    def __init__(self, folder: Path, stamp: str, index: tantivy.Index, fields: Schema) -> None:
        self.folder = folder
        self.stamp = stamp
        self.index = index
        self.searcher = index.searcher()
        self._fields = fields
        self._counts: dict[Any, Any] = {}

    def answer(self, request: Request) -> Answer:
        """The hits of a page and what is counted around them."""
        text = _Text(self._fields, request.asked)
        filters = _Filters(self._fields, request)
        loosely = False
        query = text.query(loosely=False, filters=filters.all())
        total = self._total(query)
        if not total and request.asked and text.can_be_misspelt:
            loosely = not self._total(text.query(loosely=False, filters=filters.base()))
            if loosely:
                query = text.query(loosely=True, filters=filters.all())
                total = self._total(query)
        ids = self._page(query, request) if request.offset < total else ()
        if not request.with_facets:
            return Answer(ids, total, {}, {}, 0)
        key = (
            request.connection_ids,
            request.asked,
            request.category_id,
            request.chosen,
            request.in_stock,
        )
        counted = self._counts.get(key)
        if counted is None:
            counted = self._count(text, filters, request, loosely=loosely)
            if len(self._counts) >= KEPT_COUNTS:
                self._counts.clear()
            self._counts[key] = counted
        facets, categories, in_stock = counted
        return Answer(ids, total, facets, categories, in_stock)

    def _total(self, query: Query) -> int:
        return int(self.searcher.search(query, limit=1).count)

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
        return tuple(int(each) for each in self.searcher.fast_field_values("id", addresses))

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
        columns = [
            self.searcher.fast_field_values(f"name_{level}", addresses) for level in range(KEYS)
        ]
        numbers = list(zip(*columns, strict=True))
        order = sorted(range(len(addresses)), key=lambda at: numbers[at])
        return [addresses[at] for at in order]

    def _count(
        self, text: _Text, filters: _Filters, request: Request, *, loosely: bool
    ) -> tuple[dict[str, dict[str, int]], dict[int, int], int]:
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

    def stock_flags(self, ids: Sequence[int]) -> dict[int, bool]:
        """Flags of the documents that exist."""
        if not ids:
            return {}
        query = Query.term_set_query(self._fields, "id", list(ids))
        hits = self.searcher.search(query, limit=len(ids), count=False).hits
        addresses = [address for _score, address in hits]
        keys = self.searcher.fast_field_values("id", addresses)
        flags = self.searcher.fast_field_values("stock", addresses)
        return {int(key): bool(flag) for key, flag in zip(keys, flags, strict=True)}

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
        return {int(key) for key in self.searcher.fast_field_values("id", addresses)}


class _Filters:
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


class _Text:
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


def _by_key(buckets: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for bucket in buckets:
        key, _mark, value = bucket["key"].partition(base.FACET_MARK)
        found.setdefault(key, {})[value] = int(bucket["doc_count"])
    return found


class _Writer:
    """Writes an index with one thread and the least memory; merges end before it closes."""

    def __init__(self, name: str, index: tantivy.Index, *, is_new: bool) -> None:
        self._name = name
        self._index = index
        self._is_new = is_new
        self._writer: tantivy.IndexWriter | None = None
        self._is_dirty = False

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if kind is None:
            if self._is_dirty:
                writer.commit()
            writer.wait_merging_threads()
        else:
            writer.rollback()

    @property
    def index(self) -> str:
        """See `Writer.index`."""
        return self._name

    def put(self, documents: Iterable[Document]) -> None:
        """See `Writer.put`."""
        writer = self._opened()
        fields = self._index.schema
        for document in documents:
            if not self._is_new:
                writer.delete_documents_by_term("id", document.id)
            writer.add_document(tantivy.Document.from_dict(_fields_of(document), fields))
            self._is_dirty = True

    def remove(self, ids: Iterable[int]) -> None:
        """See `Writer.remove`."""
        writer = self._opened()
        for each in ids:
            writer.delete_documents_by_term("id", each)
            self._is_dirty = True

    def commit(self) -> None:
        """See `Writer.commit`. With nothing written there is nothing to show."""
        if self._is_dirty or self._is_new:
            self._opened().commit()
            self._is_dirty = False

    def _opened(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        return self._writer


def _fields_of(document: Document) -> dict[str, list[Any]]:
    fields: dict[str, list[Any]] = {
        "id": [document.id],
        "connection": [document.connection_id],
        "categories": list(document.category_ids),
        "stock": [int(document.in_stock)],
        "facets": [key + base.FACET_MARK + value for key, value in document.facets],
        "mentions": list(document.mentions),
        "articles": list(document.articles),
        "barcodes": list(document.barcodes),
        "grams": [" ".join(grams(article)) for article in document.articles],
        "words": [" ".join(document.words)],
        "stems": [" ".join(stem(word) for word in document.words)],
        "others": [" ".join(with_stems(document.others))],
    }
    for slot, amount in document.prices.items():
        fields[f"price_{slot:02}"] = [amount]
    for level, number in enumerate(name_numbers(document.name_order)):
        fields[f"name_{level}"] = [number]
    return fields
