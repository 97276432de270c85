"""Goods get the words that people say units mean."""

from __future__ import annotations

from typing import Any

import pytest

from sync import portions
from sync.goods import mapping, rewording
from sync.models import Alias, ChangeBatch, Connection, Product
from tests.factories.commerceml import goods, product, take
from tests.factories.sync import AT, ConnectionFactory, ProductFactory

pytestmark = pytest.mark.django_db


def says(base: Connection, told: str, means: str) -> Alias:
    row, _made = Alias.objects.get_or_create(
        connection=base, kind="unit", told=told, defaults={"seen_at": AT}
    )
    mapping.set_word(alias=row, means=means, by=None, at=AT)
    row.refresh_from_db()
    return row


def made(base: Connection, unit: str, told: str = "") -> Product:
    row: Product = ProductFactory(connection=base, unit=unit, unit_told=told)
    return row


def test_goods_of_the_word_get_the_new_one_in_one_change_batch() -> None:
    base = ConnectionFactory()
    bundles = [made(base, "вязанка", "вязанка") for _number in range(3)]
    others = [made(base, "шт", "шт"), made(ConnectionFactory(), "вязанка", "вязанка")]
    alias = says(base, "вязанка", "вяз")

    assert rewording.reword(alias_id=alias.pk, at=AT) == 3

    batch = ChangeBatch.objects.latest("pk").pk
    for row in bundles:
        row.refresh_from_db()
        assert (row.unit, row.unit_told, row.changed_in) == ("вяз", "вязанка", batch)
    for row in others:
        row.refresh_from_db()
        assert row.changed_in == 0


def test_another_meaning_does_not_touch_goods_that_1c_calls_so_itself() -> None:
    base = ConnectionFactory()
    mapped, own = made(base, "кор", "короба"), made(base, "кор", "кор")
    alias = says(base, "короба", "короб")

    rewording.reword(alias_id=alias.pk, at=AT)

    mapped.refresh_from_db()
    own.refresh_from_db()
    assert (mapped.unit, own.unit) == ("короб", "кор")


def test_a_meaning_taken_back_gives_the_goods_the_usual_word() -> None:
    base = ConnectionFactory()
    row = made(base, "штука", "ШТ.")
    alias = Alias.objects.create(
        connection=base, kind="unit", told="ШТ.", means="штука", seen_at=AT
    )
    says(base, "ШТ.", "")

    rewording.reword(alias_id=alias.pk, at=AT)

    row.refresh_from_db()
    assert row.unit == "шт"


def test_what_is_done_is_not_done_again() -> None:
    base = ConnectionFactory()
    made(base, "вязанка", "вязанка")
    alias = says(base, "вязанка", "вяз")
    rewording.reword_pending(at=AT)
    batches = ChangeBatch.objects.count()

    rewording.reword_pending(at=AT)
    assert rewording.reword(alias_id=alias.pk, at=AT) == 0

    alias.refresh_from_db()
    assert not alias.is_pending
    assert ChangeBatch.objects.count() == batches


def test_work_that_was_cut_off_goes_on(monkeypatch: Any) -> None:
    base = ConnectionFactory()
    rows = [made(base, "вязанка", "вязанка") for _number in range(4)]
    monkeypatch.setattr(portions.windows, "__defaults__", (1,))
    alias = says(base, "вязанка", "вяз")
    # as a killed worker leaves it: some rows have the word, the mark stands
    Product.objects.filter(pk=rows[0].pk).update(unit="вяз")

    rewording.reword_pending(at=AT)

    alias.refresh_from_db()
    assert not alias.is_pending
    assert set(Product.objects.values_list("unit", flat=True)) == {"вяз"}


def test_units_of_the_portal_are_left_alone() -> None:
    base = ConnectionFactory(field_ownership={"unit": "portal"})
    row = made(base, "вязанка", "вязанка")
    alias = says(base, "вязанка", "вяз")

    assert rewording.reword(alias_id=alias.pk, at=AT) == 0

    row.refresh_from_db()
    assert row.unit == "вязанка"


def test_the_next_exchange_uses_the_word_at_once() -> None:
    base = ConnectionFactory()
    told = "<БазоваяЕдиница>вязанка</БазоваяЕдиница>"
    take(base, goods(product("p", inside=told)))
    alias = says(base, "вязанка", "вяз")
    rewording.reword(alias_id=alias.pk, at=AT)

    run = take(base, goods(product("p", inside=told), product("q", inside=told)))

    assert (run.created_count, run.changed_count) == (1, 0)
    assert set(Product.objects.values_list("unit", flat=True)) == {"вяз"}
