"""The state of orders without their lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync import ports
from sync.models import Connection, OutboxOrder, RemoteOrder, Run
from sync.onec.records import OrderStatusRecord, RemoteOrderRecord
from sync.runs.inbound import ingest
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LINES = [{"ref": "x", "quantity": "2"}]


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    heard: list[list[int]] = []
    monkeypatch.setattr(ports, "_remote_orders", [lambda ids: heard.append(list(ids))])
    return heard


def known(base: Connection, **changed: Any) -> RemoteOrder:
    fields: dict[str, Any] = {
        "number": "1001",
        "ref": "d1",
        "remote_number": "КА00-1",
        "status": "Подтверждён",
        "posted": True,
        "lines": LINES,
        "digest": 5,
        "changed_at": AT,
        "noticed_at": AT,
    }
    return RemoteOrder.objects.create(connection=base, **{**fields, **changed})


def order_record(**changed: Any) -> RemoteOrderRecord:
    fields: dict[str, Any] = dict.fromkeys(RemoteOrderRecord.__dataclass_fields__, "")
    nothing = ("posted", "deleted", "cancelled", "paid", "shipped", "amount", "counterparty")
    fields.update(dict.fromkeys((*nothing, "ordered_on", "remote_on", "paid_on"), None))
    fields.update(shipped_on=None, changed_at=None, lines=(), requisites=())
    return RemoteOrderRecord(**{**fields, **changed})


def tell(base: Connection, *records: OrderStatusRecord) -> Run:
    return ingest(connection=base, kind="status", records=records, at=AT)


@pytest.mark.parametrize(
    "record",
    [
        OrderStatusRecord("", "1001", status="Отгружен", shipped=True),
        OrderStatusRecord("d1", "", status="Отгружен", shipped=True),
        OrderStatusRecord("", "", "КА00-1", status="Отгружен", shipped=True),
    ],
)
def test_only_what_is_told_changes(
    base: Connection, told: list[list[int]], record: OrderStatusRecord
) -> None:
    row = known(base)
    run = tell(base, record)
    assert (run.changed_count, run.created_count) == (1, 0)
    row.refresh_from_db()
    assert (row.status, row.shipped, row.posted, row.lines) == ("Отгружен", True, True, LINES)
    assert told == [[row.pk]]
    assert row.noticed_at is not None


def test_the_same_state_again_writes_nothing(base: Connection, told: list[list[int]]) -> None:
    known(base)
    run = tell(base, OrderStatusRecord("d1", "1001", status="Подтверждён", posted=True))
    assert (run.changed_count, run.unchanged_count) == (0, 1)
    assert told == []


def test_an_unknown_order_is_kept_with_its_state_alone(
    base: Connection, told: list[list[int]]
) -> None:
    run = tell(
        base,
        OrderStatusRecord(
            "", "1002", status="Новый", paid_on=date(2026, 11, 1), amount=Decimal("9.999")
        ),
    )
    row = RemoteOrder.objects.get()
    assert run.created_count == 1
    assert (row.number, row.lines, row.amount) == ("1002", [], 10)
    assert told == [[row.pk]]


def test_two_states_in_one_message_end_in_the_last(base: Connection, told: list[list[int]]) -> None:
    known(base)
    run = tell(
        base,
        OrderStatusRecord("", "1001", status="К отгрузке"),
        OrderStatusRecord("", "1001", status="Отгружен"),
        OrderStatusRecord("", "1003", status="Новый"),
        OrderStatusRecord("", "1003", status="Отменён", cancelled=True),
    )
    assert (run.created_count, run.changed_count, run.unchanged_count) == (1, 1, 2)
    assert RemoteOrder.objects.get(number="1001").status == "Отгружен"
    assert RemoteOrder.objects.get(number="1003").cancelled is True


def test_whatever_1c_tells_of_an_order_proves_that_it_has_it(base: Connection) -> None:
    OutboxOrder.objects.create(connection=base, number="1001", payload={}, state="given")
    known(base)
    tell(base, OrderStatusRecord("", "1001", status="Подтверждён"))
    assert OutboxOrder.objects.get().state == OutboxOrder.State.CONFIRMED


def test_an_older_word_changes_nothing(base: Connection) -> None:
    known(base, receipt=10**9)
    assert tell(base, OrderStatusRecord("", "1001", status="Отгружен")).unchanged_count == 1
    assert RemoteOrder.objects.get().status == "Подтверждён"


def test_a_bad_state_is_named_and_the_rest_goes_on(base: Connection) -> None:
    run = tell(base, OrderStatusRecord("", ""), OrderStatusRecord("", "1", status="Новый"))
    assert (run.created_count, run.rejected_count) == (1, 1)


def test_reading_states_of_many_orders_asks_the_database_no_more_often(
    base: Connection, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        known(base, number=str(number), ref=f"d{number}", remote_number=f"КА-{number}")
    records = [OrderStatusRecord("", str(n), status="Отгружен") for n in range(50)]
    with django_assert_max_num_queries(40):
        tell(base, *records)


def test_an_order_that_a_person_sends_anew_waits_for_1c_to_fetch_it(base: Connection) -> None:
    OutboxOrder.objects.create(
        connection=base, number="1001", payload={}, state="waiting", decided_at=AT
    )
    known(base)
    tell(base, OrderStatusRecord("", "1001", status="Подтверждён"))
    assert OutboxOrder.objects.get().state == OutboxOrder.State.WAITING


def test_documents_that_name_no_state_leave_the_one_that_is_known(base: Connection) -> None:
    document = order_record(number="1001", status="", posted=True, digest=7)
    ingest(connection=base, kind="order", records=[document], at=AT)
    tell(base, OrderStatusRecord("", "1001", status="К отгрузке"))
    # an exchange of УТ sends the same document again and again
    again = ingest(connection=base, kind="order", records=[document], at=AT)
    assert again.unchanged_count == 1
    later = replace(document, shipped=True, digest=8)
    ingest(connection=base, kind="order", records=[later], at=AT)
    row = RemoteOrder.objects.get()
    assert (row.status, row.shipped) == ("К отгрузке", True)
    assert tell(base, OrderStatusRecord("", "1001", status="К отгрузке")).unchanged_count == 1
