"""Rows about prices and stock."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar

from pydantic import Field

from sync.onec import values
from sync.onec.pushed.fields import Amount, Currency, Pushed, Ref, Said
from sync.onec.records import OfferPricesRecord, OfferStockRecord, PriceRecord, StockRecord


class PriceRow(Said):
    """One price."""

    price_type_ref: Ref = Field(description="Вид цен")
    amount: Amount = Field(description="Цена за базовую единицу")
    currency: Currency = Field("", description="Валюта")


class PricesRow(Pushed):
    """All prices of an offer."""

    characteristic_ref: Ref = Field("", description="Характеристика, если она не в ref после #")
    prices: tuple[PriceRow, ...] = Field(description="Цены")

    about: ClassVar[str] = "Все цены предложения: вида, которого нет в списке, у него нет"
    example: ClassVar[dict[str, Any]] = {
        "ref": "5d0c1b5e-0000-4000-8000-000000000001",
        "version": "2026-11-24T02:10:00",
        "prices": [
            {
                "price_type_ref": "3c9a0f12-0d3a-11ef-9c1a-00155d012e01",
                "amount": "482.50",
                "currency": "RUB",
            }
        ],
    }

    def record(self, zone: tzinfo) -> OfferPricesRecord:
        ref, _product = values.offer_refs(self.ref, self.characteristic_ref)
        return OfferPricesRecord(
            ref,
            tuple(
                PriceRecord(each.price_type_ref, each.amount, each.currency) for each in self.prices
            ),
        )


class PlaceRow(Said):
    """Stock at one warehouse."""

    warehouse_ref: Ref = Field("", description="Склад; без него — остаток всего")
    quantity: Amount = Field(description="Количество")


class StockRow(Pushed):
    """The whole stock of an offer."""

    characteristic_ref: Ref = Field("", description="Характеристика, если она не в ref после #")
    stock: tuple[PlaceRow, ...] = Field(description="Остатки по складам")

    about: ClassVar[str] = "Весь остаток: на складе, которого нет в списке, его нет"
    example: ClassVar[dict[str, Any]] = {
        "ref": "5d0c1b5e-0000-4000-8000-000000000001",
        "stock": [{"warehouse_ref": "4dab1023-0d3a-11ef-9c1a-00155d012e01", "quantity": 120}],
    }

    def record(self, zone: tzinfo) -> OfferStockRecord:
        ref, _product = values.offer_refs(self.ref, self.characteristic_ref)
        return OfferStockRecord(
            ref, tuple(StockRecord(each.warehouse_ref, each.quantity) for each in self.stock)
        )
