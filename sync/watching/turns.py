"""Whose turn it is to fetch: one fetch at a time, from whatever base."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q

from sync import leases
from sync.models import Lease

FETCH_SECONDS = 300.0
"""How long fetching keeps all other fetching away; a worker that died, no longer."""

FETCHING = "fetching"
"""Name of the lease of whoever fetches, from whatever base."""

AGAIN_SECONDS = 3
"""A fetch that found another at work looks again after so long."""


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else fetches from any base until the block ends.

    A slow base then holds one thread of the worker: the others are there for what 1C sends.
    """
    owner = secrets.token_hex(8)
    if not leases.acquire(FETCHING, owner, seconds=FETCH_SECONDS):
        yield False
        return
    try:
        yield True
    finally:
        leases.release(FETCHING, owner)


def forget_fetching() -> None:
    """Void the locks of a worker that was killed; to be called when the only one starts."""
    Lease.objects.filter(Q(name=FETCHING) | Q(name__startswith="fetch:")).delete()
