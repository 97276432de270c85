"""Maps: what waits for a person, what he says, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from sync import ports
from sync.goods import mapping
from sync.goods.mapping import PriceTypeAnswers
from sync.models import Alias, ChangeBatch, PriceType, Warehouse
from tests.factories.base import UserFactory
from tests.factories.commerceml import goods, offer, package, price, price_type, product, take
from tests.factories.dealer_area import DealerFactory
from tests.factories.sync import (
    AT,
    AgreementFactory,
    ConnectionFactory,
    ContractFactory,
    CounterpartyFactory,
    OfferFactory,
    PriceTypeFactory,
    WarehouseFactory,
    tell_prices,
)

pytestmark = pytest.mark.django_db


def word(base: Any, told: str, kind: str = "unit", means: str = "") -> Alias:
    return Alias.objects.create(connection=base, kind=kind, told=told, means=means, seen_at=AT)


@pytest.mark.gotcha(38)
def test_prices_of_an_unmapped_type_are_loaded_and_the_type_asks_for_a_person() -> None:
    base = ConnectionFactory()
    content = package(offer("p", f"<Цены>{price('club', '258')}</Цены>"))

    run = take(base, goods(product("p")) + content)

    [row] = mapping.price_type_rows(base)
    assert (row.price_type.ref, row.prices, row.is_used) == ("club", 1, False)
    assert row.asks == ("name", "vat")
    assert any("club" in text for text in run.warnings)
    assert mapping.unmapped_counts([base.pk]) == {base.pk: 1}


@pytest.mark.gotcha(39)
def test_an_identifier_that_is_no_guid_is_mapped_like_any_other() -> None:
    base = ConnectionFactory()
    ref = "f5a1d3c0-2f6b-11e4-8f2c-0025904f970d_CLUB_Россия, Москва"
    take(base, package(types=price_type(ref, "Клуб")))
    kind = PriceType.objects.get(ref=ref)

    answers = PriceTypeAnswers(title="Клубная", is_default=True)
    mapping.set_price_type(price_type=kind, answers=answers, by=None, at=AT)

    kind.refresh_from_db()
    assert (str(kind), kind.is_default) == ("Клубная", True)


def test_what_waits_is_counted_by_base_and_map(django_assert_num_queries: Any) -> None:
    base, quiet = ConnectionFactory(), ConnectionFactory()
    PriceTypeFactory(connection=base, vat_included=None)
    PriceTypeFactory(connection=base, vat_included=None, vat_answer=False)
    PriceTypeFactory(connection=base, currency="крб")
    PriceTypeFactory(connection=base, vat_included=None, archived=True)
    WarehouseFactory(connection=base, name="")
    WarehouseFactory(connection=base, name="", ref="")
    WarehouseFactory(connection=base, name="", title="Тверь")
    word(base, "вязанка")
    word(base, "упак.10", means="упак")
    word(base, "крб", "currency")

    with django_assert_num_queries(4):
        found = mapping.unmapped_by_tab([base.pk, quiet.pk])

    assert found[base.pk] == {
        "price_types": 2,
        "warehouses": 1,
        "units": 1,
        "currencies": 1,
        "statuses": 0,
    }
    assert mapping.unmapped_counts([base.pk, quiet.pk]) == {base.pk: 5, quiet.pk: 0}


def test_price_types_tell_who_uses_them_and_those_that_ask_come_first() -> None:
    base = ConnectionFactory()
    used = PriceTypeFactory(connection=base, name="А")
    asking = PriceTypeFactory(connection=base, name="Я", vat_included=None)
    AgreementFactory(connection=base, price_type=used)
    ContractFactory(
        connection=base, price_type=used, counterparty=CounterpartyFactory(connection=base)
    )
    DealerFactory(connection=base, price_type=used)
    tell_prices(OfferFactory(product__connection=base), {used.pk: "1.00", asking.pk: "2.00"})
    tell_prices(OfferFactory(product__connection=base), {used.pk: "1.00"})

    rows = mapping.price_type_rows(base)

    assert [row.price_type for row in rows] == [asking, used]
    last = rows[1]
    assert (last.prices, last.agreements, last.contracts, last.dealers) == (2, 1, 1, 1)
    assert (last.is_used, rows[0].is_used, rows[0].prices) == (True, False, 1)


def test_counts_of_prices_are_kept_until_a_price_changes(django_assert_num_queries: Any) -> None:
    base = ConnectionFactory()
    kind = PriceTypeFactory(connection=base)
    told = tell_prices(OfferFactory(product__connection=base), {kind.pk: "1.00"})
    assert mapping.prices_by_type(base) == {str(kind.pk): 1}

    with django_assert_num_queries(1):
        mapping.prices_by_type(base)
    told.amounts, told.changed_in = {}, 7
    told.save()

    assert mapping.prices_by_type(base) == {}


def test_answers_about_a_price_type_are_written_once_and_told_in_the_history() -> None:
    kind = PriceTypeFactory(vat_included=None)
    former = PriceTypeFactory(connection=kind.connection, is_default=True)
    person = UserFactory()
    answers = PriceTypeAnswers(title="  Дилер   КЗН ", vat_inside=False, is_default=True)

    assert mapping.set_price_type(price_type=kind, answers=answers, by=person, at=AT)
    assert not mapping.set_price_type(price_type=kind, answers=answers, by=person, at=AT)

    kind.refresh_from_db()
    former.refresh_from_db()
    assert (kind.title, kind.has_vat_inside, kind.is_default) == ("Дилер КЗН", False, True)
    assert not former.is_default
    [entry] = ModelLogEntry.objects.filter(action="sync.map")
    assert entry.user == person
    assert "Дилер КЗН" in entry.message


def test_the_word_of_1c_about_vat_comes_before_a_persons() -> None:
    base = ConnectionFactory()
    kind = PriceTypeFactory(connection=base, ref="t", vat_included=None, digest=0)
    answers = PriceTypeAnswers(vat_inside=False)
    mapping.set_price_type(price_type=kind, answers=answers, by=None, at=AT)

    take(base, package(types=price_type("t")))

    kind.refresh_from_db()
    assert (kind.vat_included, kind.vat_answer, kind.has_vat_inside) == (True, False, True)
    mapping.set_price_type(price_type=kind, answers=PriceTypeAnswers(), by=None, at=AT)
    kind.refresh_from_db()
    assert kind.vat_answer is False  # it is not asked any more


def test_a_warehouse_moves_the_change_batch_so_that_the_search_follows(
    monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    place = WarehouseFactory()
    heard: list[str] = []
    monkeypatch.setattr(ports, "tell_mirror_changed", lambda: heard.append("changed"))
    person = UserFactory()

    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            mapping.set_warehouse(
                warehouse=place, title="Тверь", is_sold_from=False, by=person, at=AT
            )

    place.refresh_from_db()
    assert (str(place), place.is_sold_from) == ("Тверь", False)
    assert place.changed_in == ChangeBatch.objects.latest("pk").pk
    assert heard == ["changed"]
    assert ModelLogEntry.objects.filter(action="sync.map", user=person).count() == 1


def test_what_a_person_said_survives_the_next_exchange() -> None:
    base = ConnectionFactory()
    places = "<Склад><Ид>w</Ид><Наименование>Склад 1</Наименование></Склад>"
    take(base, package(types=price_type("t"), places=places))
    place, kind = Warehouse.objects.get(), PriceType.objects.get()
    mapping.set_warehouse(warehouse=place, title="Тверь", is_sold_from=False, by=None, at=AT)
    answers = PriceTypeAnswers(title="Дилер", is_default=True)
    mapping.set_price_type(price_type=kind, answers=answers, by=None, at=AT)

    take(base, package(types=price_type("t", "Опт 2"), places=places.replace("1<", "2<")))

    place.refresh_from_db()
    kind.refresh_from_db()
    assert (place.name, place.title, place.is_sold_from) == ("Склад 2", "Тверь", False)
    assert (kind.name, kind.title, kind.is_default) == ("Опт 2", "Дилер", True)


@pytest.mark.gotcha(40)
def test_a_currency_that_is_named_goes_to_its_price_types_and_back() -> None:
    base = ConnectionFactory()
    told = PriceTypeFactory(connection=base, currency="крб", currency_told="крб")
    old = PriceTypeFactory(connection=base, currency="крб", currency_told="")
    other = PriceTypeFactory(connection=base, currency="BYN", currency_told="933")
    alias = word(base, "крб", "currency")

    assert mapping.set_word(alias=alias, means="byn", by=None, at=AT)
    for row in (told, old, other):
        row.refresh_from_db()
        assert row.currency == "BYN"

    assert mapping.set_word(alias=alias, means="", by=None, at=AT)
    for row in (told, old, other):
        row.refresh_from_db()
    assert (told.currency, old.currency, other.currency) == ("крб", "крб", "BYN")


@pytest.mark.parametrize("means", ["рубли", "RU", "R1B", "RUBL"])
def test_a_currency_is_three_latin_letters(means: str) -> None:
    alias = word(ConnectionFactory(), "крб", "currency")

    with pytest.raises(ValidationError):
        mapping.set_word(alias=alias, means=means, by=None, at=AT)


def test_a_unit_that_is_explained_waits_for_the_worker_and_is_told_in_the_history() -> None:
    base = ConnectionFactory(name="База 1С")
    alias = word(base, "вязанка")
    person = UserFactory()

    assert mapping.set_word(alias=alias, means=" вяз ", by=person, at=AT)
    assert not mapping.set_word(alias=alias, means="вяз", by=person, at=AT)

    alias.refresh_from_db()
    assert (alias.means, alias.is_pending) == ("вяз", True)
    [entry] = ModelLogEntry.objects.filter(action="sync.word")
    assert (entry.object_id, entry.user) == (str(base.pk), person)
    assert "вязанка" in entry.message
    assert "вяз" in entry.message


def test_one_more_word_is_added_once() -> None:
    base = ConnectionFactory()

    made = mapping.add_word(
        connection=base, kind="unit", told=" упак ", means="короб", by=None, at=AT
    )

    assert (made.told, made.means, made.is_pending) == ("упак", "короб", True)
    for told, means in (("упак", "ящ"), ("", "ящ"), ("кор", " ")):
        with pytest.raises(ValidationError):
            mapping.add_word(connection=base, kind="unit", told=told, means=means, by=None, at=AT)
