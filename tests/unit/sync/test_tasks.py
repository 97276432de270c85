"""The tasks of the queue make one call each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sync import pictures, tasks
from sync.files import receiving
from sync.runs import pruning, running


def test_import_file_processes_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[int, object]] = []
    monkeypatch.setattr(running, "process", lambda pk, queue: called.append((pk, queue)))
    tasks.import_file.now(5)
    assert called == [(5, tasks.QUEUE)]


def test_make_sizes_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(pictures, "make_sizes", called.append)
    tasks.make_sizes.now(7)
    assert called == [7]


@pytest.mark.parametrize(
    ("task", "module", "name"),
    [
        (tasks.sweep, running, "sweep"),
        (tasks.clear_old, receiving, "clear_old"),
        (tasks.prune, pruning, "prune"),
        (tasks.collect_pictures, pictures, "collect"),
    ],
)
def test_periodic_tasks_tell_the_time(
    monkeypatch: pytest.MonkeyPatch, task: Any, module: Any, name: str
) -> None:
    called: list[dict[str, Any]] = []
    monkeypatch.setattr(module, name, lambda **named: called.append(named))
    task.now()
    assert isinstance(called[0]["at"], datetime)
    assert called[0]["at"].tzinfo is not None
