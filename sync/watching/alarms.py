"""What a person must see to: opened once, told once, and once more when it is over.

An alarm is a row; letters go out by tasks, never inside a request or a transaction
(`sync.watching.letters`). Amber is shown, red is also mailed. What is measured by time is looked
at by `check`, each minute.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.registers import moment_words
from sync import pictures
from sync.models import Alarm, Connection, OutboxOrder
from sync.outbox import outbound
from sync.watching import letters, schedule

REOPENED_WITHIN = timedelta(minutes=5)
"""What comes back so soon was never over: the same alarm goes on, and no letter said otherwise."""

NAMED = 5
"""Orders named in the text of an alarm."""

DISK_TIMES = 2
"""The disk is said to be nearly full at so many times the room below which nothing is taken."""

MB = 1024**2

ROOM_SHARE = 0.05
"""Of the room for pictures that must be free for there to be room again."""


def open_alarm(
    *, connection: Connection, code: str, key: str = "", level: str, text: str, at: datetime
) -> Alarm:
    """Open an alarm, or bring the open one of this code and key up to date. Red is mailed once."""
    alike = Alarm.objects.filter(connection=connection, code=code, key=key)
    found = alike.filter(closed_at=None).first()
    if found is None:
        found = alike.filter(closed_at__gt=at - REOPENED_WITHIN, told_over_at=None).last()
    try:
        with transaction.atomic():
            if found is None:
                found = Alarm.objects.create(
                    connection=connection, code=code, key=key, level=level, text=text, opened_at=at
                )
            elif (found.level, found.text, found.closed_at) != (level, text, None):
                found.level, found.text, found.closed_at = level, text, None
                found.save(update_fields=["level", "text", "closed_at"])
    except IntegrityError:
        # somebody else opened it in this moment
        found = alike.get(closed_at=None)
    if found.level == Alarm.Level.RED and found.told_at is None:
        letters.tell.later(found.pk)
    return found


def close_alarm(*, connection: Connection, code: str, key: str = "", at: datetime) -> None:
    """It is over. Whoever was told of it is told so, when it has stayed over for a while."""
    Alarm.objects.filter(connection=connection, code=code, key=key, closed_at=None).update(
        closed_at=at
    )


def check(at: datetime) -> None:
    """Open and close what is measured by time, and see to letters that are due.

    Late data and runs that failed in a row; orders that 1C does not confirm or that wait for a
    person; the room on the disk.
    """
    watch = _Watch(at)
    bases = list(Connection.objects.order_by("pk"))
    _check_kinds(watch, bases)
    for connection in bases:
        _check_orders(watch, connection)
        _check_pictures(watch, connection)
    for number, connection in enumerate(bases):
        # the disk belongs to no base: whoever keeps the first is told
        watch.tell(connection, "disk", "", _disk_text() if number == 0 else "")
    letters.tell_waiting(at)


class _Watch:
    """Alarms as they were at the beginning of a check: what is not open is not closed again."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._open = set(
            Alarm.objects.filter(closed_at=None).values_list("connection_id", "code", "key")
        )

    def is_open(self, connection: Connection, code: str, key: str) -> bool:
        """Whether it was open."""
        return (connection.pk, code, key) in self._open

    def tell(self, connection: Connection, code: str, key: str, text: str) -> None:
        """Open a red alarm while there is something to say, close it when there is not."""
        if text:
            open_alarm(
                connection=connection,
                code=code,
                key=key,
                level=Alarm.Level.RED,
                text=text,
                at=self.at,
            )
        elif self.is_open(connection, code, key):
            close_alarm(connection=connection, code=code, key=key, at=self.at)


def _check_kinds(watch: _Watch, bases: Sequence[Connection]) -> None:
    for each, state in schedule.followed([connection.pk for connection in bases], watch.at):
        words = {"kind": capfirst(each.get_kind_display())}
        is_red = state.level == "red"
        failed = late = ""
        if is_red and state.failed >= each.alarm_after:
            failed = _("%(kind)s: the last exchanges failed") % words
        is_late = is_red and state.missed >= each.alarm_after
        # why data are late is told once: that exchanges fail says more
        if is_late and (not failed or watch.is_open(each.connection, "late", each.kind)):
            words["moment"] = moment_words(state.succeeded_at)
            late = _("%(kind)s: nothing has come since %(moment)s") % words
        watch.tell(each.connection, "failed", each.kind, failed)
        watch.tell(each.connection, "late", each.kind, late)


def _check_orders(watch: _Watch, connection: Connection) -> None:
    numbers = ""
    if connection.is_active and not connection.is_paused:
        numbers = _numbers(outbound.unconfirmed(connection, watch.at))
    words = {"numbers": numbers, "hours": connection.unconfirmed_hours}
    text = _("Orders that 1C has not confirmed for %(hours)s h: %(numbers)s") % words
    watch.tell(connection, "unconfirmed", "", text if numbers else "")
    stuck = OutboxOrder.objects.filter(connection=connection, state=OutboxOrder.State.PERSON)
    numbers = _numbers(stuck.order_by("queued_at", "pk"))
    text = _("Orders that need a person: %(numbers)s") % {"numbers": numbers}
    watch.tell(connection, "person", "", text if numbers else "")


def _check_pictures(watch: _Watch, connection: Connection) -> None:
    """Pictures that found no room opened the alarm; it is over when there is some again."""
    if not watch.is_open(connection, "quota", ""):
        return
    room = pictures.room_left(connection)
    if room is None or room > connection.picture_quota_mb * MB * ROOM_SHARE:
        close_alarm(connection=connection, code="quota", at=watch.at)


def _numbers(orders: QuerySet[OutboxOrder]) -> str:
    """The first numbers, and how many more; empty without orders."""
    found = list(orders.values_list("number", flat=True)[: NAMED + 1])
    if len(found) <= NAMED:
        return ", ".join(found)
    more = orders.count() - NAMED
    named = ", ".join(found[:NAMED])
    return ngettext("%(named)s and %(count)s more", "%(named)s and %(count)s more", more) % {
        "named": named,
        "count": more,
    }


def _disk_text() -> str:
    """What is to be said of the room for files of 1C; empty when there is enough."""
    folder = settings.EXCHANGE_ROOT
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free > DISK_TIMES * settings.EXCHANGE_FREE_BYTES:
        return ""
    return _("The disk is nearly full: %(free)s MB left. Below %(least)s MB no file is taken.") % {
        "free": free // MB,
        "least": settings.EXCHANGE_FREE_BYTES // MB,
    }
