"""The assortment is whole, repeats with its seed and grows to any size."""

from __future__ import annotations

from itertools import islice

import pytest

from demo.assortment import PRICE_COLUMNS, Assortment, Entry, factory_of
from demo.goods import PROPERTIES, one_list
from demo.identifiers import is_ean13


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(Assortment().entries())


def test_the_demonstration_has_about_six_hundred_products(entries: list[Entry]) -> None:
    assert 500 <= len(entries) <= 700
    assert len({factory_of(entry.good) for entry in entries}) == 2


def test_articles_barcodes_and_refs_are_unique(entries: list[Entry]) -> None:
    items = [item for entry in entries for item in entry.items]
    assert len({entry.good.sku for entry in entries}) == len(entries)
    assert len({item.sku for item in items}) == len(items)
    assert len({item.ref for item in items}) == len(items)
    assert len({item.barcode for item in items}) == len(items)
    assert all(is_ean13(item.barcode) for item in items)


def test_products_with_variants_have_offers_of_characteristics_only(entries: list[Entry]) -> None:
    several = [entry for entry in entries if entry.good.variants]
    assert len(several) > 100
    for entry in several:
        assert all(item.ref.startswith(f"{entry.ref}#") for item in entry.items)
        assert all(item.variant and item.variant.name in item.name for item in entry.items)


def test_properties_are_declared(entries: list[Entry]) -> None:
    assert {name for entry in entries for name, _value in entry.good.properties} <= set(PROPERTIES)


def test_every_offer_has_every_price_and_dear_columns_are_dearer(entries: list[Entry]) -> None:
    columns = [column.key for column in PRICE_COLUMNS]
    for entry in entries:
        for item in entry.items:
            prices = dict(zip(columns, (amount for _ref, amount in item.prices), strict=True))
            assert 0 < prices["vip"] <= prices["dealer"] < prices["retail"]


def test_stock_is_in_whole_numbers_and_somewhere_runs_out(entries: list[Entry]) -> None:
    stocks = [dict(item.stock) for entry in entries for item in entry.items]
    assert all(quantity > 0 for stock in stocks for quantity in stock.values())
    assert any(not stock for stock in stocks)


def test_same_seed_same_range_other_seed_other_identifiers() -> None:
    first = list(islice(Assortment(seed=7).entries(), 50))
    assert first == list(islice(Assortment(seed=7).entries(), 50))
    other = list(islice(Assortment(seed=8).entries(), 50))
    assert [e.good for e in first] == [e.good for e in other]
    assert {e.ref for e in first}.isdisjoint(e.ref for e in other)


@pytest.mark.parametrize("size", [1, 10, 1000, 2500])
def test_any_size_is_exact_and_its_articles_are_unique(size: int) -> None:
    skus = [item.sku for entry in Assortment(size=size).entries() for item in entry.items]
    entries = list(Assortment(size=size).entries())
    assert len(entries) == size
    assert len(set(skus)) == len(skus)
    assert len({entry.code for entry in entries}) == size


def test_categories_stand_before_their_children() -> None:
    paths = list(Assortment().categories)
    for place, path in enumerate(paths):
        assert len(path) == 1 or path[:-1] in paths[:place]
    assert max(map(len, paths)) == 3


def test_two_goods_with_one_article_are_refused(entries: list[Entry]) -> None:
    with pytest.raises(ValueError, match=entries[0].good.sku):
        one_list([entries[0].good, entries[0].good])
