"""Orders for 1C as files of a folder: written, confirmed, withdrawn.

The folder `out` below that of the base is the switch: where somebody has made it, orders are
written there, one file at a time. 1C confirms a file by one beside it with `.ok` behind its name,
or by telling of the orders; `.err` says that it could not load it. A file that is merely gone
confirms nothing: the orders are given again, and 1C finds them by their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from sync import journal
from sync.channels import places
from sync.channels.folder import place_of
from sync.channels.places import DONE, OUT
from sync.models import Connection, ExchangeSession, OutboxOrder
from sync.outbox import outbound
from sync.protocol import sessions

TYPE = "folder"
"""Type of the sessions under which files of orders are given."""

GIVEN_AGAIN_AFTER = timedelta(minutes=30)
"""A file that 1C has neither confirmed nor refused for so long is withdrawn: new orders must not
wait behind one that it cannot load."""

LONGEST_WORDS = 2000
_NAME = re.compile(r"orders-(\d{1,18})\.xml")
_MARKS = (".ok", ".err")


def post(connection: Connection, *, at: datetime) -> str:
    """See to the files of orders of a base; the name of a new one, "" for none.

    Raises FolderFailed when the folder cannot be had.
    """
    folder = place_of(connection)
    if OUT not in places.folders(folder, ""):
        return ""
    for session, mark in _marked(connection, folder):
        _settle(session, folder, mark, at)
    if _is_pending(connection, folder, at):
        return ""
    if not outbound.has_due(connection, at):
        return ""
    session = sessions.open_session(connection=connection, exchange_type=TYPE, at=at)
    answer = outbound.give(session=session, at=at)
    if not answer.numbers:
        return ""
    name = _name_of(session)
    places.write(folder, f"{OUT}/{name}", answer.body)
    return name


def _name_of(session: ExchangeSession) -> str:
    return f"orders-{session.pk}.xml"


def _marked(connection: Connection, folder: Path) -> Iterator[tuple[ExchangeSession, str]]:
    """Marks that 1C has put beside files of this base, late ones too, with their sessions."""
    for mark in places.files(folder, OUT):
        stem, dot, suffix = mark.rpartition(".")
        match = _NAME.fullmatch(stem) if f"{dot}{suffix}".lower() in _MARKS else None
        if match is None:
            continue
        found = ExchangeSession.objects.filter(
            pk=int(match.group(1)), connection=connection, exchange_type=TYPE
        ).first()
        if found is not None:
            yield found, mark


def _settle(session: ExchangeSession, folder: Path, mark: str, at: datetime) -> None:
    """Heed a mark, then take it and its file away."""
    if mark.lower().endswith(".ok"):
        outbound.confirm(session=session, at=at)
    else:
        words = places.text(folder, f"{OUT}/{mark}")[:LONGEST_WORDS] or _(
            "1C could not load the file."
        )
        outbound.refuse(session=session, words=words)
        journal.refuse(
            connection=session.connection,
            kind=outbound.QUERY,
            title=_name_of(session),
            error=words,
            at=at,
        )
    _put_away(session, folder, at)
    with suppress(FileNotFoundError):
        places.remove(folder, f"{OUT}/{mark}")


def _is_pending(connection: Connection, folder: Path, at: datetime) -> bool:
    """Whether 1C still has time for the last file; one whose time is over is withdrawn."""
    session = (
        ExchangeSession.objects.filter(connection=connection, exchange_type=TYPE)
        .order_by("-pk")
        .first()
    )
    batch = session.batches.order_by("-pk").first() if session else None
    if session is None or batch is None or batch.confirmed_at is not None:
        return False
    waiting = OutboxOrder.objects.filter(
        connection=connection, number__in=batch.numbers, state=OutboxOrder.State.GIVEN, batch=batch
    )
    if waiting.exists() and batch.given_at > at - GIVEN_AGAIN_AFTER:
        return True
    _put_away(session, folder, at)
    return False


def _put_away(session: ExchangeSession, folder: Path, at: datetime) -> None:
    name = _name_of(session)
    with suppress(FileNotFoundError):
        places.move(folder, f"{OUT}/{name}", f"{DONE}/{at:%Y-%m-%d}/{OUT}/{name}")
