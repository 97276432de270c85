"""Addresses by which 1C's OData is asked."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote

import pytest

from sync.onec.odata_dialects import DIALECTS, UT11
from sync.onec.odata_queries import (
    QUESTION,
    Lookup,
    Part,
    address,
    literal,
    lookup_addresses,
    probe_address,
)

GUID = "5f1e0010-7c1a-11ee-8d3f-0050569c2b1a"
PARTS = [
    pytest.param(part, id=f"{dialect.name}-{part.name}")
    for dialect in DIALECTS.values()
    for parts in dialect.parts.values()
    for part in parts
]


def test_first_page_and_the_next_one() -> None:
    [part] = [part for part in UT11.parts["counterparties"] if part.name == "partner"]
    first = unquote(address("Catalog_Партнеры", part, top=1000))
    assert first == (
        "Catalog_Партнеры?$format=json&$orderby=Ref_Key&$top=1000"
        "&$select=Ref_Key,DataVersion,DeletionMark,Description"
    )
    following = unquote(address("Catalog_Партнеры", part, top=1000, after=GUID))
    assert f"$filter=Ref_Key gt guid'{GUID}'" in following
    assert "$skip" not in following


def test_rows_of_the_last_key_are_asked_for_again() -> None:
    [part] = UT11.parts["stock"]
    asked = unquote(address(part.entities[0], part, top=5, after=GUID, again=True))
    assert f"$filter=Номенклатура_Key ge guid'{GUID}'" in asked


def test_time_limits_and_pages_movements() -> None:
    part = UT11.parts["settlements"][1]
    since = datetime(2026, 9, 1)  # noqa: DTZ001  1C's times have no zone
    asked = unquote(address("E", part, top=5, after="2026-11-03T12:00:00", again=True, since=since))
    assert (
        "Period ge datetime'2026-09-01T00:00:00' and Period ge datetime'2026-11-03T12:00:00'"
        in asked
    )


@pytest.mark.gotcha(68)
def test_virtual_tables_are_functions() -> None:
    [part] = UT11.parts["stock"]
    asked = unquote(address(part.entities[0], part, top=5))
    assert asked.startswith(
        "AccumulationRegister_ТоварыНаСкладах/Balance"
        "(Dimensions='Номенклатура,Характеристика,Склад')?"
    )
    [prices] = UT11.parts["prices"]
    assert "/SliceLast()?" in unquote(address("InformationRegister_X", prices, top=5))


@pytest.mark.parametrize("part", PARTS)
def test_questions_are_short_enough_for_any_web_server(part: Part) -> None:
    since = datetime(2026, 9, 1)  # noqa: DTZ001  1C's times have no zone
    key = "2026-11-03T12:00:00" if part.key == "Period" else GUID
    asked = address(part.entities[0], part, top=64000, after=key, since=since)
    path, _mark, query = asked.partition("?")
    assert len(query) <= QUESTION
    assert len(path) < 3000
    assert asked.isascii()
    for lookup in part.lookups:
        for each in lookup_addresses(lookup.entities[0], lookup, [GUID] * 100):
            assert len(each.partition("?")[2]) <= QUESTION


def test_tables_are_asked_for_all_that_is_referred_to() -> None:
    lookup = Lookup("x", ("Catalog_X",), ("Description",), of=("X_Key",))
    refs = [f"5f1e{number:04d}-7c1a-11ee-8d3f-0050569c2b1a" for number in range(100)]
    asked = [unquote(each) for each in lookup_addresses("Catalog_X", lookup, refs)]
    assert len(asked) > 1
    assert all(sum(ref in each for each in asked) == 1 for ref in refs)
    assert " or Ref_Key eq guid'" in asked[0]
    assert asked[0].endswith("&$select=Ref_Key,Description")
    assert "$select" not in next(iter(lookup_addresses("E", lookup, refs, selects=False)))


def test_reference_to_several_tables_is_cast() -> None:
    lookup = Lookup("x", ("R",), (), key="Заказ", casts_to="Document_ЗаказКлиента")
    [asked] = lookup_addresses("R", lookup, [GUID])
    assert f"Заказ eq cast(guid'{GUID}','Document_ЗаказКлиента')" in unquote(asked)


def test_probe_asks_for_one_row() -> None:
    assert unquote(probe_address("R", "Balance", ("А", "Б"))) == (
        "R/Balance(Dimensions='А,Б')?$format=json&$top=1"
    )


def test_literals_are_of_the_third_version() -> None:
    assert literal(GUID) == f"guid'{GUID}'"
    assert literal(datetime(2026, 1, 2, 3, 4, 5)) == "datetime'2026-01-02T03:04:05'"  # noqa: DTZ001
