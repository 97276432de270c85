"""The mirror as text, so that an integrator can compare the portal with his base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Collate

from sync.models import Connection, Offer, PriceType, Warehouse
from sync.staging import dumps

_PORTION = 2000


def dump() -> Iterator[str]:
    """One JSON object for each offer, sorted by ref, archived ones too; memory stays bounded.

    Keys: `connection` (the user name 1C signs in with), `ref`, `product` (its ref), `sku` and
    `name` (of the product where the offer has none), `archived`, `prices` (price type ref to
    text with two decimals) and `stock` (warehouse ref to text; the empty ref is a total without
    a warehouse). Absent stock is none.
    """
    users = dict(Connection.objects.values_list("pk", "user"))
    type_refs = {str(pk): ref for pk, ref in PriceType.objects.values_list("pk", "ref")}
    place_refs = {str(pk): ref for pk, ref in Warehouse.objects.values_list("pk", "ref")}
    by_bytes = "C" if connection.vendor == "postgresql" else "BINARY"
    offers = (
        Offer.objects.order_by(Collate("ref", by_bytes), "connection_id")
        .values_list(
            "connection_id",
            "ref",
            "product__ref",
            "sku",
            "product__sku",
            "name",
            "product__name",
            "archived",
            "prices__amounts",
            "stock__quantities",
        )
        .iterator(chunk_size=_PORTION)
    )
    for base, ref, product, sku, product_sku, name, product_name, archived, prices, stock in offers:
        yield dumps(
            {
                "connection": users[base],
                "ref": ref,
                "product": product,
                "sku": sku or product_sku,
                "name": name or product_name,
                "archived": archived,
                "prices": _by_ref(prices, type_refs),
                "stock": _by_ref(stock, place_refs),
            }
        )


def _by_ref(told: Mapping[str, Any] | None, refs: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted((refs[pk], str(value)) for pk, value in (told or {}).items()))
