"""Quantities out of what people type into properties."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.intake.fields import Fields, positive


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("2,5", "2.5"),
        ("0", "1"),
        ("-3", "1"),
        ("", "1"),
        (None, "1"),
        ("дюжина", "1"),
        ("1e20", "1"),
        ("0.00001", "1"),
        ("0.33335", "0.3334"),
    ],
)
def test_anything_but_a_positive_number_is_one(text: str | None, number: str) -> None:
    assert positive(text) == Decimal(number)


def test_the_name_listed_first_wins_and_an_empty_value_does_not() -> None:
    fields = Fields(
        properties={"a": (("brand", 1),), "b": (("brand", 0),)}, requisites={}, readable={}
    )
    assert fields.of([("a", ["Вторая"]), ("b", ["Первая"])], []) == {"brand": "Первая"}
    assert fields.of([("a", ["Вторая"]), ("b", [])], []) == {"brand": "Вторая"}
