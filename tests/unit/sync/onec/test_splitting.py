"""Parts of an order: nothing lost, nothing doubled, nothing off by a kopeck."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.onec import exchange_files
from sync.onec.outgoing import OutgoingLine, OutgoingOrder, from_payload, to_payload
from sync.onec.splitting import How, parts, shares, warehouse_for
from tests.factories.sync import outgoing_line, outgoing_order

KOPECK = Decimal("0.01")


def priced(price: Decimal, quantity: Decimal, rate: Decimal | None, included: bool) -> OutgoingLine:
    amount = (price * quantity).quantize(KOPECK, ROUND_HALF_UP)
    percent = rate or Decimal(0)
    vat = amount * percent / (100 + percent if included else Decimal(100))
    return outgoing_line(
        price=price,
        quantity=quantity,
        amount=amount,
        vat_rate=rate,
        vat_amount=vat.quantize(KOPECK, ROUND_HALF_UP),
    )


@st.composite
def orders(draw: st.DrawFn) -> OutgoingOrder:
    included = draw(st.booleans())
    lines = []
    for _number in range(draw(st.integers(1, 12))):
        line = priced(
            Decimal(draw(st.integers(0, 10_000_000))) / 100,
            Decimal(draw(st.integers(1, 100_000))) / 1000,
            draw(st.sampled_from([None, Decimal(0), Decimal(10), Decimal("22.00"), Decimal(22)])),
            included,
        )
        place = draw(st.sampled_from([("", ""), ("w1", "Казань"), ("w2", "Уфа")]))
        lines.append(replace(line, warehouse_ref=place[0], warehouse_name=place[1]))
    return outgoing_order(
        "1001",
        lines=tuple(lines),
        vat_included=included,
        warehouse_name="Казань",
        warehouse_ref="w1",
    )


@given(order=orders(), how=st.sampled_from(get_args(How)))
def test_parts_add_up_to_the_order(order: OutgoingOrder, how: How) -> None:
    split = shares(order, how)
    made = parts(order, split, [str(2000 + number) for number in range(len(split))])

    positions = sorted(position for share in split for position in share.positions)
    assert positions == list(range(len(order.lines)))
    assert sum(len(part.lines) for part in made) == len(order.lines)
    assert sum(part.amount for part in made) == order.amount
    assert sum(part.vat_amount for part in made) == order.vat_amount
    assert not [fault for part in made for fault in exchange_files.faults(part)]
    assert all(from_payload(to_payload(part)) == part for part in made)
    for part in made:
        rates = {"none" if line.vat_rate is None else line.vat_rate for line in part.lines}
        assert how in {"", "warehouse"} or len(rates) == 1


def test_an_order_of_one_part_keeps_its_number() -> None:
    order = outgoing_order("1001", lines=(outgoing_line(), outgoing_line()))
    for how in get_args(How):
        assert parts(order, shares(order, how), []) == [order]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("", [(0, 1, 2, 3)]),
        ("vat", [(0, 2), (1, 3)]),
        ("warehouse", [(0, 1), (2, 3)]),
        ("both", [(0,), (1,), (2,), (3,)]),
    ],
)
def test_shares_follow_the_setting(how: How, expected: list[tuple[int, ...]]) -> None:
    none = {"vat_rate": None, "vat_amount": Decimal("0.00")}
    ufa = {"warehouse_ref": "w2", "warehouse_name": "Уфа"}
    order = outgoing_order(
        lines=(
            outgoing_line(),
            outgoing_line(**none),
            outgoing_line(**ufa),
            outgoing_line(**none, **ufa),
        ),
        warehouse_ref="w1",
        warehouse_name="Казань",
    )
    assert [share.positions for share in shares(order, how)] == expected


def test_a_part_says_what_it_is_of_and_where_from() -> None:
    order = outgoing_order(
        "1001",
        lines=(outgoing_line(), outgoing_line(warehouse_ref="w2", warehouse_name="Уфа")),
        warehouse_name="Казань",
        requisites=(("Способ", "Самовывоз"),),
    )
    first, second = parts(order, shares(order, "warehouse"), ["1002", "1003"])
    assert (first.number, second.number) == ("1002", "1003")
    assert (first.warehouse_name, second.warehouse_name) == ("Казань", "Уфа")
    assert second.requisites == (
        ("Способ", "Самовывоз"),
        ("Заказ на портале", "1001"),
        ("Часть заказа", "2 из 2"),
    )


def test_too_few_numbers_are_an_error() -> None:
    order = outgoing_order(lines=(outgoing_line(), outgoing_line(vat_rate=None)))
    with pytest.raises(ValueError, match="zip"):
        parts(order, shares(order, "vat"), ["1"])


@pytest.mark.parametrize(
    ("stock", "own", "expected"),
    [
        ({}, None, None),
        ({}, 1, 1),
        ({1: "5", 2: "50"}, 1, 1),
        ({1: "4", 2: "50"}, 1, 2),
        ({1: "4", 2: "3"}, 1, 1),
        ({1: "0", 2: "3"}, 1, 2),
        ({1: "0", 2: "0"}, 1, 1),
        ({2: "5", 3: "9"}, None, 3),
        ({2: "9", 3: "9"}, None, 2),
    ],
)
def test_warehouse_of_a_line(stock: dict[int, str], own: int | None, expected: int | None) -> None:
    found = warehouse_for(
        {pk: Decimal(quantity) for pk, quantity in stock.items()}, Decimal(5), own=own
    )
    assert found == expected
