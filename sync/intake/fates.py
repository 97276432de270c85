"""What became of each record that a program told us, for its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["created", "changed", "unchanged", "parked", "rejected"]


@dataclass(slots=True)
class Fate:
    """What became of one record; `reason` says why it was rejected."""

    status: Status = "unchanged"
    reason: str = ""

    def reject(self, reason: str) -> None:
        """It cannot be taken."""
        self.status = "rejected"
        self.reason = reason
