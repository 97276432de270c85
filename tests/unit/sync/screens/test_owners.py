"""Owners of fields and the form of a product's fields in the admin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dealer_area.roles import GroupName
from sync.goods import owning
from sync.models import Product
from tests.factories.admin import signed_in
from tests.factories.sync import (
    CategoryFactory,
    ConnectionFactory,
    OfferFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


def owners_at(base: Any) -> str:
    return reverse("exchange:owners-of", args=[base.pk])


def fields_at(product: Product) -> str:
    return reverse("exchange:product-fields", args=[product.pk])


def all_of(owner: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(owning.FIELDS, owner), **others}


def is_refused(answer: Any) -> bool:
    """The admin leads whoever may not back to its first screen."""
    return bool(answer.status_code == 302 and answer["Location"] == reverse("wagtailadmin_home"))


@pytest.fixture
def integrator() -> Client:
    return signed_in(GroupName.INTEGRATION)


@pytest.fixture
def editor() -> Client:
    return signed_in(GroupName.CATALOGUE)


def test_owners_are_chosen_field_by_field(integrator: Client) -> None:
    base = ConnectionFactory()
    page = integrator.get(owners_at(base))
    assert page.content.decode().count('type="radio"') == 3 * len(owning.FIELDS)

    answer = integrator.post(owners_at(base), all_of("1c", name="portal", country="fill"))

    assert answer.status_code == 302
    base.refresh_from_db()
    assert base.field_ownership == {"name": "portal", "country": "fill"}


def test_an_owner_that_is_none_changes_nothing(integrator: Client) -> None:
    base = ConnectionFactory()

    answer = integrator.post(owners_at(base), all_of("portal", name="nobody"))

    assert answer.status_code == 422
    base.refresh_from_db()
    assert base.field_ownership == {}


def test_the_menu_leads_to_the_first_base(integrator: Client) -> None:
    assert integrator.get(reverse("exchange:owners"))["Location"] == reverse(
        "sync_connection_modeladmin_index"
    )
    base = ConnectionFactory()

    assert integrator.get(reverse("exchange:owners"))["Location"] == owners_at(base)


def test_who_may_not_change_bases_sees_no_owners(editor: Client) -> None:
    base = ConnectionFactory()

    assert is_refused(editor.get(owners_at(base)))
    assert is_refused(editor.post(owners_at(base), all_of("portal")))


def test_only_fields_that_are_not_1cs_are_in_the_form(editor: Client) -> None:
    it = ProductFactory(
        connection=ConnectionFactory(field_ownership={"name": "portal", "brand": "fill"})
    )

    form = editor.get(fields_at(it)).context["form"]

    assert list(form.fields) == ["name", "brand"]


def test_where_1c_owns_all_the_form_says_so(editor: Client) -> None:
    page = editor.get(fields_at(ProductFactory()))

    assert page.status_code == 200
    assert b"<textarea" not in page.content
    assert b"help-info" in page.content


def test_every_field_is_written_by_the_form(editor: Client) -> None:
    base = ConnectionFactory(field_ownership=dict.fromkeys(owning.FIELDS, "portal"))
    it = ProductFactory(connection=base, pictures=["a.png", "b.png"])
    place = CategoryFactory(connection=base)

    answer = editor.post(
        fields_at(it),
        {
            "name": "Ручка «Ладья»",
            "full_name": "Ручка-скоба",
            "description": "Первая строка\nвторая",
            "sku": "РЛ-1",
            "barcode": "4600000000017",
            "unit": "пар",
            "country": "Россия",
            "brand": "ЯК",
            "series": "Ладья",
            "weight": "0,25",
            "vat_rate": "",
            "pack_multiple": "10",
            "min_quantity": "20",
            "category": place.pk,
            "pictures": "b.png\na.png",
        },
    )

    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == reverse("sync_product_modeladmin_inspect", args=[it.pk])
    it.refresh_from_db()
    assert (it.name, it.full_name, it.sku, it.sku_key) == (
        "Ручка «Ладья»",
        "Ручка-скоба",
        "РЛ-1",
        "рл1",
    )
    assert it.description.splitlines() == ["Первая строка", "вторая"]
    assert (it.unit, it.unit_told, it.brand, it.series) == ("пар", "пар", "ЯК", "Ладья")
    assert (it.weight, it.vat_rate) == (Decimal("0.25"), None)
    assert (it.pack_multiple, it.min_quantity) == (10, 20)
    assert (it.category, it.category_refs, it.category_pending) == (place, [place.ref], False)
    assert it.pictures == ["b.png", "a.png"]


def test_what_the_form_shows_can_be_saved_as_it_is(editor: Client) -> None:
    base = ConnectionFactory(field_ownership=dict.fromkeys(owning.FIELDS, "portal"))
    it = ProductFactory(connection=base, weight=Decimal("1234.5"), pictures=["a.png"])
    form = editor.get(fields_at(it)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {
        name: (form.fields[name].widget.format_value(value) or "") if value is not None else ""
        for name, value in shown.items()
    }
    data["category"] = ""

    assert editor.post(fields_at(it), data).status_code == 302

    before = it.changed_in
    it.refresh_from_db()
    assert it.changed_in == before
    assert it.weight == Decimal("1234.5")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", " "), ("pack_multiple", "0"), ("weight", "-1"), ("weight", "много")],
)
def test_a_value_that_cannot_be_is_said_at_its_field(
    editor: Client, field: str, value: str
) -> None:
    base = ConnectionFactory(field_ownership={field: "portal"})
    it = ProductFactory(connection=base)

    answer = editor.post(fields_at(it), {field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_picture_that_1c_has_not_sent_is_refused(editor: Client) -> None:
    it = ProductFactory(connection=ConnectionFactory(field_ownership={"pictures": "portal"}))

    answer = editor.post(fields_at(it), {"pictures": "../../secret"})

    assert answer.status_code == 422
    assert "pictures" in answer.context["form"].errors


def test_a_field_of_1c_that_is_sent_all_the_same_is_not_written(editor: Client) -> None:
    it = ProductFactory(
        connection=ConnectionFactory(field_ownership={"brand": "portal"}), name="Ручка"
    )

    editor.post(fields_at(it), {"brand": "ЯК", "name": "Взлом"})

    it.refresh_from_db()
    assert (it.brand, it.name) == ("ЯК", "Ручка")


@pytest.mark.parametrize("group", [GroupName.SALES, GroupName.EDITORS, GroupName.HEAD_OF_SALES])
def test_others_may_not_write_fields(group: GroupName) -> None:
    browser = signed_in(group)
    it = ProductFactory(connection=ConnectionFactory(field_ownership={"name": "portal"}))

    assert is_refused(browser.get(fields_at(it)))
    assert is_refused(browser.post(fields_at(it), {"name": "Взлом"}))
    it.refresh_from_db()
    assert it.name != "Взлом"


def test_the_register_says_whose_each_field_is(integrator: Client) -> None:
    base = ConnectionFactory(field_ownership={"name": "portal", "category": "fill"})
    it = ProductFactory(connection=base)

    page = integrator.get(reverse("sync_product_modeladmin_inspect", args=[it.pk]))

    owners = [str(each["owner"]) for each in page.context["fields"] if "owner" in each]
    assert len(owners) == len(owning.FIELDS) - 1  # pictures are not among the shown
    assert owners.count(str(owning.BADGES["portal"])) == 1
    assert owners.count(str(owning.BADGES["fill"])) == 1
    assert fields_at(it) in page.content.decode()


@pytest.mark.parametrize(("is_plain", "owner"), [(True, "portal"), (False, "1c")])
def test_a_plain_offer_has_the_owner_of_its_product(
    integrator: Client, owner: str, *, is_plain: bool
) -> None:
    base = ConnectionFactory(field_ownership={"name": "portal"})
    it = OfferFactory(product=ProductFactory(connection=base), is_plain=is_plain)

    page = integrator.get(reverse("sync_offer_modeladmin_inspect", args=[it.pk]))

    owners = [str(each["owner"]) for each in page.context["fields"] if "owner" in each]
    assert owners == [str(owning.BADGES[owner]), *2 * [str(owning.BADGES["1c"])]]


def test_the_history_of_a_product_tells_what_was_written(editor: Client) -> None:
    it = ProductFactory(
        connection=ConnectionFactory(field_ownership={"name": "portal"}), name="Ручка"
    )
    editor.post(fields_at(it), {"name": "Ручка «Ладья»"})

    page = editor.get(reverse("sync_product_modeladmin_history", args=[it.pk]))

    assert page.status_code == 200
    assert "Ручка «Ладья»" in page.content.decode()
