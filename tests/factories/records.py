"""What a channel tells of clients and orders, as records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sync.onec.records import ContractRecord, CounterpartyRecord, RemoteOrderRecord


def counterparty(ref: str = "c1", **changed: Any) -> CounterpartyRecord:
    """A company."""
    fields = {
        "ref": ref,
        "partner_ref": "p1",
        "name": "ООО Дом",
        "full_name": "Общество Дом",
        "inn": "7707083893",
        "kpp": "770701001",
        "kind": "company",
    }
    return CounterpartyRecord(**{**fields, **changed})


def contract(**changed: Any) -> ContractRecord:
    """A contract of the company `c1`."""
    fields = {
        "ref": "k1",
        "counterparty_ref": "c1",
        "partner_ref": "p1",
        "agreement_ref": "a1",
        "number": "12/26",
        "name": "Договор 12/26",
        "signed_on": date(2026, 1, 15),
        "organisation_ref": "o1",
        "organisation_name": "ООО Фабрика",
        "currency": "RUB",
        "price_type_ref": "t1",
        "credit_limit": Decimal("500000.005"),
        "deferral_days": 14,
    }
    return ContractRecord(**{**fields, **changed})


def order(**changed: Any) -> RemoteOrderRecord:
    """An order of which 1C tells nothing but its number."""
    fields: dict[str, Any] = dict.fromkeys(RemoteOrderRecord.__dataclass_fields__, "")
    nothing = ("posted", "deleted", "cancelled", "paid", "shipped", "amount", "counterparty")
    fields.update(dict.fromkeys((*nothing, "ordered_on", "remote_on", "paid_on"), None))
    fields.update(shipped_on=None, changed_at=None, lines=(), requisites=(), digest=1)
    return RemoteOrderRecord(**{**fields, "ref": "d1", "number": "1001", **changed})
