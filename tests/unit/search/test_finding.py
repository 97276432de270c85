"""What is found, in which order, and what is counted around it."""

from __future__ import annotations

from typing import Any

import pytest

from search import indexing
from search.finding import find
from search.query import Query
from sync.models import Product
from tests.factories.search import Catalogue


@pytest.fixture
def shop(catalogue: Catalogue) -> Catalogue:
    """A few products whose articles, names and barcodes overlap."""
    catalogue.product("Смеситель для кухни Вега", sku="YK-110 ND", barcode="4601234567893")
    catalogue.product("Смеситель для ванной", sku="YK-110 ND-2")
    catalogue.product("Ручка-скоба чёрная", sku="AYK-1103")
    catalogue.product("Петля накладная", sku="P-15", brand="Вега")
    catalogue.product("Кронштейн yk110nd с петлёй", sku="K-1")
    catalogue.product("Полка 4601234567893", sku="S-7")
    indexing.refresh()
    return catalogue


def names(shop: Catalogue, text: str, **more: Any) -> list[str]:
    found = find(Query(text=text, **more), shop.viewer())
    assert not found.is_degraded
    known = Product.objects.in_bulk(found.product_ids)
    assert found.total == len(found.product_ids)
    return [known[pk].name for pk in found.product_ids]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the exact article, then what begins with it, then what has it inside, then words
        (
            "YK-110 ND",
            ["Смеситель для кухни Вега", "Смеситель для ванной", "Кронштейн yk110nd с петлёй"],
        ),
        (
            "yk110nd",
            ["Смеситель для кухни Вега", "Смеситель для ванной", "Кронштейн yk110nd с петлёй"],
        ),
        (
            "YK 110-ND",
            ["Смеситель для кухни Вега", "Смеситель для ванной", "Кронштейн yk110nd с петлёй"],
        ),
        ("110nd-2", ["Смеситель для ванной"]),
        ("ayk", ["Ручка-скоба чёрная"]),
        ("4601234567893", ["Смеситель для кухни Вега", "Полка 4601234567893"]),
        ("вега", ["Смеситель для кухни Вега", "Петля накладная"]),
        ("петли", ["Петля накладная", "Кронштейн yk110nd с петлёй"]),
        ("ПЕТЛЯ", ["Петля накладная", "Кронштейн yk110nd с петлёй"]),
        ("черная ручка", ["Ручка-скоба чёрная"]),
        ("Чёрную", ["Ручка-скоба чёрная"]),
        ("смеситель кух", ["Смеситель для кухни Вега"]),
        ("смиситель ванной", ["Смеситель для ванной"]),
        ("смеситель yk110nd", ["Смеситель для кухни Вега", "Смеситель для ванной"]),
        ("смеситель 110", ["Смеситель для ванной", "Смеситель для кухни Вега"]),
        ("смеситель петля", []),
        ("YK-119 ND", []),
    ],
)
def test_find_ranks(shop: Catalogue, text: str, expected: list[str]) -> None:
    assert names(shop, text)[: len(expected)] == expected
    if not expected or len(expected) == 1:
        assert len(names(shop, text)) == len(expected)
