"""The made-up bases: the same each time, and whole."""

from __future__ import annotations

from datetime import datetime

import pytest

from onec.odata_base import NOTHING, ODATA_DIALECTS, OdataDialect
from onec.odata_made import make_base

TODAY = datetime(2026, 11, 23)  # noqa: DTZ001  1C's times have no zone


@pytest.mark.parametrize("dialect", ODATA_DIALECTS)
def test_base_is_the_same_each_time(dialect: OdataDialect) -> None:
    first = make_base(dialect, clients=8, products=6, today=TODAY)
    assert make_base(dialect, clients=8, products=6, today=TODAY).rows == first.rows


@pytest.mark.parametrize("dialect", ODATA_DIALECTS)
def test_references_lead_to_what_is_there(dialect: OdataDialect) -> None:
    base = make_base(dialect, clients=8, products=6, today=TODAY)
    refs = {row["Ref_Key"] for rows in base.rows.values() for row in rows if "Ref_Key" in row}
    for entity in ("Catalog_ДоговорыКонтрагентов", "Catalog_Контрагенты"):
        for row in base.table(entity):
            for name in ("Контрагент_Key", "Owner_Key", "Партнер_Key", "Организация_Key"):
                assert row.get(name, NOTHING) in refs | {NOTHING}


@pytest.mark.parametrize("dialect", ODATA_DIALECTS)
def test_goods_are_those_of_another_base(dialect: OdataDialect) -> None:
    base = make_base(dialect, clients=1, goods=["p1", "p1#c1"], today=TODAY)
    stock = next(
        name for name in base.virtual if name.endswith(("ТоварыНаСкладах", "ЗапасыНаСкладах"))
    )
    told = base.balance(stock, ("Номенклатура", "Характеристика"), "")
    # the first one has a single warehouse with stock
    assert {(row["Номенклатура_Key"], row["Характеристика_Key"]) for row in told} == {
        ("p1", NOTHING),
        ("p1", "c1"),
    }
