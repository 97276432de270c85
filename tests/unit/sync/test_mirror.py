"""The dump of the mirror."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync import mirror
from tests.factories.sync import (
    ConnectionFactory,
    OfferFactory,
    PriceTypeFactory,
    ProductFactory,
    WarehouseFactory,
    tell_prices,
    tell_stock,
)

pytestmark = pytest.mark.django_db


def test_each_offer_is_a_line_sorted_by_ref_with_refs_for_keys() -> None:
    base = ConnectionFactory(user="exchange")
    it = ProductFactory(connection=base, ref="p", name="Ручка", sku="R-1")
    retail, trade = (PriceTypeFactory(connection=base, ref=ref) for ref in ("retail", "b2b"))
    total = WarehouseFactory(connection=base, ref="")
    OfferFactory(connection=base, product=it, ref="p#b", name="Ручка (медь)", sku="R-1M")
    bare = OfferFactory(connection=base, product=it, ref="p", name="", sku="", archived=True)
    tell_prices(bare, {retail.pk: "12.30", trade.pk: "10.00"})
    tell_stock(bare, {total.pk: "5"})
    assert [json.loads(line) for line in mirror.dump()] == [
        {
            "connection": "exchange",
            "ref": "p",
            "product": "p",
            "sku": "R-1",
            "name": "Ручка",
            "archived": True,
            "prices": {"b2b": "10.00", "retail": "12.30"},
            "stock": {"": "5"},
        },
        {
            "connection": "exchange",
            "ref": "p#b",
            "product": "p",
            "sku": "R-1M",
            "name": "Ручка (медь)",
            "archived": False,
            "prices": {},
            "stock": {},
        },
    ]


def test_the_order_is_that_of_bytes_on_every_database() -> None:
    for ref in ("б", "a", "B", "А", "1"):
        OfferFactory(ref=ref)
    refs = [json.loads(line)["ref"] for line in mirror.dump()]
    assert refs == sorted(refs, key=lambda ref: ref.encode())


def test_the_dump_asks_the_database_four_times(django_assert_num_queries: Any) -> None:
    for _ in range(5):
        OfferFactory()
    with django_assert_num_queries(4):
        list(mirror.dump())
