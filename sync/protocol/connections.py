"""Who may exchange: bases of 1C, their passwords and addresses, the throttle on guessing."""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from base.models import User
from sync import decisions
from sync.models import Connection
from sync.watching import schedule

log = logging.getLogger(__name__)

_forwarded = itertools.count()
"""How often an unknown proxy forwarded: said once, for anybody may send the header."""

GUESSES = 10
"""Wrong passwords in a row after which nothing is checked any more for a while."""

INVENTED = 50
"""Names that no base has, from one address, after which none is looked at: each costs a hash."""

PAUSE_SECONDS = 300

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class TooManyGuesses(Exception):
    """Too many wrong passwords from this address: not even the right one is looked at now."""


class BadAddress(ValueError):
    """A line that is neither an address nor a network; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line
        self.text = text


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[Network]:
    """Addresses and networks of both families, one a line; empty lines are passed over.

    Raises BadAddress for the first line that is none.

    >>> [str(each) for each in networks("10.0.0.0/8\\n2001:db8::1")]
    ['10.0.0.0/8', '2001:db8::1/128']
    """
    found: list[Network] = []
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.strip()
        if not told:
            continue
        try:
            found.append(ipaddress.ip_network(told, strict=False))
        except ValueError as error:
            raise BadAddress(number, told) from error
    return found


def may_come_from(connection: Connection, address: str) -> bool:
    """Whether the base may exchange from this address; from any where it names none.

    An address that cannot be read is in no list.
    """
    if not connection.allowed_addresses.strip():
        return True
    try:
        allowed = networks(connection.allowed_addresses)
    except BadAddress:
        # the form lets nothing of the kind in; whoever wrote it otherwise meant to restrict
        log.exception("allowed addresses of base %s of 1C are not readable", connection.pk)
        return False
    return _is_among(address, allowed)


def client_address(meta: Mapping[str, Any]) -> str:
    """Where a request comes from: the other end of the line, or whom a trusted proxy names.

    `X-Forwarded-For` is a word of whoever sends it. It is believed only when the request comes
    from an address of `TRUSTED_PROXIES`, and read from its end: the first address that is no
    trusted proxy of ours is the client's.
    """
    address = _plain(str(meta.get("REMOTE_ADDR", "")))
    proxies = networks("\n".join(settings.TRUSTED_PROXIES))
    told = [each.strip() for each in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    if any(told) and not _is_among(address, proxies) and next(_forwarded) == 0:
        log.warning(
            "X-Forwarded-For came from %s, which is not in TRUSTED_PROXIES: if it is a proxy of "
            "yours, everybody behind it counts as one address",
            address or "?",
        )
    while told and _is_among(address, proxies):
        before = _plain(told.pop())
        if not before:
            break
        address = before
    return address


def _is_among(address: str, found: Sequence[Network]) -> bool:
    try:
        own = ipaddress.ip_address(_plain(address))
    except ValueError:
        return False
    return any(own in each for each in found)


def _plain(address: str) -> str:
    """The address without a port or brackets; an IPv4 address that came as IPv6 is itself again.

    Empty for what is no address.
    """
    told = address.strip()
    if told.startswith("["):
        told = told[1:].partition("]")[0]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        own = ipaddress.ip_address(told.partition("%")[0])
    except ValueError:
        return ""
    mapped = own.ipv4_mapped if isinstance(own, ipaddress.IPv6Address) else None
    return str(mapped or own)


@transaction.atomic
def create_connection(
    *, name: str, user: str, password: str, by: User | None = None, **fields: Any
) -> Connection:
    """Make a base known, with its schedules. `fields` are other fields of `Connection`.

    Raises ValueError when the name or the password of the user is empty, IntegrityError when the
    user's name is taken.
    """
    if not user.strip() or not password:
        raise ValueError("a base needs a user name and a password")
    made = Connection.objects.create(
        name=name, user=user.strip(), password=make_password(password), **fields
    )
    schedule.ensure_schedules(made)
    decisions.record(made, "sync.base.connect", by=by, at=timezone.now(), what=made.user)
    return made


def free_user(wanted: str) -> str:
    """A user name like `wanted` that no base has yet."""
    taken = set(Connection.objects.filter(user__startswith=wanted).values_list("user", flat=True))
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def new_password() -> str:
    """One that nobody guesses, easy to type into 1C and to give to a command as it is."""
    return secrets.token_hex(10)


@transaction.atomic
def set_password(*, connection: Connection, password: str, by: User | None = None) -> None:
    """Change the password. Sessions opened with the old one end."""
    if not password:
        raise ValueError("a base needs a password")
    connection.password = make_password(password)
    connection.save(update_fields=["password"])
    connection.sessions.update(seen_at=_LONG_AGO)
    decisions.record(
        connection, "sync.base.password", by=by, at=timezone.now(), what=connection.user
    )


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

    Raises TooManyGuesses when :data:`GUESSES` of them came within :data:`PAUSE_SECONDS`, or
    :data:`INVENTED` of names that no base has. The latter lock no base out: whoever shares its
    address can invent names without end.
    """
    name = hashlib.sha256(user.strip().encode("utf-8", "replace")).hexdigest()
    keys = {f"exchange-guesses:{address}:{name}": GUESSES}
    if not Connection.objects.filter(user=user.strip()).exists():
        keys[f"exchange-invented:{address}"] = INVENTED
    # before the password is looked at, so that many at once do not get past
    for key, limit in keys.items():
        count_guess(key, limit)
    found = authenticate(user, password)
    if found is not None:
        cache.delete_many(keys)
    return found


def count_guess(key: str, limit: int) -> None:
    """Count one more guess. Raises TooManyGuesses when there were `limit` of them already."""
    cache.add(key, 0, PAUSE_SECONDS)
    if cache.get(key, 0) >= limit:
        raise TooManyGuesses
    try:
        cache.incr(key)
    except ValueError:
        # the count ran out between the two calls
        cache.set(key, 1, PAUSE_SECONDS)
