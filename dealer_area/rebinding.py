"""Carts and orders when offers turn out to be ones the portal had under another identifier."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dealer_area.models import Cart, CartLine, OrderLine


def follow(mapping: Mapping[int, int]) -> None:
    """Lines that point to an offer that is no more point to the one it stood for.

    `mapping` is the pk of each such offer and of the one that stays. A cart that has both gets one
    line with the sum, and what a checkout has shown of it holds no longer. What an order says of
    its lines stays as it was bought. Called inside the transaction that binds the offers.
    """
    changed = set()
    for line in CartLine.objects.filter(offer_id__in=mapping).order_by("pk"):
        changed.add(line.cart_id)
        stays = CartLine.objects.filter(cart_id=line.cart_id, offer_id=mapping[line.offer_id])
        other = stays.first()
        if other is None:
            CartLine.objects.filter(pk=line.pk).update(offer_id=mapping[line.offer_id])
        else:
            stays.update(quantity=other.quantity + line.quantity)
            line.delete()
    for cart_id in changed:
        Cart.objects.filter(pk=cart_id).update(placement_key=uuid.uuid4())
    ordered = OrderLine.objects.filter(offer_id__in=mapping)
    for gone in set(ordered.values_list("offer_id", flat=True)):
        OrderLine.objects.filter(offer_id=gone).update(offer_id=mapping[gone])
