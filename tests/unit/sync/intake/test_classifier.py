"""Groups, properties, dictionaries, price types and warehouses."""

from __future__ import annotations

import pytest

from sync.models import Category, Connection, PriceType, Property, PropertyValue, Warehouse
from tests.factories.commerceml import classifier, group, package, price_type, prop, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def parents() -> dict[str, str | None]:
    return dict(Category.objects.values_list("ref", "parent__ref"))


def test_groups_form_a_tree_that_follows_moves(base: Connection) -> None:
    take(base, classifier(group("a", "А", group("b", "Б", group("c", "В"))) + group("d", "Г")))
    assert parents() == {"a": None, "b": "a", "c": "b", "d": None}
    run = take(base, classifier(group("d", "Г", group("b", "Б", group("c", "В")))))
    assert parents() == {"a": None, "b": "d", "c": "b", "d": None}
    assert run.changed_count == 1
    take(base, classifier(group("b", "Б")))
    assert parents()["b"] is None


def test_an_overlong_identifier_is_refused_and_counted_once(base: Connection) -> None:
    run = take(base, classifier(group("x" * 256, "Х") + group("a", "А")))
    assert (run.read_count, run.created_count, run.rejected_count) == (2, 1, 1)


@pytest.mark.gotcha(22)
def test_an_absent_group_stays(base: Connection) -> None:
    take(base, classifier(group("a", "А") + group("b", "Б")))
    take(base, classifier(group("a", "А")))
    assert Category.objects.current().count() == 2


def test_a_deleted_group_is_archived(base: Connection) -> None:
    take(base, classifier("<Группа><Ид>a</Ид><Наименование>А</Наименование></Группа>"))
    take(base, classifier("<Группа><Ид>a</Ид><ПометкаУдаления>true</ПометкаУдаления></Группа>"))
    it = Category.objects.get()
    assert (it.archived, it.name) == (True, "А")


@pytest.mark.gotcha(42)
def test_a_dictionary_may_come_in_parts(base: Connection) -> None:
    take(base, classifier(properties=prop("p", "Цвет", {"v1": "Белый"})))
    take(base, classifier(properties=prop("p", "Цвет", {"v2": "Серый"})))
    assert Property.objects.get().value_type == "Справочник"
    assert dict(PropertyValue.objects.values_list("ref", "value")) == {"v1": "Белый", "v2": "Серый"}


def test_entries_with_the_ref_of_another_dictionary_do_not_flutter(base: Connection) -> None:
    both = classifier(properties=prop("p", "А", {"да": "Да"}) + prop("q", "Б", {"да": "Да"}))
    take(base, both)
    assert take(base, both).changed_count == 0


def test_price_types_get_slots_until_they_run_out(base: Connection) -> None:
    take(base, package(types="".join(price_type(f"t{n}") for n in range(20))))
    take(ConnectionFactory(), package(types="".join(price_type(f"t{n}") for n in range(20))))
    slots = list(PriceType.objects.order_by("pk").values_list("slot", flat=True))
    assert slots == [*range(32), *[None] * 8]
    assert not PriceType.objects.filter(is_default=True).exists()


def test_an_untold_tax_and_currency_keep_what_is_known(base: Connection) -> None:
    take(base, package(types=price_type("t", "Опт", "USD")))
    take(base, package(types="<ТипЦены><Ид>t</Ид><Наименование>Опт 2</Наименование></ТипЦены>"))
    it = PriceType.objects.get()
    assert (it.name, it.currency, it.vat_included) == ("Опт 2", "USD", True)


def test_a_warehouse_has_a_name_and_an_address(base: Connection) -> None:
    place = (
        "<Склад><Ид>w</Ид><Наименование>Главный</Наименование><Адрес><Представление>"
        "170000, Тверь, , Ленина 1</Представление></Адрес></Склад>"
    )
    run = take(base, package(places=place + "<Склад><Наименование>Без Ид</Наименование></Склад>"))
    it = Warehouse.objects.get()
    assert (it.name, it.address) == ("Главный", "170000, Тверь, Ленина 1")
    assert run.rejected_count == 1


VALUE = "<{0}><Ид>v1</Ид><Значение>Белый</Значение></{0}>"


@pytest.mark.parametrize(
    "told",
    [
        # УТ 10.2 with the module of Bitrix
        "<Свойство><Ид>p</Ид><Наименование>Цвет</Наименование><ТипыЗначений><ТипЗначений>"
        "<Тип>Справочник</Тип><Описание>Значения</Описание><ВариантыЗначений>"
        f"{VALUE.format('ВариантЗначения')}"
        "</ВариантыЗначений></ТипЗначений></ТипыЗначений></Свойство>",
        # third parties
        "<Свойство><Ид>p</Ид><Наименование>Цвет</Наименование><ВариантыЗначений>"
        f"{VALUE.format('ВариантЗначения')}</ВариантыЗначений></Свойство>",
        # УТП for Ukraine
        "<СвойствоНоменклатуры><Ид>p</Ид><Наименование>Цвет</Наименование><ВариантыЗначений>"
        f"{VALUE.format('Справочник')}</ВариантыЗначений></СвойствоНоменклатуры>",
    ],
)
def test_dictionaries_in_their_older_forms(base: Connection, told: str) -> None:
    take(base, classifier(properties=told))
    known = Property.objects.get()
    assert (known.ref, known.name, known.value_type) == ("p", "Цвет", "Справочник")
    assert list(PropertyValue.objects.values_list("ref", "property_ref", "value")) == [
        ("v1", "p", "Белый")
    ]
    again = take(base, classifier(properties=told))
    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 2)


def test_a_property_of_other_values_keeps_their_kind(base: Connection) -> None:
    kinds = "<ТипЗначений><Тип>Число</Тип></ТипЗначений>"
    head = "<Ид>p</Ид><Наименование>Вес</Наименование>"
    take(
        base,
        classifier(properties=f"<Свойство>{head}<ТипыЗначений>{kinds}</ТипыЗначений></Свойство>"),
    )
    assert Property.objects.get().value_type == "Число"
    take(base, classifier(properties=f"<СвойствоНоменклатуры>{head}</СвойствоНоменклатуры>"))
    assert Property.objects.get().value_type == ""
