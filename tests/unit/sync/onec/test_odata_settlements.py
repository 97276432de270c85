"""What tells rows of settlements apart, and what their documents did."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.onec import odata_settlements as settlements
from sync.onec.odata_dialects import UNF, UT11
from sync.onec.odata_told import Told

GUID = "5f1e{:04d}-7c1a-11ee-8d3f-0050569c2b1a"


def row_of(part: Any, **row: Any) -> Told:
    return Told(row, part.names, {})


@pytest.mark.parametrize(
    ("recorder", "kind"),
    [
        ("РеализацияТоваровУслуг", "shipment"),
        ("РасходнаяНакладная", "shipment"),
        ("ВозвратТоваровОтКлиента", "return"),
        ("ВозвратТоваровОтПокупателя", "return"),
        ("ПоступлениеБезналичныхДенежныхСредств", "payment"),
        ("ПоступлениеНаСчет", "payment"),
        ("ПриходныйКассовыйОрдер", "payment"),
        ("СписаниеБезналичныхДенежныхСредств", "payment"),
        ("КорректировкаРегистров", "correction"),
        ("ВзаимозачетЗадолженности", "correction"),
    ],
)
def test_kind_by_the_document(recorder: str, kind: str) -> None:
    assert settlements.kind_of(f"StandardODATA.Document_{recorder}") == kind
    assert settlements.kind_of("") == "correction"


@pytest.mark.parametrize("dialect", [UT11, UNF], ids=lambda each: each.name)
def test_balances_differ_by_each_of_their_dimensions(dialect: Any) -> None:
    part = dialect.parts["settlements"][0]
    dimensions = {
        name: part.names[name]
        for name in (
            "party",
            "object",
            "currency",
            "counterparty",
            "contract",
            "organisation",
            "document",
            "order",
            "due_on",
            "settled_as",
        )
        if name in part.names
    }
    plain = {field: GUID.format(0) for field in dimensions.values()}
    refs = {settlements.balance_ref(row_of(part, **plain))}
    for number, field in enumerate(dimensions.values(), start=1):
        # of an identifier some references keep the beginning only
        value = f"{number:08d}" + GUID.format(number)[8:]
        refs.add(settlements.balance_ref(row_of(part, **{**plain, field: value})))
    assert len(refs) == len(dimensions) + 1
    assert max(map(len, refs)) <= 255


def test_movement_that_only_offsets_moves_nothing() -> None:
    part = UT11.parts["settlements"][1]
    debt = row_of(part, RecordType="Expense", Долг=Decimal(30), Предоплата=Decimal(0))
    advance = row_of(part, RecordType="Expense", Долг=Decimal(0), Предоплата=Decimal(30))
    assert not settlements.moves([debt, advance])
    assert settlements.moves([debt])


def test_movement_that_is_gone_is_archived_as_it_was() -> None:
    told = {
        "ref": "r",
        "counterparty": "c",
        "contract": "k",
        "organisation": "",
        "currency": "RUB",
        "amount": "-10.50",
        "base_amount": "",
        "document": "d",
        "document_name": "Поступление",
        "document_number": "7",
        "document_on": "2026-11-01",
        "order": "",
        "kind": "payment",
        "moved_at": "2026-11-01T10:00:00",
    }
    record = settlements.gone(told)
    assert (record.archived, record.amount, record.base_amount) == (True, Decimal("-10.50"), None)
    assert (record.kind, record.document_name, str(record.document_on)) == (
        "payment",
        "Поступление",
        "2026-11-01",
    )
