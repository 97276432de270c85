"""A payment is one row, however often and by whatever it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.intake.payments import key_of
from sync.models import Connection, OutboxOrder, Payment, ReceivedFile, RemoteOrder, Run
from sync.onec.records import PaymentRecord
from sync.runs.inbound import accept, import_records, ingest
from tests.factories import statement
from tests.factories.sync import (
    ConnectionFactory,
    CounterpartyFactory,
    outgoing_order,
    queued_order,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def paid(ref: str = "p1", **changed: Any) -> PaymentRecord:
    fields: dict[str, Any] = {
        "ref": ref,
        "source": "onec",
        "number": "000087",
        "paid_on": date(2026, 11, 23),
        "amount": Decimal("48250.40"),
        "payer_inn": "7707083893",
    }
    return PaymentRecord(**{**fields, **changed})


def tell(base: Connection, *records: PaymentRecord) -> Run:
    return ingest(connection=base, kind="payment", records=records, at=AT)


@pytest.mark.gotcha(63)
@pytest.mark.parametrize(
    "second",
    [
        pytest.param(paid(), id="the same"),
        pytest.param(paid(""), id="without its identifier"),
        pytest.param(paid("", amount=Decimal("48250.4")), id="a zero less"),
    ],
)
def test_a_payment_told_twice_is_one(base: Connection, second: PaymentRecord) -> None:
    tell(base, paid())
    run = tell(base, second)
    assert (run.created_count, run.changed_count, run.unchanged_count) == (0, 0, 1)
    assert Payment.objects.get().key == "p1"


@pytest.mark.gotcha(63)
def test_an_identifier_that_comes_later_joins_the_same_payment(base: Connection) -> None:
    tell(base, paid(""))
    run = tell(base, paid("p1"))
    assert (run.created_count, run.changed_count) == (0, 1)
    assert Payment.objects.get().key == "p1"


@pytest.mark.gotcha(63)
def test_a_payment_told_twice_in_one_message_is_one(base: Connection) -> None:
    run = tell(base, paid(), paid(), paid(""))
    assert (run.created_count, run.unchanged_count) == (1, 2)
    assert Payment.objects.count() == 1


def test_documents_that_only_look_alike_are_two_payments(base: Connection) -> None:
    run = tell(base, paid("p1"), paid("p2"))
    assert run.created_count == 2
    assert sorted(Payment.objects.values_list("key", flat=True)) == ["p1", "p2"]


def test_lines_of_overlapping_statements_are_one_payment(base: Connection) -> None:
    line = paid("", source="bank", our_account="1" * 20, payer_account="2" * 20)
    assert key_of(line) == f"{'1' * 20}|000087|2026-11-23|48250.40|{'2' * 20}"
    tell(base, line)
    assert tell(base, line).unchanged_count == 1
    tell(base, paid("", source="bank", our_account="1" * 20, payer_account="3" * 20))
    assert Payment.objects.count() == 2


def test_a_corrected_payment_is_changed(base: Connection) -> None:
    tell(base, paid())
    run = tell(base, paid(amount=Decimal(10)))
    assert run.changed_count == 1
    assert Payment.objects.get().amount == 10


def test_the_payer_is_found_by_inn_when_only_one_has_it(base: Connection) -> None:
    party = CounterpartyFactory(connection=base, inn="7707083893")
    CounterpartyFactory(inn="7707083893")  # of another base
    tell(base, paid())
    assert Payment.objects.get().counterparty == party
    branch = CounterpartyFactory(connection=base, inn="7707083893", kpp="770702002")
    tell(base, paid("p2"), paid("p3", counterparty_ref=branch.ref))
    assert Payment.objects.get(key="p2").counterparty is None
    assert Payment.objects.get(key="p3").counterparty == branch
    # what was matched once stays matched
    assert tell(base, paid()).unchanged_count == 1
    assert Payment.objects.get(key="p1").counterparty == party


@pytest.mark.parametrize(
    ("purpose", "order"),
    [
        ("Оплата по заказу 100245 от 18.11.2026, НДС 22 %", "100245"),
        ("Оплата по заказу №КА00-000245", ""),
        ("Заказы 100245 и 100246", ""),
        ("За товар, сумма 1100245", ""),
    ],
)
def test_the_order_is_found_in_the_purpose(base: Connection, purpose: str, order: str) -> None:
    for number in ("100245", "100246"):
        OutboxOrder.objects.create(connection=base, number=number, payload={})
    tell(base, paid(purpose=purpose))
    assert Payment.objects.get().order_number == order


def test_a_number_of_1c_leads_to_ours(base: Connection) -> None:
    RemoteOrder.objects.create(
        connection=base, number="100245", remote_number="КА00-000245", changed_at=AT
    )
    tell(base, paid(order_number="КА00-000245"), paid("p2", order_number="77"))
    assert Payment.objects.get(key="p1").order_number == "100245"
    assert Payment.objects.get(key="p2").order_number == "77"


def test_a_match_that_comes_later_is_written(base: Connection) -> None:
    tell(base, paid(purpose="заказ 100245"))
    OutboxOrder.objects.create(connection=base, number="100245", payload={})
    assert tell(base, paid(purpose="заказ 100245")).changed_count == 1
    assert Payment.objects.get().order_number == "100245"


@pytest.mark.parametrize(
    "bad", [paid("", number=""), paid(amount=Decimal(10) ** 13), paid("p" * 256)]
)
def test_a_bad_payment_is_named_and_the_rest_goes_on(base: Connection, bad: PaymentRecord) -> None:
    run = tell(base, bad, paid())
    assert (run.created_count, run.rejected_count) == (1, 1)


def from_bank(number: str = "17", **changed: Any) -> PaymentRecord:
    fields: dict[str, Any] = {
        "source": "bank",
        "number": number,
        "payer_account": "2" * 20,
        "our_account": "1" * 20,
        "amount": Decimal("122.00"),
    }
    return paid("", **{**fields, **changed})


def test_money_without_a_number_goes_to_the_only_order_of_that_buyer_and_sum(
    base: Connection,
) -> None:
    for number in ("1001", "1002"):
        queued_order(base, outgoing_order(number))
    RemoteOrder.objects.create(connection=base, number="1002", amount="61.00", changed_at=AT)
    tell(base, from_bank())
    assert Payment.objects.get().order_number == "1001"
    # a second payment of the same sum is for something else, the same again changes nothing
    run = tell(base, from_bank("18"), from_bank())
    assert (run.created_count, run.unchanged_count) == (1, 1)
    assert Payment.objects.get(number="18").order_number == ""
    # what 1C says is to be paid
    tell(base, from_bank("19", amount=Decimal("61.00")))
    assert Payment.objects.get(number="19").order_number == "1002"


@pytest.mark.parametrize(
    "changed",
    [
        {"payer_inn": "500100732259"},
        {"payer_inn": ""},
        {"amount": Decimal("122.01")},
        {"purpose": "по счетам 1001, 1002"},
        {"source": "onec"},
    ],
)
def test_money_that_could_be_for_anything_is_left_to_people(
    base: Connection, changed: dict[str, Any]
) -> None:
    for number in ("1001", "1002"):
        queued_order(base, outgoing_order(number, amount=Decimal("122.00")))
    OutboxOrder.objects.filter(number="1002").update(payload={"party": {}, "amount": "5"})
    tell(base, from_bank(**changed))
    assert Payment.objects.get().order_number == ""


def test_two_orders_of_one_sum_are_not_guessed_between(base: Connection) -> None:
    for number in ("1001", "1002"):
        queued_order(base, outgoing_order(number))
    tell(base, from_bank())
    assert Payment.objects.get().order_number == ""


@pytest.mark.gotcha(69)
def test_overlapping_statements_write_nothing_the_second_time(
    base: Connection, settings: Any, tmp_path: Path
) -> None:
    settings.EXCHANGE_ROOT = tmp_path
    queued_order(base, outgoing_order("100001"))
    first = statement.text(statement.document(), statement.document(Номер="18"))
    second = statement.text(
        statement.document(Номер="18"),
        statement.document(Сумма=None),
        statement.document(Номер="19"),
    )
    assert take(base, first).created_count == 2
    run = take(base, second)
    assert (run.created_count, run.unchanged_count, run.rejected_count) == (1, 1, 1)
    assert run.state == Run.State.DONE
    assert run.rejections.get().line > 1
    again = take(base, second)
    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 2)
    assert set(Payment.objects.values_list("number", "order_number", "source")) == {
        ("17", "100001", "bank"),
        ("18", "100001", "bank"),
        ("19", "100001", "bank"),
    }


def test_a_file_that_is_no_statement_fails_in_words(
    base: Connection, settings: Any, tmp_path: Path
) -> None:
    settings.EXCHANGE_ROOT = tmp_path
    run = take(base, "<html>")
    assert run.state == Run.State.FAILED
    assert "1CClientBankExchange" in run.error
    empty = take(base, statement.text())
    assert (empty.state, empty.read_count) == (Run.State.DONE, 0)


def take(base: Connection, content: str) -> Run:
    """A statement, stored and taken."""
    run = accept(
        connection=base,
        kind="bank",
        channel=ReceivedFile.Channel.PERSON,
        file_kind=ReceivedFile.Kind.STATEMENT,
        name="kl_to_1c.txt",
        content=content.encode("cp1251"),
        at=AT,
        queue=None,
    )
    import_records(run.pk, owner="test")
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("paid_flag", "source", "amounts", "expected"),
    [
        (None, "onec", ["48250.40"], True),
        (None, "onec", ["48000", "250.40"], True),
        (None, "onec", ["48000"], None),
        (None, "bank", ["48250.40"], None),
        (False, "onec", ["48250.40"], False),
    ],
)
def test_payments_that_come_to_the_amount_of_an_order_pay_it(
    base: Connection, paid_flag: Any, source: Any, amounts: list[str], expected: Any
) -> None:
    RemoteOrder.objects.create(
        connection=base,
        number="100245",
        amount=Decimal("48250.40"),
        currency="RUB",
        paid=paid_flag,
        changed_at=AT,
    )
    for place, amount in enumerate(amounts):
        record = paid(f"p{place}", amount=Decimal(amount), currency="RUB", order_number="100245")
        tell(base, replace(record, source=source))
    assert RemoteOrder.objects.get().paid is expected
