"""The tree of categories as a person sees it, and ways through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest

from base.addresses import category_path
from dealer_area.buyers import buyer_of
from sync import reading
from sync.reading import CategoryNode
from sync.visibility import Visibility

KEPT_SECONDS = 600


def tree_of(request: HttpRequest) -> tuple[CategoryNode, ...]:
    """The forest of categories for the person of the request; found out once per request."""
    found = cast("tuple[CategoryNode, ...] | None", getattr(request, "_category_tree", None))
    if found is None:
        found = _tree(buyer_of(request).visibility)
        request._category_tree = found  # type: ignore[attr-defined]
    return found


def _tree(visibility: Visibility) -> tuple[CategoryNode, ...]:
    """One query while the mirror stands still: its version, by which the tree is kept."""
    if not visibility.connection_ids:
        return ()
    bases = "-".join(str(pk) for pk in sorted(visibility.connection_ids))
    key = f"catalogue-tree:{bases}:{reading.mirror_version()}"
    found = cast("tuple[CategoryNode, ...] | None", cache.get(key))
    if found is None:
        found = reading.category_tree(visibility)
        cache.set(key, found, KEPT_SECONDS)
    return found


def category_url(node: CategoryNode) -> str:
    """Address of a category."""
    return category_path(node.id, node.name)


def crumbs(way: tuple[CategoryNode, ...], root_name: str) -> list[dict[str, str]]:
    """The way from the catalogue down, as the breadcrumbs component takes it."""
    return [
        {"name": root_name, "url": "/catalogue/"},
        *({"name": node.name, "url": category_url(node)} for node in way),
    ]


@dataclass(frozen=True, slots=True)
class Branch:
    """A category beside a list; `depth` indents it, `count` is None when nobody counted."""

    name: str
    url: str
    depth: int
    count: int | None
    is_current: bool = False


def branches_around(
    tree: Sequence[CategoryNode],
    way: Sequence[CategoryNode],
    counts: Mapping[int, int],
    url_of: Callable[[CategoryNode], str],
) -> list[Branch]:
    """The way down to a category and what is chosen from next: its children, else its siblings.

    With an empty `way` the roots. Categories in which nothing was found are left out; without any
    counts (the index is not ready) all are shown.
    """
    current = way[-1] if way else None
    above = list(way[:-1]) if current is not None and not current.children else list(way)
    found = [_branch(node, depth, counts, url_of, current) for depth, node in enumerate(above)]
    below: Sequence[CategoryNode] = above[-1].children if above else tree
    found += [
        _branch(node, len(above), counts, url_of, current)
        for node in below
        if not counts or counts.get(node.id) or node is current
    ]
    return found


def _branch(
    node: CategoryNode,
    depth: int,
    counts: Mapping[int, int],
    url_of: Callable[[CategoryNode], str],
    current: CategoryNode | None,
) -> Branch:
    return Branch(
        name=node.name,
        url=url_of(node),
        depth=depth,
        count=counts.get(node.id, 0) if counts else None,
        is_current=node is current,
    )
