"""The database answers while there is no index."""

from __future__ import annotations

from typing import Any

import pytest

from search.finding import find
from search.query import Query, Sort
from sync.models import Category, Product
from tests.factories.search import Catalogue


@pytest.fixture
def shop(catalogue: Catalogue) -> Catalogue:
    top = catalogue.category("Кухни")
    leaf = catalogue.category("Смесители", top)
    catalogue.product("Смеситель Ёлка", sku="YK-110 ND", barcode="4601", category=leaf, stock="1")
    catalogue.product("Ёлка, смеситель высокий", sku="YK-110", category=top, brand="Вега")
    catalogue.offer(catalogue.product("Арка"), sku="AR-7")
    catalogue.product("Ёлка старая", archived=True)
    Catalogue("other").product("Чужая ёлка", sku="YK-110")
    return catalogue


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), ["Арка", "Ёлка, смеситель высокий", "Смеситель Ёлка"]),
        (Query("yk110"), ["Ёлка, смеситель высокий", "Смеситель Ёлка"]),
        (Query("YK 110 n"), ["Смеситель Ёлка"]),
        (Query("ar-7"), ["Арка"]),
        (Query("4601"), ["Смеситель Ёлка"]),
        (Query("елка СМЕСИТЕЛЬ"), ["Ёлка, смеситель высокий", "Смеситель Ёлка"]),
        (Query("арк%"), ["Арка"]),
        (Query("дверь"), []),
        (Query(in_stock=True), ["Смеситель Ёлка"]),
        (Query(chosen={"brand": frozenset({"Вега"})}), ["Ёлка, смеситель высокий"]),
        (Query(sort=Sort.PRICE_UP, per_page=1, page=2), ["Ёлка, смеситель высокий"]),
        (Query(page=10**30), []),
    ],
)
def test_find_without_an_index(shop: Catalogue, query: Query, expected: list[str]) -> None:
    found = find(query, shop.viewer(0))
    known = Product.objects.in_bulk(found.product_ids)
    assert [known[pk].name for pk in found.product_ids] == expected
    assert found.is_degraded
    assert (found.facets, found.category_counts) == ((), {})


def test_find_in_a_category_costs_three_queries(
    shop: Catalogue, django_assert_num_queries: Any
) -> None:
    top = Category.objects.get(name="Кухни")
    with django_assert_num_queries(3):
        assert find(Query(category_id=top.pk), shop.viewer()).total == 2
