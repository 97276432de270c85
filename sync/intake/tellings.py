"""Prices and stock told as records: made a package of changes, and taken as one.

So parking, digests, receipts and the rest of `sync.intake.offers` hold for them alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from sync.intake.book import Book, reason
from sync.intake.clients import MONEY_LIMIT, check_ref
from sync.intake.fates import Fate
from sync.intake.offers import Offers
from sync.merging import Batch
from sync.onec.commerceml import Item
from sync.onec.cutting import Cut
from sync.onec.records import OfferPricesRecord, OfferStockRecord

Telling = OfferPricesRecord | OfferStockRecord

_QUANTITY_LIMIT = Decimal(10) ** 11
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PACKAGE = (
    "<КоммерческаяИнформация><ИзмененияПакетаПредложений><Предложения>{}"
    "</Предложения></ИзмененияПакетаПредложений></КоммерческаяИнформация>"
)


def check(record: Telling) -> None:
    """Raises ValueError with the reason why prices or stock cannot be kept."""
    check_ref(record.ref)
    refs = [record.ref]
    if isinstance(record, OfferPricesRecord):
        for price in record.prices:
            check_ref(price.price_type_ref)
            refs.append(price.price_type_ref)
            if price.amount < 0:
                raise ValueError("a negative price", str(price.amount))
            if price.amount >= MONEY_LIMIT:
                raise ValueError("a price too large", str(price.amount))
    else:
        for stock in record.stock:
            if stock.warehouse_ref:
                check_ref(stock.warehouse_ref)
            refs.append(stock.warehouse_ref)
            if abs(stock.quantity) >= _QUANTITY_LIMIT:
                raise ValueError("a quantity too large", str(stock.quantity))
    for ref in refs:
        if _UNWRITABLE.search(ref):
            raise ValueError("an identifier with characters that are no text")


class Tellings:
    """Prices or stock of a chunk. Read, then fill, then merge under the lock.

    `fates` tells of each record in the order read, after the merge.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fates: list[Fate] = []
        self.offers = Offers(book)
        self._fate: dict[str, Fate] = {}

    def read(self, records: Sequence[Telling]) -> bool:
        """Compare with what is known; whether anything is to be written."""
        good: list[Telling] = []
        for record in records:
            fate = Fate()
            self.fates.append(fate)
            try:
                check(record)
            except ValueError as error:
                fate.reject(reason(error))
                self.book.tally.read += 1
                kind = "price" if isinstance(record, OfferPricesRecord) else "stock"
                self.book.refuse(kind, record.ref, fate.reason, xml=repr(record)[:2000])
            else:
                good.append(record)
                self._fate[record.ref] = fate
        has_news = self.offers.read(_items(good))
        for ref in self.offers.parked_refs:
            self._fate[ref].status = "parked"
        return has_news

    def fill(self) -> None:
        """Put the rows into the staging tables."""
        self.offers.fill()

    def merge(self, batch: Batch) -> None:
        """Write what differs."""
        self.offers.merge(batch)
        for ref in self.offers.changed_refs:
            self._fate[ref].status = "changed"


def _items(records: Sequence[Telling]) -> list[Item]:
    raws = [_offer(record) for record in records]
    root = etree.fromstring(_PACKAGE.format("".join(raws)).encode())
    return [
        Item(place, "offer", element, Cut("Предложение", raw.encode(), place))
        for place, (element, raw) in enumerate(zip(root[0][0], raws, strict=True), start=1)
    ]


def _offer(record: Telling) -> str:
    if isinstance(record, OfferPricesRecord):
        told = "<Цены>" + "".join(
            f"<Цена><ИдТипаЦены>{escape(price.price_type_ref)}</ИдТипаЦены>"
            f"<ЦенаЗаЕдиницу>{_number(price.amount)}</ЦенаЗаЕдиницу>"
            f"<Валюта>{escape(_UNWRITABLE.sub('', price.currency))}</Валюта></Цена>"
            for price in sorted(record.prices, key=lambda each: each.price_type_ref)
        )
        told += "</Цены>"
    else:
        totals = [each.quantity for each in record.stock if not each.warehouse_ref]
        told = f"<Количество>{_number(sum(totals, Decimal(0)))}</Количество>"
        told += "".join(
            f"<Склад ИдСклада={quoteattr(each.warehouse_ref)} "
            f'КоличествоНаСкладе="{_number(each.quantity)}"/>'
            for each in sorted(record.stock, key=lambda each: each.warehouse_ref)
            if each.warehouse_ref
        )
    return f"<Предложение><Ид>{escape(record.ref)}</Ид>{told}</Предложение>"


def _number(value: Decimal) -> str:
    return f"{value:f}"
