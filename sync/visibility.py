"""What of the mirror a reader may see, as a value made by the caller.

`sync` knows nobody above it: who the person is, and which bases are his, is decided upstairs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visibility:
    """The bases of 1C whose catalogue may be shown. No base, nothing to see."""

    connection_ids: frozenset[int]

    @classmethod
    def nothing(cls) -> Visibility:
        """Sees no catalogue at all."""
        return cls(frozenset())
