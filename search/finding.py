"""The only way in: `find(query, viewer)`."""

from __future__ import annotations

from typing import Any

from search import degraded, engines, indexing, labels
from search.engines.base import FACET_MARK, NotReadyError, Request
from search.query import MAX_DEPTH, Facet, FacetValue, Found, Query, Sort
from search.viewer import Viewer
from search.words import asked
from sync.models.trade import SLOTS

__all__ = ["Facet", "FacetValue", "Found", "find", "health"]

_MAX_KEY = 2**63 - 1


def find(query: Query, viewer: Viewer) -> Found:
    """Hits of a page with facets and counts, for what this viewer may see.

    Never raises for anything a person can type or put into an address. No query to the database
    except one for the names of properties after the index has changed. While there is no index,
    the database answers.
    """
    if not viewer.visibility.connection_ids:
        return Found((), 0, (), {}, 0, is_degraded=False)
    request = _request(query, viewer)
    if request is None:
        return Found((), 0, (), {}, 0, is_degraded=False)
    engine = engines.engine()
    try:
        stamp = engine.stamp()
        answer = engine.answer(request)
    except NotReadyError:
        return degraded.find(request)
    chosen = dict(request.chosen)
    facets = labels.facets(answer.facets, chosen, stamp) if query.with_facets else ()
    return Found(
        answer.ids, answer.total, facets, answer.categories, answer.in_stock, is_degraded=False
    )


def health() -> dict[str, Any]:
    """For `/readyz`: documents in the index and how many changes of the mirror it lacks.

    `ok` is False without a usable index. Two queries.
    """
    behind = indexing.batches_behind()
    try:
        documents = engines.engine().count()
    except NotReadyError:
        return {"ok": False, "documents": 0, "behind": behind}
    return {"ok": behind is not None, "documents": documents, "behind": behind}


def _request(query: Query, viewer: Viewer) -> Request | None:
    """The query in an engine's words; None when it cannot have a hit."""
    question = asked(query.text)
    if query.text.strip() and not question:
        return None
    category_id = query.category_id or None
    if category_id is not None and not 0 < category_id <= _MAX_KEY:
        return None
    slot = viewer.price_slot if _is_slot(viewer.price_slot) else None
    sort = query.sort
    if sort in (Sort.PRICE_UP, Sort.PRICE_DOWN) and slot is None:
        sort = Sort.NAME
    if sort is Sort.RELEVANCE and not question:
        sort = Sort.NAME
    chosen = {key: sorted(map(_clean, values)) for key, values in query.chosen.items() if values}
    return Request(
        connection_ids=tuple(sorted(viewer.visibility.connection_ids)),
        asked=question or None,
        category_id=category_id,
        chosen=tuple((_clean(key), tuple(chosen[key])) for key in sorted(chosen)),
        in_stock=query.in_stock,
        sort=sort,
        price_slot=slot,
        offset=query.offset,
        limit=max(0, min(query.size, MAX_DEPTH - query.offset)),
        with_facets=query.with_facets,
    )


def _is_slot(slot: int | None) -> bool:
    return slot is not None and 0 <= slot < SLOTS


def _clean(text: str) -> str:
    """Without what no index holds: half characters and our own mark."""
    return text.encode("utf-8", "ignore").decode().replace(FACET_MARK, "")
