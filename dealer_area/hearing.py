"""Hearing from 1C about orders: that it took them, and what it made of them.

Filled into `sync.ports` when the app starts. Everything may be told again and again, in any order:
only what is new leaves an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from base.texts import name_key
from dealer_area.comparing import Bought, LineChange, differences, fingerprint, remote_line
from dealer_area.models import Order, OrderEvent, OrderLine, OrderPart
from dealer_area.parting import Folded, PartState, fold
from dealer_area.statuses import (
    SENT,
    WAY,
    RemoteState,
    may_follow,
    meanings_of,
    note_unknown,
    status_of,
)
from sync.models import RemoteOrder

CHUNK = 200
"""Orders in one transaction: placing an order waits for no longer."""

_WRITTEN = (
    "status",
    "remote_number",
    "remote_status",
    "is_paid",
    "is_changed_by_onec",
    "change_digest",
    "heard_at",
)

_PART_WRITTEN = ("status", "remote_number", "remote_status", "is_paid")


@dataclass
class _News:
    """What a chunk of remote orders brings."""

    orders: list[Order] = field(default_factory=list)
    parts: list[OrderPart] = field(default_factory=list)
    events: list[OrderEvent] = field(default_factory=list)
    unknown: dict[int, set[str]] = field(default_factory=dict)


def take_remote_orders(ids: Sequence[int]) -> None:
    """Bring our orders up to 1C's copies of them; copies of orders that are not ours are skipped.

    `ids` are of `RemoteOrder`. A fixed number of queries for a chunk.
    """
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        _take_chunk(wanted[start : start + CHUNK])


def orders_taken(numbers: Sequence[str]) -> None:
    """1C has confirmed that it holds these orders, or parts of orders."""
    at = timezone.now()
    with transaction.atomic():
        parents = OrderPart.objects.filter(number__in=list(numbers)).values("order_id")
        # one that 1C has told more about already stays as told
        waiting = list(
            Order.objects.select_for_update()
            .filter(Q(number__in=list(numbers)) | Q(pk__in=parents), status=Order.Status.SUBMITTED)
            .order_by("pk")
        )
        parts = _parts_of(waiting)
        changed = [
            part
            for own in parts.values()
            for part in own
            if part.number in numbers and part.status == Order.Status.SUBMITTED
        ]
        for part in changed:
            part.status = Order.Status.ACCEPTED
        OrderPart.objects.bulk_update(changed, ["status"], batch_size=CHUNK)
        taken = [
            order
            for order in waiting
            if order.pk not in parts or _folded(parts[order.pk]).status != Order.Status.SUBMITTED
        ]
        for order in taken:
            own = parts.get(order.pk)
            order.status = _folded(own).status if own else Order.Status.ACCEPTED
            order.heard_at = at
        Order.objects.bulk_update(taken, ["status", "heard_at"], batch_size=CHUNK)
        OrderEvent.objects.bulk_create(_status_event(order, at) for order in taken)


def take_status_again(*, connection_id: int, key: str) -> None:
    """Look anew at the orders whose status in 1C has the name of `key`: its meaning has changed."""
    told = RemoteOrder.objects.filter(connection_id=connection_id)
    names = [name for name in told.values_list("status", flat=True).distinct() if name]
    meant = [name for name in names if name_key(name) == key]
    take_remote_orders(list(told.filter(status__in=meant).values_list("pk", flat=True)))


def own_statuses() -> list[tuple[str, str]]:
    """Code and name of the statuses that 1C may map its own to."""
    return [(status.value, str(status.label)) for status in SENT]


def own_lines(lines: Iterable[OrderLine]) -> list[Bought]:
    """The customer's lines as the comparison takes them."""
    return [
        Bought(
            ref=line.offer_ref,
            sku=line.sku,
            name=line.name,
            unit=line.unit,
            quantity=line.quantity,
            price=line.price,
            amount=line.amount,
        )
        for line in lines
    ]


def _take_chunk(ids: Sequence[int]) -> None:
    with transaction.atomic():
        remotes = {
            (each.connection_id, each.number): each
            for each in RemoteOrder.objects.filter(pk__in=ids)
        }
        bases = sorted({connection_id for connection_id, _number in remotes})
        numbers = {number for _connection, number in remotes}
        parents = OrderPart.objects.filter(number__in=numbers).values("order_id")
        orders = list(
            Order.objects.select_for_update()
            .filter(Q(number__in=numbers) | Q(pk__in=parents), connection_id__in=bases)
            .order_by("pk")
        )
        lines: dict[int, list[OrderLine]] = {}
        for line in OrderLine.objects.filter(order__in=orders).order_by("order_id", "position"):
            lines.setdefault(line.order_id, []).append(line)
        parts = _parts_of(orders)
        known = _copies(bases, parts)
        meanings = {connection_id: meanings_of(connection_id) for connection_id in bases}
        news = _News()
        for order in orders:
            own = parts.get(order.pk)
            told = meanings[order.connection_id]
            if own:
                copies = [
                    (
                        part,
                        known.get((order.connection_id, part.number)),
                        (order.connection_id, part.number) in remotes,
                    )
                    for part in own
                ]
                _take_parts(news, order, copies, lines.get(order.pk, ()), told)
            elif remote := remotes.get((order.connection_id, order.number)):
                _take(news, order, remote, lines.get(order.pk, ()), told)
        OrderPart.objects.bulk_update(news.parts, _PART_WRITTEN, batch_size=CHUNK)
        Order.objects.bulk_update(news.orders, _WRITTEN, batch_size=CHUNK)
        OrderEvent.objects.bulk_create(news.events, batch_size=CHUNK)
        for connection_id, names in news.unknown.items():
            note_unknown(connection_id=connection_id, names=names)


