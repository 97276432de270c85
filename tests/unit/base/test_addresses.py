from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.addresses import SLUG_LENGTH, category_path, product_path, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Петля накладная 110° с доводчиком", "petlya-nakladnaya-110-s-dovodchikom"),
        ("Щётка «Ёж»", "shchetka-ezh"),
        ("  LED--strip  ", "led-strip"),
        ("№ / *", "x"),
        ("", "x"),
    ],
)
def test_slug_name_becomes_latin(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_slug_long_name_is_cut_at_a_word() -> None:
    found = slug("очень " * 40)
    assert len(found) <= SLUG_LENGTH
    assert found.endswith("ochen")


def test_slug_long_word_is_cut() -> None:
    assert slug("a" * 200) == "a" * SLUG_LENGTH


@given(st.text())
def test_slug_any_text_fits_into_an_address(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))


def test_paths_end_with_the_id() -> None:
    assert product_path(7, "Ручка-скоба 128") == "/product/ruchka-skoba-128-7/"
    assert category_path(3, "Ручки") == "/catalogue/ruchki-3/"
