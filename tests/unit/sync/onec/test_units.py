"""Units by code and spelling."""

from __future__ import annotations

import pytest

from sync.onec import units


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("796", "шт"),
        ("796 ", "шт"),
        ("2009", "шт"),
        ("ШТ", "шт"),
        ("шт.", "шт"),
        ("Штука", "шт"),
        ("778", "упак"),
        ("Уп.", "упак"),
        ("166", "кг"),
        ("112", "л"),
        ("006", "м"),
        ("055", "м²"),
        ("кв.м", "м²"),
        ("м2", "м²"),
        ("M2", ""),
        ("тыс. шт", "тыс. шт"),
        ("компл.", "компл"),
        ("пог.м", "пог. м"),
        ("вязанка", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_a_unit_is_known_by_code_and_in_any_usual_spelling(told: str, word: str) -> None:
    assert units.known(told) == word


@pytest.mark.parametrize("word", units.NAMES)
def test_the_word_shown_is_known_as_itself(word: str) -> None:
    assert units.known(word) == word


def test_codes_are_those_of_the_classifier() -> None:
    assert all(code.isdecimal() and len(code) in {3, 4} for code in units.CODES)
    assert len(set(units.NAMES)) == len(units.NAMES)
