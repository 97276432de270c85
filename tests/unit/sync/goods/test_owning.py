"""Owners of fields: what an exchange keeps, what it fills, and what a person may write."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from sync import ports
from sync.goods import owning
from sync.intake.goods import PRODUCTS
from sync.models import Category, ChangeBatch, Connection, Offer, Picture, Product
from tests.factories.base import UserFactory
from tests.factories.commerceml import (
    classifier,
    goods,
    group,
    offer,
    package,
    product,
    prop,
    state_of_mirror,
    take,
)
from tests.factories.sync import AT, CategoryFactory, ConnectionFactory, ProductFactory

pytestmark = pytest.mark.django_db


def own(connection: Connection, **owners: str) -> None:
    owning.set_owners(connection=connection, owners=owners, by=None, at=AT)


def told(name: str = "Ручка", *, text: str = "Старый текст", group_ref: str = "g1") -> str:
    """A whole exchange: two groups, a product in one of them, its offer."""
    inside = (
        f"<Артикул>Р-1</Артикул><Описание>{text}</Описание>"
        f"<Группы><Ид>{group_ref}</Ид></Группы>"
        '<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>'
    )
    return (
        classifier(group("g1", "Ручки") + group("g2", "Петли"))
        + goods(product("p", name, inside))
        + package(offer("p", "<Артикул>Р-1</Артикул>", name))
    )


def the_product() -> Product:
    found: Product = Product.objects.get(ref="p")
    return found


@pytest.mark.gotcha(46)
def test_what_the_portal_owns_survives_the_next_full_exchange() -> None:
    base = ConnectionFactory()
    take(base, told())
    own(base, name="portal", description="portal", category="portal")
    hinges = Category.objects.get(ref="g2")
    owning.set_fields(
        product=the_product(),
        by=None,
        at=AT,
        name="Ручка «Ладья»",
        description="Наш текст",
        category=hinges,
    )

    run = take(base, told("РУЧКА ЛАДЬЯ", text="Новый текст 1С"))

    it = the_product()
    assert run.state == "done"
    assert (it.name, it.description, it.category) == ("Ручка «Ладья»", "Наш текст", hinges)
    assert it.name_key == "ручка «ладья»"
    # the plain offer is the product itself
    assert Offer.objects.get(ref="p").name == "Ручка «Ладья»"


@pytest.mark.gotcha(46)
def test_a_field_given_back_is_written_by_the_next_message_although_it_says_nothing_new() -> None:
    base = ConnectionFactory()
    take(base, told())
    own(base, name="portal", category="portal", sku="portal")
    owning.set_fields(
        product=the_product(), by=None, at=AT, name="Своё", category=None, sku="СВОЙ-1"
    )
    take(base, told())
    assert (the_product().name, the_product().sku) == ("Своё", "СВОЙ-1")

    own(base, name="1c", category="1c", sku="1c")
    take(base, told())

    it = the_product()
    assert (it.name, it.sku, it.sku_key) == ("Ручка", "Р-1", "р1")
    assert it.category == Category.objects.get(ref="g1")
    plain = Offer.objects.get(ref="p")
    assert (plain.name, plain.sku) == ("Ручка", "Р-1")


def test_a_new_product_takes_the_word_of_1c_whoever_owns_the_field() -> None:
    base = ConnectionFactory()
    own(base, **dict.fromkeys(owning.FIELDS, "portal"))

    take(base, told())

    it = the_product()
    assert (it.name, it.sku, it.unit, it.description) == ("Ручка", "Р-1", "шт", "Старый текст")
    assert it.category == Category.objects.get(ref="g1")
    assert Offer.objects.get(ref="p").sku == "Р-1"


def test_with_owners_the_same_file_twice_writes_nothing() -> None:
    base = ConnectionFactory()
    own(base, **dict.fromkeys(owning.FIELDS, "portal"))
    take(base, told())
    before = state_of_mirror()

    run = take(base, told())

    assert (run.created_count, run.changed_count) == (0, 0)
    assert state_of_mirror() == before


def test_1c_fills_what_is_empty_and_leaves_what_is_not() -> None:
    base = ConnectionFactory()
    own(base, description="fill", country="fill", pictures="fill")
    bare = product("p", "Ручка", "<Описание>Текст 1С</Описание>")
    full = product(
        "p",
        "Ручка",
        "<Описание>Другой</Описание><Страна>Россия</Страна><Картинка>a.png</Картинка>",
    )
    take(base, goods(bare))

    take(base, goods(full))

    it = the_product()
    assert (it.description, it.country, it.pictures) == ("Текст 1С", "Россия", ["a.png"])


@pytest.mark.parametrize("owner", ["portal", "fill"])
def test_mapped_fields_that_are_the_portals_are_not_filled_anew(owner: str) -> None:
    base = ConnectionFactory(field_map={"brand": "Бренд", "series": "Серия"})
    inside = (
        "<ЗначенияСвойств>"
        "<ЗначенияСвойства><Ид>b</Ид><Значение>Лад</Значение></ЗначенияСвойства>"
        "<ЗначенияСвойства><Ид>s</Ид><Значение>Ночь</Значение></ЗначенияСвойства>"
        "</ЗначенияСвойств>"
    )
    take(base, classifier(properties=prop("b", "Бренд")) + goods(product("p", inside=inside)))
    own(base, brand=owner)
    owning.set_fields(product=the_product(), by=None, at=AT, brand="ЯК")

    # the property gets its name at last, so the mapped fields of all goods are filled anew
    take(base, classifier(properties=prop("s", "Серия")))

    assert (the_product().brand, the_product().series) == ("ЯК", "Ночь")


def test_a_group_that_comes_late_still_places_a_new_product() -> None:
    base = ConnectionFactory()
    own(base, category="portal")
    take(base, goods(product("p", inside="<Группы><Ид>g9</Ид></Группы>")))

    take(base, classifier(group("g9", "Поздняя")))

    assert the_product().category == Category.objects.get(ref="g9")


def test_without_owners_the_target_is_the_very_same() -> None:
    base = ConnectionFactory()

    assert owning.owned(PRODUCTS, base) is PRODUCTS
    own(base, name="portal")
    assert owning.owned(PRODUCTS, base) is not PRODUCTS
    own(base, name="1c")
    assert base.field_ownership == {}
    assert owning.owned(PRODUCTS, base) is PRODUCTS


def test_owners_are_written_once_and_told_in_the_history() -> None:
    base = ConnectionFactory()
    person = UserFactory()

    assert owning.set_owners(connection=base, owners={"name": "portal"}, by=person, at=AT)
    assert not owning.set_owners(connection=base, owners={"name": "portal"}, by=person, at=AT)

    [entry] = ModelLogEntry.objects.filter(action="sync.owners")
    assert (entry.user, entry.data) == (person, {"fields": {"name": "portal"}})
    assert str(owning.BADGES["portal"]) in entry.message


@pytest.mark.parametrize("owners", [{"nothing": "portal"}, {"name": "nobody"}])
def test_a_strange_field_or_owner_is_refused(owners: dict[str, str]) -> None:
    base = ConnectionFactory()
    with pytest.raises(ValueError, match="no"):
        owning.set_owners(connection=base, owners=owners, by=None, at=AT)
    assert owning.owner_of(base, "name") is owning.Owner.ONEC


def test_an_owner_that_no_version_knows_any_more_is_1c() -> None:
    base = ConnectionFactory(field_ownership={"name": "nobody"})

    assert owning.owner_of(base, "name") is owning.Owner.ONEC
    assert owning.mark(base) == ""


def test_what_1c_owns_cannot_be_written_by_hand() -> None:
    it = ProductFactory()

    with pytest.raises(owning.NotOurs, match="name"):
        owning.set_fields(product=it, by=None, at=AT, name="Другое")


def test_writing_moves_the_change_batch_and_tells_the_followers(
    monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    it = ProductFactory(connection=ConnectionFactory(field_ownership={"name": "portal"}))
    heard: list[str] = []
    monkeypatch.setattr(ports, "tell_mirror_changed", lambda: heard.append("changed"))
    person = UserFactory()

    with django_capture_on_commit_callbacks(execute=True):
        changed = owning.set_fields(product=it, by=person, at=AT, name=" Другое  имя ")

    it.refresh_from_db()
    assert (changed, it.name, it.name_key) == (["name"], "Другое имя", "другое имя")
    assert it.changed_in == ChangeBatch.objects.latest("pk").pk
    assert heard == ["changed"]
    [entry] = ModelLogEntry.objects.filter(action="sync.fields")
    assert entry.user == person
    assert "Другое имя" in entry.message


def test_writing_what_is_there_already_writes_nothing() -> None:
    it = ProductFactory(connection=ConnectionFactory(field_ownership={"name": "portal"}))

    assert owning.set_fields(product=it, by=None, at=AT, name=it.name) == []
    assert not ChangeBatch.objects.exists()
    assert not ModelLogEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "я" * 1001),
        ("pack_multiple", Decimal(0)),
        ("min_quantity", None),
        ("weight", Decimal(-1)),
        ("vat_rate", Decimal("-0.01")),
        ("weight", Decimal("1e13")),
        ("pictures", ["unknown.png"]),
    ],
)
def test_values_that_cannot_be_are_refused_by_field(field: str, value: Any) -> None:
    it = ProductFactory(connection=ConnectionFactory(field_ownership={field: "portal"}))

    with pytest.raises(ValidationError) as refusal:
        owning.set_fields(product=it, by=None, at=AT, **{field: value})

    assert list(refusal.value.message_dict) == [field]


def test_a_category_of_another_base_or_an_archived_one_is_refused() -> None:
    base = ConnectionFactory(field_ownership={"category": "portal"})
    it = ProductFactory(connection=base)

    for strange in (CategoryFactory(), CategoryFactory(connection=base, archived=True)):
        with pytest.raises(ValidationError):
            owning.set_fields(product=it, by=None, at=AT, category=strange)


def test_pictures_are_ordered_and_left_out_by_name() -> None:
    base = ConnectionFactory(field_ownership={"pictures": "portal"})
    it = ProductFactory(connection=base, pictures=["a.png", "b.png"])
    Picture.objects.create(connection=base, name="c.png", sha256="c", path="c.png")

    owning.set_fields(
        product=it, by=None, at=AT, pictures=["c.png", "b.png", "c.png", "https://x.ru/d.png"]
    )

    it.refresh_from_db()
    assert it.pictures == ["c.png", "b.png", "https://x.ru/d.png"]


def test_offers_with_a_characteristic_stay_1cs() -> None:
    base = ConnectionFactory()
    take(base, goods(product("p")) + package(offer("p#a", name="Ручка (белая)")))
    own(base, name="portal")
    owning.set_fields(product=the_product(), by=None, at=AT, name="Своё")

    take(base, package(offer("p#a", name="Ручка (чёрная)")))

    assert Offer.objects.get(ref="p#a").name == "Ручка (чёрная)"


def test_a_plain_offer_that_comes_later_starts_with_the_products_words() -> None:
    base = ConnectionFactory()
    take(base, goods(product("p", inside="<Артикул>Р-1</Артикул>")))
    own(base, name="portal", sku="fill")
    owning.set_fields(product=the_product(), by=None, at=AT, name="Своё", sku="СВОЙ")

    take(base, package(offer("p", "<Артикул>Р-1</Артикул>")))

    it = Offer.objects.get(ref="p")
    assert (it.name, it.sku, it.sku_key) == ("Своё", "СВОЙ", "свой")


@pytest.mark.parametrize(
    ("field", "value", "is_empty"),
    [
        ("weight", None, True),
        ("weight", 1, False),
        ("vat_rate", 1, False),
        ("pack_multiple", 1, True),
        ("min_quantity", 2, False),
        ("brand", "", True),
        ("brand", "1", False),
        ("pictures", [], True),
        ("pictures", ["a.png"], False),
        ("category", None, True),
        ("category", 1, False),
    ],
)
def test_empty_is_one_rule(field: str, value: object, is_empty: bool) -> None:
    assert owning.is_empty(field, value) is is_empty
