"""What bytes say is what the element says, or nothing."""

from __future__ import annotations

import pytest
from lxml import etree

from sync.onec import bytewise, offers
from sync.onec.records import PriceRecord, StockRecord

SPACE = "\n\t"
PRICE = (
    "<Цена><Представление>5 руб.</Представление><ИдТипаЦены>{}</ИдТипаЦены>"
    "<ЦенаЗаЕдиницу>{}</ЦенаЗаЕдиницу><Валюта>руб.</Валюта><Коэффициент>{}</Коэффициент></Цена>"
)
PRICES = f"<Цены>{PRICE.format('a', '5,50', 1)}\n{PRICE.format('b', '10', 2)}</Цены>"
STOCK = '<Количество>7</Количество>\n<Склад ИдСклада="w" КоличествоНаСкладе="4"/>'
NAME = "<Наименование>Ручка</Наименование>"


def offer(*inside: str, begin: str = "<Предложение>") -> bytes:
    return f"{begin}\n<Ид>p#c</Ид>\n{SPACE.join(inside)}\n</Предложение>".encode()


def digests(raw: bytes) -> offers.OfferDigests | None:
    parts = bytewise.split(raw)
    return None if parts is None else bytewise.offer_digests(parts)


def prices(raw: bytes) -> tuple[PriceRecord, ...] | None:
    return bytewise.prices((bytewise.split(raw) or (b"", b"", b""))[1])


def stock(raw: bytes) -> tuple[StockRecord, ...] | None:
    return bytewise.stock((bytewise.split(raw) or (b"", b"", b""))[2])


@pytest.mark.parametrize(
    "raw",
    [
        offer(PRICES),
        offer(STOCK),
        offer(NAME, PRICES, STOCK),
        offer(STOCK, NAME, PRICES),
        offer("<Количество>0</Количество>"),
        offer("<Количество>3</Количество>", "<Количество/>"),
        offer("<Количество></Количество>"),
        offer("<Цены></Цены>", "<Остатки/>"),
        offer(f"<Цены>{PRICE.format('a', '', 1)}</Цены>"),
        offer(PRICES.replace("5 руб.", "5 &lt; руб.")),
        offer(PRICES.replace("<Цена>", "<Цена><Скидка><Процент>5</Процент></Скидка>")),
        offer("<Остатки><Остаток><Количество>5</Количество></Остаток></Остатки>"),
        offer("<Склады><Склад><Ид>w</Ид><Количество>2</Количество></Склад></Склады>"),
        offer("<Склад><Ид>w</Ид><Количество>2</Количество></Склад>"),
        offer("<Склад ИдСклада='w' КоличествоНаСкладе='2'/>"),
        offer(f"<Комплект>{PRICES}{STOCK}</Комплект>", "<Количество>1</Количество>"),
        offer(NAME, STOCK, begin='<Предложение Статус="Удален">'),
    ],
)
def test_prices_and_stock_are_those_of_the_element(raw: bytes) -> None:
    whole = offers.offer_record(etree.fromstring(raw))
    assert prices(raw) in {None, whole.prices}
    assert stock(raw) in {None, whole.stock}
    told = digests(raw)
    if told is not None:
        by_element = offers.offer_digests(etree.fromstring(raw))
        assert [each is None for each in told] == [each is None for each in by_element]


def test_the_plain_way_needs_no_element() -> None:
    raw = offer(NAME, PRICES, STOCK)
    assert bytewise.ids(raw) == ("p#c", "p")
    assert len(prices(raw) or ()) == 2
    assert len(stock(raw) or ()) == 1


@pytest.mark.parametrize(
    "inside", ["<Цены/>", "<Статус>Удален</Статус>", "<ПометкаУдаления>true</ПометкаУдаления>"]
)
def test_what_is_written_otherwise_is_left_to_the_element(inside: str) -> None:
    assert digests(offer(NAME, inside)) is None
    assert bytewise.ids(offer("<ИдХарактеристики>x</ИдХарактеристики>")) is None
    assert prices(offer(NAME)) is stock(offer(NAME)) is None


def test_a_facet_has_one_hash_whatever_stands_beside_it() -> None:
    whole = digests(offer(NAME, PRICES, STOCK))
    assert whole is not None
    assert digests(offer(NAME)) == (whole.identity, None, None, None)
    assert digests(offer(PRICES)) == (None, whole.prices, None, None)
    assert digests(offer(STOCK)) == (None, None, whole.stock, None)
    more = "<НомерВерсии>x</НомерВерсии>", "<ПометкаУдаления>false</ПометкаУдаления>"
    assert digests(offer(NAME, *more)) == (whole.identity, None, None, False)


@pytest.mark.parametrize(
    ("old", "new", "facet"),
    [("Ручка", "Кнопка", 0), ("5,50", "5,60", 1), (">7<", ">8<", 2), ('"4"', '"3"', 2)],
)
def test_every_change_changes_the_hash_of_its_facet_alone(old: str, new: str, facet: int) -> None:
    before = digests(offer(NAME, PRICES, STOCK))
    after = digests(offer(*(each.replace(old, new) for each in (NAME, PRICES, STOCK))))
    assert before is not None
    assert after is not None
    differ = [one != other for one, other in zip(before, after, strict=True)]
    assert differ == [each == facet for each in range(4)]
