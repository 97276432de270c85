from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from base import figures
from base.figures import MINUS, NBSP, NOTHING
from base.templatetags import figures as tags

amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=2)
quantities = st.decimals(min_value=-(10**11), max_value=10**11, places=4)


@dataclass(frozen=True)
class Sum:
    amount: Decimal
    currency: str = "RUB"


def read(text: str) -> Decimal:
    """The number that a reader sees in `text`."""
    digits = text.replace(NBSP, "").replace(MINUS, "-").replace(",", ".")
    return Decimal(digits.strip("₽%+"))


@pytest.mark.parametrize(
    ("amount", "currency", "language", "expected"),
    [
        ("12480", "RUB", "ru", "12 480,00 ₽"),
        ("12480", "RUB", "en", "12 480.00 ₽"),
        ("0", "RUB", "ru", "0,00 ₽"),
        ("999.995", "RUB", "ru", "1 000,00 ₽"),
        ("0.005", "RUB", "ru", "0,01 ₽"),
        ("-0.001", "RUB", "ru", "0,00 ₽"),
        ("-4210", "EUR", "ru", "−4 210,00 €"),
        ("1234567.8", "XTS", "en-gb", "1 234 567.80 XTS"),
        ("1E+3", "KZT", "ru-RU", "1 000,00 ₸"),
    ],
)
def test_money_text_of_language_and_currency(
    amount: str, currency: str, language: str, expected: str
) -> None:
    shown = figures.money_text(Decimal(amount), currency, language)
    assert shown.replace(NBSP, " ") == expected
    assert " " not in shown


@given(amounts, st.sampled_from(["ru", "en"]))
def test_money_text_shows_the_very_amount(amount: Decimal, language: str) -> None:
    shown = figures.money_text(amount, "RUB", language)
    assert read(shown) == amount
    assert shown == "".join(figures.money_parts(amount, "RUB", language))


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=5))
def test_money_rounds_half_up(amount: Decimal) -> None:
    rounded = amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert read(figures.money_text(amount, "RUB", "ru")) == rounded


@pytest.mark.parametrize(
    ("amount", "text", "way"),
    [
        ("17", "+17,00 ₽", "up"),
        ("-4210", "−4 210,00 ₽", "down"),
        ("0", "0,00 ₽", ""),
        ("0.004", "0,00 ₽", ""),
        ("-0.004", "0,00 ₽", ""),
    ],
)
def test_difference_has_a_sign_and_a_way(amount: str, text: str, way: str) -> None:
    shown = figures.money_difference(Decimal(amount), "RUB", "ru")
    assert shown.replace(NBSP, " ") == text
    assert figures.way(Decimal(amount)) == way


@given(amounts)
def test_difference_agrees_with_its_way(amount: Decimal) -> None:
    shown = figures.money_difference(amount, "RUB", "ru")
    assert {"up": "+", "down": MINUS}.get(figures.way(amount), shown[0]) == shown[0]


@pytest.mark.parametrize(
    ("value", "unit", "language", "expected"),
    [
        (Decimal("4860.0000"), "шт", "ru", "4 860 шт"),
        (Decimal("12.5000"), "м", "ru", "12,5 м"),
        (Decimal("12.5000"), "m", "en", "12.5 m"),
        (Decimal(100), "", "ru", "100"),
        (Decimal("1E+3"), "", "ru", "1 000"),
        (Decimal("-0.0000"), "", "ru", "0"),
        (Decimal("-2.5"), "кг", "ru", "−2,5 кг"),
        (18400, "шт", "ru", "18 400 шт"),
    ],
)
def test_quantity_text_drops_trailing_zeros(
    value: Decimal | int, unit: str, language: str, expected: str
) -> None:
    assert figures.quantity_text(value, language, unit).replace(NBSP, " ") == expected


