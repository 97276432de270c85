"""Offers out of their elements, facet by facet."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from sync.onec.offers import digest, offer_digests, offer_ids, offer_record
from sync.onec.records import StockRecord


def element(inside: str = "", attributes: str = "") -> etree._Element:
    return etree.fromstring(f"<Предложение{attributes}><Ид>p</Ид>{inside}</Предложение>")


NAME = "<Наименование>Ручка</Наименование>"
PRICES = "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>5</ЦенаЗаЕдиницу></Цена></Цены>"
STOCK = "<Количество>3</Количество>"


def test_each_facet_has_a_digest_of_its_own() -> None:
    whole = offer_digests(element(NAME + PRICES + STOCK))
    assert offer_digests(element(NAME))[:3] == (whole.identity, None, None)
    assert offer_digests(element(PRICES))[:3] == (None, whole.prices, None)
    assert offer_digests(element(STOCK))[:3] == (None, None, whole.stock)
    assert offer_digests(element(NAME + PRICES + "<Количество>4</Количество>")).stock != whole.stock


def test_a_mark_belongs_to_an_identity_and_makes_none() -> None:
    told = offer_digests(element(PRICES + "<ПометкаУдаления>true</ПометкаУдаления>"))
    assert (told.identity, told.archived) == (None, True)
    alive = offer_digests(element(NAME + "<ПометкаУдаления>false</ПометкаУдаления>"))
    deleted = offer_digests(element(NAME + "<ПометкаУдаления>true</ПометкаУдаления>"))
    assert alive.identity == offer_digests(element(NAME)).identity != deleted.identity
    assert offer_digests(element(NAME)).archived is None
    assert offer_digests(element(attributes=' Статус="Удален"')).archived is True
    assert offer_digests(element(attributes=' Статус="Изменен"')).archived is False


def test_a_version_is_no_content() -> None:
    first, second = (
        offer_digests(element(NAME + f"<НомерВерсии>{n}</НомерВерсии>")) for n in (1, 2)
    )
    assert first == second


def test_identifiers_are_found_anywhere_in_the_element() -> None:
    assert offer_ids(element("<Цены/><ИдХарактеристики>c</ИдХарактеристики>")) == ("p#c", "p")
    assert offer_ids(etree.fromstring("<Предложение/>")) == ("", "")


def test_only_the_facets_asked_for_are_taken() -> None:
    it = offer_record(element(NAME + PRICES + STOCK), identity=False, stock=False)
    assert (it.identity, it.stock, it.archived) == (None, None, None)
    assert it.prices is not None
    assert it.prices[0].amount == Decimal(5)


def test_the_lowest_quantity_break_is_the_price() -> None:
    def step(amount: int, least: int) -> str:
        return (
            f"<Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>"
            f"<МинКоличество>{least}</МинКоличество></Цена>"
        )

    for steps in (step(10, 1) + step(8, 100), step(8, 100) + step(10, 1)):
        prices = offer_record(element(f"<Цены>{steps}</Цены>")).prices
        assert prices is not None
        assert [(each.amount, each.min_quantity) for each in prices] == [(10, 1)]


def test_a_price_without_an_amount_is_none() -> None:
    empty = "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу/></Цена></Цены>"
    assert offer_record(element(empty)).prices == ()
    assert offer_record(element()).prices is None


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<Цены><Цена><ЦенаЗаЕдиницу>5</ЦенаЗаЕдиницу></Цена></Цены>", "without ИдТипаЦены"),
        (PRICES.replace(">5<", ">-5<"), "negative price"),
        (PRICES.replace(">5<", ">пять<"), "not a number"),
        ("<Количество>много</Количество>", "not a number"),
    ],
)
def test_what_cannot_be_a_price_or_a_quantity_is_refused(inside: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        offer_record(element(inside))


def test_stock_that_is_not_told_and_stock_that_is_none() -> None:
    assert offer_record(element(NAME)).stock is None
    assert offer_record(element("<Количество/>")).stock is None
    assert offer_record(element("<Количество>0</Количество>")).stock == ()
    assert offer_record(element(STOCK)).stock == (StockRecord("", Decimal(3)),)
    assert offer_record(element("<Остатки/>")).stock == ()


def test_a_quantity_may_stand_beside_its_warehouse() -> None:
    told = "".join(
        f"<Остаток><Склад><Ид>{place}</Ид></Склад><Количество>{quantity}</Количество></Остаток>"
        for place, quantity in (("w", 5), ("v", 0))
    )
    assert offer_record(element(f"<Остатки>{told}</Остатки>")).stock == (
        StockRecord("w", Decimal(5)),
        StockRecord("v", Decimal(0)),
    )


def test_the_random_identifier_of_a_manufacturer_is_no_content() -> None:
    def goods(ref: str, name: str) -> etree._Element:
        return etree.fromstring(
            f"<Товар><Ид>p</Ид><Изготовитель><Ид>{ref}</Ид>"
            f"<Наименование>{name}</Наименование></Изготовитель></Товар>"
        )

    assert digest(goods("1", "Завод")) == digest(goods("2", "Завод"))
    assert digest(goods("1", "Завод")) != digest(goods("1", "Фабрика"))
