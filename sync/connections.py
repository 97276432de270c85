"""Who may exchange: bases of 1C, their passwords, and the throttle on guessing them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction

from base.models import User
from sync.models import Connection

log = logging.getLogger(__name__)

GUESSES = 10
"""Wrong passwords in a row after which nothing is checked any more for a while."""

PAUSE_SECONDS = 300

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class TooManyGuesses(Exception):
    """Too many wrong passwords from this address: not even the right one is looked at now."""


@transaction.atomic
def create_connection(
    *, name: str, user: str, password: str, by: User | None = None, **settings: Any
) -> Connection:
    """Make a base known. `settings` are other fields of `Connection`.

    Raises ValueError when the name or the password of the user is empty, IntegrityError when the
    user's name is taken.
    """
    if not user.strip() or not password:
        raise ValueError("a base needs a user name and a password")
    made = Connection.objects.create(
        name=name, user=user.strip(), password=make_password(password), **settings
    )
    log.info("base %s of 1C made by %s", made.pk, by.pk if by else "a command")
    return made


@transaction.atomic
def set_password(*, connection: Connection, password: str, by: User | None = None) -> None:
    """Change the password. Sessions opened with the old one end."""
    if not password:
        raise ValueError("a base needs a password")
    connection.password = make_password(password)
    connection.save(update_fields=["password"])
    connection.sessions.update(seen_at=_LONG_AGO)
    log.info("password of base %s of 1C changed by %s", connection.pk, by.pk if by else "a command")


def authenticate(user: str, password: str) -> Connection | None:
    """The active base with this user name and password, None when there is none.

    A wrong name takes as long as a wrong password.
    """
    found = Connection.objects.filter(user=user.strip()).first()
    if found is None:
        make_password(password)
        return None
    if not check_password(password, found.password) or not found.is_active:
        return None
    return found


def authenticate_from(address: str, user: str, password: str) -> Connection | None:
    """Like :func:`authenticate`, counting the failures of an address and a user name.

    Raises TooManyGuesses when :data:`GUESSES` of them came within :data:`PAUSE_SECONDS`.
    """
    key = f"exchange-guesses:{address}:{user.strip()[:80].encode().hex()}"
    cache.add(key, 0, PAUSE_SECONDS)
    if cache.get(key, 0) >= GUESSES:
        raise TooManyGuesses
    found = authenticate(user, password)
    if found is None:
        try:
            cache.incr(key)
        except ValueError:
            # the count ran out between the two calls
            cache.set(key, 1, PAUSE_SECONDS)
        return None
    cache.delete(key)
    return found
