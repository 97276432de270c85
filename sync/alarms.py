"""What a person must see to: opened once, told once, and once more when it is over.

An alarm is a row; letters go out by tasks, never inside a request or a transaction
(`sync.letters`). Amber is shown, red is also mailed. What is measured by time is looked at by
`check`, each minute.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.registers import moment_words
from sync import letters, pictures, schedule
from sync.models import Alarm, Connection, OutboxOrder

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
    bases = list(Connection.objects.order_by("pk"))
    _check_kinds(bases, at)
    for connection in bases:
        _check_orders(connection, at)
        _check_pictures(connection, at)
    for number, connection in enumerate(bases):
        # the disk belongs to no base: whoever keeps the first is told
        _set(connection, "disk", "", _disk_text() if number == 0 else "", at)
    letters.tell_waiting(at)


def _set(connection: Connection, code: str, key: str, text: str, at: datetime) -> None:
    """Open the alarm while there is something to say, close it when there is not."""
    if text:
        level = Alarm.Level.RED
        open_alarm(connection=connection, code=code, key=key, level=level, text=text, at=at)
    else:
        close_alarm(connection=connection, code=code, key=key, at=at)


def _check_kinds(bases: Sequence[Connection], at: datetime) -> None:
    for each, state in schedule.followed([connection.pk for connection in bases], at):
        late = failed = ""
        words = {"kind": each.get_kind_display(), "count": state.failed}
        if state.level == "red" and state.missed >= each.alarm_after:
            words["moment"] = moment_words(state.succeeded_at)
            late = _("%(kind)s: nothing has come since %(moment)s") % words
        if state.level == "red" and state.failed >= each.alarm_after:
            failed = _("%(kind)s: the last exchanges failed") % words
        _set(each.connection, "late", each.kind, late, at)
        _set(each.connection, "failed", each.kind, failed, at)


def _check_pictures(connection: Connection, at: datetime) -> None:
    """Pictures that found no room opened the alarm; it is over when there is some again."""
    room = pictures.room_left(connection)
    if room is None or room > connection.picture_quota_mb * MB * ROOM_SHARE:
        close_alarm(connection=connection, code="quota", at=at)


def _check_orders(connection: Connection, at: datetime) -> None:
    orders = OutboxOrder.objects.filter(connection=connection)
    old = timedelta(hours=max(connection.unconfirmed_hours, 1))
    unconfirmed = orders.filter(
        state__in=[OutboxOrder.State.WAITING, OutboxOrder.State.GIVEN], queued_at__lte=at - old
    )
    numbers = _numbers(unconfirmed)
    text = (
        _("Orders that 1C has not confirmed for %(hours)s h: %(numbers)s")
        % {"hours": connection.unconfirmed_hours, "numbers": numbers}
        if numbers and connection.is_active
        else ""
    )
    _set(connection, "unconfirmed", "", text, at)
    numbers = _numbers(orders.filter(state=OutboxOrder.State.PERSON))
    text = _("Orders that need a person: %(numbers)s") % {"numbers": numbers} if numbers else ""
    _set(connection, "person", "", text, at)


def _numbers(orders: QuerySet[OutboxOrder]) -> str:
    """The first numbers, and how many more; empty without orders."""
    found = list(orders.order_by("queued_at", "pk").values_list("number", flat=True)[: NAMED + 1])
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
