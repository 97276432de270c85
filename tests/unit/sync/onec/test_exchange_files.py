"""Orders as 1C reads them, and what keeps an order out of the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from onec.orders import read_batch
from sync.onec.exchange_files import clean, faults, write_lists, write_orders
from sync.onec.outgoing import OutgoingLine, OutgoingOrder
from tests.factories.sync import AT, outgoing_line, outgoing_order

ZONE = ZoneInfo("Asia/Yekaterinburg")
KOPECK = Decimal("0.01")


def _written(*orders: OutgoingOrder, charset: str = "utf-8") -> bytes:
    return write_orders(orders, zone=ZONE, at=AT, charset=charset)


def _party(**changed: str) -> OutgoingOrder:
    order = outgoing_order()
    return replace(order, party=replace(order.party, **changed))  # type: ignore[arg-type]


def test_write_orders_without_any_gives_a_bare_root() -> None:
    assert _written().decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<КоммерческаяИнформация ВерсияСхемы="2.05" ДатаФормирования="2026-11-24T14:00:00"/>\n'
    )


def test_write_orders_is_read_by_1c_as_it_was_placed() -> None:
    order = outgoing_order()
    (read,) = read_batch(_written(order).decode())
    assert (read.number, read.currency, read.amount) == ("1001", "RUB", Decimal("122.00"))
    # 14:00 in Yekaterinburg
    assert read.placed_at == (AT + timedelta(hours=5)).replace(tzinfo=None)
    assert (read.inn, read.kpp) == ("7707083893", "770701001")
    (line,) = read.lines
    assert (line.ref, line.quantity, line.price) == (
        order.lines[0].offer_ref,
        Decimal(2),
        Decimal("61.00"),
    )
    assert (line.vat_rate, line.vat_amount) == ("22", Decimal("22.00"))


@pytest.mark.gotcha(56)
def test_write_orders_says_vat_on_the_document_and_on_each_line() -> None:
    free = outgoing_line(vat_rate=None, vat_amount=Decimal("0.00"))
    root = etree.fromstring(_written(outgoing_order(lines=(outgoing_line(), free))))
    document = root.find("Документ")
    assert document is not None
    taxes = [[each.text for each in tax] for tax in document.findall("Налоги/Налог")]
    assert taxes == [["НДС", "true", "22.00", "22"], ["НДС", "true", "0.00", "Без НДС"]]
    lines = [[each.text for each in tax] for tax in document.findall("Товары/Товар/Налоги/Налог")]
    assert lines == taxes
    assert document.findtext("ХозОперация") == "Заказ товара"


@pytest.mark.parametrize(
    ("changed", "official", "full", "kpp"),
    [
        ({}, True, False, "770701001"),
        ({"inn": "770708389312", "kind": "sole_trader"}, False, True, None),
        ({"inn": "770708389312", "kind": "company"}, False, True, None),
        ({"inn": "", "kind": "company"}, True, False, "770701001"),
        ({"inn": "", "kind": "person"}, False, True, None),
    ],
)
@pytest.mark.gotcha(55)
def test_write_orders_names_the_buyer_as_1c_looks_him_up(
    changed: dict[str, str], official: bool, full: bool, kpp: str | None
) -> None:
    body = _written(_party(**changed))
    party = etree.fromstring(body).find("Документ/Контрагенты/Контрагент")
    assert party is not None
    assert (party.find("ОфициальноеНаименование") is not None) is official
    assert (party.find("ПолноеНаименование") is not None) is full
    assert party.findtext("КПП") == kpp
    assert read_batch(body.decode())


@pytest.mark.gotcha(57)
def test_write_orders_puts_terms_into_requisites() -> None:
    order = outgoing_order(
        organisation_name="ООО «Фабрика»",
        contract_name="Договор № 5",
        warehouse_name="Основной",
        outlet_name=" ",
        requisites=(("Дата отгрузки", "2026-12-01 00:00:00"), ("Склад", "Северный")),
    )
    root = etree.fromstring(_written(order))
    pairs = {
        node.findtext("Наименование"): node.findtext("Значение")
        for node in root.iterfind("Документ/ЗначенияРеквизитов/ЗначениеРеквизита")
    }
    assert pairs == {
        "Организация": "ООО «Фабрика»",
        "Договор контрагента": "Договор № 5",
        "Склад": "Северный",
        "Дата отгрузки": "2026-12-01 00:00:00",
    }


@pytest.mark.gotcha(15)
def test_write_orders_in_windows_1251_refers_to_what_it_lacks_by_number() -> None:
    body = _written(outgoing_order(comment="Ёлка 🎄 ₽"), charset="windows-1251")
    assert body.startswith(b'<?xml version="1.0" encoding="windows-1251"?>')
    assert "Ёлка".encode("cp1251") in body
    assert b"&#127876; &#8381;" in body
    assert etree.fromstring(body).findtext("Документ/Комментарий") == "Ёлка 🎄 ₽"


def test_clean_drops_what_xml_cannot_carry() -> None:
    assert clean(" а\x00\x0bб\ud800\uffff\tв ") == "аб\tв"


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        (outgoing_order(number="1001-1"), "number"),
        (outgoing_order(number="１００"), "number"),
        (outgoing_order(placed_at=AT.replace(tzinfo=None)), "time_zone"),
        (outgoing_order(currency=" "), "currency"),
        (_party(name="\x00 "), "party_name"),
        (_party(ref=""), "party_ref"),
        (_party(inn="77070838931"), "party_inn"),
        (outgoing_order(lines=()), "no_lines"),
        (outgoing_order(lines=(outgoing_line(price=Decimal("NaN")),), amount=Decimal(1)), None),
        (outgoing_order(lines=(outgoing_line(offer_ref=""),)), "line_ref"),
        (outgoing_order(lines=(outgoing_line(name=" "),)), "line_name"),
        (outgoing_order(lines=(outgoing_line(quantity=Decimal(0)),)), "line_quantity"),
        (outgoing_order(lines=(outgoing_line(price=Decimal(-61)),)), "line_price"),
        (outgoing_order(lines=(outgoing_line(amount=Decimal("121.99")),)), "line_amount"),
        (outgoing_order(lines=(outgoing_line(vat_amount=Decimal("24.40")),)), "line_vat"),
        (outgoing_order(vat_amount=Decimal("22.01")), "vat"),
        (outgoing_order(amount=Decimal("122.01")), "amount"),
    ],
)
@pytest.mark.gotcha(51, 52, 53)
def test_faults_finds_what_1c_would_refuse(order: OutgoingOrder, kind: str | None) -> None:
    assert (kind or "line_figures") in [fault.kind for fault in faults(order)]


def test_faults_says_which_line() -> None:
    bad = outgoing_line(amount=Decimal("121.99"), vat_amount=Decimal("22.00"))
    (fault,) = faults(outgoing_order(lines=(outgoing_line(), bad)))
    assert (fault.line, fault.told, fault.expected) == (2, "121.99", "122.00")


def _line(
    name: str, price: Decimal, quantity: Decimal, rate: Decimal | None, included: bool
) -> OutgoingLine:
    amount = (price * quantity).quantize(KOPECK, ROUND_HALF_UP)
    percent = rate or Decimal(0)
    base = 100 + percent if included else Decimal(100)
    vat = (amount * percent / base).quantize(KOPECK, ROUND_HALF_UP)
    return outgoing_line(
        name=name, price=price, quantity=quantity, amount=amount, vat_rate=rate, vat_amount=vat
    )


@st.composite
def any_order(draw: st.DrawFn) -> OutgoingOrder:
    """An order whose figures are right and whose texts may be anything."""
    words = st.text(max_size=30)
    included = draw(st.booleans())
    line = st.builds(
        _line,
        name=words,
        price=st.decimals(0, 99_999_999, places=2),
        quantity=st.decimals(0, 99_999, places=4),
        rate=st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20), Decimal("22.00")]),
        included=st.just(included),
    )
    changed: dict[str, Any] = {
        "number": draw(st.from_regex(r"[0-9]{1,11}", fullmatch=True) | words),
        "currency": draw(st.sampled_from(["RUB", "KZT", ""])),
        "placed_at": draw(
            st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(ZONE))  # noqa: DTZ001
        ),
        "vat_included": included,
        "lines": tuple(draw(st.lists(line, max_size=4))),
        "comment": draw(words),
        "outlet_name": draw(words),
        "requisites": tuple(draw(st.lists(st.tuples(words, words), max_size=2))),
    }
    order = outgoing_order(**changed)
    party = replace(
        order.party,
        name=draw(words),
        full_name=draw(words),
        inn=draw(st.sampled_from(["", "7707083893", "770708389312", "12"])),
        kpp=draw(st.sampled_from(["", "770701001"])),
        kind=draw(st.sampled_from(["company", "sole_trader", "person"])),
    )
    return replace(order, party=party)


@settings(deadline=None)
@given(st.lists(any_order(), max_size=3), st.sampled_from(["utf-8", "windows-1251"]))
def test_whatever_has_no_faults_is_loaded_by_1c(orders: list[OutgoingOrder], charset: str) -> None:
    good = {order.number: order for order in orders if not faults(order)}
    read = read_batch(_written(*good.values(), charset=charset).decode(charset))
    assert [(each.number, each.amount) for each in read] == [
        (order.number, order.amount) for order in good.values()
    ]


@pytest.mark.gotcha(67)
def test_write_lists_names_statuses_with_a_latin_letter() -> None:
    assert write_lists([("sent", "отправлен")]).decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<Справочник>\n"
        "  <\u0043татусы>\n"
        "    <Элемент>\n"
        "      <Ид>sent</Ид>\n"
        "      <Название>отправлен</Название>\n"
        "    </Элемент>\n"
        "  </\u0043татусы>\n"
        "  <ПлатежныеСистемы/>\n"
        "  <СлужбыДоставки/>\n"
        "</Справочник>\n"
    )
    assert "<\u0043татусы/>".encode() in write_lists([])
