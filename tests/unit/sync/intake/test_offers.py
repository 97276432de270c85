"""Offers: four spellings of stock, three of deletion, prices, waiting for products."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import mirror
from sync.intake.figures import plain
from sync.models import ChangeBatch, Connection, Offer, Parked, PriceType, Run, Warehouse
from tests.factories.commerceml import changes, goods, offer, package, price, price_type, product
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


def offers() -> dict[str, dict[str, Any]]:
    return {line["ref"]: line for line in map(json.loads, mirror.dump())}


STOCK = {
    "total": "<Количество>7</Количество>",
    "attributes": (
        '<Количество>9</Количество><Склад ИдСклада="w1" КоличествоНаСкладе="5"/>'
        '<Склад ИдСклада="w2" КоличествоНаСкладе="-2"/>'
        '<Склад ИдСклада="w3" КоличествоНаСкладе="0"/>'
    ),
    "balances": (
        "<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>5.0</Количество></Склад></Остаток>"
        "<Остаток><Склад><Ид>w2</Ид><Количество>-2.000</Количество></Склад></Остаток></Остатки>"
    ),
    "balance total": "<Остатки><Остаток><Количество>7</Количество></Остаток></Остатки>",
    "delta list": (
        "<Количество>3</Количество>"
        "<Склады><ИдСклада>w1</ИдСклада><КоличествоНаСкладе>5</КоличествоНаСкладе></Склады>"
        "<Склады><ИдСклада>w2</ИдСклада><КоличествоНаСкладе>-2</КоличествоНаСкладе></Склады>"
    ),
}


@pytest.mark.parametrize("spelling", STOCK)
@pytest.mark.gotcha(36)
def test_stock_is_the_same_however_it_is_spelled(base: Connection, spelling: str) -> None:
    take(base, goods(product("p1")) + package(offer("p1", STOCK[spelling])))
    expected = {"": "7"} if "total" in spelling else {"w1": "5", "w2": "-2"}
    assert offers()["p1"]["stock"] == expected


@pytest.mark.gotcha(35)
def test_a_delta_without_a_warehouse_row_is_zero_everywhere(base: Connection) -> None:
    take(base, goods(product("p1")) + package(offer("p1", STOCK["attributes"])))
    take(base, changes(offer("p1", "<Количество>0</Количество>", name="")))
    assert offers()["p1"]["stock"] == {}


def test_a_facet_that_is_not_told_stays(base: Connection) -> None:
    prices = f"<Цены>{price('t', '10')}</Цены>"
    take(base, goods(product("p1")) + package(offer("p1", prices + STOCK["total"])))
    before = Offer.objects.get()
    take(base, changes(offer("p1", "<Количество>1</Количество>", name="")))
    told = offers()["p1"]
    assert told["prices"] == {"t": "10.00"}
    assert told["stock"] == {"": "1"}
    assert Offer.objects.get().changed_in == before.changed_in


def test_an_empty_list_of_prices_takes_them_away(base: Connection) -> None:
    prices = f"<Цены>{price('t', '10')}{price('u', '20')}</Цены>"
    take(base, goods(product("p1")) + package(offer("p1", prices)))
    take(base, package(offer("p1", f"<Цены>{price('u', '21')}</Цены>")))
    assert offers()["p1"]["prices"] == {"u": "21.00"}
    take(base, package(offer("p1", "<Цены/>")))
    assert offers()["p1"]["prices"] == {}


@pytest.mark.parametrize(
    ("amount", "coefficient", "kept"),
    [
        ("10", "", "10.00"),
        ("10", "0", "10.00"),
        ("10", "12", "0.83"),
        ("1,005", "1", "1.01"),
        ("1 234.565", "1", "1234.57"),
        ("0.125", "", "0.13"),
        ("9999999999999.99", "1", "9999999999999.99"),
    ],
)
@pytest.mark.gotcha(41)
def test_prices_are_for_one_base_unit_rounded_half_up(
    base: Connection, amount: str, coefficient: str, kept: str
) -> None:
    inside = f"<Коэффициент>{coefficient}</Коэффициент>"
    take(
        base,
        goods(product("p1")) + package(offer("p1", f"<Цены>{price('t', amount, inside)}</Цены>")),
    )
    assert offers()["p1"]["prices"] == {"t": kept}


@pytest.mark.gotcha(38)
def test_an_undescribed_price_type_gets_a_row_that_is_filled_later(base: Connection) -> None:
    inside = "<Валюта>грн</Валюта>"
    run = take(
        base, goods(product("p1")) + package(offer("p1", f"<Цены>{price('t', '1', inside)}</Цены>"))
    )
    stub = PriceType.objects.get()
    assert (stub.ref, stub.name, stub.currency, stub.slot) == ("t", "", "UAH", 0)
    assert run.warning_count == 1
    assert "t" in run.warnings[0]
    take(base, package(types=price_type("t", "Оптовая", "UAH") + price_type("u", "Розница")))
    stub.refresh_from_db()
    assert (stub.name, stub.vat_included, stub.slot) == ("Оптовая", True, 0)
    assert PriceType.objects.get(ref="u").slot == 1


def test_an_undescribed_warehouse_gets_a_row(base: Connection) -> None:
    take(base, goods(product("p1")) + package(offer("p1", STOCK["attributes"])))
    assert set(Warehouse.objects.values_list("ref", flat=True)) == {"w1", "w2", "w3"}


def test_a_price_in_another_currency_than_its_type_is_warned_of(base: Connection) -> None:
    told = f"<Цены>{price('t', '1', '<Валюта>USD</Валюта>')}</Цены>"
    run = take(base, goods(product("p1")) + package(offer("p1", told), types=price_type("t")))
    assert run.warning_count == 1
    assert "USD" in run.warnings[0]


DELETED = {
    "attribute": '<Предложение Статус="Удален"><Ид>p1</Ид></Предложение>',
    "child": "<Предложение><Ид>p1</Ид><Статус>Удален</Статус></Предложение>",
    "mark": "<Предложение><Ид>p1</Ид><ПометкаУдаления>true</ПометкаУдаления></Предложение>",
}


@pytest.mark.parametrize("spelling", DELETED)
@pytest.mark.gotcha(25)
def test_a_deleted_offer_keeps_its_name_and_comes_back(base: Connection, spelling: str) -> None:
    whole = package(offer("p1", name="Ручка-скоба"))
    take(base, goods(product("p1")) + whole)
    take(base, package(DELETED[spelling]))
    told = offers()["p1"]
    assert (told["archived"], told["name"]) == (True, "Ручка-скоба")
    assert not Offer.objects.sold().exists()
    take(base, whole)
    assert offers()["p1"]["archived"] is False


def test_a_mark_on_an_unknown_offer_is_nothing(base: Connection) -> None:
    run = take(base, package(*DELETED.values()))
    assert run.unchanged_count == 3
    assert not Parked.objects.exists()


def test_files_of_one_facet_each_do_not_disturb_each_other(base: Connection) -> None:
    mark = "<НомерВерсии>1</НомерВерсии><ПометкаУдаления>false</ПометкаУдаления>"
    files = [
        goods(product("p1")),
        package(offer("p1", mark)),
        package(offer("p1", f"{mark}<Цены>{price('t', '1')}</Цены>", name="")),
        package(offer("p1", f"{mark}{STOCK['balances']}", name="")),
    ]
    for each in files:
        take(base, each)
    before = ChangeBatch.objects.count()
    for each in files:
        assert take(base, each).changed_count == 0
    assert ChangeBatch.objects.count() == before


# variants


def test_a_plain_offer_is_not_sold_beside_offers_with_a_characteristic(base: Connection) -> None:
    variant = offer(
        "p1#red",
        "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование>"
        "<Значение>Красный</Значение></ХарактеристикаТовара></ХарактеристикиТовара>",
    )
    take(base, goods(product("p1")) + package(offer("p1"), variant))
    sold = Offer.objects.sold().get()
    assert (sold.ref, sold.characteristics) == ("p1#red", [["Цвет", "Красный"]])
    take(base, package('<Предложение Статус="Удален"><Ид>p1#red</Ид></Предложение>'))
    assert Offer.objects.sold().get().ref == "p1"
    take(base, package(variant))
    assert Offer.objects.sold().get().ref == "p1#red"


@pytest.mark.gotcha(34)
def test_a_characteristic_told_apart_is_the_same_offer(base: Connection) -> None:
    take(base, goods(product("p1")) + package(offer("p1#red")))
    apart = "<ИдХарактеристики>red</ИдХарактеристики><Количество>4</Количество>"
    take(base, changes(offer("p1", apart, name="")))
    assert offers() == {"p1#red": {**offers()["p1#red"], "stock": {"": "4"}}}


# offers before their products


@pytest.mark.gotcha(37)
def test_offers_wait_for_their_product(base: Connection) -> None:
    run = take(base, package(offer("p1", f"<Цены>{price('t', '5')}</Цены>{STOCK['total']}")))
    assert (run.parked_count, Parked.objects.count()) == (1, 1)
    take(base, changes(offer("p1", "<Количество>2</Количество>", name="")))
    assert offers() == {}
    take(base, goods(product("p1", "Ручка")))
    told = offers()["p1"]
    assert (told["prices"], told["stock"]) == ({"t": "5.00"}, {"": "2"})
    assert not Parked.objects.exists()


def test_a_delta_makes_no_offer_but_waits_for_it(base: Connection) -> None:
    take(base, goods(product("p1")))
    run = take(base, changes(offer("p1", "<Количество>2</Количество>", name="")))
    assert (run.parked_count, offers()) == (1, {})
    take(base, package(offer("p1", f"<Цены>{price('t', '5')}</Цены>")))
    assert offers()["p1"]["stock"] == {"": "2"}
    assert not Parked.objects.exists()


def test_a_kept_word_gives_way_to_a_later_one(base: Connection) -> None:
    take(base, goods(product("p1")))
    take(base, changes(offer("p1", "<Количество>2</Количество>", name="")))
    take(base, package(offer("p1", "<Количество>8</Количество>")))
    assert offers()["p1"]["stock"] == {"": "8"}


@pytest.mark.gotcha(28)
def test_an_offer_told_twice_is_as_the_last_word_says(base: Connection) -> None:
    twice = package(
        offer("p1", "<Количество>1</Количество>"), offer("p1", "<Количество>2</Количество>")
    )
    run = take(base, goods(product("p1")) + twice)
    assert offers()["p1"]["stock"] == {"": "2"}
    assert run.warning_count >= 1


@pytest.mark.gotcha(29)
def test_the_same_refs_of_two_bases_are_two_offers(base: Connection) -> None:
    other = ConnectionFactory()
    for each, quantity in ((base, 1), (other, 2)):
        whole = package(offer("p1", f"<Количество>{quantity}</Количество>"))
        take(each, goods(product("p1")) + whole)
    stocks = {(line["connection"], line["stock"][""]) for line in map(json.loads, mirror.dump())}
    assert stocks == {(base.user, "1"), (other.user, "2")}


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4))
def test_a_quantity_as_text_has_no_trailing_zeros_and_the_same_value(quantity: Decimal) -> None:
    text = plain(quantity)
    assert Decimal(text) == quantity
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))
    assert text != "-0"


FACETS = (
    "",
    "<Наименование>Ручка</Наименование>",
    "<Количество></Количество>",
    "<Количество>5</Количество>",
    "<Остатки/>",
    "<Цены/>",
    "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>7</ЦенаЗаЕдиницу></Цена></Цены>",
    "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу/></Цена></Цены>",
    "<ПометкаУдаления>true</ПометкаУдаления>",
    "<Статус>Удален</Статус>",
    "<Количество>много</Количество>",
)


def _adds_up(run: Run) -> bool:
    return run.read_count == (
        run.created_count
        + run.changed_count
        + run.unchanged_count
        + run.parked_count
        + run.rejected_count
    )


@pytest.mark.parametrize("first", FACETS)
@pytest.mark.parametrize("ref", ["p", "p#1", "unknown", "#abc", "#", ""])
def test_every_offer_read_is_counted_once(base: Connection, first: str, ref: str) -> None:
    take(base, goods(product("p")) + package(offer("p")))
    second = "<Количество>3</Количество>"
    told = (offer(ref, first, name=""), offer(ref, second, name=""), offer("p", first, name=""))
    for make in (package, changes):
        run = take_file(base, make(*told))
        assert run.read_count == 3
        assert _adds_up(run)


def test_an_offer_of_no_product_is_refused(base: Connection) -> None:
    run = take_file(base, package(offer("#abc", "<Количество>1</Количество>", name="")))
    assert (run.rejected_count, run.parked_count) == (1, 0)
    assert not Parked.objects.exists()


def test_an_unknown_offer_of_which_nothing_is_told_is_warned_of(base: Connection) -> None:
    run = take(base, package(offer("unknown", name="")))
    assert (run.unchanged_count, run.parked_count, run.warning_count) == (1, 0, 1)
    assert "unknown" in run.warnings[0]


@pytest.mark.parametrize("around", ["{}", "<!-- a -->{}"])
def test_what_waited_for_its_product_is_unchanged_when_it_is_told_again(
    base: Connection, around: str
) -> None:
    stock = "\n<Количество>5</Количество>\n<Артикул>A</Артикул>\n"
    told = around.format(package(offer("p", stock)))
    take(base, told)
    waits = Parked.objects.get()
    take(base, told)
    assert Parked.objects.get().parked_at == waits.parked_at
    take(base, goods(product("p")))
    assert not Parked.objects.exists()
    run = take(base, told)
    assert (run.changed_count, run.unchanged_count) == (0, 1)
