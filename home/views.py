"""The first screen and the results of a search."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog_pages.catalogue import branches_around, tree_of
from catalog_pages.choice import Choice
from catalog_pages.listing import list_goods
from catalog_pages.views.catalogue import goods_response, view_of
from dealer_area.buyers import buyer_of
from home.dashboard import dashboard_for
from home.models import HomePage
from sync import reading


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The first screen."""
    return show_dashboard(request)


def show_dashboard(request: HttpRequest, page: HomePage | None = None) -> HttpResponse:
    """The first screen with the content of `page`, of the published home page by default."""
    screen = dashboard_for(buyer_of(request), page)
    return render(request, "home/dashboard.html", {"screen": screen, "page": screen.page})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Goods that answer a text, in the whole catalogue or in one category of it."""
    choice = Choice.read(request.GET)
    tree = tree_of(request)
    way = reading.ancestors(tree, choice.category_id) if choice.category_id else ()
    if not way:
        choice = replace(choice, category_id=None)
    path = reverse("home:search")
    listing = list_goods(choice, buyer_of(request), path=path, view=view_of(request))
    everywhere = choice.inside(None).address(path)
    context = {
        "title": _("Search: %(text)s") % {"text": choice.text} if choice.text else _("All goods"),
        "listing": listing,
        "branches": branches_around(
            tree, way, listing.category_counts, lambda node: choice.inside(node.id).address(path)
        ),
        "up": {"name": _("The whole catalogue"), "url": everywhere} if way else None,
        "everywhere_url": everywhere,
    }
    return goods_response(request, "home/search.html", context)
