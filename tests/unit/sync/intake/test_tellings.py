"""Prices and stock told as records go the way of a package of changes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync.models import ChangeBatch, Connection, OfferPrices, OfferStock, Parked, Run
from sync.onec.records import OfferPricesRecord, OfferStockRecord, PriceRecord, StockRecord
from sync.runs.inbound import ingest
from tests.factories.commerceml import goods, offer, package, product, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def stock(ref: str, *places: tuple[str, str]) -> OfferStockRecord:
    return OfferStockRecord(ref, tuple(StockRecord(place, Decimal(n)) for place, n in places))


def prices(ref: str, *told: tuple[str, str]) -> OfferPricesRecord:
    return OfferPricesRecord(ref, tuple(PriceRecord(kind, Decimal(n), "RUB") for kind, n in told))


def tell(base: Connection, kind: str, *records: Any) -> Run:
    return ingest(connection=base, kind=kind, records=records, at=AT)


def quantities() -> list[str]:
    return sorted(OfferStock.objects.get().quantities.values())


def test_stock_of_a_known_offer_is_changed_once(base: Connection) -> None:
    take(base, goods(product("p")) + package(offer("p")))
    run = tell(base, "stock", stock("p", ("w1", "5"), ("w2", "0.5")))
    assert (run.changed_count, run.tells_stock) == (1, True)
    assert quantities() == ["0.5", "5"]
    batches = ChangeBatch.objects.count()
    again = tell(base, "stock", stock("p", ("w2", "0.5"), ("w1", "5")))
    assert (again.changed_count, again.unchanged_count) == (0, 1)
    assert ChangeBatch.objects.count() == batches
    assert tell(base, "stock", stock("p", ("", "3"))).changed_count == 1
    assert quantities() == ["3"]
    assert tell(base, "stock", stock("p")).changed_count == 1
    assert quantities() == []


def test_prices_are_the_whole_list(base: Connection) -> None:
    take(base, goods(product("p")) + package(offer("p")))
    run = tell(base, "price", prices("p", ("t1", "10.005"), ("t2", "7")))
    assert (run.changed_count, run.tells_prices) == (1, True)
    assert sorted(OfferPrices.objects.get().amounts.values()) == ["10.01", "7.00"]
    tell(base, "price", prices("p", ("t2", "8")))
    assert list(OfferPrices.objects.get().amounts.values()) == ["8.00"]


def test_what_comes_before_its_product_waits_for_it(base: Connection) -> None:
    run = tell(base, "stock", stock("p", ("w1", "5")))
    assert (run.parked_count, run.state) == (1, Run.State.DONE)
    take(base, goods(product("p")) + package(offer("p")))
    assert quantities() == ["5"]
    assert not Parked.objects.exists()


def test_identifiers_that_xml_must_quote_are_kept(base: Connection) -> None:
    tell(base, "stock", stock('<&"', ('"w&', "5")))
    kept = Parked.objects.get()
    assert kept.ref == '<&"'


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("price", prices("p", ("t", "-1"))),
        ("price", prices("p", ("", "1"))),
        ("price", prices("p", ("t", "10000000000000"))),
        ("price", prices("", ("t", "1"))),
        ("stock", stock("p", ("w", "100000000000"))),
        ("stock", stock("a\x0bb", ("w", "1"))),
        ("stock", stock("p", ("w" * 256, "1"))),
    ],
)
def test_a_bad_record_is_named_and_the_rest_goes_on(
    base: Connection, kind: str, record: Any
) -> None:
    take(base, goods(product("q")) + package(offer("q")))
    good = prices("q", ("t", "1")) if kind == "price" else stock("q", ("w", "1"))
    run = tell(base, kind, record, good)
    assert (run.rejected_count, run.changed_count) == (1, 1)
