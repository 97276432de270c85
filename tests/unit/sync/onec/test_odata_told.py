"""Values of rows of OData."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.onec.odata_queries import EMPTY
from sync.onec.odata_told import Told, currency_of, flag_of, reference

GUID = "5f1e0010-7c1a-11ee-8d3f-0050569c2b1a"


def told(row: dict[str, Any], **names: str) -> Told:
    return Told(row, names, {"table": {GUID: {"Code": "643"}}})


@pytest.mark.parametrize(
    ("value", "expected"),
    [(GUID.upper(), GUID), (GUID, GUID), (EMPTY, ""), ("", ""), (None, ""), (5, "")],
)
def test_references(value: object, expected: str) -> None:
    assert reference(value) == expected


def test_reference_comes_with_and_without_the_ending() -> None:
    assert told({"Заказ": GUID}, order="Заказ_Key").ref("order") == GUID
    assert told({"Заказ_Key": GUID}, order="Заказ").ref("order") == GUID
    assert told({}, order="Заказ").ref("order") == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [("28086.00", Decimal("28086.00")), (Decimal("0.1"), Decimal("0.1")), (7, 7), (None, None)],
)
def test_numbers_are_numbers_or_text(value: object, expected: object) -> None:
    assert told({"Сумма": value}, amount="Сумма").number("amount") == expected


def test_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        told({"Сумма": "много"}, amount="Сумма").number("amount")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("true", True), ("false", False), (None, None), ("", None)],
)
def test_flags(value: object, expected: bool | None) -> None:
    assert flag_of(value) is expected


def test_tables_are_joined_by_reference() -> None:
    assert told({}).joined("table", GUID) == {"Code": "643"}
    assert told({}).joined("table", "") is None
    assert told({}).joined("nothing", GUID) is None


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("643", "RUB", "RUB"),
        ("643", "руб.", "RUB"),
        ("156", "CNY", "CNY"),
        ("840", "Доллар США", "USD"),
        ("", "usd", "USD"),
        ("999", "у.е.", "у.е."),
    ],
)
def test_currency_by_letters_then_by_number(code: str, name: str, expected: str) -> None:
    assert currency_of({"Code": code, "Description": name}) == expected
    assert currency_of(None) == ""
