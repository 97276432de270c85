"""Tables of a base of 1C and what is worked out of them."""

from __future__ import annotations

import pytest

from onec.odata_base import Base, Virtual, guid

REGISTER = "AccumulationRegister_X"


def move(
    base: Base, kind: str, amount: int, *, place: str = "a", period: str = "2026-11-01"
) -> None:
    base.insert(
        f"{REGISTER}_RecordType",
        {"Period": period, "Active": True, "RecordType": kind, "Место_Key": place, "Сумма": amount},
    )


@pytest.fixture
def base() -> Base:
    return Base("unf", virtual={REGISTER: Virtual("Balance", ("Место",), ("Сумма",))})


def test_balance_sums_receipts_and_expenses(base: Base) -> None:
    move(base, "Receipt", 10)
    move(base, "Expense", 4)
    move(base, "Receipt", 3, place="b")
    move(base, "Expense", 3, place="b")
    assert base.balance(REGISTER, (), "") == [{"Место_Key": "a", "СуммаBalance": 6}]


def test_balance_of_a_moment(base: Base) -> None:
    move(base, "Receipt", 10)
    move(base, "Receipt", 5, period="2026-11-02")
    [row] = base.balance(REGISTER, ("Место",), "2026-11-02")
    assert row["СуммаBalance"] == 10


def test_records_that_are_not_active_do_not_count(base: Base) -> None:
    move(base, "Receipt", 10)
    base.table(f"{REGISTER}_RecordType")[0]["Active"] = False
    assert base.balance(REGISTER, (), "") == []


def test_slice_is_the_latest_of_each(base: Base) -> None:
    base.virtual["R"] = Virtual("SliceLast", ("Key",))
    for period, value in (("2026-11-02", 2), ("2026-11-01", 1), ("2026-11-03", 3)):
        base.insert("R", {"Period": period, "Key": "k", "Value": value})
    assert base.slice_last("R", "")[0]["Value"] == 3
    assert base.slice_last("R", "2026-11-02")[0]["Value"] == 2


def test_each_change_is_another_version(base: Base) -> None:
    base.insert("Catalog_X", {"Ref_Key": "r", "Description": "a"})
    first = base.table("Catalog_X")[0]["DataVersion"]
    base.change("Catalog_X", "r", {"Description": "b"})
    row = base.table("Catalog_X")[0]
    assert row["Description"] == "b"
    assert row["DataVersion"] != first
    with pytest.raises(KeyError):
        base.change("Catalog_X", "other", {})


def test_what_is_removed_is_counted(base: Base) -> None:
    base.insert("Catalog_X", {"Ref_Key": "r"})
    assert base.remove("Catalog_X", {"Ref_Key": "other"}) == 0
    assert base.remove("Catalog_X", {"Ref_Key": "r"}) == 1
    with pytest.raises(KeyError):
        base.table("Catalog_Y")


def test_identifiers_are_made_of_words() -> None:
    assert guid("a", 1) == guid("a", 1) != guid("a", 2)
