"""Faults on demand: what goes wrong on the line between 1C and a portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import httpx

FaultName = Literal["cut", "repeat", "timeout", "twice"]
FAULTS: tuple[FaultName, ...] = ("cut", "repeat", "timeout", "twice")

GIVEN_UP_AFTER = 0.05
"""Seconds after which a request that is to be given up is given up."""


class LineCutError(httpx.TransportError):
    """The connection broke while a file was on its way."""


class Faults:
    """The fault of an exchange. Not thread-safe.

    `cut` breaks the connection in the middle of a file, `repeat` sends a piece of a file twice as
    if its answer had been lost, `timeout` gives up a request before its answer: each happens once.
    `twice` holds two sessions of the same at once, for as long as the exchange goes on.
    """

    def __init__(self, name: FaultName | None = None) -> None:
        self.name = name
        self.has_happened = False

    @property
    def doubles(self) -> bool:
        """Whether sessions are held twice."""
        return self.name == "twice"

    def strikes(self, name: FaultName) -> bool:
        """Whether this fault is to happen here: true once."""
        if self.name != name or self.has_happened:
            return False
        self.has_happened = True
        return True


def cut_off(piece: bytes) -> Iterator[bytes]:
    """The first half of `piece`, then the line breaks."""
    yield piece[: len(piece) // 2]
    raise LineCutError("the connection was cut in the middle of a file")
