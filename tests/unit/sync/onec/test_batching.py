"""Batches: a poisoned order ends up alone, and alone it is given ever more seldom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.onec import batching
from sync.onec.batching import Suspect, needs_person, pause_after, trial

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ([], 500, []),
        ([1], 500, [0]),
        ([2, 2], 500, [0]),
        ([3, 3, 3], 500, [0, 1]),
        ([7, 7], 500, [0, 1]),
        ([500] * 3, 4, [0, 1]),
    ],
)
def test_trial_takes_half_of_the_failed_answer(
    sizes: list[int], limit: int, expected: list[int]
) -> None:
    suspects = [Suspect(key, 1, size) for key, size in enumerate(sizes)]
    assert trial(suspects, limit) == expected


def test_trial_keeps_failed_answers_apart() -> None:
    suspects = [Suspect(1, 10, 6), Suspect(2, 11, 6), Suspect(3, 10, 6), Suspect(4, None, 6)]
    assert trial(suspects, 500) == [1, 3]


@settings(max_examples=60)
@given(count=st.integers(1, 64), poisoned=st.sets(st.integers(0, 63), min_size=1, max_size=3))
def test_halving_confirms_everybody_but_the_poisoned(count: int, poisoned: set[int]) -> None:
    poisoned = {key % count for key in poisoned}
    # as `outbound` keeps it: the last answer of each, and when that was
    waiting = dict.fromkeys(range(count), (0, count, 0))
    given_in = 0
    for turn in range(1, 20 * count):
        ordered = sorted(waiting, key=lambda key: (waiting[key][2], key))
        chosen = trial([Suspect(key, *waiting[key][:2]) for key in ordered], 500)
        given_in = turn
        if poisoned.intersection(chosen):
            for key in chosen:
                waiting[key] = (turn, len(chosen), turn)
        else:
            for key in chosen:
                del waiting[key]
        if set(waiting) == poisoned and all(size == 1 for _a, size, _t in waiting.values()):
            break
    assert set(waiting) == poisoned
    assert given_in <= 4 * len(poisoned) * (count.bit_length() + 1)


@pytest.mark.parametrize(
    ("lone", "minutes"), [(0, 0), (1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (40, 240)]
)
def test_pauses_double_up_to_the_longest(lone: int, minutes: int) -> None:
    assert pause_after(lone) == timedelta(minutes=minutes)


def test_needs_person_sooner_when_others_get_through() -> None:
    times = [AT + timedelta(hours=hour) for hour in range(20)]
    early = [AT + timedelta(minutes=5)]
    late = [times[8] + timedelta(minutes=5)]
    lone = batching.LONE
    assert not needs_person([], lone, early)
    assert not needs_person(times[: lone + 2], lone - 1, early)
    assert needs_person(times[: lone + 3], lone, early)
    # what 1C took before the order was given at all tells nothing
    assert not needs_person(times[: lone + 3], lone, [AT - timedelta(minutes=5)])
    assert not needs_person(times[: lone + 3], lone, [])
    # 1C itself was out of order most of the time: the tries since it is well count
    assert not needs_person(times[:12], 9, late)
    assert needs_person(times[:13], 9, late)
    assert needs_person(times[:15], batching.LONE_IN_SILENCE, [])
