"""Spans of time in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from sync.screens.spans import ago_words, every_words, span_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (48 * 3600 - 1, "47 h 59 min"),
        (49 * 3600, "2 d"),
    ],
)
def test_spans_are_cut_to_two_units(seconds: float, words: str) -> None:
    with translation.override("en"):
        assert span_words(timedelta(seconds=seconds)) == words
        assert ago_words(timedelta(seconds=seconds)) == f"{words} ago"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (5, "every 5 min"),
        (60, "once an hour"),
        (90, "every 1 h 30 min"),
        (1440, "once a day"),
        (2880, "every 2 d"),
        (10080, "once a week"),
    ],
)
def test_periods(minutes: int, words: str) -> None:
    with translation.override("en"):
        assert every_words(minutes) == words
