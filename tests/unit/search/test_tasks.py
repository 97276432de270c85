"""When the index is brought up to date."""

from __future__ import annotations

from typing import Any

import pytest

from search import indexing, tasks
from search.finding import find
from search.query import Query
from sync import ports
from sync.models import Run
from tests.factories.search import Catalogue


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


def test_refresh_waits_for_an_import_a_little(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.objects.create(
        connection=catalogue.connection, kind="catalog", state=Run.State.RUNNING
    )
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)

    monkeypatch.setattr("search.tasks.time.sleep", sleep)
    monkeypatch.setattr("search.tasks._queue.immediate", False)
    catalogue.product("Арка")
    tasks.refresh_index.now()
    assert slept == [tasks.PAUSE] * 3
    assert find(Query(), catalogue.viewer()).total == 1
    # one that was killed in the middle keeps nobody for long
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    monkeypatch.setattr(tasks, "PATIENCE", -1.0)
    tasks.refresh_index.now()
    assert len(slept) == 3


def test_sweeper_catches_up(catalogue: Catalogue) -> None:
    catalogue.product("Арка")
    tasks.sweep_index.now()
    assert find(Query(), catalogue.viewer()).total == 1
