"""Rules of time: the next time is later and within the window, misses are counted, whatever
the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.watching.timing import Rule, back_off, is_open, missed, next_time

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT = (time(1), time(5))


def rule(period: timedelta, window: tuple[time, time] | None = None, zone: str = "UTC") -> Rule:
    return Rule(period=period, window=window, zone=ZoneInfo(zone))


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("window", "after", "expected"),
    [
        (None, "2026-11-24 12:00", "2026-11-25 12:00"),
        (NIGHT, "2026-11-24 12:00", "2026-11-25 01:00"),
        (NIGHT, "2026-11-25 00:59", "2026-11-25 01:00"),
        (NIGHT, "2026-11-25 01:00", "2026-11-26 01:00"),
        (NIGHT, "2026-11-25 04:59", "2026-11-26 01:00"),
        ((time(22), time(6)), "2026-11-24 23:00", "2026-11-25 22:00"),
        ((time(3), time(3)), "2026-11-24 12:00", "2026-11-25 03:00"),
    ],
)
def test_next_nightly_time(window: tuple[time, time] | None, after: str, expected: str) -> None:
    nightly = rule(DAY, window, "Europe/Moscow")
    assert next_time(nightly, at(after)) == at(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-24 21:58", "2026-11-24 22:00"),
        ("2026-11-24 23:59", "2026-11-25 00:00"),
        ("2026-11-25 00:00", "2026-11-25 00:05"),
        ("2026-11-25 05:56", "2026-11-25 22:00"),
        ("2026-11-25 05:54", "2026-11-25 05:55"),
    ],
)
def test_next_time_in_a_window_past_midnight(after: str, expected: str) -> None:
    often = rule(5 * MINUTE, (time(22), time(6)), "Europe/Moscow")
    assert next_time(often, at(after)) == at(expected)


def test_a_period_of_days_counts_whole_days() -> None:
    weekly = rule(7 * DAY, NIGHT, "Europe/Moscow")
    first = next_time(weekly, at("2026-11-24 12:00"))
    second = next_time(weekly, first)
    assert second - first == 7 * DAY
    assert is_open(weekly, first + HOUR)
    assert not is_open(weekly, first + DAY)


@pytest.mark.parametrize(
    ("window", "day", "length"),
    [
        # the clock is put forward at two and back at three
        ((time(1), time(5)), "2026-03-29", 3),
        ((time(1), time(5)), "2026-10-25", 5),
        # wholly inside of the hour that there is not
        ((time(2), time(3)), "2026-03-29", 1),
        ((time(2, 30), time(3)), "2026-03-29", 0.5),
    ],
)
def test_a_window_keeps_the_wall_clock_on_days_of_a_jump(
    window: tuple[time, time], day: str, length: float
) -> None:
    nightly = rule(DAY, window, "Europe/Berlin")
    opens = next_time(nightly, at(f"{day} 00:00", BERLIN))
    assert opens.astimezone(BERLIN).date().isoformat() == day
    last = opens + timedelta(hours=length)
    assert is_open(nightly, last - MINUTE)
    assert not is_open(nightly, last)


windows = st.none() | st.tuples(
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
)
rules = st.builds(
    Rule,
    period=st.integers(1, 1440).map(lambda minutes: minutes * MINUTE)
    | st.integers(1, 10).map(lambda days: days * DAY),
    window=windows,
    zone=st.sampled_from(["UTC", "Europe/Moscow", "Europe/Berlin", "Asia/Kolkata"]).map(ZoneInfo),
)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), 364 * DAY).map(lambda span: YEAR + span)


@given(rule=rules, after=moments)
@example(rule(MINUTE, (time(2, 30), time(3)), "Europe/Berlin"), at("2026-03-29 01:59", BERLIN))
def test_the_next_time_is_later_and_within_the_window(rule: Rule, after: datetime) -> None:
    found = next_time(rule, after)
    assert found > after
    assert is_open(rule, found)


@given(
    rule=rules, since=moments, span=st.timedeltas(timedelta(), 40 * DAY), more=st.integers(0, 99)
)
def test_misses_never_become_fewer_while_nothing_comes(
    rule: Rule, since: datetime, span: timedelta, more: int
) -> None:
    now = since + span
    assert 0 <= missed(rule, since, now) <= missed(rule, since, now + more * HOUR)


@given(rule=rules, since=moments)
def test_what_has_just_come_is_not_missed(rule: Rule, since: datetime) -> None:
    assert missed(rule, since, since + rule.period) == 0


@given(rule=rules, at=moments, failures=st.integers(1, 60))
def test_another_try_is_later_within_the_window_and_not_after_the_next_time(
    rule: Rule, at: datetime, failures: int
) -> None:
    again = back_off(rule, at, failures)
    assert at < again <= next_time(rule, at)
    assert is_open(rule, again)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (7, 60), (99, 60)]
)
def test_tries_double_up_to_the_period(failures: int, minutes: int) -> None:
    hourly = rule(HOUR)
    now = at("2026-11-24 12:00")
    assert back_off(hourly, now, failures) == now + minutes * MINUTE


@pytest.mark.parametrize(
    ("minutes", "expected"), [(3, 0), (5.9, 0), (6, 1), (10.9, 1), (11, 2), (16, 3), (9000, 999)]
)
def test_missed_times_of_a_period_without_a_window(minutes: float, expected: int) -> None:
    now = at("2026-11-24 12:00")
    assert missed(rule(5 * MINUTE), now - minutes * MINUTE, now) == expected


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        # came in the night: the next one is missed when its window has closed, with some grace
        ("2026-11-24 02:10", "2026-11-25 04:00", 0),
        ("2026-11-24 02:10", "2026-11-25 05:29", 0),
        ("2026-11-24 02:10", "2026-11-25 05:30", 1),
        ("2026-11-24 02:10", "2026-11-26 05:30", 2),
        # came by day: it is younger than a day when the window closes
        ("2026-11-24 10:00", "2026-11-25 12:00", 0),
        ("2026-11-24 10:00", "2026-11-26 12:00", 1),
    ],
)
def test_missed_nights(since: str, now: str, expected: int) -> None:
    assert missed(rule(DAY, NIGHT, "Europe/Moscow"), at(since), at(now)) == expected


def test_times_are_missed_only_while_the_window_is_open() -> None:
    working_hours = rule(30 * MINUTE, (time(9), time(18)), "Europe/Moscow")
    since = at("2026-11-24 17:50")
    assert missed(working_hours, since, at("2026-11-25 08:59")) == 0
    assert missed(working_hours, since, at("2026-11-25 09:33")) == 1
    assert missed(working_hours, since, at("2026-11-25 10:33")) == 3


def test_a_period_is_a_minute_at_least() -> None:
    with pytest.raises(ValueError, match="minute"):
        rule(timedelta(seconds=59))
