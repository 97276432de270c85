"""The body of a request while it arrives, not waited for without end where that can be helped.

A few threads of the web server answer everybody, and its `read` waits until all it was asked for
has come. So a slow client is asked for little at a time, and the clock is looked at in between. A
client that was quick and then falls silent holds its thread until its connection breaks.

A thread of its own for the reading is no way out: the web server stands still for everybody while
an answered request is still being read.
"""

from __future__ import annotations

import time
from contextlib import suppress

from django.http import UnreadablePostError

from sync.files.receiving import Stream

PIECE = 64 * 1024
PIECE_SECONDS = 30.0
"""A client that sends less than a piece in so long is given up."""

_QUICK_SECONDS = 0.1
"""What comes sooner is followed by asking for twice as much, what comes later by half."""


class Arriving:
    """A stream of the body; nothing is read before somebody asks."""

    def __init__(self, source: Stream) -> None:
        self._source = source
        self._asked = 1

    def read(self, size: int = PIECE, /) -> bytes:
        """The next bytes, at most `size` and a piece, fewer only at the end; empty behind it.

        Raises UnreadablePostError when the client is gone or too slow.
        """
        found = bytearray()
        wanted = min(size, PIECE)
        until = time.monotonic() + PIECE_SECONDS
        while len(found) < wanted and (some := self._some(wanted - len(found))):
            found += some
            if len(found) < wanted and time.monotonic() > until:
                raise UnreadablePostError("the body comes too slowly")
        return bytes(found)

    def drain(self, seconds: float) -> None:
        """Read what nobody wanted, for about so long.

        Some clients do not look at an answer before they have sent everything.
        """
        until = time.monotonic() + seconds
        with suppress(Exception):
            # the answer is made, a body that broke off changes nothing
            while time.monotonic() < until and self._some(PIECE):
                pass

    def _some(self, most: int) -> bytes:
        begun = time.monotonic()
        found = self._source.read(min(self._asked, most))
        if time.monotonic() - begun < _QUICK_SECONDS:
            self._asked = min(self._asked * 2, PIECE)
        else:
            self._asked = max(self._asked // 2, 1)
        return found
