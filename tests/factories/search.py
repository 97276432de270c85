"""A small catalogue to search in, told as the mirror would have it: each change in its batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from base.texts import name_key, sku_key
from search.viewer import Viewer
from sync.models import (
    Category,
    ChangeBatch,
    Connection,
    Offer,
    OfferPrices,
    OfferStock,
    PriceType,
    Product,
    Property,
    PropertyValue,
    Warehouse,
)
from sync.visibility import Visibility
from tests.factories.sync import AT

_refs = itertools.count(1)


class Catalogue:
    """Writes rows of one base as `sync` does: every change has the number of a new batch."""

    def __init__(self, name: str = "base") -> None:
        self.connection = Connection.objects.create(name=name, user=f"{name}-{next(_refs)}")
        self.warehouse = Warehouse.objects.create(**self._row(name="Основной"))
        self.price_types: dict[int, PriceType] = {}

    def viewer(self, slot: int | None = None) -> Viewer:
        """Somebody who sees this base alone."""
        return Viewer(Visibility(frozenset({self.connection.pk})), slot)

    def category(self, name: str, parent: Category | None = None) -> Category:
        """A category."""
        return Category.objects.create(
            **self._row(name=name, name_key=name_key(name), parent=parent)
        )

    def property(self, name: str, kind: str = "Справочник") -> Property:
        """A property; values of a dictionary are told by `value`."""
        return Property.objects.create(**self._row(name=name, value_type=kind))

    def value(self, of: Property, text: str) -> PropertyValue:
        """An entry of a property's dictionary."""
        return PropertyValue.objects.create(**self._row(property_ref=of.ref, value=text))

    def price_type(self, slot: int) -> PriceType:
        """The price type of a slot."""
        if slot not in self.price_types:
            self.price_types[slot] = PriceType.objects.create(
                **self._row(name=f"Цена {slot}", slot=slot)
            )
        return self.price_types[slot]

    def product(
        self,
        name: str,
        *,
        sku: str = "",
        category: Category | None = None,
        properties: Mapping[Property, Iterable[str]] | None = None,
        prices: Mapping[int, str] | None = None,
        stock: str | None = None,
        **more: Any,
    ) -> Product:
        """A product with its plain offer. `prices` is by slot; values of a dictionary are refs."""
        product: Product = Product.objects.create(
            **self._row(
                name=name,
                name_key=name_key(name),
                sku=sku,
                sku_key=sku_key(sku),
                category=category,
                category_refs=[category.ref] if category else [],
                properties=[[each.ref, list(told)] for each, told in (properties or {}).items()],
                **more,
            )
        )
        self.offer(product, prices=prices, stock=stock)
        return product

    def offer(
        self,
        product: Product,
        *,
        sku: str = "",
        prices: Mapping[int, str] | None = None,
        stock: str | None = None,
        **more: Any,
    ) -> Offer:
        """An offer of a product with its prices and stock."""
        row = self._row(product=product, sku=sku, sku_key=sku_key(sku), **more)
        offer: Offer = Offer.objects.create(**row)
        told = {"connection": self.connection, "changed_in": row["changed_in"], "changed_at": AT}
        if prices is not None:
            amounts = {str(self.price_type(slot).pk): price for slot, price in prices.items()}
            OfferPrices.objects.create(offer=offer, amounts=amounts, **told)
        if stock is not None:
            quantities = {str(self.warehouse.pk): stock}
            OfferStock.objects.create(offer=offer, quantities=quantities, **told)
        return offer

    def change(self, row: Any, **fields: Any) -> None:
        """Write other values into a row of the mirror, in a batch of its own."""
        for name, value in fields.items():
            setattr(row, name, value)
        row.changed_in = self.batch()
        row.save()

    def batch(self) -> int:
        """The number of a new change batch."""
        return ChangeBatch.objects.create(at=AT).pk

    def _row(self, **fields: Any) -> dict[str, Any]:
        return {
            "connection": self.connection,
            "ref": f"ref-{next(_refs)}",
            "changed_in": self.batch(),
            "changed_at": AT,
            **fields,
        }
