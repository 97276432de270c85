"""Signs of life from inside long work, not more often than needed."""

from __future__ import annotations

import time
from collections.abc import Callable


def paced(function: Callable[[], object], *, seconds: float = 5.0) -> Callable[[], None]:
    """Call the result as often as you like: `function` runs once in `seconds` at most."""
    last = time.monotonic()

    def call() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= seconds:
            last = now
            function()

    return call
