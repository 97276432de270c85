"""What staff decide about schedules: pauses, on and off, other times. Each word is in the log."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from base.models import User
from sync.models import Connection, Schedule

UNTIL_RESUMED = datetime(9999, 1, 1, tzinfo=UTC)
"""`paused_until` of a pause without an end."""

ACTIONS = {
    "sync.watching.schedule.pause": gettext_lazy("Exchange paused"),
    "sync.watching.schedule.resume": gettext_lazy("Exchange resumed"),
    "sync.watching.schedule.on": gettext_lazy("Schedule turned on"),
    "sync.watching.schedule.off": gettext_lazy("Schedule turned off"),
    "sync.watching.schedule.channel": gettext_lazy("Channel of the schedule chosen"),
    "sync.watching.schedule.change": gettext_lazy("Schedule changed"),
    "sync.watching.schedule.run": gettext_lazy("Exchange started by hand"),
}
"""What the history calls the decisions about schedules and about bases."""


def pause(*, schedule: Schedule, until: datetime, by: User | None, at: datetime) -> None:
    """Neither fetch nor expect anything until then (`UNTIL_RESUMED`: until somebody says so)."""
    _change(schedule, "pause", by, at, paused_until=until)


def resume(*, schedule: Schedule, by: User | None, at: datetime) -> None:
    """End a pause: due at once, and what is missed is counted from now."""
    _change(schedule, "resume", by, at, paused_until=at, next_at=None)


def switch(*, schedule: Schedule, is_on: bool, by: User | None, at: datetime) -> None:
    """Turn it on or off. What is missed is counted from when it is turned on."""
    _change(
        schedule,
        "on" if is_on else "off",
        by,
        at,
        is_on=is_on,
        paused_until=at,
        next_at=None,
        failures=0,
    )


def choose_channel(*, schedule: Schedule, channel: str, by: User | None, at: datetime) -> None:
    """Let this kind of data come by another channel: on, and due at once, where we fetch it.

    A pause goes on. Nothing is written where it comes by that channel already.
    """
    if schedule.channel == channel:
        return
    is_on = schedule.is_on or channel != Schedule.Channel.PUSH
    _change(schedule, "channel", by, at, channel=channel, is_on=is_on, next_at=None, failures=0)


def change(
    *,
    schedule: Schedule,
    channel: str,
    period: int,
    window_from: time | None,
    window_to: time | None,
    alarm_after: int,
    is_on: bool,
    by: User | None,
    at: datetime,
) -> None:
    """Set the times anew. Raises ValueError for a period or a number of misses below 1, and for
    a window of which one end is missing."""
    if period < 1 or alarm_after < 1:
        raise ValueError("a period and the misses before an alarm are 1 at least")
    if (window_from is None) != (window_to is None):
        raise ValueError("a window has two ends")
    _change(
        schedule,
        "change",
        by,
        at,
        channel=channel,
        period=period,
        window_from=window_from,
        window_to=window_to,
        alarm_after=alarm_after,
        is_on=is_on,
        failures=0,
        next_at=None,
        counted_from=at,
    )


@transaction.atomic
def pause_base(*, connection: Connection, by: User | None, at: datetime) -> None:
    """Take nothing from the base and expect nothing of it; 1C is told in its own words."""
    _set_paused(connection, is_paused=True)
    record(connection, "pause", by=by, at=at)


@transaction.atomic
def resume_base(*, connection: Connection, by: User | None, at: datetime) -> None:
    """End the pause of a base: what is missed is counted from now."""
    _set_paused(connection, is_paused=False)
    connection.schedules.filter(Q(paused_until=None) | Q(paused_until__lt=at)).update(
        paused_until=at, next_at=None
    )
    record(connection, "resume", by=by, at=at)


def _set_paused(connection: Connection, *, is_paused: bool) -> None:
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    row.is_paused = connection.is_paused = is_paused
    row.save(update_fields=["is_paused"])


@transaction.atomic
def _change(
    schedule: Schedule,
    action: str,
    by: User | None,
    at: datetime,
    *,
    counted_from: datetime | None = None,
    **values: Any,
) -> None:
    """Write the values into the row, which nobody else changes meanwhile, and into the history.

    What is missed is `counted_from` then, unless a pause of the row goes on.
    """
    row = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if counted_from is not None:
        is_paused = row.paused_until is not None and row.paused_until > at
        values["paused_until"] = row.paused_until if is_paused else counted_from
    for name, value in values.items():
        setattr(row, name, value)
        setattr(schedule, name, value)
    row.save(update_fields=list(values))
    record(row, action, by=by, at=at)


def record(target: Schedule | Connection, action: str, *, by: User | None, at: datetime) -> None:
    """Write into the history of the admin that somebody did it, and when."""
    log(instance=target, action=f"sync.watching.schedule.{action}", user=by, timestamp=at)
