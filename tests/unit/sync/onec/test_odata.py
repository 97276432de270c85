"""Stored answers of УТ 11 and of УНФ, read into records."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.onec import odata
from sync.onec.commerceml import BadFile
from sync.onec.odata_dialects import UNF, UT11
from sync.onec.records import WholeRecord

SAMPLES = Path(__file__).parents[3] / "samples" / "odata"
CURRENCIES = ("currency", "currencies")
UT_JOINED = (CURRENCIES, ("party", "ut11-keys"), ("object", "ut11-objects"))


def g(tail: int) -> str:
    return f"5f1e{tail:04d}-7c1a-11ee-8d3f-0050569c2b1a"


def answer(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8-sig"))
    return told


def pull(
    dialect: str,
    part: str,
    *pages: dict[str, Any],
    lookups: tuple[tuple[str, str], ...] = (),
    **end: Any,
) -> io.BytesIO:
    """A stored pull of these pages and samples of tables."""
    lines: list[dict[str, Any]] = [{"asked": {"dialect": dialect, "part": part}}]
    lines += [{"rows": "E", "cut": page.get("cut", False), "answer": page} for page in pages]
    lines += [{"lookup": name, "answer": answer(sample)} for name, sample in lookups]
    lines.append({"end": True, "whole": False, "absent": [], **end})
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return io.BytesIO(text.encode())


def read(
    dialect: str,
    part: str,
    *pages: str | dict[str, Any],
    lookups: tuple[tuple[str, str], ...] = (),
    **end: Any,
) -> list[Any]:
    told = [answer(page) if isinstance(page, str) else page for page in pages]
    file = pull(dialect, part, *told, lookups=lookups, **end)
    return list(odata.read(file, part, UTC))


def records(*args: Any, **kwargs: Any) -> list[Any]:
    return [row.record for row in read(*args, **kwargs)]


def test_partners_of_ut() -> None:
    rows = read("ut11", "partner", "ut11-partners")
    assert [(row.position, row.kind, row.ref, row.version) for row in rows] == [
        (1, "partner", g(10), "1:AAAAAgAAAAA="),
        (2, "partner", g(11), "1:AAAAAgAAAAE="),
    ]
    assert [(row.record.name, row.record.archived) for row in rows] == [
        ("Стройдвор", False),
        ("Закрывшийся", True),
    ]
    assert json.loads(rows[0].fragment)["Description"] == "Стройдвор"


def test_counterparties_of_ut() -> None:
    company, trader = records("ut11", "counterparty", "ut11-counterparties")
    assert (company.ref, company.partner_ref, company.kind) == (g(20), g(10), "company")
    assert (company.inn, company.kpp) == ("7707083893", "770701001")
    assert company.full_name.startswith("Общество")
    assert (trader.partner_ref, trader.kind, trader.kpp) == ("", "sole_trader", "")


def test_groups_of_unf_are_left_out_and_void_ones_archived() -> None:
    company, person = records("unf", "counterparty", "unf-counterparties")
    assert (company.name, company.kind, company.archived) == ("Стройдвор", "company", False)
    assert (person.kind, person.archived) == ("person", True)


def test_agreements_of_ut() -> None:
    current, closed = records("ut11", "agreement", "ut11-agreements", lookups=(CURRENCIES,))
    assert (current.price_type_ref, current.warehouse_ref, current.currency) == (
        g(40),
        g(41),
        "RUB",
    )
    assert (current.archived, closed.archived, closed.warehouse_ref) == (False, True, "")


def test_contracts_of_ut_with_clients_alone() -> None:
    lookups = (CURRENCIES, ("organisation", "organisations"))
    limited, free = records("ut11", "contract", "ut11-contracts", lookups=lookups)
    assert (limited.number, limited.signed_on, limited.currency) == (
        "12/26",
        date(2026, 1, 15),
        "RUB",
    )
    assert (limited.credit_limit, limited.deferral_days) == (500000, 14)
    assert limited.organisation_name == "ООО «Двери Оптом»"
    assert (free.credit_limit, free.deferral_days, free.signed_on, free.currency) == (
        None,
        None,
        None,
        "CNY",
    )


def test_contracts_of_unf() -> None:
    [contract] = records("unf", "contract", "unf-contracts", lookups=(CURRENCIES,))
    assert (contract.counterparty_ref, contract.price_type_ref) == (g(20), g(40))
    assert (contract.number, contract.deferral_days, contract.currency) == ("3", 30, "CNY")
    assert (contract.credit_limit, contract.organisation_name) == (None, "")


@pytest.mark.gotcha(70)
def test_balances_of_ut_by_two_joins() -> None:
    rows = read("ut11", "balance", "ut11-balance", lookups=UT_JOINED, whole=True)
    debt, foreign, advance, refused, whole = rows
    assert debt.record.amount == debt.record.base_amount == Decimal("15300.5")
    assert (debt.record.counterparty_ref, debt.record.contract_ref) == (g(20), g(50))
    assert (debt.record.document_name, debt.record.document_number) == (
        "Реализация товаров и услуг",
        "ДО00-000021",
    )
    assert (debt.record.document_on, debt.record.due_on) == (date(2026, 11, 3), date(2026, 11, 17))
    assert debt.record.order_number == "ДО00-000017"
    # the key of the party knows no contract, the object of settlements does
    assert (foreign.record.contract_ref, foreign.record.order_number) == (g(51), "")
    assert (foreign.record.currency, foreign.record.amount, foreign.record.base_amount) == (
        "CNY",
        1000,
        11560,
    )
    assert (advance.record.amount, advance.record.base_amount, advance.record.due_on) == (
        -250,
        -2890,
        None,
    )
    assert refused.record is None
    assert refused.error[0] == "settlements of a party that 1C did not describe"
    assert whole.record == WholeRecord()
    assert len({row.ref for row in rows}) == len(rows)
    assert [row.position for row in rows] == [1, 2, 3, 4, 5]


@pytest.mark.gotcha(70)
def test_balances_of_unf_in_the_currency_of_the_contract() -> None:
    lookups = (CURRENCIES, ("contract", "unf-contracts"))
    debt, advance = records("unf", "balance", "unf-balance", lookups=lookups)
    assert (debt.currency, debt.amount, debt.base_amount) == ("CNY", 1000, 11560)
    assert (debt.document_on, debt.due_on) == (date(2026, 11, 3), date(2026, 12, 3))
    assert debt.order_number == "НФ00-000012"
    assert (advance.amount, advance.base_amount, advance.due_on) == (-300, -3468, None)
    assert advance.order_number == ""


def test_balances_without_a_known_currency_are_refused() -> None:
    lookups = (("party", "ut11-keys"), ("object", "ut11-objects"))
    rows = read("ut11", "balance", "ut11-balance", lookups=lookups)
    assert {row.error[0] for row in rows if row.error} == {
        "settlements in a currency that 1C did not describe",
        "settlements of a party that 1C did not describe",
    }
    assert not any(row.record for row in rows)


def test_movements_of_ut_are_one_for_a_document() -> None:
    shipped, paid, returned = records("ut11", "settlement", "ut11-movements", lookups=UT_JOINED)
    assert (shipped.kind, shipped.amount) == ("shipment", Decimal("15300.5"))
    assert shipped.moved_at == datetime(2026, 11, 3, 12)  # noqa: DTZ001  1C's times have no zone
    # 7000 against the debt, 3000 in advance; the offset that came later moves nothing
    assert (paid.kind, paid.amount) == ("payment", -10000)
    assert (returned.kind, returned.amount) == ("return", -1200)
    assert (returned.document_name, returned.document_number) == ("Возврат товаров от клиента", "")


def test_states_of_orders_of_ut() -> None:
    lookups = (CURRENCIES, ("state", "ut11-states"))
    going, deleted = records("ut11", "status", "ut11-orders", lookups=lookups)
    assert (going.ref, going.number, going.remote_number) == (g(80), "", "ДО00-000017")
    assert (going.status, going.paid, going.shipped) == (
        "Ожидается оплата после отгрузки",
        False,
        True,
    )
    assert (going.posted, going.deleted, going.cancelled) == (True, False, None)
    assert (going.amount, going.currency) == (Decimal("15300.5"), "RUB")
    assert (deleted.status, deleted.paid, deleted.deleted) == ("Не согласован", None, True)


def test_version_of_an_order_says_nothing_of_its_payment() -> None:
    rows = read("ut11", "status", "ut11-orders", lookups=(("state", "ut11-states"),))
    assert [row.version for row in rows] == ["", ""]


def test_prices_of_ut_are_of_one_base_unit() -> None:
    lookups = (CURRENCIES, ("package", "ut11-packages"))
    plain, first, second, unknown = read("ut11", "price", "ut11-prices", lookups=lookups)
    assert plain.ref == g(100)
    assert {price.price_type_ref: price.amount for price in plain.record.prices} == {
        g(40): 250,
        g(42): Decimal("280.5"),
    }
    assert plain.record.prices[0].currency == "RUB"
    assert first.ref == f"{g(101)}#{g(105)}"
    # a price of nothing is how 1C takes one back
    assert [price.price_type_ref for price in second.record.prices] == [g(40)]
    assert unknown.record is None
    assert unknown.error == ("a price of a package whose size 1C did not tell", g(119))


def test_prices_of_unf() -> None:
    lookups = (CURRENCIES, ("package", "unf-packages"), ("price_type", "unf-price-types"))
    boxed, plain = records("unf", "price", "unf-prices", lookups=lookups)
    assert [(price.price_type_ref, price.amount, price.currency) for price in boxed.prices] == [
        (g(40), 100, "RUB")
    ]
    assert plain.prices[0].amount == 70


def test_stock_of_ut_is_what_is_free() -> None:
    door, variant = records("ut11", "stock", "ut11-stock")
    assert {place.warehouse_ref: place.quantity for place in door.stock} == {
        g(41): 7,
        g(43): Decimal("0.125"),
    }
    assert variant.ref == f"{g(101)}#{g(105)}"
    assert variant.stock[0].quantity == -2


def test_stock_that_is_gone_has_no_place() -> None:
    *_there, gone = read("ut11", "stock", "ut11-stock", absent=[{"ref": g(109)}])
    assert (gone.position, gone.ref, gone.record.stock) == (3, g(109), ())


def test_rows_of_a_cut_page_count_in_the_next_one() -> None:
    told = answer("ut11-stock")["value"]
    pages = ({"value": told[:1], "cut": True}, {"value": told[:2]}, {"value": told[2:]})
    door, variant = records("ut11", "stock", *pages)
    assert len(door.stock) == 2
    assert variant.ref.endswith(g(105))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<xml/>",
        b'{"asked":{"dialect":"ut11","part":"nothing"}}\n{"end":true}\n',
        b'{"asked":{"dialect":"zup","part":"stock"}}\n{"end":true}\n',
        b'{"asked":{"dialect":"ut11","part":"stock"}}\n',
        b'{"asked":{"dialect":"ut11","part":"stock"\n',
    ],
)
def test_what_no_pull_has_written_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        list(odata.read(io.BytesIO(content), "stock", UTC))


def test_pull_of_another_kind_is_refused() -> None:
    with pytest.raises(BadFile):
        list(odata.read(pull("ut11", "stock"), "price", UTC))


def test_part_is_found_by_its_name() -> None:
    assert odata.part_named(UT11, "agreement").entities == ("Catalog_СоглашенияСКлиентами",)
    with pytest.raises(KeyError):
        odata.part_named(UNF, "agreement")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("КОтгрузке", "К отгрузке"),
        ("ГотовКОбеспечению", "Готов к обеспечению"),
        ("Закрыт", "Закрыт"),
        ("В работе", "В работе"),
        ("", ""),
    ],
)
def test_values_of_enumerations_are_words(name: str, shown: str) -> None:
    assert odata.words(name) == shown


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e99999999999999999999"])
def test_no_json_of_numbers_that_are_none(number: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        odata.load(f'{{"value":[{{"Amount":{number}}}]}}')
    assert odata.load('{"Amount":1.10}') == {"Amount": Decimal("1.10")}
