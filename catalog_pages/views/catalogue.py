"""The catalogue's root and its categories, with or without a page of content."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog_pages.catalogue import branches_around, category_url, crumbs, tree_of
from catalog_pages.choice import Choice
from catalog_pages.listing import VIEWS, list_goods
from catalog_pages.models import CatalogueIndexPage, CategoryPage
from dealer_area.buyers import buyer_of
from sync import reading

VIEW_COOKIE = "vitrina_goods"
"""Whether goods are looked at as a table or as cards."""
VIEW_COOKIE_AGE = 60 * 60 * 24 * 365


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The catalogue's first page."""
    return show_root(request, CatalogueIndexPage.objects.live().first())


@require_safe
def category(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A category's goods. The id decides; other words in the address lead to the right ones."""
    way = reading.ancestors(tree_of(request), pk)
    if not way:
        raise Http404
    path = category_url(way[-1])
    if path != request.path:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{path}?{query}" if query else path)
    page = CategoryPage.objects.live().filter(category=pk).select_related("picture").first()
    return show_category(request, pk, page)


def show_root(request: HttpRequest, page: CatalogueIndexPage | None) -> HttpResponse:
    """The root with the content of `page`."""
    tree = tree_of(request)
    sections = [
        {
            "name": node.name,
            "url": category_url(node),
            "children": [{"name": each.name, "url": category_url(each)} for each in node.children],
        }
        for node in tree
    ]
    context = {"page": page, "sections": sections, "title": page.title if page else _("Catalogue")}
    return render(request, "catalog_pages/root.html", context)


def show_category(request: HttpRequest, pk: int, page: CategoryPage | None = None) -> HttpResponse:
    """The list of a category with the content of `page`."""
    tree = tree_of(request)
    way = reading.ancestors(tree, pk)
    if not way:
        raise Http404
    node = way[-1]
    listing = list_goods(
        Choice.read(request.GET),
        buyer_of(request),
        path=category_url(node),
        view=view_of(request),
        category_id=pk,
    )
    context = {
        "title": node.name,
        "page": page,
        "crumbs": crumbs(way, _("Catalogue")),
        "listing": listing,
        "branches": branches_around(tree, way, listing.category_counts, category_url),
        "up": {"name": _("The whole catalogue"), "url": "/catalogue/"},
    }
    return goods_response(request, "catalog_pages/category.html", context)


def goods_response(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a list of goods; htmx gets the list alone. Remembers the way of looking."""
    is_part = request.headers.get("HX-Target") == "listing"
    response = render(request, "catalog_pages/_listing.html" if is_part else template, context)
    # a part must never be shown from a cache in place of the page
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    if request.GET.get("view") in VIEWS:
        response.set_cookie(
            VIEW_COOKIE,
            request.GET["view"],
            max_age=VIEW_COOKIE_AGE,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


def view_of(request: HttpRequest) -> str:
    """How goods are looked at: as just chosen, else as chosen before, else as a table."""
    for value in (request.GET.get("view"), request.COOKIES.get(VIEW_COOKIE)):
        if value in VIEWS:
            return value
    return VIEWS[0]
