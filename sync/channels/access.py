"""How a base lets us in by OData: its address, user name and password; and what is fetched."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from base.models import User
from base.secrets import seal
from sync import decisions
from sync.channels.asking import checked_address
from sync.models import Connection, Schedule
from sync.onec.odata_dialects import DIALECTS
from sync.watching import keeping, schedule

log = logging.getLogger(__name__)

KINDS = tuple(dict.fromkeys(kind for each in DIALECTS.values() for kind in each.parts))
"""Kinds of data that OData brings."""


class PasswordNeeded(ValueError):
    """The address names another computer: the password is not sent there unless typed anew."""


def set_access(
    *,
    connection: Connection,
    address: str,
    user: str,
    password: str,
    by: User | None,
    at: datetime,
) -> None:
    """Keep how the base is reached. An empty `password` keeps the one there is.

    An empty address forgets all three. Raises ValueError with words for an address that is none,
    PasswordNeeded for another computer without a password.
    """
    if address:
        checked_address(address)
        if connection.odata_password and not password and moves(connection.odata_url, address):
            raise PasswordNeeded
    connection.odata_url = address.strip()
    connection.odata_user = user.strip() if address else ""
    if not address:
        connection.odata_password = ""
    elif password:
        connection.odata_password = seal(password)
    connection.save(update_fields=["odata_url", "odata_user", "odata_password"])
    words = connection.odata_url or "—"
    decisions.record(connection, "sync.access.odata", by=by, at=at, what=words)
    log.info(
        "OData of base %s set to %s by %s at %s",
        connection.pk,
        connection.odata_url or "nothing",
        by.pk if by else "a command",
        at,
    )


@transaction.atomic
def choose_kinds(
    *, connection: Connection, kinds: Collection[str], by: User | None, at: datetime
) -> None:
    """Fetch these kinds by OData, at once and then by their schedules; leave the others to 1C.

    Kinds that a folder brings stay with it unless they are chosen.
    """
    schedule.ensure_schedules(connection)
    channel = Schedule.Channel
    for row in connection.schedules.filter(kind__in=KINDS).order_by("pk"):
        if row.kind in kinds:
            keeping.choose_channel(schedule=row, channel=channel.ODATA, by=by, at=at)
        elif row.channel == channel.ODATA:
            keeping.choose_channel(schedule=row, channel=channel.PUSH, by=by, at=at)
    words = ", ".join(sorted(kinds)) or "—"
    decisions.record(connection, "sync.access.kinds", by=by, at=at, what=words)
    log.info(
        "base %s fetches %s by OData, said %s at %s",
        connection.pk,
        ", ".join(sorted(kinds)) or "nothing",
        by.pk if by else "a command",
        at,
    )


def moves(old: str, new: str) -> bool:
    """Whether an address is on another computer, port or protocol than the one before."""
    first, second = urlsplit(old.strip()), urlsplit(new.strip())
    return (first.scheme, first.netloc) != (second.scheme, second.netloc)
