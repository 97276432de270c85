"""The allocator of glibc, set for a process of a few threads that works on large pieces for days.

By default each thread gets memory regions of its own, and the first large piece that is freed
teaches the allocator to keep pieces of that size: after a picture of 20 MB nothing below is given
back any more. A worker that has imported, indexed and made pictures then holds for good a third
more than it needs.
"""

from __future__ import annotations

import ctypes

REGIONS = 2
KEPT_BYTES = 1024 * 1024
"""Free memory at the end of a region, and the size of a single piece, above which it is given back
to the system at once."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def settle() -> bool:
    """Set it; `False` where the process uses another allocator, which is left as it is."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = (
        (_ARENA_MAX, REGIONS),
        (_MMAP_THRESHOLD, KEPT_BYTES),
        (_TRIM_THRESHOLD, KEPT_BYTES),
    )
    return all(mallopt(name, value) == 1 for name, value in settings)
