"""A body that drips holds nobody for long."""

from __future__ import annotations

import io

import pytest
from django.http import UnreadablePostError

from sync.protocol import arriving
from sync.protocol.arriving import PIECE, PIECE_SECONDS, Arriving


class Clock:
    """Time that passes when bytes come."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now


class Dripping:
    """A body of which a byte comes in `seconds`; it is waited for until all that was asked came."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds

    def read(self, size: int = -1, /) -> bytes:
        """As many bytes as asked for."""
        self.clock.now += size * self.seconds
        return bytes(size)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(arriving, "time", made)
    return made


def test_a_body_is_read_as_it_is() -> None:
    sent = bytes(range(256)) * 1000
    body = Arriving(io.BytesIO(sent))
    found = [body.read(10), body.read(PIECE)]
    assert [len(each) for each in found] == [10, PIECE]
    while piece := body.read(256 * 1024):
        found.append(piece)
    assert b"".join(found) == sent
    assert body.read(1) == b""


@pytest.mark.parametrize("seconds", [1.0, 0.2, 0.01])
def test_a_client_that_is_too_slow_is_given_up(clock: Clock, seconds: float) -> None:
    with pytest.raises(UnreadablePostError):
        Arriving(Dripping(clock, seconds)).read()
    assert PIECE_SECONDS < clock.now < PIECE_SECONDS + 2


def test_a_client_that_is_slow_but_not_too_slow_is_waited_for(clock: Clock) -> None:
    assert len(Arriving(Dripping(clock, 25 / PIECE)).read()) == PIECE
    assert clock.now == pytest.approx(25)


def test_draining_ends_in_time(clock: Clock) -> None:
    Arriving(Dripping(clock, 1.0)).drain(2.0)
    assert clock.now == 2


def test_draining_passes_over_a_body_that_breaks_off() -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise UnreadablePostError

    Arriving(Broken()).drain(2.0)
    with pytest.raises(UnreadablePostError):
        Arriving(Broken()).read(1)
