"""The last that was heard of a base: how far 1C got when it called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from sync.models import Connection, ExchangeSession, OrderBatch, ReceivedFile, Run


@dataclass(frozen=True)
class Sign:
    """One step of the dialogue: what it is, when it was last taken (never: None), in which words.

    `is_bad` is where it ended with a refusal.
    """

    step: str
    at: datetime | None
    words: str
    is_bad: bool = False


def signs(connection: Connection) -> list[Sign]:
    """The steps of the dialogue in their order, each as it was last taken. Four queries."""
    session = connection.sessions.order_by("-started_at", "-pk").first()
    return [
        _signed_in(session),
        _began(session),
        _sent(connection),
        _imported(connection),
        _orders(connection),
    ]


def last_refusal(connection: Connection) -> Run | None:
    """The last request of 1C that was refused, unless 1C has signed in since."""
    refused = Run.objects.filter(connection=connection, state=Run.State.FAILED, file=None)
    found = refused.filter(kind__in=("exchange", "catalog", "sale")).order_by("-pk").first()
    if found is None:
        return None
    since = connection.sessions.filter(started_at__gt=found.queued_at)
    return None if since.exists() else found


def _signed_in(session: ExchangeSession | None) -> Sign:
    if session is None:
        return Sign("checkauth", None, _("1C has not called yet."))
    words = _("from %(address)s") % {"address": session.address or "?"}
    if session.client:
        words = f"{words}, {session.client}"
    return Sign("checkauth", session.started_at, words)


def _began(session: ExchangeSession | None) -> Sign:
    if session is None or not session.upload:
        return Sign("init", None, _("No upload was begun in this session."))
    words = _("type %(type)s, upload %(number)s") % {
        "type": session.exchange_type,
        "number": session.upload,
    }
    return Sign("init", session.started_at, words)


def _sent(connection: Connection) -> Sign:
    files = ReceivedFile.objects.filter(
        connection=connection, channel=ReceivedFile.Channel.EXCHANGE, session__isnull=False
    )
    file = files.order_by("-pk").first()
    if file is None:
        return Sign("file", None, _("No file has come yet."))
    words = _("%(name)s, %(size)s KB") % {"name": file.name, "size": -(-file.size // 1024)}
    return Sign("file", file.received_at, words)


def _imported(connection: Connection) -> Sign:
    runs = Run.objects.filter(connection=connection, file__isnull=False)
    run = runs.exclude(kind="exchange").order_by("-pk").first()
    if run is None:
        return Sign("import", None, _("Nothing was imported yet."))
    words = f"{run.title}: {run.get_state_display()}"
    if run.error:
        words = f"{words}. {run.error}"
    elif run.state == Run.State.DONE:
        told = _("read %(read)s, changed %(changed)s") % {
            "read": run.read_count,
            "changed": run.created_count + run.changed_count,
        }
        words = f"{words}, {told}"
    at = run.finished_at or run.started_at or run.queued_at
    return Sign("import", at, words, is_bad=run.state == Run.State.FAILED)


def _orders(connection: Connection) -> Sign:
    batch = OrderBatch.objects.filter(session__connection=connection).order_by("-pk").first()
    if batch is None:
        return Sign("query", None, _("1C has not asked for orders yet."))
    words = _("orders given: %(count)s") % {"count": len(batch.numbers)}
    return Sign("query", batch.given_at, words)
