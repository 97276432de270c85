"""The state of an order that 1C has in parts, made of the states of its parts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dealer_area.models import Order
from dealer_area.statuses import WAY

Status = Order.Status


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


def fold(parts: Sequence[PartState]) -> Folded:
    """The least advanced part speaks for the order; cancelled ones only when all are.

    Paid is the order when all parts are that still count. The numbers of 1C stand side by side.
    """
    counting = [part for part in parts if part.status != Status.CANCELLED]
    speaking = min(counting or parts, key=lambda part: _step(part.status))
    return Folded(
        status=speaking.status,
        is_paid=bool(counting) and all(part.is_paid for part in counting),
        remote_number=", ".join(part.remote_number for part in parts if part.remote_number)[:50],
        remote_status=speaking.remote_status,
    )


def _step(status: str) -> int:
    return WAY.index(Status(status)) if status in WAY else len(WAY)
