from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from base.addresses import category_path
from catalog_pages.models import CatalogueIndexPage, CategoryPage, ProductPage
from catalog_pages.stepping import sync_category_pages
from home.planting import plant_site
from sync.models import Category, Connection
from tests.factories.catalog_pages import make_category, make_product, make_product_page
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    plant_site()
    return ConnectionFactory()


def page_of(category: Category) -> CategoryPage:
    page: CategoryPage = CategoryPage.objects.get(category=category)
    return page


def test_sync_without_a_catalogue_root_waits() -> None:
    make_category(ConnectionFactory(), "Петли")

    assert sync_category_pages() == 0
    assert not CategoryPage.objects.exists()


def test_sync_new_categories_become_a_tree(base: Connection) -> None:
    # the child has the smaller pk: parents are made first all the same
    child = make_category(base, "Накладные")
    parent = make_category(base, "Петли")
    child.parent = parent
    child.save()

    assert sync_category_pages() == 2

    assert page_of(parent).get_parent().specific == CatalogueIndexPage.objects.get()
    assert page_of(child).get_parent().specific == page_of(parent)
    assert page_of(child).title == "Накладные"
    assert page_of(child).url == category_path(child.pk, "Накладные")


def test_sync_more_levels_than_a_tree_of_pages_holds_stand_beside_the_last(
    base: Connection,
) -> None:
    deepest = make_category(base, "Уровень 0")
    for level in range(1, 70):
        deepest = make_category(base, f"Уровень {level}", deepest)
    other = make_category(base, "Петли")

    assert sync_category_pages() == 71

    page = page_of(deepest)
    assert page.depth == Page.objects.order_by("-depth").first().depth
    assert page.get_parent().specific.category.name == "Уровень 58"
    assert page_of(other).get_parent().specific == CatalogueIndexPage.objects.get()
    assert sync_category_pages() == 0


def test_sync_unchanged_asks_three_times_and_writes_nothing(
    base: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parent = make_category(base, "Петли")
    for number in range(20):
        make_category(base, f"Группа {number}", parent)
    sync_category_pages()

    with django_assert_num_queries(4):
        assert sync_category_pages() == 0


def test_sync_rename_changes_title_and_address_and_keeps_the_text(base: Connection) -> None:
    category = make_category(base, "Петли")
    sync_category_pages()
    page = page_of(category)
    page.intro = "<p>Как выбрать петлю</p>"
    page.save()
    category.name = "Петли мебельные"
    category.save()

    assert sync_category_pages() == 1

    renamed = page_of(category)
    assert (renamed.pk, renamed.title, renamed.intro) == (page.pk, "Петли мебельные", page.intro)
    assert renamed.url == category_path(category.pk, "Петли мебельные")


def test_sync_rename_with_an_unpublished_draft_keeps_the_draft(base: Connection) -> None:
    category = make_category(base, "Петли")
    sync_category_pages()
    draft = page_of(category)
    draft.intro = "<p>Черновик</p>"
    draft.save_revision()
    category.name = "Петли мебельные"
    category.save()
    sync_category_pages()

    page_of(category).get_latest_revision().publish()

    assert page_of(category).title == "Петли мебельные"
    assert page_of(category).intro == "<p>Черновик</p>"


def test_sync_move_takes_the_branch_along(base: Connection) -> None:
    hinges = make_category(base, "Петли")
    fittings = make_category(base, "Фурнитура")
    inner = make_category(base, "Накладные", hinges)
    sync_category_pages()
    hinges.parent = fittings
    hinges.save()

    assert sync_category_pages() == 1

    assert page_of(hinges).get_parent().specific == page_of(fittings)
    assert page_of(inner).get_parent().specific == page_of(hinges)
    assert Page.find_problems() == ([], [], [], [], [])


def test_sync_page_moved_by_hand_goes_back(base: Connection) -> None:
    hinges = make_category(base, "Петли")
    other = make_category(base, "Ручки")
    sync_category_pages()
    page_of(hinges).move(page_of(other), pos="last-child")

    sync_category_pages()

    assert page_of(hinges).get_parent().specific == CatalogueIndexPage.objects.get()


def test_sync_archived_category_is_hidden_and_comes_back_with_its_text(base: Connection) -> None:
    category = make_category(base, "Петли")
    sync_category_pages()
    CategoryPage.objects.update(intro="<p>Текст</p>")
    Category.objects.update(archived=True)

    assert sync_category_pages() == 1
    assert not page_of(category).live
    assert sync_category_pages() == 0

    Category.objects.update(archived=False)
    assert sync_category_pages() == 1
    assert page_of(category).live
    assert page_of(category).intro == "<p>Текст</p>"
    assert sync_category_pages() == 0


def test_sync_archived_category_without_a_page_gets_none(base: Connection) -> None:
    make_category(base, "Старое", archived=True)

    assert sync_category_pages() == 0
    assert not CategoryPage.objects.exists()


def test_sync_page_unpublished_by_an_editor_stays_so(base: Connection) -> None:
    category = make_category(base, "Петли")
    sync_category_pages()
    page_of(category).unpublish()

    assert sync_category_pages() == 0
    assert not page_of(category).live


def test_sync_ring_of_parents_ends(base: Connection) -> None:
    first = make_category(base, "А")
    second = make_category(base, "Б", first)
    first.parent = second
    first.save()

    sync_category_pages()

    assert CategoryPage.objects.count() == 2
    assert sync_category_pages() == 0


def test_sync_product_page_follows_its_product_to_another_branch(base: Connection) -> None:
    hinges = make_category(base, "Петли")
    handles = make_category(base, "Ручки")
    product = make_product(base, "Ручка-скоба", hinges)
    sync_category_pages()
    make_product_page(product)
    product.category = handles
    product.save()

    assert sync_category_pages() == 1
    assert ProductPage.objects.get().get_parent().specific == page_of(handles)
    assert sync_category_pages() == 0


def test_sync_many_categories_cost_the_same_each(base: Connection) -> None:
    def cost() -> int:
        parent = make_category(base, "Раздел")
        sync_category_pages()
        for number in range(3):
            make_category(base, f"Группа {number}", parent)
        from django.db import connection

        with CaptureQueriesContext(connection) as queries:
            sync_category_pages()
        return len(queries)

    assert cost() == cost()
