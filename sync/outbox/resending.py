"""What people decide about orders on their way to 1C: send again, hold back, let go, check again.

Each verb takes the orders by their pk, many at once, and gives those it has changed; the others
were in a state in which there is nothing to decide. Each is written into the order's history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from base.models import User
from sync import ports
from sync.models import OutboxOrder
from sync.onec.outgoing import to_payload
from sync.outbox import outbound

State = OutboxOrder.State

RESENT = "sync.order_resent"
HELD = "sync.order_held"
RELEASED = "sync.order_released"
CHECKED = "sync.order_checked"

ACTIONS = {
    RESENT: gettext_lazy("Sent to 1C again"),
    HELD: gettext_lazy("Held back"),
    RELEASED: gettext_lazy("Released to 1C"),
    CHECKED: gettext_lazy("Written down anew and checked"),
}
"""What is written into an order's history, in words."""

_WRITTEN = [
    "state",
    "payload",
    "attempts",
    "lone_attempts",
    "not_before",
    "error",
    "decided_by",
    "decided_at",
]


@transaction.atomic
def send_again(*, orders: Iterable[int], by: User | None, at: datetime) -> list[OutboxOrder]:
    """Give the orders to 1C at its next question, as if for the first time.

    Also those that 1C has confirmed: it finds them by their number and changes what it has, unless
    it has closed them, of which it tells nobody.
    """
    rows = _locked(orders, State.values)
    before = {row.pk: row.state for row in rows}
    for row in rows:
        _wait(row)
    return _decided(rows, RESENT, by, at, before)


@transaction.atomic
def hold_back(*, orders: Iterable[int], by: User | None, at: datetime) -> list[OutboxOrder]:
    """Keep the orders from 1C until they are let go; not those that it has confirmed."""
    rows = _locked(orders, (State.WAITING, State.GIVEN, State.PERSON))
    before = {row.pk: row.state for row in rows}
    for row in rows:
        row.state = State.HELD
    return _decided(rows, HELD, by, at, before)


@transaction.atomic
def let_go(*, orders: Iterable[int], by: User | None, at: datetime) -> list[OutboxOrder]:
    """Let orders go that were held back."""
    rows = _locked(orders, (State.HELD,))
    before = {row.pk: row.state for row in rows}
    for row in rows:
        _wait(row)
    return _decided(rows, RELEASED, by, at, before)


@transaction.atomic
def check_again(*, orders: Iterable[int], by: User | None, at: datetime) -> list[OutboxOrder]:
    """Write the orders down anew as they stand now, and look whether 1C could load them.

    Those it could wait for its next question; the others "need a person", with the reasons of now.
    One that is held back is mended and stays held back. Of those that 1C has confirmed none is
    touched: `send_again` is for them.
    """
    rows = _locked(orders, (State.WAITING, State.GIVEN, State.PERSON, State.HELD))
    before = {row.pk: row.state for row in rows}
    mended = ports.orders_again([row.number for row in rows])
    for row in rows:
        if row.number in mended:
            row.payload = to_payload(mended[row.number])
        _order, faults = outbound.checked(row)
        held = row.state == State.HELD
        _wait(row)
        row.error = "\n".join(faults)
        if held:
            row.state = State.HELD
        elif faults:
            row.state = State.PERSON
    return _decided(rows, CHECKED, by, at, before)


def _locked(orders: Iterable[int], states: Iterable[str]) -> list[OutboxOrder]:
    return list(
        OutboxOrder.objects.select_for_update()
        .filter(pk__in=list(orders), state__in=list(states))
        .order_by("pk")
    )


def _wait(row: OutboxOrder) -> None:
    row.state = State.WAITING
    row.attempts = 0
    row.lone_attempts = 0
    row.not_before = None
    row.error = ""


def _decided(
    rows: Sequence[OutboxOrder],
    action: str,
    by: User | None,
    at: datetime,
    before: dict[int, str],
) -> list[OutboxOrder]:
    for row in rows:
        row.decided_by = by
        row.decided_at = at
    OutboxOrder.objects.bulk_update(rows, _WRITTEN, batch_size=100)
    for row in rows:
        log(
            instance=row,
            action=action,
            user=by,
            data={"before": before[row.pk], "after": row.state, "error": row.error},
            timestamp=at,
        )
    return list(rows)
