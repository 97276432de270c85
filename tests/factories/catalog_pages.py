"""Rows of the mirror and pages of the catalogue, as the catalogue's tests need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from base.texts import name_key, sku_key
from catalog_pages.models import CategoryPage, ProductPage
from sync.models import (
    Category,
    ChangeBatch,
    Connection,
    Offer,
    OfferPrices,
    OfferStock,
    PriceType,
    Product,
    Warehouse,
)


def make_connection(name: str = "УТ", **fields: Any) -> Connection:
    return Connection.objects.create(name=name, user=uuid4().hex, password="!", **fields)


def make_category(
    connection: Connection, name: str, parent: Category | None = None, **fields: Any
) -> Category:
    return Category.objects.create(
        connection=connection,
        ref=str(uuid4()),
        name=name,
        name_key=name_key(name),
        parent=parent,
        parent_ref=parent.ref if parent else "",
        changed_in=next_batch(),
        changed_at=timezone.now(),
        **fields,
    )


def next_batch() -> int:
    return ChangeBatch.objects.create(at=timezone.now()).pk


def make_product(
    connection: Connection, name: str, category: Category | None = None, **fields: Any
) -> Product:
    sku = fields.pop("sku", "")
    return Product.objects.create(
        connection=connection,
        ref=str(uuid4()),
        name=name,
        name_key=name_key(name),
        sku=sku,
        sku_key=sku_key(sku),
        category=category,
        unit=fields.pop("unit", "шт"),
        changed_in=next_batch(),
        changed_at=timezone.now(),
        **fields,
    )


def make_offer(
    product: Product,
    prices: Mapping[PriceType, str] | None = None,
    stock: Mapping[Warehouse, str] | None = None,
    *,
    characteristics: Sequence[tuple[str, str]] = (),
    **fields: Any,
) -> Offer:
    suffix = f"#{uuid4()}" if characteristics else ""
    offer = Offer.objects.create(
        connection=product.connection,
        ref=product.ref + suffix,
        product=product,
        name=product.name,
        sku=product.sku,
        sku_key=product.sku_key,
        characteristics=[list(pair) for pair in characteristics],
        is_plain=not characteristics,
        changed_in=next_batch(),
        changed_at=timezone.now(),
        **fields,
    )
    common = {"offer": offer, "connection": product.connection, "changed_at": timezone.now()}
    if prices:
        OfferPrices.objects.create(
            amounts={str(kind.pk): str(Decimal(value)) for kind, value in prices.items()},
            changed_in=next_batch(),
            **common,
        )
    if stock:
        OfferStock.objects.create(
            quantities={str(place.pk): value for place, value in stock.items()},
            changed_in=next_batch(),
            **common,
        )
    return offer


def make_price_type(connection: Connection, name: str, slot: int, **fields: Any) -> PriceType:
    return PriceType.objects.create(
        connection=connection,
        ref=str(uuid4()),
        name=name,
        slot=slot,
        currency="RUB",
        vat_included=True,
        changed_at=timezone.now(),
        **fields,
    )


def make_warehouse(connection: Connection, name: str) -> Warehouse:
    return Warehouse.objects.create(
        connection=connection, ref=str(uuid4()), name=name, changed_at=timezone.now()
    )


def make_product_page(product: Product, **fields: Any) -> ProductPage:
    """A page of the product below the page of its category, which must exist."""
    parent = CategoryPage.objects.get(category=product.category)
    page = ProductPage(product=product, title=fields.pop("title", product.name), **fields)
    parent.add_child(instance=page)
    return page
