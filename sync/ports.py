"""What `sync` tells those above it, without knowing them.

An app above registers its callbacks once, in `AppConfig.ready()`. They are called after the
transaction that changed the mirror has ended, in the process that changed it, and must be cheap:
a callback that has work to do puts a task into the queue.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from sync.onec.outgoing import OutgoingOrder

logger = logging.getLogger(__name__)

_mirror_changed: list[Callable[[], None]] = []
_remote_orders: list[Callable[[Sequence[int]], None]] = []
_orders_taken: list[Callable[[Sequence[str]], None]] = []
_orders_again: list[Callable[[Sequence[str]], Mapping[str, OutgoingOrder]]] = []
_rebound: list[Callable[[Mapping[int, int]], None]] = []
_status_lists: list[Callable[[], Sequence[tuple[str, str]]]] = []


def on_mirror_changed(callback: Callable[[], None]) -> None:
    """Call `callback` whenever rows of the mirror have changed."""
    if callback not in _mirror_changed:
        _mirror_changed.append(callback)


def on_remote_orders(callback: Callable[[Sequence[int]], None]) -> None:
    """Call `callback` with the ids of `RemoteOrder` rows that have news for their owner."""
    if callback not in _remote_orders:
        _remote_orders.append(callback)


def on_orders_taken(callback: Callable[[Sequence[str]], None]) -> None:
    """Call `callback` with the numbers of orders that 1C has just confirmed."""
    if callback not in _orders_taken:
        _orders_taken.append(callback)


def on_orders_asked_again(
    callback: Callable[[Sequence[str]], Mapping[str, OutgoingOrder]],
) -> None:
    """Call `callback` with numbers of the outbox for the orders as they stand now, by number.

    What was mended since an order was written down (the buyer's INN, a name, an identifier) is to
    be in them. Numbers that the callback does not know it leaves out.
    """
    if callback not in _orders_again:
        _orders_again.append(callback)


def on_offers_rebound(callback: Callable[[Mapping[int, int]], None]) -> None:
    """Call `callback` when offers turned out to be ones that were there before.

    It gets the pk of each offer that is no more, and of the one in whose stead it stood. Unlike
    the others it is called inside the transaction, so that nothing is left behind by a kill.
    """
    if callback not in _rebound:
        _rebound.append(callback)


def on_statuses_asked(callback: Callable[[], Sequence[tuple[str, str]]]) -> None:
    """Call `callback` for the portal's own statuses of orders, code and name, when 1C asks."""
    if callback not in _status_lists:
        _status_lists.append(callback)


def tell_mirror_changed() -> None:
    """Tell the followers. One that fails is logged and does not keep the news from the others:
    each of them catches up by its own cursor the next time."""
    for callback in _mirror_changed:
        try:
            callback()
        except Exception:
            logger.exception("a follower of the mirror failed: %r", callback)


def tell_remote_orders(ids: Sequence[int]) -> bool:
    """Tell the owners of orders; whether all of them took the news.

    A failure is logged; the caller then leaves the orders unnoticed, and a sweeper repeats them.
    """
    taken = True
    for callback in _remote_orders:
        try:
            callback(ids)
        except Exception:
            taken = False
            logger.exception("remote orders %s were not taken by %r", list(ids)[:20], callback)
    return taken


def tell_orders_taken(numbers: Sequence[str]) -> None:
    """Tell the owners of orders that 1C has them. A failure is logged: the order's own state in
    the outbox stays right, and 1C's answer tells it once more."""
    for callback in _orders_taken:
        try:
            callback(numbers)
        except Exception:
            logger.exception("orders %s were not taken by %r", list(numbers)[:20], callback)


def offers_rebound(mapping: Mapping[int, int]) -> None:
    """Tell, in the transaction that binds them, which offers stand for which. Errors are raised."""
    for callback in _rebound if mapping else ():
        callback(mapping)


def orders_again(numbers: Sequence[str]) -> dict[str, OutgoingOrder]:
    """Orders of the outbox as their owners know them now, by number; unknown ones are missing."""
    found: dict[str, OutgoingOrder] = {}
    for callback in _orders_again:
        found.update(callback(numbers))
    return found


def order_statuses() -> list[tuple[str, str]]:
    """Statuses of orders, code and name, of all who have any."""
    return [(code, str(name)) for callback in _status_lists for code, name in callback()]
