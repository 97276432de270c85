"""Carts and orders when offers turn out to be ones the portal had under another identifier."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Case, Value, When

from dealer_area.models import Cart, CartLine, OrderLine


def follow(mapping: Mapping[int, int]) -> None:
    """Lines that point to an offer that is no more point to the one it stood for.

    `mapping` is the pk of each such offer and of the one that stays. A cart that has both gets one
    line with the sum, and what a checkout has shown of it holds no longer. What an order says of
    its lines stays as it was bought. Called inside the transaction that binds the offers.
    """
    moved = list(CartLine.objects.filter(offer_id__in=mapping).order_by("pk"))
    if moved:
        _follow_in_carts(mapping, moved)
    stays = Case(*(When(offer_id=gone, then=Value(one)) for gone, one in mapping.items()))
    OrderLine.objects.filter(offer_id__in=mapping).update(offer_id=stays)


def _follow_in_carts(mapping: Mapping[int, int], moved: Sequence[CartLine]) -> None:
    carts = {line.cart_id for line in moved}
    lines = {
        (line.cart_id, line.offer_id): line
        for line in CartLine.objects.filter(cart_id__in=carts, offer_id__in=mapping.values())
    }
    written: dict[int, CartLine] = {}
    doubled: list[int] = []
    for line in moved:
        line.offer_id = mapping[line.offer_id]
        stays = lines.setdefault((line.cart_id, line.offer_id), line)
        if stays is not line:
            stays.quantity += line.quantity
            doubled.append(line.pk)
        written[stays.pk] = stays
    CartLine.objects.filter(pk__in=doubled).delete()
    CartLine.objects.bulk_update(written.values(), ["offer_id", "quantity"])
    fresh = [Cart(pk=pk, placement_key=uuid.uuid4()) for pk in carts]
    Cart.objects.bulk_update(fresh, ["placement_key"])
