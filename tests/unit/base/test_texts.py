"""Keys make texts comparable that people take for equal."""

from __future__ import annotations

import pytest

from base.models import User
from base.texts import name_key, sku_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Петля  НАКЛАДНАЯ", "петля накладная"),
        ("Ёлка", "елка"),
        ("  Ручка\u00a0скоба ", "ручка скоба"),
    ],
)
def test_name_key_folds_case_yo_and_spaces(text: str, key: str) -> None:
    assert name_key(text) == key


@pytest.mark.parametrize("text", ["YK-110 ND", "yk110nd", "YK 110/ND", "yk_110.nd"])
def test_sku_key_ignores_signs_and_case(text: str) -> None:
    assert sku_key(text) == "yk110nd"


@pytest.mark.django_db
def test_user_address_is_kept_in_lower_case() -> None:
    user = User.objects.create_user(" Ivan@Example.RU ", name="Иван Петров")
    assert user.email == "ivan@example.ru"
    assert User.objects.get_by_natural_key("IVAN@example.ru") == user
