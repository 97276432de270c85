"""Which facets are shown, in which order."""

from __future__ import annotations

import pytest

from search import labels
from search.labels import facets, natural_key
from tests.factories.search import Catalogue


@pytest.mark.parametrize(
    "ordered",
    [
        ["7,5 мм", "50 мм", "1000 мм"],
        ["1.5", "2", "10", "белый", "Ёлка", "жёлтый"],
        ["600x400", "600x1000"],
        ["", "А", "А 2", "А 10", "Б"],
    ],
)
def test_natural_key_orders_numbers_by_size(ordered: list[str]) -> None:
    mixed = ordered[::-1]
    mixed.sort(key=natural_key)
    assert mixed == ordered


def test_facets_leave_out_what_divides_nothing(catalogue: Catalogue) -> None:
    colour = catalogue.property("Цвет")
    nameless = catalogue.property("")
    gone = catalogue.property("Старое")
    catalogue.change(gone, archived=True)
    counts = {
        "series": {"Норд": 5},
        f"p{colour.pk}": {"Дуб": 1, "Белый": 2},
        f"p{nameless.pk}": {"а": 1, "б": 2},
        f"p{gone.pk}": {"а": 1, "б": 2},
        "p999999": {"а": 1, "б": 2},
        "x": {"а": 1, "б": 2},
    }
    told = facets(counts, {}, "one")
    assert [(facet.key, [each.value for each in facet.values]) for facet in told] == [
        (f"p{colour.pk}", ["Белый", "Дуб"])
    ]
    # what is chosen stays, so that it can be taken back
    chosen = facets(counts, {"series": {"Норд"}, "brand": {"Нет"}}, "one")
    assert [facet.label for facet in chosen] == ["Бренд", "Серия", "Цвет"]
    assert [(each.count, each.is_chosen) for each in chosen[0].values] == [(0, True)]


def test_facets_show_those_of_most_hits(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "MAX_FACETS", 2)
    monkeypatch.setattr(labels, "MAX_VALUES", 2)
    rare, often, chosen = (catalogue.property(name) for name in ("Редкое", "Частое", "Выбор"))
    counts = {
        f"p{rare.pk}": {"а": 1, "б": 1},
        f"p{often.pk}": {"а": 9, "б": 1, "в": 8},
        f"p{chosen.pk}": {"а": 1, "б": 1},
    }
    told = facets(counts, {f"p{chosen.pk}": {"б"}}, "two")
    assert [(facet.label, [each.value for each in facet.values]) for facet in told] == [
        ("Выбор", ["а", "б"]),
        ("Частое", ["а", "в"]),
    ]


def test_facets_read_true_and_false(catalogue: Catalogue) -> None:
    soft = catalogue.property("Доводчик", "Булево")
    (facet,) = facets({f"p{soft.pk}": {"true": 1, "false": 2}}, {}, "three")
    assert {each.value: each.label for each in facet.values} == {"true": "Да", "false": "Нет"}


def test_facets_show_a_property_that_fills_a_field_only_as_that_field(
    catalogue: Catalogue,
) -> None:
    brand, pack = catalogue.property("Торговая марка"), catalogue.property("Кратность")
    colour = catalogue.property("Цвет")
    base = brand.connection
    base.field_map = {"brand": ["Бренд", "торговая  марка"], "pack_multiple": "Кратность"}
    base.save()
    values = {"а": 1, "б": 2}
    counts = {f"p{each.pk}": values for each in (brand, pack, colour)} | {"brand": values}
    assert [facet.key for facet in facets(counts, {}, "filling")] == ["brand", f"p{colour.pk}"]
