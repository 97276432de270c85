"""The state of an order that 1C has in parts, made of the states of its parts. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartState:
    """What is known of a part; `status` is one of the order's own statuses."""

    status: str
    is_paid: bool
    remote_number: str
    remote_status: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What the parts make of the order."""

    status: str
    is_paid: bool
    remote_number: str
    remote_status: str


def fold(parts: Sequence[PartState], *, way: Sequence[str], cancelled: str) -> Folded:
    """The least advanced part speaks for the order; cancelled ones only when all are.

    `way` are the statuses in their order, forward; one that is not on it is further than all.
    Paid is the order when all parts are that still count. The numbers of 1C stand side by side.
    """
    counting = [part for part in parts if part.status != cancelled]
    steps = {status: step for step, status in enumerate(way)}
    speaking = min(counting or parts, key=lambda part: steps.get(part.status, len(steps)))
    return Folded(
        status=speaking.status,
        is_paid=bool(counting) and all(part.is_paid for part in counting),
        remote_number=", ".join(part.remote_number for part in parts if part.remote_number)[:50],
        remote_status=speaking.remote_status,
    )
