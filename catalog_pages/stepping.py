"""Keeps the tree of category pages in step with the mirror's categories.

Whole and exact every time: the tables of categories and of their pages are read (three queries,
whatever their size) and compared, and only what differs is written. So a run that was cut off,
or a page that somebody moved or deleted in the admin, is put right by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from wagtail.models import Page

from base.addresses import slug_with_id
from catalog_pages.models import CatalogueIndexPage, CategoryPage, ProductPage
from sync.models import Category


@dataclass(frozen=True, slots=True)
class _Node:
    """A category as far as its page follows it."""

    pk: int
    name: str
    parent: int | None
    archived: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A page as far as it follows its category."""

    page: int
    path: str
    title: str
    slug: str
    live: bool
    hidden_by_onec: bool


def sync_category_pages() -> int:
    """Create, rename, move, hide and bring back pages of categories; how many were touched.

    Texts and pictures of editors stay. Without a catalogue root there is nothing to do yet. Each
    page is written in a transaction of its own: nobody waits for all of them.
    """
    index = CatalogueIndexPage.objects.only("pk", "path").first()
    if index is None:
        return 0
    nodes = {
        pk: _Node(pk, name, parent, archived)
        for pk, name, parent, archived in Category.objects.values_list(
            "pk", "name", "parent", "archived"
        )
    }
    places = _read_places()
    touched = 0
    for node in _parents_first(nodes):
        known_parent = _place_above(node, nodes, places)
        parent_page = known_parent.page if known_parent else index.pk
        parent_path = known_parent.path if known_parent else index.path
        place = places.get(node.pk)
        if place is not None and _is_in_step(node, place, parent_path):
            continue
        if place is None and node.archived:
            # nothing to show and no text to keep
            continue
        now = _bring_in_step(node.pk, parent_page, index.pk)
        if place is not None and now.path != place.path:
            # a move changes the paths of everything below
            places = _read_places()
        places[node.pk] = now
        touched += 1
    return touched + _follow_products(places)


def _read_places() -> dict[int, _Place]:
    rows = CategoryPage.objects.values_list(
        "category_id", "pk", "path", "title", "slug", "live", "hidden_by_onec"
    )
    return {category: _Place(*rest) for category, *rest in rows}


def _place_above(
    node: _Node, nodes: Mapping[int, _Node], places: Mapping[int, _Place]
) -> _Place | None:
    """The page that the category's page belongs under, None for the catalogue's root.

    A tree of pages has room for some sixty levels: deeper ones stand beside the last that fits.
    """
    longest = Page._meta.get_field("path").max_length
    above = node.parent
    while above is not None:
        place = places.get(above)
        if place is None or len(place.path) + Page.steplen <= longest:
            return place
        above = nodes[above].parent
    return None


def _parents_first(nodes: Mapping[int, _Node]) -> Iterable[_Node]:
    """Every category once, parents before children; a ring of parents is cut open."""
    done: set[int] = set()
    for start in nodes.values():
        way: dict[int, _Node] = {}
        node: _Node | None = start
        while node is not None and node.pk not in done:
            done.add(node.pk)
            way[node.pk] = node
            node = nodes.get(node.parent) if node.parent is not None else None
        top = next(reversed(way.values()), None)
        if top is not None and top.parent in way:
            way[top.pk] = replace(top, parent=None)
        yield from reversed(way.values())


def _is_in_step(node: _Node, place: _Place, parent_path: str) -> bool:
    title_length = Page._meta.get_field("title").max_length
    return (
        place.path[: -Page.steplen] == parent_path
        and place.title == node.name[:title_length]
        and place.slug.endswith(f"-{node.pk}")
        and (not place.live if node.archived else place.live or not place.hidden_by_onec)
    )


@transaction.atomic
def _bring_in_step(category_pk: int, parent_pk: int, index_pk: int) -> _Place:
    """Write one page. The root's row is the lock: two runs at once would tear the tree."""
    CatalogueIndexPage.objects.select_for_update().get(pk=index_pk)
    category = Category.objects.get(pk=category_pk)
    parent = Page.objects.get(pk=parent_pk)
    page = CategoryPage.objects.filter(category=category).first()
    if page is None:
        page = CategoryPage(category=category, title=category.name)
        parent.add_child(instance=page)
        return _place_of(page)
    if page.path[: -Page.steplen] != parent.path and not parent.path.startswith(page.path):
        page.move(parent, pos="last-child")
        page = CategoryPage.objects.get(pk=page.pk)
    page.category = category
    if page.title != category.name or page.slug != slug_with_id(category.pk, category.name):
        # an unpublished draft keeps its texts: the name is taken from the category again
        page.save()
    if category.archived and page.live:
        page.hidden_by_onec = True
        page.unpublish(log_action=None)
    elif not category.archived and page.hidden_by_onec:
        page.hidden_by_onec = False
        page.live = True
        page.save()
    return _place_of(page)


def _place_of(page: CategoryPage) -> _Place:
    return _Place(page.pk, page.path, page.title, page.slug, page.live, page.hidden_by_onec)


def _follow_products(places: Mapping[int, _Place]) -> int:
    """Move the pages of products whose category is no longer in the branch they stand in."""
    touched = 0
    rows = ProductPage.objects.values_list("pk", "path", "product__category_id")
    for pk, path, category_pk in rows:
        place = places.get(category_pk) if category_pk is not None else None
        if place is None or place.path.startswith(path[: -Page.steplen]):
            continue
        with transaction.atomic():
            target = CategoryPage.objects.select_for_update().get(pk=place.page)
            ProductPage.objects.get(pk=pk).move(target, pos="last-child")
        touched += 1
    return touched
