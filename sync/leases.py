"""Locks that end by themselves.

A lease is a row with an owner and a time. Whoever holds it renews it; if the holder is killed,
the lease runs out and another takes it over. All times are the application's clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from sync.models import Lease

SECONDS = 20.0
"""How long a lease lives without being renewed."""


class LostLease(Exception):
    """Somebody else has taken over what the lease was held for."""


_TAKE = (
    "INSERT INTO sync_lease (name, owner, expires_at) VALUES (%s, %s, %s) "
    "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at "
    "WHERE sync_lease.owner = excluded.owner OR sync_lease.expires_at <= %s"
)


def acquire(name: str, owner: str, *, seconds: float = SECONDS) -> bool:
    """Take the lease if it is free, has run out or is ours already; whether we hold it now."""
    now = timezone.now()
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [name, owner, adapt(now + timedelta(seconds=seconds)), adapt(now)])
        return bool(cursor.rowcount == 1)


def wait_for(
    name: str,
    owner: str,
    *,
    patience: float = SECONDS * 2,
    seconds: float = SECONDS,
    pause: float = 0.02,
    beat: Callable[[], None] | None = None,
) -> bool:
    """Take the lease as soon as it is free; `False` when that took longer than `patience`.

    `beat` is called about every five seconds of waiting.
    """
    until = time.monotonic() + patience
    next_beat = time.monotonic() + 5
    # asked before tried: on SQLite even an attempt in vain stands in the line of the writers
    while held(name) not in {"", owner} or not acquire(name, owner, seconds=seconds):
        now = time.monotonic()
        if now > until:
            return False
        if beat is not None and now > next_beat:
            next_beat = now + 5
            beat()
        time.sleep(pause)
    return True


def renew(name: str, owner: str, *, seconds: float = SECONDS) -> bool:
    """Prolong a lease that is ours; `False` when it was lost to somebody else."""
    expires_at = timezone.now() + timedelta(seconds=seconds)
    return Lease.objects.filter(name=name, owner=owner).update(expires_at=expires_at) == 1


def release(name: str, owner: str) -> None:
    """Give back a lease that is ours; one that is not stays as it is."""
    Lease.objects.filter(name=name, owner=owner).delete()


def held(name: str) -> str:
    """Owner of a lease that has not run out, empty when it is free."""
    lease = Lease.objects.filter(name=name, expires_at__gt=timezone.now()).first()
    return lease.owner if lease else ""


@contextmanager
def turn(
    name: str, owner: str, *, beat: Callable[[], None] | None = None, patience: float = 600
) -> Iterator[None]:
    """Hold the lease as long as a chunk takes, however long others held it before.

    Raises TimeoutError when it is not free after `patience` seconds.
    """
    if not wait_for(name, owner, patience=patience, beat=beat):
        raise TimeoutError(f"the lease {name} was not given back in {patience:.0f} seconds")
    try:
        yield
    finally:
        release(name, owner)