def _parts_of(orders: Sequence[Order]) -> dict[int, list[OrderPart]]:
    found: dict[int, list[OrderPart]] = {}
    for part in OrderPart.objects.filter(order__in=orders).order_by("order_id", "place"):
        found.setdefault(part.order_id, []).append(part)
    return found


def _copies(
    bases: Sequence[int], parts: Mapping[int, Sequence[OrderPart]]
) -> dict[tuple[int, str], RemoteOrder]:
    """1C's copies of all parts, those that are no news too."""
    numbers = [part.number for own in parts.values() for part in own]
    if not numbers:
        return {}
    found = RemoteOrder.objects.filter(connection_id__in=bases, number__in=numbers)
    return {(each.connection_id, each.number): each for each in found}


def _take(
    news: _News,
    order: Order,
    remote: RemoteOrder,
    lines: Sequence[OrderLine],
    meanings: Mapping[str, str],
) -> None:
    at = remote.changed_at
    status = _meant(news, order, order, remote, meanings)
    if may_follow(order.status, status):
        order.status = status
        news.events.append(_status_event(order, at))
    if remote.paid is not None:
        _pay(news, order, remote.paid, at)
    # a message without lines told a state, not the goods
    if remote.lines:
        changes = differences(own_lines(lines), [remote_line(raw) for raw in remote.lines])
        _note_changes(news, order, changes, at)
    order.remote_number = remote.remote_number or order.remote_number
    order.remote_status = remote.status
    order.heard_at = at
    news.orders.append(order)


def _take_parts(
    news: _News,
    order: Order,
    copies: Sequence[tuple[OrderPart, RemoteOrder | None, bool]],
    lines: Sequence[OrderLine],
    meanings: Mapping[str, str],
) -> None:
    """An order in parts: `copies` are 1C's, with whether they are news."""
    at = order.heard_at
    changes: list[LineChange] = []
    for part, remote, is_news in copies:
        if remote is None:
            continue
        at = max(filter(None, (at, remote.changed_at)))
        if is_news:
            status = _meant(news, order, part, remote, meanings)
            if may_follow(part.status, status):
                part.status = status
            if remote.paid is not None:
                part.is_paid = remote.paid
            part.remote_number = remote.remote_number or part.remote_number
            part.remote_status = remote.status
            news.parts.append(part)
        if remote.lines:
            own = [line for line in lines if line.position in part.positions]
            changes += differences(own_lines(own), [remote_line(raw) for raw in remote.lines])
    if at is None:
        return
    folded = _folded([part for part, _remote, _is_news in copies])
    if folded.status != order.status:
        # the parts go forward only; what they make together follows them wherever that is
        order.status = folded.status
        news.events.append(_status_event(order, at))
    _pay(news, order, folded.is_paid, at)
    _note_changes(news, order, changes, at)
    order.remote_number = folded.remote_number
    order.remote_status = folded.remote_status
    order.heard_at = at
    news.orders.append(order)


def _folded(parts: Sequence[OrderPart]) -> Folded:
    return fold(
        [
            PartState(part.status, part.is_paid, part.remote_number, part.remote_status)
            for part in parts
        ],
        way=WAY,
        cancelled=Order.Status.CANCELLED,
    )


def _meant(
    news: _News,
    order: Order,
    told_of: Order | OrderPart,
    remote: RemoteOrder,
    meanings: Mapping[str, str],
) -> str:
    """The status that 1C means for the order or its part; a strange name is noted once."""
    verdict = status_of(
        RemoteState(
            name=remote.status,
            posted=remote.posted,
            deleted=remote.deleted,
            cancelled=remote.cancelled,
            paid=remote.paid,
            shipped=remote.shipped,
        ),
        meanings,
    )
    if verdict.is_unknown:
        news.unknown.setdefault(order.connection_id, set()).add(remote.status)
        if told_of.remote_status != remote.status:
            news.events.append(
                OrderEvent(
                    order=order,
                    kind=OrderEvent.Kind.UNKNOWN_STATUS,
                    status=order.status,
                    note=remote.status,
                    at=remote.changed_at,
                )
            )
    return verdict.status


def _pay(news: _News, order: Order, is_paid: bool, at: datetime) -> None:
    if is_paid and not order.is_paid:
        news.events.append(
            OrderEvent(order=order, kind=OrderEvent.Kind.PAID, status=order.status, at=at)
        )
    order.is_paid = is_paid


def _note_changes(news: _News, order: Order, changes: Sequence[LineChange], at: datetime) -> None:
    found = fingerprint(changes)
    if found != order.change_digest:
        order.change_digest = found
        order.is_changed_by_onec = bool(changes)
        news.events.append(
            OrderEvent(
                order=order,
                kind=OrderEvent.Kind.CHANGED,
                status=order.status,
                note=str(len(changes)),
                at=at,
            )
        )


def _status_event(order: Order, at: datetime) -> OrderEvent:
    return OrderEvent(order=order, kind=OrderEvent.Kind.STATUS, status=order.status, at=at)
