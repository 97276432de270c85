"""A product, with or without a page of content."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base.addresses import product_path
from catalog_pages.catalogue import crumbs, tree_of
from catalog_pages.models import ProductPage
from catalog_pages.showing import show
from dealer_area.buyers import buyer_of
from dealer_area.listing import offer_rows
from sync import reading
from sync.models import Product


@require_safe
def product(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A product. The id decides; other words in the address lead to the right ones."""
    buyer = buyer_of(request)
    visible = Product.objects.visible_to(buyer.visibility).select_related("connection")
    found = get_object_or_404(visible, pk=pk)
    path = product_path(found.pk, found.name)
    if path != request.path:
        return HttpResponseRedirect(path)
    page = ProductPage.objects.live().filter(product=found).first()
    return show_product(request, found, page)


def show_product(
    request: HttpRequest, product: Product, page: ProductPage | None = None
) -> HttpResponse:
    """The product with the content of `page`."""
    tree = tree_of(request)
    way = reading.ancestors(tree, product.category_id) if product.category_id else ()
    buyer = buyer_of(request)
    shown = show(product, page, buyer)
    context = {
        "shown": shown,
        "buyer": buyer,
        "offer": shown.single,
        "crumbs": [*crumbs(way, _("Catalogue")), {"name": product.name, "url": ""}],
    }
    return render(request, "catalog_pages/product.html", context)


@require_safe
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """How the price of an offer came about, for the popover."""
    buyer = buyer_of(request)
    offer = reading.offers_by_ids([pk]).get(pk)
    if (
        offer is None
        or offer.archived
        or offer.product.archived
        or offer.connection_id not in buyer.visibility.connection_ids
    ):
        raise Http404
    context = {"offer": offer_rows([offer], buyer)[pk], "buyer": buyer}
    return render(request, "catalog_pages/_explain.html", context)
