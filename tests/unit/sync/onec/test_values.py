"""Texts of 1C into values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.onec import values

GUID = "0EAC4B04-969E-11E6-80CC-8BA31E8E113C"


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        (f" {GUID} ", GUID.lower()),
        ("Код-1", "Код-1"),
        (f"{GUID}_CLUB_Россия, Москва", f"{GUID}_CLUB_Россия, Москва"),
        (f"{GUID}#{GUID}", f"{GUID.lower()}#{GUID.lower()}"),
        (None, ""),
        ("  ", ""),
    ],
)
def test_a_guid_is_lower_cased_and_anything_else_is_kept(text: str | None, ref: str) -> None:
    assert values.ref(text) == ref


@pytest.mark.parametrize(
    ("identifier", "characteristic", "refs"),
    [
        ("p", None, ("p", "p")),
        ("p#c", None, ("p#c", "p")),
        ("p#", None, ("p", "p")),
        ("p", "c", ("p#c", "p")),
        ("p#c", "d", ("p#c", "p")),
        ("p#c#d", None, ("p#c#d", "p")),
        (None, None, ("", "")),
    ],
)
def test_an_offer_is_its_product_and_characteristic(
    identifier: str | None, characteristic: str | None, refs: tuple[str, str]
) -> None:
    assert values.offer_refs(identifier, characteristic) == refs


@pytest.mark.parametrize(
    ("text", "number"),
    [("1234.50", "1234.50"), ("1 234,5", "1234.5"), ("1\u00a0234", "1234"), ("-3", "-3")],
)
def test_numbers_are_read_as_1c_and_its_imitators_write_them(text: str, number: str) -> None:
    assert values.number(text) == Decimal(number)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_number_is_none(text: str | None) -> None:
    assert values.number(text) is None


@pytest.mark.parametrize(
    "text", ["семь", "NaN", "Infinity", "1.2.3", "1e", "1e999999999", "1e-999999999", "-1e50"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        values.number(text)
    assert values.lenient_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_any_decimal_survives(number: Decimal) -> None:
    assert values.number(f"{number:f}") == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("руб", "RUB"),
        ("РУБ.", "RUB"),
        ("643", "RUB"),
        ("грн", "UAH"),
        ("usd", "USD"),
        ("chf", "CHF"),
        ("у.е.", "у.е."),
        ("", ""),
        (None, ""),
    ],
)
@pytest.mark.gotcha(40)
def test_currencies(text: str | None, code: str) -> None:
    assert values.currency(text) == code


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("22", "22"),
        ("НДС 20%", "20"),
        ("20/120", "20"),
        ("0", "0"),
        ("Без НДС", None),
        ("", None),
        (None, None),
        ("100", None),
    ],
)
def test_without_vat_is_not_zero(text: str | None, rate: str | None) -> None:
    assert values.vat_rate(text) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("text", "told"),
    [("true", True), ("True ", True), ("1", True), ("false", False), ("", None), (None, None)],
)
def test_flags(text: str | None, told: bool | None) -> None:
    assert values.told_flag(text) is told
    assert values.flag(text) is bool(told)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2016-11-03+03:00", date(2016, 11, 3)),
        ("2014-06-01T0:36:33", date(2014, 6, 1)),
        ("0001-01-01", None),
        ("2026-13-01", None),
        ("вчера", None),
        (None, None),
    ],
)
@pytest.mark.gotcha(66)
def test_days(text: str | None, on: date | None) -> None:
    assert values.day(text) == on


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014-06-01T0:36:33", datetime.fromisoformat("2014-06-01T00:36:33")),
        ("2022-10-31UTC02:25:50", datetime.fromisoformat("2022-10-31T02:25:50")),
        ("2015-05-04T14:09:57.950+03:00", datetime.fromisoformat("2015-05-04T14:09:57")),
        ("2020-10-03", datetime.fromisoformat("2020-10-03T00:00:00")),
        ("2020-10-03T25:00:00", None),
        ("0001-01-01T00:00:00", None),
    ],
)
@pytest.mark.gotcha(48)
def test_moments_never_fail(text: str, moment: datetime | None) -> None:
    assert values.moment(text) == moment


@given(st.text())
def test_no_text_breaks_a_date(text: str) -> None:
    values.moment(text)
    values.day(text)


def test_requisites_are_known_whatever_their_spaces_and_case() -> None:
    assert values.requisite_key("Статус Заказа") == values.requisite_key("СтатусЗаказа")
