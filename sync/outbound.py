"""Orders on their way to 1C: written down when placed, given out in batches, confirmed.

An order waits as a row of the outbox. `give` puts a session's batch together out of everything
that 1C has not confirmed; an order whose document 1C could not load stays behind with its reason
and blocks no other. `confirm` marks what the session's own batch held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sync import ports
from sync.models import Connection, ExchangeSession, OrderBatch, OutboxOrder, Rejection, Run
from sync.onec import exchange_files
from sync.onec.outgoing import (
    OutgoingLine,
    OutgoingOrder,
    OutgoingParty,
    PartyKind,
    from_payload,
    to_payload,
)

__all__ = [
    "Answer",
    "OutgoingLine",
    "OutgoingOrder",
    "OutgoingParty",
    "PartyKind",
    "confirm",
    "enqueue",
    "give",
]

BATCH = 500
"""Orders in one answer at most: 1C loads a batch in one transaction."""

QUERY = "query"
"""Kind of the run that journals a batch given to 1C."""


@dataclass(frozen=True)
class Answer:
    """What `query` answers: the bytes, in `charset`, and the numbers of the orders in them."""

    body: bytes
    charset: str
    numbers: tuple[str, ...]


def enqueue(connection: Connection, order: OutgoingOrder) -> OutboxOrder:
    """Write the order down for 1C, in the caller's transaction.

    Raises ValueError for a number that 1C would cut (it looks orders up by 11 characters and
    would make a new one each time).
    """
    if not 0 < len(order.number) <= exchange_files.NUMBER_WIDTH:
        raise ValueError(f"the number {order.number!r} is not of 1-11 characters")
    return OutboxOrder.objects.create(
        connection=connection, number=order.number, payload=to_payload(order)
    )


@transaction.atomic
def give(*, session: ExchangeSession, at: datetime) -> Answer:
    """The batch of this session: what 1C has not confirmed, oldest first, :data:`BATCH` at most.

    An order that fails the checks gets the state "needs a person" and its reason.
    """
    connection = session.connection
    zone = ZoneInfo(connection.time_zone)
    good: list[OutboxOrder] = []
    bad: list[OutboxOrder] = []
    orders: list[OutgoingOrder] = []
    for row in _unconfirmed(connection):
        try:
            order = from_payload(row.payload)
            faults = [_in_words(fault) for fault in exchange_files.faults(order)]
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            faults = [_("The order is not readable: %(error)s") % {"error": error}]
        if faults:
            row.state = OutboxOrder.State.PERSON
            row.error = "\n".join(faults)
            bad.append(row)
        else:
            good.append(row)
            orders.append(order)
        if len(good) == BATCH:
            break
    body = exchange_files.write_orders(
        orders,
        zone=zone,
        at=at,
        charset=connection.charset,
        version=session.version or exchange_files.SCHEMA,
    )
    numbers = [row.number for row in good]
    batch = OrderBatch.objects.create(session=session, numbers=numbers)
    for row in good:
        row.state = OutboxOrder.State.GIVEN
        row.attempts += 1
        row.batch = batch
        row.given_at = at
        row.error = ""
    OutboxOrder.objects.bulk_update(
        [*good, *bad], ["state", "attempts", "batch", "given_at", "error"], batch_size=100
    )
    _journal_given(connection, good, bad, at)
    return Answer(body, connection.charset, tuple(numbers))


def confirm(*, session: ExchangeSession, at: datetime) -> tuple[str, ...] | None:
    """1C has loaded the last batch of this session: mark its orders, and only those.

    Returns the numbers newly confirmed: none when it is said again. None when the session was
    given no batch.
    """
    with transaction.atomic():
        batch = session.batches.order_by("-pk").first()
        if batch is None:
            return None
        rows = list(
            OutboxOrder.objects.select_for_update()
            .filter(connection=session.connection, number__in=batch.numbers)
            .exclude(state=OutboxOrder.State.CONFIRMED)
            .order_by("pk")
        )
        OutboxOrder.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=OutboxOrder.State.CONFIRMED, confirmed_at=at, error=""
        )
        if batch.confirmed_at is None:
            batch.confirmed_at = at
            batch.save(update_fields=["confirmed_at"])
        numbers = tuple(row.number for row in rows)
        if numbers:
            transaction.on_commit(partial(ports.tell_orders_taken, numbers))
    return numbers


_WORDS: dict[exchange_files.FaultKind, str] = {
    "number": gettext_noop("The number %(told)s is not of 1 to 11 digits."),
    "time_zone": gettext_noop("The time of the order has no time zone."),
    "currency": gettext_noop("The currency is missing."),
    "party_name": gettext_noop("The buyer has no name."),
    "party_ref": gettext_noop("The buyer has no identifier."),
    "party_inn": gettext_noop("The INN %(told)s of the buyer is not of 10 or 12 digits."),
    "no_lines": gettext_noop("The order has no lines."),
    "line_figures": gettext_noop("Line %(line)s: the figures are not numbers."),
    "line_ref": gettext_noop("Line %(line)s: no identifier of 1C; 1C would make a new item."),
    "line_name": gettext_noop("Line %(line)s: no name."),
    "line_quantity": gettext_noop("Line %(line)s: the quantity %(told)s is not above zero."),
    "line_price": gettext_noop("Line %(line)s: the price %(told)s is negative."),
    "line_amount": gettext_noop(
        "Line %(line)s: the amount is %(told)s, price by quantity gives %(expected)s."
    ),
    "line_vat": gettext_noop("Line %(line)s: VAT is %(told)s, the rate gives %(expected)s."),
    "vat": gettext_noop("VAT of the order is %(told)s, of its lines %(expected)s."),
    "amount": gettext_noop("The amount of the order is %(told)s, its lines give %(expected)s."),
}


def _in_words(fault: exchange_files.Fault) -> str:
    return _(_WORDS[fault.kind]) % {
        "line": fault.line,
        "told": fault.told,
        "expected": fault.expected,
    }


def _unconfirmed(connection: Connection) -> Sequence[OutboxOrder]:
    waiting = (OutboxOrder.State.WAITING, OutboxOrder.State.GIVEN)
    return list(
        OutboxOrder.objects.select_for_update()
        .filter(connection=connection, state__in=waiting)
        .order_by("pk")[: BATCH * 2]
    )


def _journal_given(
    connection: Connection, good: Sequence[OutboxOrder], bad: Sequence[OutboxOrder], at: datetime
) -> None:
    """A run for a batch that holds something; the portal is asked every few minutes in vain."""
    if not good and not bad:
        return
    run = Run.objects.create(
        connection=connection,
        kind=QUERY,
        title=_("Orders given to 1C: %(count)s") % {"count": len(good)},
        state=Run.State.DONE,
        started_at=at,
        finished_at=at,
        read_count=len(good) + len(bad),
        changed_count=len(good),
        rejected_count=len(bad),
    )
    Rejection.objects.bulk_create(
        [Rejection(run=run, kind="order", ref=row.number, reason=row.error) for row in bad]
    )
