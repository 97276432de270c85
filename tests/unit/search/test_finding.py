"""What is found, in which order, and what is counted around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from search import indexing
from search.engines.base import Engine
from search.finding import find, health
from search.query import Query, Sort
from search.viewer import Viewer
from sync.models import Category, Product, Property
from sync.visibility import Visibility
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


@pytest.fixture
def kitchens(catalogue: Catalogue) -> Catalogue:
    """A tree with properties, prices in two slots and stock."""
    base = catalogue.category("Базы")
    low = catalogue.category("Нижние", base)
    colour, width = catalogue.property("Цвет"), catalogue.property("Ширина, мм", "Число")
    white, oak = catalogue.value(colour, "Белый"), catalogue.value(colour, "Дуб")
    for name, category, told, wide, price, stock, brand in (
        ("Ёлка", base, white, "1000", "300.00", "5", "Вега"),
        ("Еловый шкаф", low, oak, "450", "100.10", "0", "Вега"),
        ("Жалюзи", low, white, "50", None, "-1", "Лира"),
        ("Арка", None, oak, "450", "200.00", "0.5", ""),
    ):
        catalogue.product(
            name,
            category=category,
            properties={colour: [told.ref], width: [wide]},
            prices=None if price is None else {0: price, 3: str(1000 - float(price))},
            stock=stock,
            brand=brand,
        )
    indexing.refresh()
    return catalogue


def test_find_sorts_names_in_russian(kitchens: Catalogue) -> None:
    assert names(kitchens, "") == ["Арка", "Ёлка", "Еловый шкаф", "Жалюзи"]


def test_find_sorts_by_the_prices_of_the_viewer(kitchens: Catalogue) -> None:
    def order(sort: Sort, slot: int | None) -> list[str]:
        found = find(Query(sort=sort), kitchens.viewer(slot))
        known = Product.objects.in_bulk(found.product_ids)
        return [known[pk].name for pk in found.product_ids]

    up = ["Еловый шкаф", "Арка", "Ёлка", "Жалюзи"]
    assert order(Sort.PRICE_UP, 0) == up
    assert order(Sort.PRICE_DOWN, 0) == ["Ёлка", "Арка", "Еловый шкаф", "Жалюзи"]
    assert order(Sort.PRICE_UP, 3) == ["Ёлка", "Арка", "Еловый шкаф", "Жалюзи"]
    # nobody's price: the order of names
    assert order(Sort.PRICE_UP, None) == order(Sort.PRICE_DOWN, 32) == order(Sort.NAME, None)


def test_find_counts_facets(kitchens: Catalogue) -> None:
    found = find(Query(), kitchens.viewer())
    told = [
        (facet.label, [(value.label, value.count) for value in facet.values])
        for facet in found.facets
    ]
    assert told == [
        ("Бренд", [("Вега", 2), ("Лира", 1)]),
        ("Цвет", [("Белый", 2), ("Дуб", 2)]),
        ("Ширина, мм", [("50", 1), ("450", 2), ("1000", 1)]),
    ]
    assert (found.total, found.in_stock_count) == (4, 2)
    by_name = dict(Category.objects.values_list("pk", "name"))
    assert {by_name[pk]: count for pk, count in found.category_counts.items()} == {
        "Базы": 3,
        "Нижние": 2,
    }


def test_find_with_chosen_values(kitchens: Catalogue) -> None:
    colour = Property.objects.get(name="Цвет")
    chosen = {f"p{colour.pk}": frozenset({"Дуб"}), "brand": frozenset({"Вега", "Нет такого"})}
    found = find(Query(chosen=chosen), kitchens.viewer())
    assert found.total == 1
    brand, colours = found.facets[:2]
    assert [(each.value, each.count, each.is_chosen) for each in brand.values] == [
        ("Вега", 1, True),
        ("Нет такого", 0, True),
    ]
    assert [(each.value, each.count, each.is_chosen) for each in colours.values] == [
        ("Белый", 1, False),
        ("Дуб", 1, True),
    ]


def test_find_in_a_category_with_those_below(kitchens: Catalogue) -> None:
    base = Category.objects.get(name="Базы")
    assert names(kitchens, "", category_id=base.pk) == ["Ёлка", "Еловый шкаф", "Жалюзи"]
    assert names(kitchens, "", category_id=base.pk, in_stock=True) == ["Ёлка"]
    assert names(kitchens, "", category_id=0, in_stock=True) == ["Арка", "Ёлка"]


def test_find_shows_only_what_the_viewer_may_see(kitchens: Catalogue) -> None:
    other = Catalogue("other")
    other.product("Чужая арка")
    indexing.refresh()
    assert names(kitchens, "арка") == ["Арка"]
    assert names(other, "арка") == ["Чужая арка"]
    both = frozenset({kitchens.connection.pk, other.connection.pk})
    assert find(Query("арка"), Viewer(Visibility(both), None)).total == 2
    nothing = find(Query(), Viewer(Visibility.nothing(), None))
    assert (nothing.total, nothing.product_ids, nothing.is_degraded) == (0, (), False)


NASTY = [
    "",
    " ",
    "\0",
    "\"'(){}[]\\/*?~^:+-!&|<>= OR AND NOT TO",
    'name:"x',
    "[a TO",
    "🙂",
    "🙂 арка",
    "\ud800",
    "арка\0",
    "a" * 10_000,
    "арка " * 3_000,
    "9" * 400,
    "%_\\",
    ".*",
    "а́рка",
    "И\u0306",
]


@pytest.mark.parametrize("text", NASTY)
def test_find_never_raises_for_a_text(kitchens: Catalogue, text: str, engine: Engine) -> None:
    chosen = {text: frozenset({text}), "p1": frozenset({text}), "brand": frozenset()}
    queries = [
        Query(text=text),
        Query(text=text, sort=Sort.NAME, in_stock=True),
        Query(chosen=chosen),
        Query(text=text, page=-5, per_page=-5),
        Query(text=text, page=10**30, per_page=10**9),
        Query(category_id=10**30),
        Query(category_id=-1),
    ]
    for viewer in (kitchens.viewer(0), kitchens.viewer(-1), kitchens.viewer(999)):
        assert [find(query, viewer).is_degraded for query in queries] == [False] * len(queries)


def test_find_text_of_signs_alone_finds_nothing(kitchens: Catalogue) -> None:
    assert find(Query("((("), kitchens.viewer()).total == 0
    assert find(Query("  "), kitchens.viewer()).total == 4


def test_find_pages(kitchens: Catalogue) -> None:
    query = Query(per_page=3)
    first = find(query, kitchens.viewer())
    second = find(Query(per_page=3, page=2), kitchens.viewer())
    assert (len(first.product_ids), len(second.product_ids)) == (3, 1)
    assert not set(first.product_ids) & set(second.product_ids)
    assert query.pages(first.total) == 2
    assert find(Query(page=3, per_page=3), kitchens.viewer()).product_ids == ()
    assert find(Query(page=500_000), kitchens.viewer()).product_ids == ()


def test_find_behind_the_last_page_is_empty(
    kitchens: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.finding.MAX_DEPTH", 2)
    found = find(Query(page=2, per_page=3), kitchens.viewer())
    assert (found.product_ids, found.total) == ((), 4)
    assert len(find(Query(per_page=3), kitchens.viewer()).product_ids) == 2


def test_find_makes_no_queries(
    kitchens: Catalogue, django_assert_num_queries: Callable[[int], Any]
) -> None:
    viewer = kitchens.viewer(0)
    with django_assert_num_queries(1):  # the names of properties, for a new index
        find(Query(), viewer)
    with django_assert_num_queries(0):
        find(Query("шкаф", in_stock=True, chosen={"brand": frozenset({"Вега"})}), viewer)
        find(Query(with_facets=False), viewer)


def test_find_without_facets_counts_nothing(kitchens: Catalogue) -> None:
    found = find(Query(with_facets=False), kitchens.viewer())
    assert (found.total, found.facets, found.category_counts) == (4, (), {})


def test_find_degrades_while_there_is_no_index(catalogue: Catalogue) -> None:
    catalogue.product("Арка", sku="A-1")
    found = find(Query("a1"), catalogue.viewer())
    assert found.is_degraded
    assert found.total == 1
    indexing.refresh()
    assert not find(Query("a1"), catalogue.viewer()).is_degraded


def test_health_tells_of_the_index(catalogue: Catalogue) -> None:
    assert health() == {"ok": False, "documents": 0, "behind": None}
    product = catalogue.product("Арка")
    indexing.refresh()
    assert health() == {"ok": True, "documents": 1, "behind": 0}
    catalogue.change(product, name="Арка 2")
    assert health() == {"ok": True, "documents": 1, "behind": 1}
