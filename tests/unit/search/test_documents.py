"""What of a product gets into its document."""

from __future__ import annotations

import pytest

from search.documents import MAX_FREE_VALUE, DocumentMaker, has_stock, stock_flags
from search.engines.base import Document
from tests.factories.search import Catalogue


def only(*ids: int) -> Document:
    (document,) = DocumentMaker().documents(ids)
    return document


def test_document_of_a_product(catalogue: Catalogue) -> None:
    top = catalogue.category("Кухни")
    leaf = catalogue.category("Шкафы", top)
    second = catalogue.category("Акции")
    colour, note = catalogue.property("Цвет"), catalogue.property("Примечание", "Строка")
    oak = catalogue.value(colour, "Дуб  сонома")
    product = catalogue.product(
        "Шкаф Ёлка",
        sku="YK-110",
        barcode="4601",
        category=leaf,
        brand=" Вега ",
        series="",
        full_name="Шкаф кухонный",
        properties={colour: [oak.ref, "unknown"], note: ["x" * (MAX_FREE_VALUE + 1), ""]},
        prices={0: "20.00", 3: "0.00"},
        stock="0",
    )
    product.category_refs = [leaf.ref, second.ref, "unknown"]
    product.save()
    catalogue.offer(product, sku="yk110", barcode="4602", prices={0: "10.05"}, stock="0.5")
    catalogue.offer(product, sku="НЕТ-1", prices={0: "1.00"}, stock="9", is_sold=False)
    catalogue.offer(product, sku="НЕТ-2", prices={0: "1.00"}, stock="9", archived=True)
    document = only(product.pk)
    assert document.id == product.pk
    assert document.connection_id == catalogue.connection.pk
    assert document.name_order == "шкаф елка"
    assert set(document.category_ids) == {top.pk, leaf.pk, second.pk}
    assert document.articles == ("yk110",)
    assert document.barcodes == ("4601", "4602")
    assert document.words == ("шкаф", "елка")
    assert {"yk", "110", "yk110", "вега", "кухонный", "дуб", "сонома"} <= set(document.others)
    assert document.facets == (("brand", "Вега"), (f"p{colour.pk}", "Дуб сонома"))
    assert document.prices == {0: 1005}
    assert document.in_stock
    base = catalogue.connection.pk
    told = {leaf.ref, second.ref, "unknown", colour.ref, oak.ref, note.ref}
    assert set(document.mentions) == {f"{base}:{ref}" for ref in told}


def test_document_without_offers_can_be_found_but_not_bought(catalogue: Catalogue) -> None:
    product = catalogue.product("Шкаф")
    product.offers.update(is_sold=False)
    document = only(product.pk)
    assert (document.in_stock, document.prices, document.articles) == (False, {}, ())


def test_documents_leave_out_the_archived(catalogue: Catalogue) -> None:
    product = catalogue.product("Шкаф", archived=True)
    assert DocumentMaker().documents([product.pk]) == []


@pytest.mark.parametrize(
    ("quantities", "expected"),
    [(None, False), ({}, False), ({"1": "0"}, False), ({"1": "-2", "2": "0.001"}, True)],
)
def test_has_stock(quantities: dict[str, str] | None, expected: bool) -> None:
    assert has_stock(quantities) is expected


def test_stock_flags_answer_for_every_product(catalogue: Catalogue) -> None:
    there = catalogue.product("Шкаф", stock="1").pk
    gone = catalogue.product("Стол", stock="-1").pk
    assert stock_flags([there, gone, 0]) == {there: True, gone: False, 0: False}
