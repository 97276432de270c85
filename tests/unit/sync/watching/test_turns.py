"""One fetch at a time, and no lock of a worker that is dead."""

from __future__ import annotations

import pytest

from sync import leases
from sync.watching import turns

pytestmark = pytest.mark.django_db


def test_one_at_a_time() -> None:
    with turns.alone() as first, turns.alone() as second:
        assert (first, second) == (True, False)
    with pytest.raises(RuntimeError), turns.alone():
        raise RuntimeError
    with turns.alone() as again:
        assert again


def test_locks_of_a_killed_worker_are_void() -> None:
    for name in (turns.FETCHING, "fetch:1", "import:1"):
        assert leases.acquire(name, "killed")
    turns.forget_fetching()
    assert leases.held("import:1")
    assert not leases.held("fetch:1")
    with turns.alone() as is_alone:
        assert is_alone
