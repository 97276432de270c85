"""What is written is what 1C writes: the portal's own reader takes every object of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from demo.assortment import Assortment
from demo.commerceml import Written, write
from onec.portions import collect
from sync.onec import commerceml
from sync.onec.records import CategoryRecord, OfferRecord, ProductRecord

AT = datetime(2026, 11, 1, 3, 10)  # noqa: DTZ001


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def written(folder: Path) -> Written:
    return write(Assortment(), folder, at=AT, portion=250, pictures=False)


@pytest.fixture(scope="module")
def records(folder: Path, written: Written) -> dict[str, list[Any]]:
    """Every record of every file by kind; what the reader cannot take raises."""
    readers: dict[str, Callable[[Any], Any]] = {
        "property": commerceml.property_record,
        "property_value": commerceml.property_value_record,
        "product": commerceml.product_record,
        "price_type": commerceml.price_type_record,
        "warehouse": commerceml.warehouse_record,
        "offer": commerceml.offer_record,
    }
    found: dict[str, list[Any]] = defaultdict(list)
    for path in sorted(folder.glob("*.xml")):
        for portion in commerceml.read(path, encoding=commerceml.survey(path)):
            for item in portion:
                if item.kind == "category":
                    found["category"] += commerceml.category_records(item.element)
                else:
                    found[item.kind].append(readers[item.kind](item.element))
    return found


def test_every_object_is_read(records: dict[str, list[Any]], written: Written) -> None:
    assert len(records["product"]) == written.products
    assert len(records["offer"]) == written.offers
    assert len({record.ref for record in records["price_type"]}) == 4
    assert {record.vat_included for record in records["price_type"]} == {True, False}
    assert len({record.ref for record in records["warehouse"]}) == 3


def test_every_reference_resolves(records: dict[str, list[Any]]) -> None:
    categories: list[CategoryRecord] = records["category"]
    products: list[ProductRecord] = records["product"]
    offers: list[OfferRecord] = records["offer"]
    known = {record.ref for record in categories}
    properties = {record.ref: record for record in records["property"]}
    values = {record.ref: record.property_ref for record in records["property_value"]}
    types = {record.ref for record in records["price_type"]}
    stores = {record.ref for record in records["warehouse"]}
    assert {record.parent_ref for record in categories} <= known | {""}
    for product in products:
        assert set(product.category_refs) <= known
        for ref, told in product.properties:
            if properties[ref].value_type == "Справочник":
                assert [values[value] for value in told] == [ref]
    refs = {product.ref for product in products}
    for offer in offers:
        assert offer.product_ref in refs
        assert offer.prices
        assert {price.price_type_ref for price in offer.prices} == types
        assert {row.warehouse_ref for row in offer.stock or ()} <= stores


def test_products_carry_what_the_catalogue_shows(records: dict[str, list[Any]]) -> None:
    for product in records["product"]:
        assert product.name
        assert product.full_name
        assert product.sku
        assert product.unit
        assert product.vat_rate == 22
        assert len(product.description or "") > 40
        assert "{" not in product.name + product.description


def test_only_the_first_portion_is_full(folder: Path, written: Written) -> None:
    assert written.portions == 3
    told = [
        (folder / f"{kind}0_{number}.xml").read_text(encoding="utf-8-sig")
        for kind in ("import", "offers")
        for number in (1, 2, 3)
    ]
    assert ['СодержитТолькоИзменения="true"' in text for text in told] == [False, True, True] * 2
    assert ["<Группы>\n" in text for text in told] == [True, False, False, False, False, False]
    assert (folder / "import0_1.xml").read_bytes().startswith(b"\xef\xbb\xbf<?xml")


def test_same_seed_same_bytes(tmp_path: Path, folder: Path, written: Written) -> None:
    write(Assortment(), tmp_path, at=AT, portion=250, pictures=False)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_pictures_go_with_the_portion_that_names_them(tmp_path: Path) -> None:
    written = write(Assortment(size=30), tmp_path, at=AT, portion=20)
    first, second = collect([tmp_path])
    assert len(first.pictures) + len(second.pictures) == written.pictures >= 30
    assert second.pictures
    for picture in first.pictures:
        with Image.open(picture.path) as image:
            assert image.size == (800, 800)
