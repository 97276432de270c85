"""When data are due: pure rules of schedules, without Django and without a clock.

A schedule counts *times*. With a window the times of a day begin at its opening and follow each
other every `period`; each ends where the next begins, the last where the window closes. Without a
window a time ends one period after the last success. A time is missed when it has ended, and some
grace with it, and the last success is then more than a period old.

Moments are aware and compared in UTC. A window is told in the wall clock of the base: on the day
when a clock is put forward or back it opens and closes by that wall clock, so it is an hour
shorter or longer, and a window that the jump would swallow keeps its length instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
GRACE_LEAST = timedelta(minutes=1)
GRACE_MOST = timedelta(minutes=30)
GRACE_SHARE = 10
"""A time has a tenth of its period of grace, within those bounds: 1C is never punctual."""

MISSED_MOST = 999
"""Missed times are counted no further."""

LOOK_BACK = timedelta(days=400)
FIRST_BACK_OFF = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `period`, between the two times of day of `zone`, or the whole day without a window.

    A window that ends before it begins passes midnight; one of no length is the whole day from
    that time on. A period longer than a day is counted in whole days.
    """

    period: timedelta
    window: tuple[time, time] | None
    zone: tzinfo

    def __post_init__(self) -> None:
        if self.period < timedelta(minutes=1):
            raise ValueError("a period is a minute at least")

    @property
    def grace(self) -> timedelta:
        """How late a time may be before it is missed."""
        return min(max(self.period / GRACE_SHARE, GRACE_LEAST), GRACE_MOST)


def is_open(rule: Rule, at: datetime) -> bool:
    """Whether `at` is within the window."""
    if rule.window is None:
        return True
    return any(
        opens <= at < closes for opens, closes in _windows(rule, rule.window, at - 2 * DAY, at)
    )


def next_time(rule: Rule, after: datetime) -> datetime:
    """When the next time begins: strictly later than `after`, and within the window."""
    if rule.window is None:
        return after + rule.period
    until = after + 3 * DAY + 2 * max(rule.period, DAY)
    for opens, closes in _windows(rule, rule.window, after - 2 * DAY, until):
        if closes <= after:
            continue
        if opens > after:
            return opens
        begins = opens + ((after - opens) // rule.period + 1) * rule.period
        if begins < closes:
            return begins
    raise AssertionError("a window opens every so many days")


def missed(rule: Rule, since: datetime, at: datetime) -> int:
    """How many times have ended since the last success without another, at most `MISSED_MOST`.

    A success keeps every time that ends within a period of it, wherever in the day it came.
    """
    since = max(since, at - LOOK_BACK)
    end, kept = at - rule.grace, since + rule.period
    if end < kept:
        return 0
    if rule.window is None:
        return min((end - since) // rule.period, MISSED_MOST)
    count = 0
    for opens, closes in _windows(rule, rule.window, since - 2 * DAY, end):
        count += max(_ended(rule, opens, closes, end) - _ended(rule, opens, closes, kept), 0)
        if count >= MISSED_MOST:
            return MISSED_MOST
    return count


def back_off(rule: Rule, at: datetime, failures: int) -> datetime:
    """When to try again after so many failures in a row.

    A minute later, then two, four and so on up to the period; never outside of the window and
    never later than the next time.
    """
    pause = min(FIRST_BACK_OFF * 2 ** min(max(failures - 1, 0), 20), rule.period)
    again = at + pause
    following = next_time(rule, at)
    return again if again < following and is_open(rule, again) else following


def _ended(rule: Rule, opens: datetime, closes: datetime, by: datetime) -> int:
    """Times of a window that have ended by then."""
    if by < opens:
        return 0
    if by >= closes:
        return -(-(closes - opens) // rule.period)
    return (by - opens) // rule.period


def _windows(
    rule: Rule, window: tuple[time, time], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing, in UTC, of the windows that open between the days of two moments."""
    every = max(rule.period // DAY, 1)
    day = since.astimezone(rule.zone).date()
    last = until.astimezone(rule.zone).date()
    if every > 1:
        # a window may have opened on the last of the days that count before these
        day -= timedelta(days=day.toordinal() % every)
    while day <= last:
        yield _window(window, day, rule.zone)
        day += timedelta(days=every)


def _window(window: tuple[time, time], day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    begin, end = window
    last = day if end > begin else day + DAY
    opens = datetime.combine(day, begin, tzinfo=zone).astimezone(UTC)
    closes = datetime.combine(last, end, tzinfo=zone).astimezone(UTC)
    if closes <= opens:
        closes = opens + (datetime.combine(last, end) - datetime.combine(day, begin))
    return opens, closes
