"""The body of a request while it arrives, never waited for without end.

The web server's `read` waits until all it was asked for has come, however long that takes, and a
few threads answer everybody. So a thread of its own reads, and whoever wants the body waits for it
only so long. The thread ends with the request: the server closes a connection whose body was not
read to its end, and the reading breaks off.
"""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress

from django.http import UnreadablePostError

from sync.files.receiving import Stream

PIECE = 64 * 1024
PIECE_SECONDS = 30.0
"""A client that sends less than a piece in so long is given up."""

_LOOK_SECONDS = 1.0


class Arriving:
    """A stream of the body; nothing is read before somebody asks. Close it after use."""

    def __init__(self, source: Stream) -> None:
        self._source = source
        self._pieces: queue.Queue[bytes | Exception] = queue.Queue(maxsize=2)
        self._reader: threading.Thread | None = None
        self._is_closed = threading.Event()
        self._rest = b""
        self._is_over = False

    def read(self, size: int = PIECE, /) -> bytes:
        """The next bytes, at most `size`; empty at the end.

        Raises UnreadablePostError when the client is gone or too slow.
        """
        return self._next(size, PIECE_SECONDS)

    def drain(self, seconds: float) -> None:
        """Read what nobody wanted, for so long at most.

        Some clients do not look at an answer before they have sent everything.
        """
        until = time.monotonic() + seconds
        with suppress(Exception):
            # the answer is made, a body that broke off changes nothing
            while self._next(PIECE, max(0.0, until - time.monotonic())):
                pass

    def close(self) -> None:
        """Nobody reads any more."""
        self._is_closed.set()

    def _next(self, size: int, seconds: float) -> bytes:
        if not self._rest and not self._is_over:
            self._rest = self._piece(seconds)
            self._is_over = not self._rest
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def _piece(self, seconds: float) -> bytes:
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="body of 1C", daemon=True)
            self._reader.start()
        try:
            piece = self._pieces.get(timeout=seconds)
        except queue.Empty as error:
            raise UnreadablePostError("the body comes too slowly") from error
        if isinstance(piece, Exception):
            self._is_over = True
            raise piece
        return piece

    def _read(self) -> None:
        piece: bytes | Exception = b"begun"
        while piece and not isinstance(piece, Exception):
            try:
                piece = self._source.read(PIECE)
            except Exception as error:
                piece = error
            if not self._give(piece):
                return

    def _give(self, piece: bytes | Exception) -> bool:
        """Whether it was taken: nobody takes anything of a request that is over."""
        while not self._is_closed.is_set():
            with suppress(queue.Full):
                self._pieces.put(piece, timeout=_LOOK_SECONDS)
                return True
        return False