@given(quantities)
def test_quantity_text_loses_nothing(value: Decimal) -> None:
    shown = figures.quantity_text(value, "ru")
    assert read(shown) == value
    assert not shown.endswith(",")
    assert "," not in shown or not shown.endswith("0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("22.30"), "22,3 %"),
        (Decimal("22.25"), "22,3 %"),
        (18, "18 %"),
        (Decimal(-7), "−7 %"),
        (Decimal("-0.01"), "0 %"),
    ],
)
def test_percent_text(value: Decimal | int, expected: str) -> None:
    assert figures.percent_text(value, "ru").replace(NBSP, " ") == expected


def test_moment_text_is_time_today_and_date_before() -> None:
    now = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    assert figures.moment_text(datetime(2026, 11, 23, 0, 0, tzinfo=UTC), now) == "00:00"
    assert figures.moment_text(datetime(2026, 11, 22, 23, 59, tzinfo=UTC), now) == "22.11.2026"
    assert figures.moment_text(date(2026, 11, 23), now) == "23.11.2026"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ирина Петрова", "ИП"),
        ("ирина", "И"),
        ("Анна-Мария де ля Крус", "АД"),
        ("«Кухни» Поволжья", "П"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert figures.initials(name) == expected


def test_filters_follow_the_active_language() -> None:
    with translation.override("ru"):
        assert tags.money_plain(Sum(Decimal("1.5"))) == f"1,50{NBSP}₽"
        assert tags.quantity(Decimal("1.5"), "м") == f"1,5{NBSP}м"
    with translation.override("en"):
        assert tags.money_plain(Sum(Decimal("1.5"))) == f"1.50{NBSP}₽"
        assert tags.percent(Decimal("1.5")) == f"1.5{NBSP}%"


def test_money_filter_lets_kopecks_step_back() -> None:
    with translation.override("ru"):
        assert tags.money(Sum(Decimal(12480))) == f"12{NBSP}480<small>,00{NBSP}₽</small>"


def test_filters_escape_what_they_are_given() -> None:
    assert "<b>" not in tags.money(Sum(Decimal(1), "<b>"))
    assert "<b>" not in tags.delta(Sum(Decimal(1), "<b>"))


def test_filters_show_a_dash_where_there_is_no_value() -> None:
    shown = [
        tags.money(None),
        tags.money_plain(None),
        tags.quantity(None, "шт"),
        tags.percent(None),
        tags.when(None),
        tags.when_plain(None),
    ]
    assert set(shown) == {"—"}
    assert tags.delta(None) == ""


def test_delta_filter_marks_the_way() -> None:
    with translation.override("ru"):
        assert tags.delta(Sum(Decimal(17))) == (
            f'<span class="delta" data-way="up">+17,00{NBSP}₽</span>'
        )


@time_machine.travel(datetime(2026, 11, 23, 22, 30, tzinfo=UTC), tick=False)
def test_when_uses_the_active_time_zone() -> None:
    moment = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("UTC")):
        assert tags.when_plain(moment) == "20:30"
    # in Moscow it is past midnight already
    with timezone.override(ZoneInfo("Europe/Moscow")):
        assert tags.when_plain(moment) == "23.11.2026"
        assert tags.when(moment) == ('<time datetime="2026-11-23T20:30:00+00:00">23.11.2026</time>')


def test_icon_points_into_the_sprite() -> None:
    shown = tags.icon("search")
    assert "portal/icons" in shown
    assert '#search"/></svg>' in shown
    assert 'aria-hidden="true"' in shown


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3, seconds=40), "3 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(minutes=60), "since 19:30"),
        (timedelta(days=1), "since 23.11.2026"),
    ],
)
def test_since_is_an_age_within_the_hour_and_a_moment_after_it(age: timedelta, words: str) -> None:
    now = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    with (
        time_machine.travel(now, tick=False),
        timezone.override("UTC"),
        translation.override("en"),
    ):
        found = tags.since(now - age)
    assert found == f'<time datetime="{(now - age).isoformat()}">{words}</time>'


def test_since_of_nothing_is_a_dash() -> None:
    assert tags.since(None) == NOTHING
