"""Finding without an index: the database searches by article, barcode and words of the name.

Only until the index is made: no counts, no properties, no order by price, no misspelt words.
Whatever a warehouse that dealers buy from has a row of stock for counts as in stock, an order
checks it again. The page says that the search is limited.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from base.texts import name_key
from search.engines.base import MIN_BEGUN, Request
from search.query import Found
from search.words import Asked
from sync.models import Category, Offer, Product, Warehouse
from sync.reading import closed_warehouses
from sync.visibility import Visibility


def find(request: Request) -> Found:
    """Hits from the database, as many queries for every catalogue: five at most."""
    visibility = Visibility(frozenset(request.connection_ids))
    products = Product.objects.visible_to(visibility)
    offers = Offer.objects.filter(product=OuterRef("pk"), archived=False, is_sold=True)
    if request.category_id is not None:
        products = products.filter(category_id__in=_with_descendants(request.category_id))
    for key, values in request.chosen:
        if key in ("brand", "series"):
            products = products.filter(**{f"{key}__in": values})
    if request.in_stock:
        in_stock = offers.filter(stock__isnull=False).exclude(stock__quantities={})
        if closed_warehouses():
            open_ones = Warehouse.objects.filter(is_sold_from=True).values_list("pk", flat=True)
            # no list is empty: the database would not understand it
            keys = [str(pk) for pk in open_ones] or ["none"]
            in_stock = in_stock.filter(stock__quantities__has_any_keys=keys)
        products = products.filter(Exists(in_stock))
    order = ["name_key", "pk"]
    if request.asked:
        products = products.filter(_fits(request.asked, offers))
        exact = When(sku_key=request.asked.article, then=Value(0))
        products = products.annotate(
            rank=Case(exact, default=Value(1), output_field=IntegerField())
        )
        order.insert(0, "rank")
    total = products.count()
    ids: tuple[int, ...] = ()
    if request.limit and request.offset < total:
        page = products.order_by(*order)[request.offset : request.offset + request.limit]
        ids = tuple(page.values_list("pk", flat=True))
    return Found(ids, total, (), {}, 0, is_degraded=True)


def _fits(asked: Asked, offers: Any) -> Q:
    article = asked.article
    fits = Q(sku_key=article) | Q(barcode=article)
    fits |= Q(Exists(offers.filter(sku_key=article)))
    if len(article) >= MIN_BEGUN:
        fits |= Q(sku_key__startswith=article)
    words = Q()
    for word in asked.words:
        words &= Q(name_key__contains=name_key(word.text))
    return fits | words


def _with_descendants(category_id: int) -> set[int]:
    below: dict[int | None, list[int]] = {}
    for pk, parent_id in Category.objects.values_list("pk", "parent_id"):
        below.setdefault(parent_id, []).append(pk)
    found: set[int] = set()
    waiting = [category_id]
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting += below.get(step, [])
    return found
