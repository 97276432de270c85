from __future__ import annotations

from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from catalog_pages.catalogue import branches_around, category_url, crumbs, tree_of
from dealer_area.access import visibility_of
from dealer_area.buyers import buyer_of
from sync.reading import CategoryNode, ancestors
from tests.factories.catalog_pages import Shop, make_category


def node(pk: int, name: str, *children: CategoryNode, depth: int = 0) -> CategoryNode:
    return CategoryNode(pk, name, children, depth)


TREE = (
    node(1, "Фасады", node(2, "Шпон", depth=1), node(3, "Плёнка", depth=1)),
    node(4, "Ручки"),
)


def around(pk: int | None, counts: dict[int, int]) -> list[tuple[str, int, int | None, bool]]:
    way = ancestors(TREE, pk) if pk else ()
    found = branches_around(TREE, way, counts, category_url)
    return [(each.name, each.depth, each.count, each.is_current) for each in found]


def test_branches_of_nowhere_are_the_roots() -> None:
    assert around(None, {1: 5, 4: 2}) == [("Фасады", 0, 5, False), ("Ручки", 0, 2, False)]


def test_branches_of_a_section_are_its_children() -> None:
    assert around(1, {1: 5, 2: 3, 3: 2}) == [
        ("Фасады", 0, 5, True),
        ("Шпон", 1, 3, False),
        ("Плёнка", 1, 2, False),
    ]


def test_branches_of_a_leaf_are_its_siblings() -> None:
    assert around(2, {1: 5, 2: 3, 3: 2}) == [
        ("Фасады", 0, 5, False),
        ("Шпон", 1, 3, True),
        ("Плёнка", 1, 2, False),
    ]


def test_branches_empty_ones_are_left_out_but_the_current() -> None:
    assert around(2, {1: 5, 3: 5}) == [
        ("Фасады", 0, 5, False),
        ("Шпон", 1, 0, True),
        ("Плёнка", 1, 5, False),
    ]


def test_branches_without_counts_are_all_shown() -> None:
    assert around(None, {}) == [("Фасады", 0, None, False), ("Ручки", 0, None, False)]


def test_crumbs_begin_with_the_catalogue() -> None:
    found = crumbs(ancestors(TREE, 2), "Каталог")

    assert [each["name"] for each in found] == ["Каталог", "Фасады", "Шпон"]
    assert found[0]["url"] == "/catalogue/"
    assert found[2]["url"] == "/catalogue/shpon-2/"


def test_tree_of_is_kept_until_the_mirror_changes(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def ask() -> tuple[CategoryNode, ...]:
        request = RequestFactory().get("/")
        request.user = shop.trade.user
        request.session = {}  # type: ignore[assignment]
        assert buyer_of(request).visibility == visibility_of(shop.trade.membership, request.user)
        with django_assert_num_queries(expected):
            first = tree_of(request)
            assert tree_of(request) is first
        return first

    expected = 2  # the version and the categories
    before = ask()
    expected = 1
    assert ask() == before

    make_category(shop.trade.connection, "Новая")
    expected = 2
    assert [each.name for each in ask()] == ["Новая", "Фурнитура"]
