"""Quantities that can be bought."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealer_area.packing import fitted, fitting_into, plain

D = Decimal


@pytest.mark.parametrize(
    ("asked", "pack", "least", "expected"),
    [
        ("1", "1", "1", "1"),
        ("13", "12", "1", "24"),
        ("12", "12", "1", "12"),
        ("1", "12", "30", "36"),
        ("5", "1", "10", "10"),
        ("0.3", "2.5", "1", "2.5"),
        ("2.6", "2.5", "1", "5.0"),
        ("0", "12", "30", "0"),
        ("-3", "12", "30", "0"),
        ("0.5", "1", "1", "1"),
        ("3", "0", "1", "3"),
    ],
)
def test_a_quantity_is_fitted_upwards(asked: str, pack: str, least: str, expected: str) -> None:
    assert fitted(D(asked), D(pack), D(least)) == D(expected)


@pytest.mark.parametrize(
    ("available", "pack", "least", "expected"),
    [
        ("30", "12", "1", "24"),
        ("11", "12", "1", "0"),
        ("36", "12", "30", "36"),
        ("35", "12", "30", "0"),
        ("0", "1", "1", "0"),
        ("7.4", "2.5", "1", "5.0"),
    ],
)
def test_what_is_there_is_fitted_downwards(
    available: str, pack: str, least: str, expected: str
) -> None:
    assert fitting_into(D(available), D(pack), D(least)) == D(expected)


@pytest.mark.parametrize(("value", "text"), [("24.0000", "24"), ("100", "100"), ("2.5000", "2.5")])
def test_a_quantity_of_a_field_is_plain(value: str, text: str) -> None:
    assert str(plain(D(value))) == text


positive = st.decimals(D("0.1"), D(500), places=1)


@given(positive, positive, positive)
def test_a_fitted_quantity_can_be_bought_and_is_the_least(
    asked: Decimal, pack: Decimal, least: Decimal
) -> None:
    found = fitted(asked, pack, least)

    assert found % pack == 0
    assert found >= max(asked, least)
    assert found - pack < max(asked, least)
    assert fitted(found, pack, least) == found


@given(positive, positive, positive)
def test_what_is_taken_is_there_and_can_be_bought(
    available: Decimal, pack: Decimal, least: Decimal
) -> None:
    found = fitting_into(available, pack, least)

    assert found <= available
    assert found == 0 or fitted(found, pack, least) == found
    assert found + pack > available or found + pack < fitted(pack, pack, least) or found == 0
