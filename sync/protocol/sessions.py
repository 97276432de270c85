"""Sessions of 1C: opened by `checkauth`, found again by their key, kept in the database.

1C signs in once and never again in the middle of an exchange, which may take hours: a session
lives on as long as it is used. It belongs to no browser and has nothing to do with the sessions of
people.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sync.models import Connection, ExchangeSession

LIFE = timedelta(hours=8)
"""A session that was not used for so long is over."""

STAMP_EVERY = timedelta(minutes=1)
"""How often a use is written down: a poll must cost no more than a look."""


def open_session(
    *,
    connection: Connection,
    exchange_type: str,
    at: datetime,
    address: str = "",
    client: str = "",
) -> ExchangeSession:
    """A new session with a key that cannot be guessed.

    `address` is where 1C calls from, `client` how its program names itself.
    """
    return ExchangeSession.objects.create(
        connection=connection,
        key=secrets.token_hex(24),
        exchange_type=exchange_type,
        seen_at=at,
        address=address[:45],
        client="".join(c for c in client if c.isprintable())[:200],
    )


def session_of(*, key: str, at: datetime) -> ExchangeSession | None:
    """The living session with this key, of a base that is still active; its base is joined."""
    found = (
        ExchangeSession.objects.select_related("connection")
        .filter(key=key, seen_at__gt=at - LIFE, connection__is_active=True)
        .first()
    )
    if found is not None and found.seen_at < at - STAMP_EVERY:
        ExchangeSession.objects.filter(pk=found.pk).update(seen_at=at)
    return found


def open_upload(*, session: ExchangeSession, version: str = "") -> None:
    """A new upload: what was sent before is neither appended to nor imported any more.

    `version` is the one agreed on; without it the session keeps what was agreed on before.
    """
    agreed = version or session.version
    with transaction.atomic():
        ExchangeSession.objects.filter(pk=session.pk).update(upload=F("upload") + 1, version=agreed)
        session.refresh_from_db(fields=["upload", "version"])
