"""Pages of a query."""

from __future__ import annotations

import pytest

from search.query import MAX_DEPTH, MAX_PER_PAGE, Query


@pytest.mark.parametrize(
    ("page", "per_page", "offset", "size"),
    [(1, 48, 0, 48), (3, 10, 20, 10), (0, 0, 0, 1), (-4, 10**9, 0, MAX_PER_PAGE)],
)
def test_query_counts_pages_from_one(page: int, per_page: int, offset: int, size: int) -> None:
    query = Query(page=page, per_page=per_page)
    assert (query.offset, query.size) == (offset, size)


@pytest.mark.parametrize(
    ("total", "pages"), [(0, 1), (1, 1), (48, 1), (49, 2), (10**6, -(-MAX_DEPTH // 48))]
)
def test_pages_are_those_that_can_be_opened(total: int, pages: int) -> None:
    assert Query().pages(total) == pages
