"""What any channel tells: as records at hand, or as a stored file of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sync import leases, ports
from sync.files import readers
from sync.files.outcomes import Outcome
from sync.files.receiving import Refused, full_path
from sync.holding import lease_of_run
from sync.intake import rows as rows_module
from sync.models import (
    Agreement,
    ChangeBatch,
    Connection,
    Contract,
    Counterparty,
    Lease,
    Organisation,
    OutboxOrder,
    Partner,
    PriceType,
    ReceivedFile,
    Rejection,
    RemoteOrder,
    Run,
    SettlementBalance,
    Version,
)
from sync.onec.records import (
    AgreementRecord,
    CounterpartyRecord,
    PartnerRecord,
    RemoteLineRecord,
)
from sync.runs import importing, inbound, running
from sync.runs.inbound import ingest
from tests.factories.commerceml import take
from tests.factories.records import contract, counterparty, order
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def test_references_to_unknown_objects_make_rows_that_are_filled_later(base: Connection) -> None:
    ingest(connection=base, kind="contract", records=[contract()], at=AT)
    it = Contract.objects.get()
    assert it.counterparty == Counterparty.objects.get(ref="c1", name="")
    assert it.agreement == Agreement.objects.get(ref="a1", name="")
    assert it.organisation == Organisation.objects.get(ref="o1", name="ООО Фабрика")
    assert it.price_type == PriceType.objects.get(ref="t1", slot=0)
    assert it.credit_limit == Decimal("500000.01")
    agreement = AgreementRecord("a1", "p1", "Опт", "t1", "w1", "RUB")
    ingest(connection=base, kind="agreement", records=[agreement], at=AT)
    ingest(connection=base, kind="counterparty", records=[counterparty()], at=AT)
    ingest(connection=base, kind="partner", records=[PartnerRecord("p1", "Дом")], at=AT)
    assert Agreement.objects.get().partner == Partner.objects.get(name="Дом")
    assert Contract.objects.get().counterparty == Counterparty.objects.get(inn="7707083893")
    assert Counterparty.objects.get().partner == Partner.objects.get()


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("partner", PartnerRecord("p1", "Дом")),
        ("counterparty", counterparty()),
        ("agreement", AgreementRecord("a1", "p1", "Опт", "t1", "w1", "RUB")),
        ("contract", contract()),
    ],
)
def test_the_same_again_writes_nothing(base: Connection, kind: Any, record: Any) -> None:
    first = ingest(connection=base, kind=kind, records=[record], at=AT)
    assert (first.state, first.created_count) == (Run.State.DONE, 1)
    batches = ChangeBatch.objects.count()
    again = ingest(connection=base, kind=kind, records=[record], at=AT)
    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 1)
    assert ChangeBatch.objects.count() == batches


@pytest.mark.parametrize(
    "record",
    [
        counterparty(inn="77"),
        counterparty(kpp="1"),
        counterparty(ref=""),
        counterparty(name=" "),
        counterparty(kind="alien"),
    ],
)
def test_a_bad_record_is_named_and_the_rest_goes_on(
    base: Connection, record: CounterpartyRecord
) -> None:
    run = ingest(connection=base, kind="counterparty", records=[record, counterparty("c2")], at=AT)
    assert (run.state, run.created_count, run.rejected_count) == (Run.State.DONE, 1, 1)
    refused = run.rejections.get()
    assert refused.ref == record.ref
    assert refused.reason
    assert Counterparty.objects.get().ref == "c2"


def test_a_run_that_refused_everything_has_failed(base: Connection) -> None:
    bad = [contract(credit_limit=Decimal(-1)), contract(deferral_days=-1)]
    run = ingest(connection=base, kind="contract", records=bad, at=AT)
    assert (run.state, run.rejected_count) == (Run.State.FAILED, 2)
    assert run.error


def test_a_channel_without_partners_keeps_the_tie(base: Connection) -> None:
    ingest(connection=base, kind="counterparty", records=[counterparty()], at=AT)
    take(
        base,
        "<Контрагенты><Контрагент><Ид>c1</Ид><Наименование>ООО Новый Дом</Наименование>"
        "<ИНН>7707083893</ИНН><КПП>770701001 </КПП></Контрагент></Контрагенты>",
    )
    it = Counterparty.objects.get()
    assert (it.name, it.partner) == ("ООО Новый Дом", Partner.objects.get())


def test_records_of_another_kind_and_unknown_kinds_are_mistakes(base: Connection) -> None:
    with pytest.raises(TypeError):
        ingest(connection=base, kind="partner", records=[contract()], at=AT)
    with pytest.raises(ValueError, match="unknown kind"):
        ingest(connection=base, kind="invoice", records=[], at=AT)
    # what was broken off does not stand in the journal as running
    assert [run.state for run in Run.objects.all()] == [Run.State.FAILED]


def test_a_thousand_clients_take_few_statements(
    base: Connection, django_assert_max_num_queries: Any
) -> None:
    records = [counterparty(f"c{n}", partner_ref=f"p{n}") for n in range(1000)]
    with django_assert_max_num_queries(60):
        run = ingest(connection=base, kind="counterparty", records=records, at=AT)
    assert run.created_count == 1000
    assert Partner.objects.count() == 1000


# orders


def test_an_order_keeps_the_moment_it_was_told_at(base: Connection) -> None:
    line = RemoteLineRecord(
        ref="p#c",
        product_ref="p",
        sku="R-1",
        name="Ручка",
        unit="шт",
        quantity=Decimal("2.500"),
        price=Decimal("10.005"),
        amount=None,
        vat_rate=Decimal(22),
        is_service=False,
    )
    run = ingest(connection=base, kind="order", records=[order(lines=(line,))], at=AT)
    it = RemoteOrder.objects.get()
    assert (run.created_count, it.changed_at, it.run) == (1, AT, run)
    told = it.lines[0]
    assert (told["quantity"], told["price"], told["amount"]) == ("2.5", "10.01", "25.01")
    assert told["vat_rate"] == "22"


@pytest.mark.gotcha(61)
def test_orders_are_matched_by_number_then_by_ref(base: Connection) -> None:
    ingest(connection=base, kind="order", records=[order()], at=AT)
    ingest(
        connection=base, kind="order", records=[order(ref="", digest=2, status="Отгружен")], at=AT
    )
    ingest(connection=base, kind="order", records=[order(ref="d1", number="", digest=3)], at=AT)
    it = RemoteOrder.objects.get()
    assert (it.number, it.ref, it.digest) == ("1001", "d1", 3)


def test_an_order_born_in_1c_is_kept_under_its_own_number(base: Connection) -> None:
    born = order(ref="d9", number="", remote_number="ЦБ-9")
    ingest(connection=base, kind="order", records=[born], at=AT)
    assert RemoteOrder.objects.get().number == "ЦБ-9"
    assert ingest(connection=base, kind="order", records=[born], at=AT).unchanged_count == 1


def test_an_order_proves_that_1c_has_it(base: Connection) -> None:
    waiting = OutboxOrder.objects.create(connection=base, number="1001", payload={})
    stranger = OutboxOrder.objects.create(connection=base, number="1002", payload={})
    ingest(connection=base, kind="order", records=[order()], at=AT)
    waiting.refresh_from_db()
    stranger.refresh_from_db()
    assert (waiting.state, waiting.confirmed_at) == (OutboxOrder.State.CONFIRMED, AT)
    assert stranger.state == OutboxOrder.State.WAITING


def test_an_owner_who_failed_is_told_again(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []

    def owner(ids: list[int]) -> None:
        told.append(list(ids))
        if len(told) == 1:
            raise RuntimeError("not now")

    monkeypatch.setattr(ports, "_remote_orders", [owner])
    ingest(connection=base, kind="order", records=[order()], at=AT)
    it = RemoteOrder.objects.get()
    assert it.noticed_at is None
    assert inbound.repeat_missed() == 1
    it.refresh_from_db()
    assert it.noticed_at is not None
    assert inbound.repeat_missed() == 0
    assert told == [[it.pk], [it.pk]]


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    return tmp_path / "exchange"


def accept(base: Connection, records: Any, kind: str = "partner", **more: Any) -> Run:
    return inbound.accept(
        connection=base,
        kind=kind,
        channel=ReceivedFile.Channel.PUSH,
        file_kind=ReceivedFile.Kind.PUSH,
        name="partners.json",
        content=json.dumps({"records": records, **more.pop("body", {})}).encode(),
        at=AT,
        **{"queue": None, **more},
    )


def partner(number: int, **more: Any) -> dict[str, Any]:
    return {"ref": f"p{number}", "name": f"Партнёр {number}", "version": "1", **more}


def take_file(run: Run) -> tuple[Run, list[Outcome]]:
    found: list[Outcome] = []
    inbound.import_records(run.pk, owner="worker", outcomes=found)
    run.refresh_from_db()
    return run, found


def test_a_run_is_queued_for_a_file_that_is_there(base: Connection) -> None:
    queued: list[int] = []
    run = accept(base, [partner(1)], queue=running.Queue(queued.append, queued.append))
    assert queued == [run.pk]
    file = run.file
    assert file is not None
    assert full_path(file).stat().st_size == file.size
    assert (run.state, run.kind, file.sha256 != "") == (Run.State.QUEUED, "partner", True)


def test_a_file_whose_row_cannot_be_written_is_taken_back(base: Connection, root: Path) -> None:
    def full(_run_id: int) -> None:
        raise RuntimeError("the queue is full")

    with pytest.raises(RuntimeError), transaction.atomic():
        accept(base, [], queue=running.Queue(full, full))
    assert not ReceivedFile.objects.exists()
    assert not [path for path in root.rglob("*") if path.is_file()]
    with pytest.raises(ValueError, match="unknown kind"):
        accept(base, [], kind="nonsense")


def test_a_run_goes_on_behind_the_last_chunk(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "PORTION", 2)
    run = accept(base, [partner(n) for n in range(5)])
    taken: list[list[str]] = []

    def break_off(book: Any, rows: Any, **more: Any) -> Any:
        taken.append([row.ref for row in rows])
        if len(taken) == 2:
            raise KeyboardInterrupt
        return rows_module.take_rows(book, rows, **more)

    monkeypatch.setattr(inbound, "take_rows", break_off)
    with pytest.raises(KeyboardInterrupt):
        inbound.import_records(run.pk, owner="worker")
    run.refresh_from_db()
    assert (run.state, run.position, run.created_count) == (Run.State.RUNNING, 2, 2)
    assert run.pk in importing.abandoned(timezone.now() + timedelta(minutes=2))
    done, found = take_file(run)
    assert taken[2:] == [["p2", "p3"], ["p4"]]
    assert (done.state, done.created_count, done.read_count) == (Run.State.DONE, 5, 5)
    assert [each.position for each in found] == [3, 4, 5]
    inbound.import_records(run.pk, owner="another")
    assert len(taken) == 4


def test_a_run_that_somebody_is_busy_with_is_left_alone(base: Connection) -> None:
    run = accept(base, [partner(1)])
    leases.acquire(lease_of_run(run.pk), "another")
    take_file(run)
    assert run.state == Run.State.QUEUED


def test_an_older_file_changes_nothing_that_a_newer_one_told(base: Connection) -> None:
    older = accept(base, [partner(1, name="Старое", version="1"), partner(2)])
    newer = accept(base, [partner(1, name="Новое", version="2")])
    take_file(newer)
    _run, found = take_file(older)
    assert Partner.objects.get(ref="p1").name == "Новое"
    assert [each.status for each in found] == ["unchanged", "created"]


def test_a_run_of_some_objects_takes_those_alone(base: Connection) -> None:
    run = accept(base, [partner(1), partner(2), partner(3)])
    Run.objects.filter(pk=run.pk).update(only=[["partner", "p2"], ["contract", "p3"]])
    done, _found = take_file(run)
    assert (done.read_count, Partner.objects.get().ref) == (1, "p2")


def test_a_person_has_objects_tried_again_whatever_their_version(base: Connection) -> None:
    first, _found = take_file(accept(base, [partner(1)]))
    Partner.objects.update(name="", digest=0)
    assert take_file(accept(base, [partner(1)]))[0].unchanged_count == 1
    again = Run.objects.create(
        connection=base, file=first.file, kind="partner", trigger=Run.Trigger.PERSON
    )
    Partner.objects.update(receipt=0)
    take_file(again)
    assert Partner.objects.get().name == "Партнёр 1"


def test_a_rejected_object_is_settled_when_it_is_told_anew(base: Connection) -> None:
    take_file(accept(base, [{"ref": "p1", "nam": "Дом"}]))
    waiting = Rejection.objects.get()
    assert (waiting.kind, waiting.ref, waiting.resolution) == ("partner", "p1", "")
    take_file(accept(base, [partner(1)]))
    waiting.refresh_from_db()
    assert waiting.resolution == Rejection.Resolution.REPLACED


def test_a_dry_run_writes_nothing_and_tells_what_would_change(base: Connection) -> None:
    take_file(accept(base, [partner(1)]))
    batches = ChangeBatch.objects.count()
    run = accept(base, [partner(1, name="Дом", version="2"), partner(2), {"ref": "p3", "x": 1}])
    Run.objects.filter(pk=run.pk).update(is_rehearsal=True)
    done, _found = take_file(run)
    assert (done.state, done.created_count, done.changed_count) == (Run.State.DONE, 1, 1)
    actions = {each["ref"]: each["action"] for each in done.differences}
    assert actions == {"p1": "changed", "p2": "created", "p3": "rejected"}
    assert Partner.objects.get().name == "Партнёр 1"
    assert Version.objects.get().versions == ["1"]
    assert ChangeBatch.objects.count() == batches
    assert not Rejection.objects.exists()


def test_a_dry_run_settles_no_balance(base: Connection) -> None:
    row = {"ref": "b1", "counterparty_ref": "c1", "amount": 5}
    take_file(accept(base, [row], kind="balance"))
    run = accept(base, [{**row, "ref": "b2"}], kind="balance", body={"complete": True})
    Run.objects.filter(pk=run.pk).update(is_rehearsal=True)
    take_file(run)
    assert not SettlementBalance.objects.get().archived


def test_a_file_that_is_gone_fails_its_run(base: Connection) -> None:
    run = accept(base, [partner(1)])
    ReceivedFile.objects.update(removed_at=AT)
    assert take_file(run)[0].state == Run.State.FAILED
    second = accept(base, [partner(1)])
    assert second.file is not None
    full_path(second.file).unlink()
    done, _found = take_file(second)
    assert (done.state, bool(done.error)) == (Run.State.FAILED, True)


def test_a_telling_whose_process_was_killed_is_ended(base: Connection) -> None:
    def killed() -> Any:
        yield PartnerRecord("p1", "Дом")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inbound.ingest(connection=base, kind="partner", records=killed(), at=AT)
    run = Run.objects.get()
    Run.objects.filter(pk=run.pk).update(queued_at=AT, state=Run.State.RUNNING)
    Lease.objects.create(
        name=lease_of_run(run.pk), owner="worker", expires_at=AT + timedelta(minutes=10)
    )
    assert inbound.end_left_behind(AT + timedelta(minutes=5)) == 0
    assert inbound.end_left_behind(AT + timedelta(minutes=10)) == 1
    run.refresh_from_db()
    assert (run.state, bool(run.error)) == (Run.State.FAILED, True)
    # one of another kind is none of ours
    Run.objects.create(connection=base, kind="catalog", state=Run.State.RUNNING)
    Run.objects.update(queued_at=AT)
    assert inbound.end_left_behind(AT + timedelta(hours=1)) == 0


def test_a_run_ends_whatever_characters_its_error_holds(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = accept(base, [partner(1)])
    assert run.file is not None

    def poisoned(*_told: Any) -> Any:
        raise RuntimeError("\ud800\x00")

    monkeypatch.setitem(readers.READERS, run.file.kind, poisoned)
    # the log of the test would carry the characters to where no text may hold them
    logging.disable()
    try:
        with pytest.raises(RuntimeError):
            take_file(run)
    finally:
        logging.disable(logging.NOTSET)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert run.error.endswith("RuntimeError: ?")


def announced(base: Connection) -> Run:
    return inbound.announce(
        connection=base,
        kind="partner",
        channel=ReceivedFile.Channel.ODATA,
        file_kind=ReceivedFile.Kind.PULL,
        name="odata.jsonl",
        title="OData",
        at=AT,
        owner="puller",
        seconds=60,
        trigger=Run.Trigger.SCHEDULE,
    )


def test_what_is_announced_has_its_receipt_and_is_nobody_elses(base: Connection) -> None:
    run = announced(base)
    later = ReceivedFile.objects.create(connection=base, name="x", kind="catalog", path="x")
    assert run.file is not None
    assert run.file.pk < later.pk
    inbound.import_records(run.pk, owner="another")
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING
    inbound.deliver(run=run, owner="puller", content=[b"{}\n", b"{}\n"])
    assert run.state == Run.State.QUEUED
    file = ReceivedFile.objects.get(pk=run.file.pk)
    assert (file.size, full_path(file).read_bytes()) == (6, b"{}\n{}\n")


def test_an_answer_to_a_run_that_another_worker_has_is_not_stored(base: Connection) -> None:
    run = announced(base)

    def slow() -> Iterator[bytes]:
        yield b"{}\n"
        Lease.objects.update(owner="another")

    with pytest.raises(Refused):
        inbound.deliver(run=run, owner="puller", content=slow())
    run.refresh_from_db()
    assert run.file is not None
    assert (run.state, run.file.path) == (Run.State.RUNNING, "")


def test_what_is_called_off_leaves_its_reason_alone(base: Connection) -> None:
    run = announced(base)
    inbound.call_off(run=run, error="Никто не отвечает.", at=AT)
    run.refresh_from_db()
    assert (run.state, run.error, run.file) == (Run.State.FAILED, "Никто не отвечает.", None)
    assert not ReceivedFile.objects.exists()
