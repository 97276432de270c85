"""Orders on their way to 1C: written down when placed, given out in batches, confirmed.

An order waits as a row of the outbox. `give` puts a session's batch together out of what 1C has
not confirmed; an order whose document 1C could not load stays behind with its reason and blocks no
other, and one that 1C is given in vain again and again travels apart from the others
(`sync.onec.batching`) until a person has to look. `confirm` marks what the session's own batch
held. What people decide about an order is in `sync.outbox.resending`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sync import ports
from sync.models import Connection, ExchangeSession, OrderBatch, OutboxOrder, Rejection, Run
from sync.onec import batching, exchange_files, splitting
from sync.onec.batching import SUSPECT_AFTER, Suspect
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
    "has_due",
    "preview",
    "refuse",
    "unconfirmed",
]

State = OutboxOrder.State

BATCH = 500
"""Orders in one answer at most: 1C loads a batch in one transaction."""

KEPT_GIVINGS = 40
"""Times an order was given that its row remembers."""

QUERY = "query"
"""Kind of the run that journals a batch given to 1C."""

_GIVEN = [
    "state",
    "attempts",
    "lone_attempts",
    "givings",
    "batch",
    "given_at",
    "not_before",
    "error",
]


@dataclass(frozen=True)
class Answer:
    """What `query` answers: the bytes, in `charset`, and the numbers of the orders in them."""

    body: bytes
    charset: str
    numbers: tuple[str, ...]


def enqueue(
    connection: Connection, order: OutgoingOrder, *, numbers: Callable[[int], Sequence[str]]
) -> list[tuple[splitting.Share, OutgoingOrder]]:
    """Write the order down for 1C in the parts that its base wants, in the caller's transaction.

    An order of one part keeps its number; otherwise `numbers` is asked for as many as there are
    parts. Gives each part with its share of the lines. Raises ValueError for a number that 1C
    would cut (it looks orders up by 11 characters and would make a new one each time).
    """
    split = splitting.shares(order, cast("splitting.How", connection.split_orders))
    given = numbers(len(split)) if len(split) > 1 else (order.number,)
    made = splitting.parts(order, split, given)
    parent = order.number if len(made) > 1 else ""
    OutboxOrder.objects.bulk_create([_row(connection, part, parent) for part in made])
    return list(zip(split, made, strict=True))


def _row(connection: Connection, order: OutgoingOrder, parent: str = "") -> OutboxOrder:
    if not 0 < len(order.number) <= exchange_files.NUMBER_WIDTH:
        raise ValueError(f"the number {order.number!r} is not of 1-11 characters")
    return OutboxOrder(
        connection=connection,
        number=order.number,
        parent_number=parent,
        payload=to_payload(order),
    )


@transaction.atomic
def give(*, session: ExchangeSession, at: datetime) -> Answer:
    """The batch of this session: what 1C has not confirmed, oldest first, :data:`BATCH` at most.

    Orders that were given in vain too often are tried apart from the others, turn by turn. An
    order that fails the checks, or was alone in vain too often, gets the state "needs a person"
    and its reason.
    """
    connection = session.connection
    tired = _give_up(connection, at)
    is_trial, rows = _next(connection, at)
    good: list[OutboxOrder] = []
    bad: list[OutboxOrder] = []
    orders: list[OutgoingOrder] = []
    for row in rows:
        order, faults = checked(row)
        if order is None or faults:
            row.state = State.PERSON
            row.error = "\n".join(faults)
            bad.append(row)
        else:
            good.append(row)
            orders.append(order)
        if len(good) == BATCH:
            break
    body = _written(connection, orders, at, session.version)
    batch = OrderBatch.objects.create(
        session=session, numbers=[row.number for row in good], is_trial=is_trial and bool(good)
    )
    for row in good:
        _note_given(row, batch, at)
    OutboxOrder.objects.bulk_update([*good, *bad], _GIVEN, batch_size=100)
    _journal_given(connection, good, [*tired, *bad], at)
    return Answer(body, connection.charset, tuple(row.number for row in good))


def confirm(*, session: ExchangeSession, at: datetime) -> tuple[str, ...] | None:
    """1C has loaded the last batch of this session: mark its orders, and only those.

    Returns the numbers newly confirmed: none when it is said again. None when the session was
    given no batch. An order that a person has sent anew meanwhile waits on: it was not in there.
    """
    with transaction.atomic():
        batch = session.batches.order_by("-pk").first()
        if batch is None:
            return None
        rows = list(
            OutboxOrder.objects.select_for_update()
            .filter(connection=session.connection, number__in=batch.numbers)
            .exclude(state=State.CONFIRMED)
            .exclude(decided_at__gt=batch.given_at, state=State.WAITING)
            .order_by("pk")
        )
        OutboxOrder.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.CONFIRMED, confirmed_at=at, error="", not_before=None
        )
        if batch.confirmed_at is None:
            batch.confirmed_at = at
            batch.save(update_fields=["confirmed_at"])
        numbers = tuple(row.number for row in rows)
        if numbers:
            transaction.on_commit(partial(ports.tell_orders_taken, numbers))
    return numbers


@transaction.atomic
def refuse(*, session: ExchangeSession, words: str) -> None:
    """1C says that it could not load the last batch of this session, and why.

    Its orders are given again, as if it had said nothing; one that was alone in it needs a person.
    """
    batch = session.batches.order_by("-pk").first()
    if batch is None:
        return
    rows = OutboxOrder.objects.filter(
        connection=session.connection, batch=batch, state=State.GIVEN, number__in=batch.numbers
    )
    alone = len(batch.numbers) == 1
    rows.update(state=State.PERSON if alone else State.WAITING, error=words)


def has_due(connection: Connection, at: datetime) -> bool:
    """Whether there is an order that may be given to 1C now."""
    return _waiting(connection, at).exists()


def unconfirmed(connection: Connection, at: datetime) -> QuerySet[OutboxOrder]:
    """Orders that wait for 1C longer than the base allows, the longest first.

    Their `since` is when they began to: when they were placed, or sent anew by a person.
    """
    limit = at - timedelta(hours=connection.unconfirmed_hours)
    return (
        OutboxOrder.objects.filter(connection=connection, state__in=[State.WAITING, State.GIVEN])
        .annotate(since=Coalesce("decided_at", "queued_at"))
        .filter(since__lt=limit)
        .order_by("since", "pk")
    )


def checked(row: OutboxOrder) -> tuple[OutgoingOrder | None, list[str]]:
    """The order of a row and what keeps 1C from loading it, in words; None: not readable."""
    try:
        order = from_payload(row.payload)
        return order, [_in_words(fault) for fault in exchange_files.faults(order)]
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return None, [_("The order is not readable: %(error)s") % {"error": error}]


def preview(row: OutboxOrder, *, at: datetime) -> bytes:
    """The order alone as 1C would get it now, in its base's encoding; b"" when not readable.

    In the schema of the last session that agreed on one.
    """
    order, _faults = checked(row)
    if order is None or order.placed_at.tzinfo is None:
        return b""
    newest = row.connection.sessions.exclude(version="").order_by("-pk").first()
    return _written(row.connection, [order], at, newest.version if newest else "")


def _written(
    connection: Connection, orders: Iterable[OutgoingOrder], at: datetime, version: str
) -> bytes:
    return exchange_files.write_orders(
        orders,
        zone=ZoneInfo(connection.time_zone),
        at=at,
        charset=connection.charset,
        version=version or connection.schema_version or exchange_files.SCHEMA,
    )


def _note_given(row: OutboxOrder, batch: OrderBatch, at: datetime) -> None:
    count = len(batch.numbers)
    if count == 1 and row.attempts >= SUSPECT_AFTER:
        row.lone_attempts += 1
    row.state = State.GIVEN
    row.attempts += 1
    row.batch = batch
    row.given_at = at
    row.error = ""
    pause = batching.pause_after(row.lone_attempts)
    row.not_before = at + pause if pause else None
    row.givings = [*row.givings, {"batch": batch.pk, "at": at.isoformat(), "count": count}]
    del row.givings[:-KEPT_GIVINGS]


def _due(connection: Connection, at: datetime) -> QuerySet[OutboxOrder]:
    return _waiting(connection, at).select_for_update()


def _waiting(connection: Connection, at: datetime) -> QuerySet[OutboxOrder]:
    return OutboxOrder.objects.filter(
        Q(not_before=None) | Q(not_before__lte=at),
        connection=connection,
        state__in=[State.WAITING, State.GIVEN],
    )


def _next(connection: Connection, at: datetime) -> tuple[bool, list[OutboxOrder]]:
    """Whose turn it is: whether suspects, and the orders to choose from."""
    due = _due(connection, at)
    fresh = list(due.filter(attempts__lt=SUSPECT_AFTER).order_by("pk")[: BATCH * 2])
    waiting = list(due.filter(attempts__gte=SUSPECT_AFTER).order_by("given_at", "pk")[: BATCH * 2])
    if not waiting or (fresh and _was_trial(connection)):
        return False, fresh
    sizes = {
        batch.pk: len(batch.numbers)
        for batch in OrderBatch.objects.filter(pk__in={row.batch_id for row in waiting})
    }
    suspects = [
        Suspect(row.pk, row.batch_id, sizes.get(row.batch_id or 0, BATCH)) for row in waiting
    ]
    chosen = set(batching.trial(suspects, BATCH))
    return True, [row for row in waiting if row.pk in chosen]


def _was_trial(connection: Connection) -> bool:
    last = OrderBatch.objects.filter(session__connection=connection).order_by("-pk").first()
    return last is not None and last.is_trial


def _give_up(connection: Connection, at: datetime) -> list[OutboxOrder]:
    """Leave orders to a person that were alone in vain too often; the rows, already saved."""
    alone = list(_due(connection, at).filter(lone_attempts__gte=batching.LONE).order_by("pk"))
    if not alone:
        return []
    tried = {row.pk: _given_times(row) for row in alone}
    since = min((times[0] for times in tried.values() if times), default=at)
    confirmed = (
        OrderBatch.objects.filter(session__connection=connection, confirmed_at__gt=since)
        .exclude(numbers=[])
        .values_list("confirmed_at", flat=True)
    )
    taken = [moment for moment in confirmed if moment is not None]
    tired = []
    for row in alone:
        if not batching.needs_person(tried[row.pk], row.lone_attempts, taken):
            continue
        row.state = State.PERSON
        row.error = _(
            "1C was given the order %(count)s times, at last alone, and never confirmed it. Its own"
            " journal tells why it could not load it."
        ) % {"count": row.attempts}
        tired.append(row)
    OutboxOrder.objects.bulk_update(tired, ["state", "error"], batch_size=100)
    return tired


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


def _given_times(row: OutboxOrder) -> list[datetime]:
    """When the order was given since it waits, as far as it is still known."""
    return [datetime.fromisoformat(each["at"]) for each in row.givings[-row.attempts :]]


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
