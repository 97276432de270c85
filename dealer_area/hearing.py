"""Hearing from 1C about orders: that it took them, and what it made of them.

Filled into `sync.ports` when the app starts. Everything may be told again and again, in any order:
only what is new leaves an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from base.texts import name_key
from dealer_area.comparing import Bought, differences, fingerprint, remote_line
from dealer_area.models import Order, OrderEvent, OrderLine
from dealer_area.statuses import (
    SENT,
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


@dataclass
class _News:
    """What a chunk of remote orders brings."""

    orders: list[Order] = field(default_factory=list)
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
    """1C has confirmed that it holds these orders."""
    at = timezone.now()
    with transaction.atomic():
        # one that 1C has told more about already stays as told
        taken = list(
            Order.objects.select_for_update()
            .filter(number__in=list(numbers), status=Order.Status.SUBMITTED)
            .order_by("pk")
        )
        for order in taken:
            order.status = Order.Status.ACCEPTED
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
        orders = list(
            Order.objects.select_for_update()
            .filter(connection_id__in=bases, number__in={number for _connection, number in remotes})
            .order_by("pk")
        )
        lines: dict[int, list[OrderLine]] = {}
        for line in OrderLine.objects.filter(order__in=orders).order_by("order_id", "position"):
            lines.setdefault(line.order_id, []).append(line)
        meanings = {connection_id: meanings_of(connection_id) for connection_id in bases}
        news = _News()
        for order in orders:
            remote = remotes.get((order.connection_id, order.number))
            if remote is not None:
                own = own_lines(lines.get(order.pk, ()))
                _take(news, order, remote, own, meanings[order.connection_id])
        Order.objects.bulk_update(news.orders, _WRITTEN, batch_size=CHUNK)
        OrderEvent.objects.bulk_create(news.events, batch_size=CHUNK)
        for connection_id, names in news.unknown.items():
            note_unknown(connection_id=connection_id, names=names)


def _take(
    news: _News,
    order: Order,
    remote: RemoteOrder,
    own: Sequence[Bought],
    meanings: Mapping[str, str],
) -> None:
    at = remote.changed_at
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
        if order.remote_status != remote.status:
            news.events.append(
                OrderEvent(
                    order=order,
                    kind=OrderEvent.Kind.UNKNOWN_STATUS,
                    status=order.status,
                    note=remote.status,
                    at=at,
                )
            )
    if may_follow(order.status, verdict.status):
        order.status = verdict.status
        news.events.append(_status_event(order, at))
    if remote.paid and not order.is_paid:
        news.events.append(
            OrderEvent(order=order, kind=OrderEvent.Kind.PAID, status=order.status, at=at)
        )
    if remote.paid is not None:
        order.is_paid = remote.paid
    _compare(news, order, remote, own)
    order.remote_number = remote.remote_number or order.remote_number
    order.remote_status = remote.status
    order.heard_at = at
    news.orders.append(order)


def _compare(news: _News, order: Order, remote: RemoteOrder, own: Sequence[Bought]) -> None:
    if not remote.lines:
        # the message told a state, not the goods
        return
    changes = differences(own, [remote_line(raw) for raw in remote.lines])
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
                at=remote.changed_at,
            )
        )


def _status_event(order: Order, at: datetime) -> OrderEvent:
    return OrderEvent(order=order, kind=OrderEvent.Kind.STATUS, status=order.status, at=at)
