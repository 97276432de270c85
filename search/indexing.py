"""Bringing the index up to date with the mirror.

Followers read by cursor: a contributor reads the rows of one table that changed behind
`(changed_in, pk)` and names the products whose documents they touch. Changes are read first, the
mirror after them, and the cursor moves when the documents are in the index: whatever is cut off
in between is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils import timezone

from search import engines
from search.documents import DocumentMaker, product_chunks, stock_flags
from search.engines.base import Engine, NotReadyError, Writer
from search.models import IndexCursor
from sync.models import (
    Category,
    Offer,
    OfferPrices,
    OfferStock,
    Product,
    Property,
    PropertyValue,
    Warehouse,
)
from sync.reading import mirror_version

logger = logging.getLogger(__name__)

CHUNK = 1_000
"""Products whose documents are made at once."""
ROWS = 20_000
"""Changed rows that a contributor reads at once."""
ALL = "all"
LAST_ROW = 2**62

Position: TypeAlias = tuple[int, int]


def refresh() -> None:
    """Bring the index up to date, or make it when there is none that fits.

    One process works at a time; who comes second leaves, and the first looks again before it
    ends, so that no change waits for the next call.
    """
    engine = engines.engine()
    while (behind := batches_behind()) != 0:
        with engine.exclusive() as held:
            if not held:
                return
            if behind is None:
                _rebuild(engine)
            else:
                _catch_up(engine)


def rebuild() -> bool:
    """Make the index anew from the whole mirror; False when another process is writing."""
    engine = engines.engine()
    with engine.exclusive() as held:
        if held:
            _rebuild(engine)
    if held:
        refresh()
    return held


def batches_behind() -> int | None:
    """Change batches of the mirror that the index has not seen, 0 when it is up to date.

    None when there is no index that can be read and belongs to this database. Two queries.
    """
    engine = engines.engine()
    try:
        engine.count()
    except NotReadyError:
        return None
    done = IndexCursor.objects.filter(index=engine.index(), contributor=ALL).first()
    return None if done is None else max(0, mirror_version() - done.number)


def _rebuild(engine: Engine) -> None:
    newest = mirror_version()
    count = 0
    with engine.rebuild() as writer:
        maker = DocumentMaker()
        for ids in product_chunks(CHUNK):
            documents = maker.documents(ids)
            writer.put(documents)
            count += len(documents)
        writer.commit()
        maker.keep_crowded()
        positions = {contributor.name: (newest, LAST_ROW) for contributor in CONTRIBUTORS}
        _save(writer.index, {**positions, ALL: (newest, LAST_ROW)})
    engine.count()  # an index that cannot be read now would be made again without end
    IndexCursor.objects.exclude(index=writer.index).delete()
    logger.info("the index of search was made anew: %s products", count)


def _catch_up(engine: Engine) -> None:
    newest = mirror_version()
    with engine.update() as writer:
        positions = _positions(writer.index)
        unread = list(CONTRIBUTORS)
        while unread:
            ids: set[int] = set()
            full = []
            for contributor in unread:
                step = contributor.read(engine, positions.get(contributor.name, (0, 0)))
                ids |= step.product_ids
                positions[contributor.name] = step.position
                if step.is_full:
                    full.append(contributor)
            _renew(engine, writer, sorted(ids))
            _save(writer.index, positions)
            unread = full
        _save(writer.index, {ALL: (newest, LAST_ROW)})


def _renew(engine: Engine, writer: Writer, product_ids: Sequence[int]) -> None:
    if not product_ids:
        return
    maker = DocumentMaker(engine.values)
    for ids in chunks(product_ids, CHUNK):
        documents = maker.documents(ids)
        writer.remove(set(ids) - {document.id for document in documents})
        writer.put(documents)
    writer.commit()
    maker.keep_crowded()


@dataclass(frozen=True, slots=True)
class Step:
    """What a contributor read: products to index again and where it is now."""

    product_ids: set[int]
    position: Position
    is_full: bool


@dataclass(frozen=True, slots=True)
class Contributor:
    """A table that documents are made from.

    `touched` gets the engine and the changed rows as tuples of `fields`, and names products.
    """

    name: str
    model: Any
    fields: tuple[str, ...]
    touched: Callable[[Engine, Sequence[tuple[Any, ...]]], set[int]]

    def read(self, engine: Engine, position: Position) -> Step:
        """The next rows behind the position, in the order of their changes."""
        number, row = position
        # a plain range of the index; the usual "greater, or equal and greater" is sorted whole
        behind = self.model.objects.filter(changed_in__gte=number).exclude(
            changed_in=number, pk__lte=row
        )
        rows = list(
            behind.order_by("changed_in", "pk").values_list("changed_in", "pk", *self.fields)[:ROWS]
        )
        if not rows:
            return Step(set(), position, is_full=False)
        return Step(
            self.touched(engine, [each[2:] for each in rows]),
            (rows[-1][0], rows[-1][1]),
            is_full=len(rows) == ROWS,
        )


def chunks(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Slices of at most `size` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _themselves(_engine: Engine, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    return {product_id for (product_id,) in rows}


def _with_other_stock(engine: Engine, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Only those that came into stock or ran out: a document knows no quantities."""
    found: set[int] = set()
    for ids in chunks(sorted(_themselves(engine, rows)), CHUNK):
        indexed = engine.stock_flags(ids)
        now = stock_flags(indexed.keys())
        found.update(pk for pk, flag in indexed.items() if now[pk] != flag)
    return found


def _in_warehouses(engine: Engine, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Products of the warehouses that came into stock or ran out, now that dealers buy there."""
    keys = [str(pk) for (pk,) in rows]
    products = OfferStock.objects.filter(quantities__has_any_keys=keys).values_list(
        "offer__product_id"
    )
    return _with_other_stock(engine, list(products))


def _mentioning(engine: Engine, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    return engine.ids_of(mentions=[f"{connection_id}:{ref}" for connection_id, ref in rows])


def _below(engine: Engine, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Products of the categories and of everything below: a moved branch takes them along."""
    return engine.ids_of(
        mentions=[f"{connection_id}:{ref}" for _pk, connection_id, ref in rows],
        category_ids=[pk for pk, _connection_id, _ref in rows],
    )


CONTRIBUTORS: tuple[Contributor, ...] = (
    Contributor("categories", Category, ("pk", "connection_id", "ref"), _below),
    Contributor("properties", Property, ("connection_id", "ref"), _mentioning),
    Contributor("values", PropertyValue, ("connection_id", "ref"), _mentioning),
    Contributor("products", Product, ("pk",), _themselves),
    Contributor("offers", Offer, ("product_id",), _themselves),
    Contributor("prices", OfferPrices, ("offer__product_id",), _themselves),
    Contributor("stock", OfferStock, ("offer__product_id",), _with_other_stock),
    Contributor("warehouses", Warehouse, ("pk",), _in_warehouses),
)


def _positions(index: str) -> dict[str, Position]:
    return {
        contributor: (number, row)
        for contributor, number, row in IndexCursor.objects.filter(index=index).values_list(
            "contributor", "number", "row"
        )
    }


def _save(index: str, positions: dict[str, Position]) -> None:
    now = timezone.now()
    IndexCursor.objects.bulk_create(
        [
            IndexCursor(index=index, contributor=name, number=number, row=row, moved_at=now)
            for name, (number, row) in positions.items()
        ],
        update_conflicts=True,
        unique_fields=["index", "contributor"],
        update_fields=["number", "row", "moved_at"],
    )
