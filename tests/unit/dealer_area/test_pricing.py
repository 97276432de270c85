"""Money tables: rounding, VAT inside and on top, markup, sums."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealer_area.pricing import (
    CENT,
    LARGEST_AMOUNT,
    LineAmounts,
    Step,
    StepKind,
    TooLarge,
    document_amounts,
    line_amounts,
    purchase_price,
    retail_price,
)

D = Decimal


@pytest.mark.parametrize(
    ("price", "quantity", "rate", "included", "amount", "vat", "total"),
    [
        # VAT inside: amount x rate / (100 + rate)
        ("258.00", "240", "22", True, "61920.00", "11165.90", "61920.00"),
        ("122.00", "1", "22", True, "122.00", "22.00", "122.00"),
        ("100.00", "3", "20", True, "300.00", "50.00", "300.00"),
        ("10.10", "1", "10", True, "10.10", "0.92", "10.10"),
        ("0.01", "1", "22", True, "0.01", "0.00", "0.01"),
        # VAT on top: amount x rate / 100
        ("100.00", "1", "22", False, "100.00", "22.00", "122.00"),
        ("99.99", "3", "22", False, "299.97", "65.99", "365.96"),
        ("0.05", "1", "10", False, "0.05", "0.01", "0.06"),
        # none is not zero, and both have no VAT
        ("100.00", "2", None, True, "200.00", "0.00", "200.00"),
        ("100.00", "2", None, False, "200.00", "0.00", "200.00"),
        ("100.00", "2", "0", False, "200.00", "0.00", "200.00"),
        # half a kopeck goes up, whatever the digit before it
        ("0.10", "0.25", None, True, "0.03", "0.00", "0.03"),
        ("0.10", "0.35", None, True, "0.04", "0.00", "0.04"),
        ("31.40", "12.5", "22", True, "392.50", "70.78", "392.50"),
    ],
)
def test_amounts_of_a_line(
    price: str, quantity: str, rate: str | None, included: bool, amount: str, vat: str, total: str
) -> None:
    found = line_amounts(D(price), D(quantity), D(rate) if rate is not None else None, included)

    assert found == LineAmounts(D(amount), D(vat), D(total))
    assert str(found.amount) == amount


def test_a_document_is_the_sum_of_its_rounded_lines() -> None:
    # three lines of 0.01 with VAT on top: rounding the sum would give 0.01 of VAT
    lines = [line_amounts(D("0.01"), D(1), D(22), vat_included=False)] * 3

    found = document_amounts(lines)

    assert (found.total, found.vat_amount) == (D("0.03"), D("0.00"))


def test_a_document_without_lines_comes_to_nothing() -> None:
    assert document_amounts([]).total == D("0.00")


@pytest.mark.parametrize(
    ("purchase", "percent", "retail"),
    [
        ("258.00", "42", "366.36"),
        ("258.00", "0", "258.00"),
        ("0.05", "50", "0.08"),  # 0.075
        ("0.15", "50", "0.23"),  # 0.225
        ("100.00", "33.33", "133.33"),
        ("99.99", "12.5", "112.49"),
        ("1486.00", "999", "16331.14"),
    ],
)
def test_retail_is_purchase_with_the_markup(purchase: str, percent: str, retail: str) -> None:
    price = purchase_price(D(purchase), "RUB", "Дилер")
    assert price is not None
    assert retail_price(price, D(percent)).amount == D(retail)


@pytest.mark.parametrize("amount", [None, D(0), D("-1")])
def test_no_price_and_zero_are_no_price(amount: Decimal | None) -> None:
    assert purchase_price(amount, "RUB", "Дилер") is None


def test_the_trail_tells_each_step() -> None:
    price = purchase_price(D("258"), "RUB", "Дилер 2")
    assert price is not None
    retail = retail_price(price, D("42.50"))

    assert price.trail == (Step(StepKind.PRICE_TYPE, "Дилер 2", D("258.00")),)
    assert retail.trail[1] == Step(StepKind.MARKUP, "42.5", D("109.65"))
    assert retail.without_trail().trail == ()
    assert retail.without_trail().amount == retail.amount


def test_an_amount_that_fits_no_column_is_refused() -> None:
    with pytest.raises(TooLarge):
        line_amounts(LARGEST_AMOUNT, D(2), None, vat_included=True)
    with pytest.raises(TooLarge):
        document_amounts([line_amounts(LARGEST_AMOUNT, D(1), None, vat_included=True)] * 2)


prices = st.decimals(D("0.01"), D("9999999.99"), places=2)
quantities = st.decimals(D("0.0001"), D("99999"), places=4)
rates = st.sampled_from([None, D(0), D(5), D(7), D(10), D(20), D(22)])


@given(prices, quantities, rates, st.booleans())
def test_vat_and_total_belong_together(
    price: Decimal, quantity: Decimal, rate: Decimal | None, included: bool
) -> None:
    found = line_amounts(price, quantity, rate, included)

    assert found.total == found.amount + (0 if included else found.vat_amount)
    assert 0 <= found.vat_amount <= found.total
    for amount in (found.amount, found.vat_amount, found.total):
        assert amount == amount.quantize(CENT)
    if included and rate is not None:
        # taking the VAT out and putting it on again gives the amount, half a kopeck apart
        net = found.amount - found.vat_amount
        assert abs(net * rate / 100 - found.vat_amount) <= D("0.0061")


@given(prices, st.decimals(0, 999, places=2))
def test_steps_add_up_to_the_price(amount: Decimal, percent: Decimal) -> None:
    price = purchase_price(amount, "RUB", "Дилер")
    assert price is not None
    retail = retail_price(price, percent)

    assert sum(step.amount for step in retail.trail) == retail.amount
    assert retail.amount >= price.amount
    exact = amount * (100 + percent) / 100
    assert abs(retail.amount - exact) <= D("0.005")


@given(st.lists(st.tuples(prices, quantities, rates), max_size=20), st.booleans())
def test_a_document_never_rounds_anew(
    wanted: list[tuple[Decimal, Decimal, Decimal | None]], included: bool
) -> None:
    lines = [line_amounts(*each, included) for each in wanted]

    found = document_amounts(lines)

    assert found.total == sum((line.total for line in lines), D(0))
    assert found.vat_amount == sum((line.vat_amount for line in lines), D(0))
