"""The same content again and again: somebody does not hear that it was taken.

One program sent the same four orders every ten minutes for seven weeks, because the answer to them
was empty. Taking the same content again changes nothing; that it comes is told to people, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from sync.models import Alarm, ReceivedFile
from sync.watching import alarms

CODE = "repeats"
WITHIN = timedelta(hours=24)
OFTEN = 10
"""Times the same content may come within :data:`WITHIN`."""

_KEY = 32


def notice(*, file: ReceivedFile, at: datetime) -> None:
    """Alarm people when the content of this file has come too often. One query by an index."""
    count = _count(file.connection_id, file.sha256, at)
    if count <= OFTEN:
        return
    alarms.open_alarm(
        connection=file.connection,
        code=CODE,
        key=file.sha256[:_KEY],
        level=Alarm.Level.AMBER,
        text=_(
            "The same content has come %(count)s times within 24 hours, last as “%(name)s”."
            " 1C does not seem to hear that it was taken."
        )
        % {"count": count, "name": file.name},
        at=at,
    )


def settle(*, at: datetime) -> None:
    """Close the alarms about content that has stopped coming."""
    for alarm in Alarm.objects.filter(code=CODE, closed_at=None).select_related("connection"):
        if _count(alarm.connection_id, alarm.key, at) <= OFTEN:
            alarms.close_alarm(connection=alarm.connection, code=CODE, key=alarm.key, at=at)


def _count(connection_id: int, content: str, at: datetime) -> int:
    """How often the content came of late; `content` is its hash or the beginning of it."""
    if not content:
        return 0
    return ReceivedFile.objects.filter(
        connection_id=connection_id,
        sha256__gte=content,
        sha256__lt=content + "g",
        received_at__gt=at - WITHIN,
    ).count()
