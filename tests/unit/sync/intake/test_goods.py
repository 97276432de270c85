"""Goods: fields, groups that come late, deletion, mapped fields."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.intake.goods import place
from sync.models import Category, ChangeBatch, Connection, Product, Run
from tests.factories.commerceml import classifier, goods, group, product, prop
from tests.factories.commerceml import take as take_file
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def take(base: Connection, content: str) -> Run:
    run = take_file(base, content)
    assert run.state == Run.State.DONE, run.error
    return run


def values(ref: str, *told: str) -> str:
    inside = "".join(f"<Значение>{each}</Значение>" for each in told)
    return f"<ЗначенияСвойства><Ид>{ref}</Ид>{inside}</ЗначенияСвойства>"


@pytest.mark.gotcha(41)
def test_the_fields_of_a_product(base: Connection) -> None:
    take(
        base,
        goods(
            product(
                "P1",
                "Ёлочный фасад",
                "<Артикул>ЯК-110 нд</Артикул><Штрихкод>4600000000017</Штрихкод>"
                '<БазоваяЕдиница Код="796 ">796</БазоваяЕдиница><Страна>Россия</Страна>'
                "<Описание>Текст</Описание><Вес>1.5</Вес><Картинка>a.jpg</Картинка>"
                "<Картинка>b.jpg</Картинка><ЗначенияСвойств>"
                + values("s", "x", "y")
                + "</ЗначенияСвойств><СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование>"
                "<Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов><ЗначенияРеквизитов>"
                "<ЗначениеРеквизита><Наименование>Полное наименование</Наименование>"
                "<Значение>Фасад целиком</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>",
            )
        ),
    )
    it = Product.objects.get()
    assert (it.ref, it.name, it.name_key) == ("P1", "Ёлочный фасад", "елочный фасад")
    assert (it.sku, it.sku_key, it.unit, it.country) == ("ЯК-110 нд", "як110нд", "шт", "Россия")
    assert (it.vat_rate, it.weight) == (Decimal(22), Decimal("1.5"))
    assert (it.description, it.full_name) == ("Текст", "Фасад целиком")
    assert it.pictures == ["a.jpg", "b.jpg"]
    assert it.properties == [["s", ["x", "y"]]]
    assert it.pack_multiple == it.min_quantity == Decimal(1)


def test_guids_are_the_same_in_any_case_and_codes_are_not(base: Connection) -> None:
    guid = "0EAC4B04-969E-11E6-80CC-8BA31E8E113C"
    take(base, goods(product(guid), product(guid.lower()), product("Код"), product("КОД")))
    assert set(Product.objects.values_list("ref", flat=True)) == {guid.lower(), "Код", "КОД"}


@pytest.mark.gotcha(44, 45)
def test_what_a_delta_does_not_tell_is_kept(base: Connection) -> None:
    take(base, goods(product("p", inside="<Описание>Текст</Описание><Картинка>a.jpg</Картинка>")))
    take(base, goods(product("p", "Иначе")))
    it = Product.objects.get()
    assert (it.name, it.description, it.pictures) == ("Иначе", "Текст", ["a.jpg"])
    take(base, goods(product("p", "Иначе", "<Картинка/>")))
    assert Product.objects.get().pictures == []


@pytest.mark.parametrize(
    "element",
    [
        '<Товар Статус="Удален"><Ид>p</Ид></Товар>',
        "<Товар><Ид>p</Ид><Статус>Удален</Статус></Товар>",
        "<Товар><Ид>p</Ид><ПометкаУдаления>true</ПометкаУдаления></Товар>",
        product("p", "Ручка", "<ПометкаУдаления>true</ПометкаУдаления>"),
    ],
)
@pytest.mark.gotcha(24)
def test_a_deleted_product_is_archived_and_comes_back(base: Connection, element: str) -> None:
    take(base, goods(product("p")))
    take(base, goods(element))
    assert (Product.objects.get().archived, Product.objects.get().name) == (True, "Ручка")
    take(base, goods(product("p")))
    assert Product.objects.get().archived is False


def test_a_deletion_mark_on_an_unknown_product_makes_none(base: Connection) -> None:
    take(base, goods('<Товар Статус="Удален"><Ид>p</Ид></Товар>'))
    assert not Product.objects.exists()


@pytest.mark.gotcha(33)
def test_variants_inside_the_catalogue_are_one_product(base: Connection) -> None:
    take(base, goods(product("p#a", "Ручка (медь)"), product("p#b", "Ручка (хром)")))
    assert [(it.ref, it.name) for it in Product.objects.all()] == [("p", "Ручка (медь)")]


@pytest.mark.gotcha(28)
def test_an_identifier_twice_in_a_file_is_as_the_last_says(base: Connection) -> None:
    run = take(base, goods(product("p", "Первая"), product("p", "Вторая")))
    assert Product.objects.get().name == "Вторая"
    assert run.warning_count == 1


def test_a_group_that_comes_later_takes_its_products_in(base: Connection) -> None:
    inside = "<Группы><Ид>g2</Ид><Ид>g1</Ид></Группы>"
    take(base, goods(product("p", inside=inside), product("q")))
    assert Product.objects.get(ref="p").category is None
    take(base, classifier(group("g1", "Первая")))
    assert Product.objects.get(ref="p").category == Category.objects.get(ref="g1")
    take(base, classifier(group("g2", "Вторая")))
    it = Product.objects.get(ref="p")
    assert it.category == Category.objects.get(ref="g2")
    assert it.category_pending is False
    assert it.changed_in == ChangeBatch.objects.latest("pk").pk


def test_the_first_known_group_is_the_place() -> None:
    assert place([], {}) == (None, False)
    assert place(["a"], {}) == (None, True)
    assert place(["a", "b"], {"b": ()}) == ("b", True)
    assert place(["a", "b"], {"a": (), "b": ()}) == ("a", False)


@pytest.mark.gotcha(43)
def test_a_manufacturer_with_a_new_identifier_is_no_change(base: Connection) -> None:
    def told(ref: str) -> str:
        maker = f"<Изготовитель><Ид>{ref}</Ид><Наименование>Завод</Наименование></Изготовитель>"
        return goods(product("p", inside=maker))

    take(base, told("1"))
    assert Product.objects.get().brand == "Завод"
    assert take(base, told("2")).unchanged_count == 1


def test_mapped_fields_come_from_properties_and_requisites(base: Connection) -> None:
    base.field_map = {
        "pack_multiple": "кратность",
        "series": ["Серия", "Коллекция"],
        "brand": "БРЕНД",
    }
    base.save()
    inside = (
        "<Изготовитель><Наименование>Завод</Наименование></Изготовитель><ЗначенияСвойств>"
        + values("k", "12")
        + values("b", "b1")
        + "</ЗначенияСвойств><ЗначенияРеквизитов><ЗначениеРеквизита>"
        "<Наименование>Коллекция</Наименование><Значение>Модерн</Значение></ЗначениеРеквизита>"
        "</ЗначенияРеквизитов>"
    )
    properties = prop("k", "Кратность") + prop("b", "Бренд", {"b1": "Аврора"})
    take(base, classifier(properties=properties) + goods(product("p", inside=inside)))
    it = Product.objects.get()
    assert (it.pack_multiple, it.series, it.brand) == (Decimal(12), "Модерн", "Аврора")


def test_a_mapped_property_that_comes_later_fills_its_field(base: Connection) -> None:
    base.field_map = {"pack_multiple": "Кратность"}
    base.save()
    inside = f"<ЗначенияСвойств>{values('k', '6')}</ЗначенияСвойств>"
    take(base, goods(product("p", inside=inside), product("q")))
    assert Product.objects.get(ref="p").pack_multiple == 1
    before = Product.objects.get(ref="q").changed_in
    take(base, classifier(properties=prop("k", "Кратность")))
    assert Product.objects.get(ref="p").pack_multiple == 6
    assert Product.objects.get(ref="q").changed_in == before


def test_a_new_map_reads_known_goods_anew(base: Connection) -> None:
    inside = f"<ЗначенияСвойств>{values('k', '6')}</ЗначенияСвойств>"
    whole = classifier(properties=prop("k", "Кратность")) + goods(product("p", inside=inside))
    take(base, whole)
    base.field_map = {"min_quantity": "Кратность"}
    base.save()
    take(base, whole)
    assert Product.objects.get().min_quantity == 6


def test_what_is_cut_is_warned_of(base: Connection) -> None:
    long = take(
        base,
        goods(product("P1", "я" * 3000), product("P2", "Я", f"<Артикул>{'a' * 400}</Артикул>")),
    )
    assert long.warning_count == 2
    assert "P1" in long.warnings[0]
    assert len(Product.objects.get(ref="P1").name) == 1000


def test_a_sum_and_a_date_that_nobody_can_read_are_warned_of(base: Connection) -> None:
    told = "<Номер>{}</Номер><Дата>{}</Дата><Сумма>{}</Сумма>"
    documents = [("1", "2026-01-01", "сто"), ("2", "32.13.2026", "5"), ("3", "0001-01-01", "")]
    text = "".join(f"<Документ>{told.format(*each)}</Документ>" for each in documents)
    run = take(base, text)
    assert run.warning_count == 2
    assert ("сто" in run.warnings[0], "32.13.2026" in run.warnings[1]) == (True, True)
