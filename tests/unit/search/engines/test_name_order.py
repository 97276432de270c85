"""Names as numbers keep their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.texts import name_key
from search.engines.name_order import KEYS, LETTERS, name_numbers

LETTER = st.sampled_from(" 0159abyzабвеяё")
FOLDED = st.text(LETTER, max_size=KEYS * LETTERS).map(name_key)


@given(FOLDED, FOLDED)
def test_name_numbers_order_as_names_do(one: str, two: str) -> None:
    assert (name_numbers(one) < name_numbers(two)) == (one < two)


@given(st.text(max_size=80))
def test_name_numbers_fit_the_engine(name: str) -> None:
    numbers = name_numbers(name_key(name))
    assert len(numbers) == KEYS
    assert all(0 <= number < 2**63 for number in numbers)


def test_name_numbers_put_words_behind_digits_and_cyrillic_last() -> None:
    names = ["", "\t", " ", "!", "-", "0", "9", ":", "[", "_", "a", "z", "~", "é", "а", "я", "ѣ"]
    assert sorted(names, key=name_numbers) == names


def test_name_numbers_tell_letters_apart_to_the_end() -> None:
    start = "а" * (KEYS * LETTERS - 1)
    assert name_numbers(start + "б") < name_numbers(start + "в")
    assert name_numbers(start + "бв") == name_numbers(start + "ба")
