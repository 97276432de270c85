"""Differences between the customer's lines and 1C's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealer_area.comparing import Bought, ChangeKind, differences, fingerprint, remote_line


def line(ref: str, quantity: str, price: str, amount: str | None = None) -> Bought:
    found = Decimal(amount) if amount else Decimal(quantity) * Decimal(price)
    return Bought(ref, f"sku-{ref}", ref, "шт", Decimal(quantity), Decimal(price), found)


def kinds(own: list[Bought], remote: list[Bought]) -> list[ChangeKind]:
    return [change.kind for change in differences(own, remote)]


@pytest.mark.parametrize(
    ("own", "remote", "expected"),
    [
        (("a", "2", "10"), ("a", "2", "10"), []),
        (("a", "2", "10"), ("a", "3", "10"), [ChangeKind.QUANTITY]),
        (("a", "2", "10"), ("a", "2", "9"), [ChangeKind.PRICE]),
        (("a", "2", "10"), ("a", "3", "9"), [ChangeKind.BOTH]),
        (("a", "2.0000", "10.00"), ("a", "2", "10"), []),
        (("a", "2", "10"), ("b", "2", "10"), [ChangeKind.REMOVED, ChangeKind.ADDED]),
    ],
)
def test_kind_of_change(
    own: tuple[str, str, str], remote: tuple[str, str, str], expected: list[ChangeKind]
) -> None:
    assert kinds([line(*own)], [line(*remote)]) == expected


def test_a_product_in_several_lines_is_paired_line_by_line() -> None:
    own = [line("a", "1", "10"), line("a", "5", "10")]
    remote = [line("a", "5", "10"), line("a", "2", "10")]

    [change] = differences(own, remote)

    assert change.kind is ChangeKind.QUANTITY
    assert change.own == own[0]
    assert change.remote == remote[1]
    assert change.difference == Decimal(10)


def test_a_discount_of_1c_is_a_lower_price() -> None:
    remote = remote_line(
        {
            "ref": "a",
            "sku": "",
            "name": "",
            "unit": "",
            "quantity": "4",
            "price": "10",
            "amount": "36",
            "vat_rate": "22",
        }
    )

    assert remote.price == Decimal("9.00")
    assert kinds([line("a", "4", "10")], [remote]) == [ChangeKind.PRICE]


def test_a_unit_price_that_cannot_be_named_exactly_is_no_change() -> None:
    remote = remote_line({"ref": "a", "quantity": "0.333", "price": "10.00", "amount": "3.33"})
    assert kinds([line("a", "0.333", "10.00", "3.33")], [remote]) == []


def test_fingerprint_follows_the_difference() -> None:
    own = [line("a", "2", "10")]
    one, other = differences(own, [line("a", "3", "10")]), differences(own, [line("a", "4", "10")])

    assert fingerprint(differences(own, own)) == 0
    assert fingerprint(one) not in {0, fingerprint(other)}
    assert fingerprint(one) == fingerprint(differences(own, [line("a", "3.0", "10.00")]))


lines = st.lists(
    st.builds(
        lambda ref, quantity, price: line(ref, str(quantity), str(price)),
        st.sampled_from("abc"),
        st.integers(1, 5),
        st.integers(1, 5),
    ),
    max_size=6,
)


@given(lines, st.randoms())
def test_the_order_of_lines_is_no_difference(own: list[Bought], random: object) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert differences(own, shuffled) == []


@given(lines, lines)
def test_differences_add_up_to_the_difference_of_the_sums(
    own: list[Bought], remote: list[Bought]
) -> None:
    changed = sum((change.difference for change in differences(own, remote)), Decimal(0))
    sums = [sum((each.amount for each in side), Decimal(0)) for side in (own, remote)]
    assert changed == sums[1] - sums[0]
