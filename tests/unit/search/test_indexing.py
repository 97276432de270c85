"""The index follows the mirror by its cursors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from search import indexing
from search.documents import DocumentMaker
from search.engines.base import Engine
from search.finding import find
from search.models import CrowdedProperty, IndexCursor
from search.query import Query, Sort
from sync.models import OfferPrices, OfferStock, Product
from tests.factories.search import Catalogue


def found(catalogue: Catalogue, text: str = "", **more: Any) -> set[str]:
    hits = find(Query(text, **more), catalogue.viewer(0))
    assert not hits.is_degraded
    names = Product.objects.filter(pk__in=hits.product_ids).values_list("name", flat=True)
    return set(names)


@contextmanager
def renewed() -> Iterator[list[int]]:
    """Ids of the products whose documents are made inside."""
    made: list[int] = []
    patch = pytest.MonkeyPatch()
    original = DocumentMaker.documents

    def documents(self: DocumentMaker, ids: Any) -> Any:
        made.extend(ids)
        return original(self, ids)

    patch.setattr(DocumentMaker, "documents", documents)
    yield made
    patch.undo()


def test_refresh_follows_products(catalogue: Catalogue) -> None:
    catalogue.product("Арка")
    indexing.refresh()
    second = catalogue.product("Балка")
    with renewed() as made:
        indexing.refresh()
    assert made == [second.pk]
    assert found(catalogue) == {"Арка", "Балка"}
    catalogue.change(second, name="Вилка")
    indexing.refresh()
    assert found(catalogue, "вилка") == {"Вилка"}
    assert found(catalogue, "балка") == set()
    catalogue.change(second, archived=True)
    indexing.refresh()
    assert found(catalogue) == {"Арка"}
    catalogue.change(second, archived=False)
    indexing.refresh()
    assert found(catalogue) == {"Арка", "Вилка"}
    with renewed() as made:
        indexing.refresh()
    assert made == []


def test_refresh_follows_offers(catalogue: Catalogue) -> None:
    product = catalogue.product("Арка", sku="A-1")
    indexing.refresh()
    offer = catalogue.offer(
        product, sku="A-1-белая", barcode="460111", characteristics=[["Цвет", "слоновая кость"]]
    )
    indexing.refresh()
    for text in ("a1белая", "460111", "слоновая"):
        assert found(catalogue, text) == {"Арка"}
    catalogue.change(offer, is_sold=False)
    indexing.refresh()
    for text in ("a1белая", "460111", "слоновая"):
        assert found(catalogue, text) == set()


def test_refresh_follows_prices(catalogue: Catalogue) -> None:
    cheap = catalogue.product("Арка", prices={0: "10.00"})
    catalogue.product("Балка", prices={0: "20.00"})
    indexing.refresh()
    prices = OfferPrices.objects.get(offer__product=cheap)
    catalogue.change(prices, amounts={str(catalogue.price_types[0].pk): "30.00"})
    indexing.refresh()
    ids = find(Query(sort=Sort.PRICE_UP), catalogue.viewer(0)).product_ids
    assert ids[-1] == cheap.pk


def test_refresh_renews_only_those_whose_stock_came_or_went(catalogue: Catalogue) -> None:
    catalogue.product("Арка", stock="5")
    gone = catalogue.product("Балка", stock="5")
    indexing.refresh()
    for stock in OfferStock.objects.all():
        left = "0" if stock.offer.product_id == gone.pk else "4"
        catalogue.change(stock, quantities={str(catalogue.warehouse.pk): left})
    with renewed() as made:
        indexing.refresh()
    assert made == [gone.pk]
    assert found(catalogue, in_stock=True) == {"Арка"}


def test_refresh_keeps_stock_of_the_other_offer(catalogue: Catalogue) -> None:
    product = catalogue.product("Арка", stock="5")
    catalogue.offer(product, sku="2", stock="1")
    indexing.refresh()
    catalogue.change(OfferStock.objects.first(), quantities={})
    indexing.refresh()
    assert found(catalogue, in_stock=True) == {"Арка"}


def test_refresh_takes_a_moved_branch_along(catalogue: Catalogue) -> None:
    left, right = catalogue.category("Лево"), catalogue.category("Право")
    branch = catalogue.category("Ветвь", left)
    catalogue.product("Арка", category=catalogue.category("Лист", branch))
    indexing.refresh()
    assert found(catalogue, category_id=left.pk) == {"Арка"}
    catalogue.change(branch, parent=right)
    indexing.refresh()
    assert found(catalogue, category_id=left.pk) == set()
    assert found(catalogue, category_id=right.pk) == {"Арка"}


def test_refresh_survives_a_ring_of_categories(catalogue: Catalogue) -> None:
    one = catalogue.category("Одна")
    two = catalogue.category("Две", one)
    catalogue.product("Арка", category=two)
    catalogue.change(one, parent=two)
    indexing.refresh()
    assert found(catalogue, category_id=one.pk) == {"Арка"}


def test_refresh_finds_a_category_that_comes_after_its_products(catalogue: Catalogue) -> None:
    known = catalogue.category("Есть")
    catalogue.product("Арка", category=known)
    Product.objects.update(category_refs=["late", known.ref])
    indexing.refresh()
    late = catalogue.category("Позже")
    catalogue.change(late, ref="late")
    indexing.refresh()
    assert found(catalogue, category_id=late.pk) == {"Арка"}


def test_refresh_follows_the_dictionary(catalogue: Catalogue) -> None:
    colour = catalogue.property("Цвет")
    grey = catalogue.value(colour, "Серый")
    painted = catalogue.product("Арка", properties={colour: [grey.ref, "late"]})
    catalogue.product("Балка", properties={colour: ["unknown"]})
    indexing.refresh()
    key = f"p{colour.pk}"
    assert found(catalogue, chosen={key: frozenset({"Серый"})}) == {"Арка"}
    catalogue.change(grey, value="Графит")
    with renewed() as made:
        indexing.refresh()
    assert made == [painted.pk]
    assert found(catalogue, chosen={key: frozenset({"Серый"})}) == set()
    assert found(catalogue, "графит", chosen={key: frozenset({"Графит"})}) == {"Арка"}
    late = catalogue.value(colour, "Хром")
    catalogue.change(late, ref="late")
    indexing.refresh()
    assert found(catalogue, chosen={key: frozenset({"Хром"})}) == {"Арка"}
    catalogue.change(colour, name="Отделка")
    catalogue.product("Вилка", properties={colour: [late.ref]})
    indexing.refresh()
    assert [facet.label for facet in find(Query(), catalogue.viewer()).facets] == ["Отделка"]


def test_property_with_too_many_texts_is_no_facet(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.documents.MAX_FREE_VALUES", 3)
    length = catalogue.property("Длина", "Строка")

    def add(count: int) -> None:
        for number in range(count):
            catalogue.product(f"Арка {number}", properties={length: [f"{count}-{number}"]})
        indexing.refresh()

    def labels() -> list[str]:
        return [facet.label for facet in find(Query(), catalogue.viewer()).facets]

    add(2)
    assert labels() == ["Длина"]
    add(1)
    assert labels() == ["Длина"]
    add(3)
    assert labels() == []
    assert list(CrowdedProperty.objects.values_list("property", flat=True)) == [length.pk]
    Product.objects.all().update(properties=[[length.ref, ["x"]]])
    Product.objects.filter(name="Арка 1").update(properties=[[length.ref, ["y"]]])
    assert indexing.rebuild()
    assert labels() == ["Длина"]
    assert not CrowdedProperty.objects.exists()


def test_refresh_goes_on_in_steps(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    indexing.refresh()
    monkeypatch.setattr(indexing, "ROWS", 2)
    monkeypatch.setattr(indexing, "CHUNK", 2)
    same_batch = catalogue.batch()
    for number in range(7):
        catalogue.product(f"Арка {number}", stock="1")
    Product.objects.update(changed_in=same_batch)
    indexing.refresh()
    assert find(Query(in_stock=True), catalogue.viewer()).total == 7
    assert indexing.batches_behind() == 0


def test_refresh_that_was_cut_off_is_done_again(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing.refresh()
    catalogue.product("Арка")
    original = indexing._save
    monkeypatch.setattr(indexing, "_save", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        indexing.refresh()
    monkeypatch.setattr(indexing, "_save", original)
    assert indexing.batches_behind() != 0
    indexing.refresh()
    assert find(Query(), catalogue.viewer()).total == 1


def test_refresh_leaves_when_another_writes(catalogue: Catalogue, engine: Engine) -> None:
    catalogue.product("Арка")
    with engine.exclusive():
        indexing.refresh()
        assert not indexing.rebuild()
        assert engine.index() is None
    indexing.refresh()
    assert engine.count() == 1


def test_refresh_makes_an_index_of_its_own_for_another_database(
    catalogue: Catalogue, engine: Engine
) -> None:
    catalogue.product("Арка")
    indexing.refresh()
    name = engine.index()
    IndexCursor.objects.all().delete()  # a database from a backup knows no such index
    assert indexing.batches_behind() is None
    indexing.refresh()
    assert engine.index() != name
    assert set(IndexCursor.objects.values_list("index", flat=True)) == {engine.index()}


def test_refresh_with_nothing_to_do_is_cheap(
    catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    catalogue.product("Арка")
    indexing.refresh()
    with django_assert_num_queries(2):
        indexing.refresh()


@pytest.mark.parametrize("count", [1, 60])
def test_renewal_costs_a_fixed_number_of_queries(
    catalogue: Catalogue, count: int, django_assert_num_queries: Any
) -> None:
    indexing.refresh()
    colour = catalogue.property("Цвет")
    for number in range(count):
        catalogue.product(
            f"Арка {number}",
            properties={colour: [catalogue.value(colour, str(number)).ref]},
            prices={0: "1.00"},
            stock="1",
        )
    # state 2, twice; reading 1 + 1 + 8; stock that changed 1; what documents are made of 5 + 3;
    # cursors 2
    with django_assert_num_queries(25):
        indexing.refresh()
