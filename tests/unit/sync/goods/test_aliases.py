"""Words of 1C: a person's word first, then the table, then 1C's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync.goods import aliases
from sync.goods.aliases import Words
from sync.models import Alias, PriceType, Product
from tests.factories.commerceml import (
    goods,
    offer,
    package,
    price,
    price_type,
    product,
    state_of_mirror,
    take,
)
from tests.factories.sync import AT, ConnectionFactory

pytestmark = pytest.mark.django_db


def unit_of(told: str) -> str:
    return f"<БазоваяЕдиница>{told}</БазоваяЕдиница>"


@pytest.mark.gotcha(41)
def test_units_are_worded_alike_and_unknown_ones_are_listed_by_themselves() -> None:
    base = ConnectionFactory()
    units = ("шт", "ШТ.", "796", "вязанка", "вязанка", "", "   ")

    run = take(base, goods(*(product(f"p{n}", inside=unit_of(it)) for n, it in enumerate(units))))

    assert run.state == "done"
    found = [row.unit for row in Product.objects.order_by("ref")]
    assert found == ["шт", "шт", "шт", "вязанка", "вязанка", "", ""]
    [row] = Alias.objects.all()
    assert (row.connection, row.kind, row.told, row.means) == (base, "unit", "вязанка", "")


def test_what_1c_wrote_is_kept_beside_the_word() -> None:
    base = ConnectionFactory()

    take(base, goods(product("p", inside=unit_of("ШТ."))))

    it = Product.objects.get()
    assert (it.unit, it.unit_told) == ("шт", "ШТ.")


def test_a_persons_word_comes_before_the_table() -> None:
    base = ConnectionFactory()
    Alias.objects.create(connection=base, kind="unit", told="упак", means="коробка", seen_at=AT)
    take(base, goods(product("p", inside=unit_of("упак"))))

    assert Product.objects.get().unit == "коробка"
    assert aliases.unit(base, "упак") == "коробка"
    assert aliases.unit(ConnectionFactory(), "упак") == "упак"


@pytest.mark.gotcha(40)
def test_an_unknown_currency_is_listed_and_its_prices_are_loaded_with_a_warning() -> None:
    base = ConnectionFactory()
    content = package(
        offer("p", f"<Цены>{price('t', '10', '<Валюта>крб</Валюта>')}</Цены>"),
        types=price_type("t", currency="крб"),
    )

    run = take(base, goods(product("p")) + content)

    kind = PriceType.objects.get()
    assert (kind.currency, kind.currency_told) == ("крб", "крб")
    assert run.state == "done"
    assert any("крб" in text for text in run.warnings)
    assert Product.objects.get().offers.get().prices.amounts == {str(kind.pk): "10.00"}
    assert Alias.objects.get().told == "крб"


def test_a_price_in_the_same_currency_by_another_word_is_no_other_currency() -> None:
    base = ConnectionFactory()
    Alias.objects.create(connection=base, kind="currency", told="крб", means="BYN", seen_at=AT)
    content = package(
        offer("p", f"<Цены>{price('t', '10', '<Валюта>крб</Валюта>')}</Цены>"),
        types=price_type("t", currency="933"),
    )

    run = take(base, goods(product("p")) + content)

    assert run.warnings == []
    assert PriceType.objects.get().currency == "BYN"


def test_a_currency_that_a_person_named_stays_named_at_the_next_exchange() -> None:
    base = ConnectionFactory()
    Alias.objects.create(connection=base, kind="currency", told="крб", means="BYN", seen_at=AT)

    take(base, package(types=price_type("t", currency="крб")))

    kind = PriceType.objects.get()
    assert (kind.currency, kind.currency_told) == ("BYN", "крб")


@pytest.mark.parametrize(
    ("told", "code"),
    [("руб", "RUB"), ("руб.", "RUB"), ("RUR", "RUB"), ("643", "RUB"), ("kzt", "KZT"), ("", "")],
)
@pytest.mark.gotcha(40)
def test_usual_currencies_need_no_person(told: str, code: str) -> None:
    base = ConnectionFactory()

    assert aliases.currency(base, told) == code


def test_words_cost_one_query_to_know_and_one_to_list(django_assert_num_queries: Any) -> None:
    base = ConnectionFactory()
    words = Words(base.pk)

    with django_assert_num_queries(0):
        assert [words.unit(""), words.currency("")] == ["", ""]
    with django_assert_num_queries(1):
        assert words.unit("шт") == "шт"
        for number in range(50):
            words.unit(f"слово {number}")
            words.unit(f"слово {number}")
    with django_assert_num_queries(1):
        words.keep(AT)
    with django_assert_num_queries(0):
        words.keep(AT)
    assert Alias.objects.count() == 50


def test_nonsense_in_the_field_fills_no_table() -> None:
    base = ConnectionFactory()
    words = Words(base.pk)
    for number in range(aliases.LISTED + 10):
        words.unit(f"слово {number}")
    words.keep(AT)
    words.unit("ещё одно")
    words.keep(AT)

    assert Alias.objects.count() == aliases.LISTED


def test_a_word_in_use_is_marked_as_seen_once_a_day(django_assert_num_queries: Any) -> None:
    base = ConnectionFactory()
    row = Alias.objects.create(connection=base, kind="unit", told="вязанка", seen_at=AT)
    soon = Words(base.pk)
    soon.unit("вязанка")
    with django_assert_num_queries(0):
        soon.keep(AT + timedelta(hours=23))
    later = Words(base.pk)
    later.unit("вязанка")

    later.keep(AT + timedelta(hours=25))

    row.refresh_from_db()
    assert row.seen_at == AT + timedelta(hours=25)


def test_the_same_goods_twice_write_nothing_though_words_are_unknown() -> None:
    base = ConnectionFactory()
    content = goods(product("p", inside=unit_of("вязанка")))
    take(base, content)
    before = state_of_mirror()

    take(base, content)

    assert state_of_mirror() == before
    assert Alias.objects.count() == 1
