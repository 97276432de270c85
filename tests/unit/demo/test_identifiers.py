"""Check digits are right, identifiers repeat with their seed."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.identifiers import ean13, guid, inn, is_ean13, is_inn


def test_inn_of_known_organisations() -> None:
    # numbers of two public bodies, from their own sites
    assert is_inn("7707083893")
    assert is_inn("7736050003")
    assert not is_inn("7707083894")


def test_inn_of_a_sole_trader_has_two_check_digits() -> None:
    assert inn("5001007322") == "500100732259"
    assert is_inn("500100732259")
    assert not is_inn("500100732249")


@pytest.mark.parametrize("text", ["", "12", "77070838931", "77070838A3"])
def test_inn_of_another_shape_is_none(text: str) -> None:
    assert not is_inn(text)


def test_ean13_of_a_known_product() -> None:
    assert is_ean13("4006381333931")
    assert not is_ean13("4006381333932")
    assert not is_ean13("400638133393")


@given(st.integers(0, 999_999_999))
def test_ean13_of_any_number_checks(number: int) -> None:
    assert is_ean13(ean13(number))


def test_guid_follows_seed_kind_and_key() -> None:
    assert guid(1, "product", "a") == guid(1, "product", "a")
    assert len({guid(1, "product", "a"), guid(2, "product", "a"), guid(1, "offer", "a")}) == 3
    assert str(uuid.UUID(guid(1, "product", "a"))) == guid(1, "product", "a")
