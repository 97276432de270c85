"""Keys with which programs in 1C push records: issued, changed without a gap, revoked.

A key is shown once, when it is issued; the database keeps its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from base.models import User
from sync import decisions
from sync.models import Connection, Token
from sync.protocol.connections import GUESSES, count_guess, may_come_from

log = logging.getLogger(__name__)

PREFIX = "vtr_"
"""What a key begins with, so that one that leaked is recognised."""
OVERLAP = timedelta(days=7)
"""How long a key that is being changed for another stays valid beside it."""
STAMP = timedelta(minutes=1)
"""The last use is written down at most once in so long."""


class ForeignAddress(Exception):
    """A valid key from an address that its base may not come from. `connection` is the base."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.connection = connection


class Paused(Exception):
    """A valid key of a base from which nothing is taken for now."""


@transaction.atomic
def issue_token(
    *,
    connection: Connection,
    name: str,
    by: User | None,
    at: datetime,
    expires_at: datetime | None = None,
    replaces: Token | None = None,
    overlap: timedelta = OVERLAP,
) -> tuple[Token, str]:
    """A new key of the base and its secret, which nobody can find out again.

    One that it `replaces` stays valid for the `overlap`, so that the program may be changed in
    between. Raises ValueError for an empty name or a key of another base.
    """
    if not name.strip():
        raise ValueError("a key needs a name")
    if replaces is not None:
        if replaces.connection_id != connection.pk:
            raise ValueError("a key of another base")
        until = at + overlap
        Token.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=until), pk=replaces.pk, revoked_at=None
        ).update(expires_at=until)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        connection=connection,
        name=name.strip()[:120],
        digest=_digest(secret),
        created_by=by,
        expires_at=expires_at,
    )
    decisions.record(connection, "sync.token.issue", by=by, at=at, what=token.name)
    log.info("key %s of base %s of 1C issued by %s", token.pk, connection.pk, _who(by))
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: User | None, at: datetime) -> None:
    """The key opens nothing from now on. One that is revoked already stays as it is."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        decisions.record(token.connection, "sync.token.revoke", by=by, at=at, what=token.name)
        log.info("key %s of base %s of 1C revoked by %s", token.pk, token.connection_id, _who(by))


def is_valid(token: Token, at: datetime) -> bool:
    """Whether the key opens something."""
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > at)


def connection_of(*, secret: str, address: str, at: datetime) -> Connection | None:
    """The active base that the key opens, None when it opens none.

    Raises TooManyGuesses after :data:`GUESSES` wrong keys from an address, ForeignAddress when
    the base may not come from there, Paused when it is paused. A valid key is taken however many
    wrong ones came: it cannot be guessed, and others may sit behind the same address.
    """
    token = Token.objects.select_related("connection").filter(digest=_digest(secret)).first()
    if token is None or not is_valid(token, at) or not token.connection.is_active:
        count_guess(f"exchange-keys:{address}", GUESSES)
        return None
    if not may_come_from(token.connection, address):
        raise ForeignAddress(token.connection)
    if token.connection.is_paused:
        raise Paused
    if token.used_at is None or token.used_at <= at - STAMP:
        Token.objects.filter(pk=token.pk).update(used_at=at)
    return token.connection


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _who(by: User | None) -> str:
    return str(by.pk) if by else "a command"
