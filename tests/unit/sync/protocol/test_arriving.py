"""A body that drips holds nobody for long."""

from __future__ import annotations

import io
import threading
import time

import pytest
from django.http import UnreadablePostError

from sync.protocol import arriving
from sync.protocol.arriving import PIECE, Arriving


class Dripping:
    """A body that never comes to its end."""

    def __init__(self) -> None:
        self.gone = threading.Event()

    def read(self, _size: int = -1, /) -> bytes:
        """Wait until the client is gone."""
        self.gone.wait(10)
        raise UnreadablePostError


def is_reading() -> bool:
    return any(each.name == "body of 1C" for each in threading.enumerate())


def test_a_body_is_read_as_it_is() -> None:
    sent = bytes(range(256)) * 1000
    body = Arriving(io.BytesIO(sent))
    found = [body.read(10), body.read(PIECE), body.read(PIECE)]
    while piece := body.read(256 * 1024):
        found.append(piece)
    assert b"".join(found) == sent
    assert [len(each) for each in found[:2]] == [10, PIECE - 10]
    assert body.read(1) == b""


def test_a_client_that_is_too_slow_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "PIECE_SECONDS", 0.05)
    source = Dripping()
    body = Arriving(source)
    with pytest.raises(UnreadablePostError):
        body.read(1)
    body.close()
    source.gone.set()


def test_draining_ends_in_time() -> None:
    source = Dripping()
    body = Arriving(source)
    begun = time.monotonic()
    body.drain(0.05)
    assert time.monotonic() - begun < 5
    body.close()
    source.gone.set()


def test_a_body_that_breaks_off_says_so_once() -> None:
    source = Dripping()
    source.gone.set()
    body = Arriving(source)
    with pytest.raises(UnreadablePostError):
        body.read(1)
    assert body.read(1) == b""


def test_the_reading_ends_with_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_LOOK_SECONDS", 0.01)
    body = Arriving(io.BytesIO(bytes(PIECE * 20)))
    body.read(1)
    body.close()
    until = time.monotonic() + 5
    while is_reading() and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_reading()
