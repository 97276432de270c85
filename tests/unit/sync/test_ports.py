"""Telling those above without knowing them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sync import ports


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_mirror_changed", [])
    monkeypatch.setattr(ports, "_remote_orders", [])


def test_a_callback_registered_twice_is_called_once() -> None:
    heard: list[int] = []

    def callback() -> None:
        heard.append(1)

    ports.on_mirror_changed(callback)
    ports.on_mirror_changed(callback)
    ports.tell_mirror_changed()
    assert heard == [1]


def test_one_follower_that_fails_does_not_keep_the_news_from_the_others() -> None:
    heard: list[int] = []

    def failing() -> None:
        raise RuntimeError

    ports.on_mirror_changed(failing)
    ports.on_mirror_changed(lambda: heard.append(1))
    ports.tell_mirror_changed()
    assert heard == [1]


def test_orders_are_taken_only_when_every_owner_took_them() -> None:
    taken: list[Sequence[int]] = []
    ports.on_remote_orders(taken.append)
    assert ports.tell_remote_orders([1, 2]) is True

    def failing(_ids: Sequence[int]) -> None:
        raise RuntimeError

    ports.on_remote_orders(failing)
    assert ports.tell_remote_orders([3]) is False
    assert taken == [[1, 2], [3]]
