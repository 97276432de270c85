"""Locks that end by themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from sync import leases

pytestmark = pytest.mark.django_db


def test_a_held_lease_is_refused_to_others_and_renewed_by_its_owner() -> None:
    assert leases.acquire("import:1", "a")
    assert not leases.acquire("import:1", "b")
    assert leases.acquire("import:1", "a")
    assert leases.renew("import:1", "a")
    assert not leases.renew("import:1", "b")
    assert leases.held("import:1") == "a"


def test_a_released_lease_is_free_and_a_stranger_cannot_release_it() -> None:
    leases.acquire("import:1", "a")
    leases.release("import:1", "b")
    assert leases.held("import:1") == "a"
    leases.release("import:1", "a")
    assert leases.held("import:1") == ""
    assert leases.acquire("import:1", "b")


def test_a_dead_owner_loses_the_lease_when_it_runs_out() -> None:
    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), tick=False) as clock:
        leases.acquire("import:1", "dead", seconds=30)
        clock.shift(29)
        assert not leases.acquire("import:1", "b")
        clock.shift(1)
        assert leases.held("import:1") == ""
        assert leases.acquire("import:1", "b")
        assert not leases.renew("import:1", "dead")


def test_waiting_ends_with_patience_and_tells_that_it_lives() -> None:
    leases.acquire("import:1", "a")
    assert not leases.wait_for("import:1", "b", patience=0.05, pause=0.01)
    assert leases.wait_for("import:2", "b", patience=0.05)


def test_a_turn_gives_the_lease_back_whatever_happens() -> None:
    held = []

    def work(owner: str) -> None:
        with leases.turn("import:1", owner, patience=0.05):
            held.append(leases.held("import:1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work("a")
    assert (held, leases.held("import:1")) == (["a"], "")
    leases.acquire("import:1", "b")
    with pytest.raises(TimeoutError):
        work("a")
    assert (held, leases.held("import:1")) == (["a"], "b")
