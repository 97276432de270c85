"""Balances and movements: kept in the contract's currency, settled when no longer told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from sync.intake.book import Book
from sync.intake.settlements import FEW, settle_absent
from sync.models import (
    ChangeBatch,
    Connection,
    Contract,
    Counterparty,
    ReceivedFile,
    Run,
    SettlementBalance,
    SettlementEntry,
)
from sync.onec.records import ContractRecord, SettlementRecord
from sync.runs.inbound import ingest
from sync.staging import staging
from tests.factories.sync import (
    ConnectionFactory,
    ReceivedFileFactory,
    SettlementEntryFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(time_zone="Asia/Yekaterinburg")


def told(ref: str = "b1", **changed: Any) -> SettlementRecord:
    fields: dict[str, Any] = {
        "ref": ref,
        "counterparty_ref": "c1",
        "contract_ref": "k1",
        "organisation_ref": "",
        "currency": "RUB",
        "amount": Decimal("100.005"),
    }
    return SettlementRecord(**{**fields, **changed})


def tell(base: Connection, *records: SettlementRecord, kind: str = "balance") -> Run:
    return ingest(connection=base, kind=kind, records=records, at=AT)


@pytest.mark.gotcha(70)
def test_amounts_are_kept_in_both_currencies_and_never_added(base: Connection) -> None:
    tell(
        base,
        told("b1", currency="USD", amount=Decimal(10), base_amount=Decimal(905)),
        told("b2", currency="RUB", amount=Decimal(500), base_amount=Decimal(500)),
    )
    dollars = SettlementBalance.objects.get(ref="b1")
    assert (dollars.currency, dollars.amount, dollars.base_amount) == ("USD", 10, 905)
    owed = SettlementBalance.objects.filter(contract__ref="k1").by_currency(date(2026, 11, 24))
    assert {currency: each.balance for currency, each in owed.items()} == {"RUB": 500, "USD": 10}


def test_a_currency_not_told_is_that_of_the_contract(base: Connection) -> None:
    contract = ContractRecord(
        "k1", "c1", "", "", "1", "Договор", None, "o1", "Мы", "EUR", "", None, None
    )
    ingest(connection=base, kind="contract", records=[contract], at=AT)
    tell(base, told(currency="", counterparty_ref=""))
    row = SettlementBalance.objects.select_related("counterparty", "organisation").get()
    assert (row.currency, row.amount) == ("EUR", Decimal("100.01"))
    # what the contract knows is not left empty
    assert row.counterparty.ref == "c1"
    assert row.organisation.ref == "o1"


def test_unknown_clients_and_contracts_get_rows_that_are_filled_later(base: Connection) -> None:
    tell(base, told(organisation_ref="o1"))
    assert Counterparty.objects.get().ref == "c1"
    assert Contract.objects.get().ref == "k1"


@pytest.mark.parametrize("kind", ["balance", "settlement"])
def test_the_same_again_writes_nothing(base: Connection, kind: str) -> None:
    record = told(moved_at=datetime(2026, 11, 20, 12, 0))  # noqa: DTZ001  1C's own clock
    assert tell(base, record, kind=kind).created_count == 1
    batches = ChangeBatch.objects.count()
    again = tell(base, record, kind=kind)
    assert (again.unchanged_count, again.changed_count) == (1, 0)
    assert ChangeBatch.objects.count() == batches


def test_a_movement_is_at_the_time_of_its_base(base: Connection) -> None:
    noon = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001  1C's own clock
    tell(base, told(moved_at=noon, kind="shipment"), kind="settlement")
    row = SettlementEntry.objects.get()
    assert row.moved_at == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    assert row.kind == "shipment"


def test_a_movement_without_a_channel_has_no_origin(base: Connection) -> None:
    noon = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001  1C's own clock
    tell(base, told(moved_at=noon), kind="settlement")
    assert SettlementEntry.objects.get().origin == ""


def test_movements_of_before_get_their_origin_by_the_rule_of_before(base: Connection) -> None:
    channels = ReceivedFile.Channel
    pull = ReceivedFileFactory(connection=base, channel=channels.ODATA)
    push = ReceivedFileFactory(connection=base, channel=channels.PUSH)
    for ref, receipt in (("a:1", pull.pk), ("a:2", 0), ("a:3", push.pk), ("a4", pull.pk)):
        SettlementEntryFactory(connection=base, ref=ref, receipt=receipt)
    migration = import_module("sync.migrations.0010_origin_of_entries")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migration, "PORTION", 1)
        migration.fill(apps, None)
    found = dict(SettlementEntry.objects.values_list("ref", "origin"))
    assert found == {"a:1": "odata", "a:2": "odata", "a:3": "", "a4": ""}


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("balance", told(counterparty_ref="", contract_ref="")),
        ("balance", told(amount=Decimal(10) ** 13)),
        ("balance", told(base_amount=-(Decimal(10) ** 13))),
        ("balance", told(ref="")),
        ("balance", told(contract_ref="k" * 256)),
        ("settlement", told()),
        ("settlement", told(moved_at=datetime(2026, 1, 1), kind="gift")),  # noqa: DTZ001
    ],
)
def test_a_bad_record_is_named_and_the_rest_goes_on(
    base: Connection, kind: str, record: SettlementRecord
) -> None:
    good = told("good", moved_at=datetime(2026, 1, 1))  # noqa: DTZ001  1C's own clock
    run = tell(base, record, good, kind=kind)
    assert (run.created_count, run.rejected_count) == (1, 1)
    assert run.rejections.get().reason


def book_of(base: Connection) -> Book:
    run = Run.objects.create(connection=base, kind="balance")
    return Book(base, run, 10**9, staging(base.pk), at=AT)


def test_what_a_whole_telling_leaves_out_is_settled_and_comes_back_when_told(
    base: Connection,
) -> None:
    tell(base, told("b1"), told("b2"), told("b3", counterparty_ref="c2"))
    book = book_of(base)
    assert settle_absent(book, {"b1"}, ()) == 2
    assert list(SettlementBalance.objects.current().values_list("ref", flat=True)) == ["b1"]
    # told once more in the very same words
    later = Run.objects.create(connection=base, kind="balance")
    SettlementBalance.objects.update(receipt=0)
    again = tell(base, told("b2"))
    assert later.pk < again.pk
    assert again.changed_count == 1
    assert SettlementBalance.objects.current().count() == 2


def test_a_telling_whole_for_some_clients_settles_nothing_of_others(base: Connection) -> None:
    tell(base, told("b1"), told("b2", counterparty_ref="c2"))
    assert settle_absent(book_of(base), set(), ["c2"]) == 1
    assert SettlementBalance.objects.current().get().ref == "b1"


@pytest.mark.parametrize(("count", "settled"), [(1, 1), (FEW, FEW), (FEW + 1, 0)])
def test_an_empty_whole_telling_of_a_base_settles_a_few_balances_and_never_many(
    base: Connection, count: int, settled: int
) -> None:
    tell(base, *(told(f"b{n}") for n in range(count)))
    book = book_of(base)
    assert settle_absent(book, set(), ()) == settled
    assert bool(book.run.warnings) == (settled == 0)
    assert SettlementBalance.objects.current().count() == count - settled


def test_many_clients_of_a_whole_telling_are_settled_by_name(base: Connection) -> None:
    count = FEW + 1
    tell(base, *(told(f"b{n}", counterparty_ref=f"c{n}") for n in range(count)))
    refs = [f"c{n}" for n in range(40_000)]
    assert settle_absent(book_of(base), set(), refs) == count


def test_an_older_whole_telling_settles_nothing_that_a_later_one_told(base: Connection) -> None:
    tell(base, told("b1"))
    SettlementBalance.objects.update(receipt=100)
    book = Book(base, Run.objects.create(connection=base), 99, staging(base.pk), at=AT)
    assert settle_absent(book, {"b9"}, ()) == 0


def test_totals_tell_debt_advance_and_what_is_overdue(base: Connection) -> None:
    tell(
        base,
        told("b1", amount=Decimal(100), due_on=date(2026, 11, 23)),
        told("b2", amount=Decimal(50), due_on=date(2026, 11, 24)),
        told("b3", amount=Decimal(-30)),
        told("b4", amount=Decimal(70), archived=True),
    )
    owed = SettlementBalance.objects.all().by_currency(date(2026, 11, 24))["RUB"]
    assert (owed.debt, owed.overdue, owed.advance, owed.balance) == (150, 100, 30, 120)


def test_a_statement_opens_with_what_was_before(base: Connection) -> None:
    moments = [datetime(2026, month, 1) for month in (1, 2, 3, 4)]  # noqa: DTZ001
    tell(
        base,
        *(
            told(f"m{at.month}", amount=Decimal(at.month), moved_at=at, kind="shipment")
            for at in moments
        ),
        told("usd", currency="USD", amount=Decimal(9), moved_at=moments[1]),
        kind="settlement",
    )
    found = SettlementEntry.objects.all().statement(
        datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)
    )
    assert list(found) == ["RUB", "USD"]
    rubles = found["RUB"]
    assert (rubles.opening, rubles.closing) == (1, 6)
    assert [entry.ref for entry in rubles.entries] == ["m2", "m3"]
    assert (found["USD"].opening, found["USD"].closing) == (0, 9)
