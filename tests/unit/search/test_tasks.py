"""When the index is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from search import indexing, tasks
from search.finding import find
from search.query import Query
from sync import ports
from tests.factories.search import Catalogue


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_mirror_that_changed_is_indexed(
    catalogue: Catalogue, django_capture_on_commit_callbacks: Any
) -> None:
    for name in ("Арка", "Балка"):
        catalogue.product(name)
        with django_capture_on_commit_callbacks(execute=True):
            ports.tell_mirror_changed()
        assert find(Query(name), catalogue.viewer()).total == 1


def test_refresh_waits_in_the_queue_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[int] = []
    monkeypatch.setattr(tasks.refresh_index, "later", lambda: put.append(1))
    monkeypatch.setattr(indexing, "refresh", lambda: None)
    for _chunk in range(5):
        tasks.ask_for_refresh()
    assert len(put) == 1
    tasks.refresh_index.now()
    tasks.ask_for_refresh()
    assert len(put) == 2


def test_sweeper_catches_up(catalogue: Catalogue) -> None:
    catalogue.product("Арка")
    tasks.sweep_index.now()
    assert find(Query(), catalogue.viewer()).total == 1
