"""What the exchange forgets, and what it keeps however old it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync.models import (
    Alarm,
    ChangeBatch,
    Connection,
    ExchangeSession,
    OrderBatch,
    OutboxOrder,
    ReceivedFile,
    Rejection,
    Run,
)
from sync.runs import pruning
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    ExchangeSessionFactory,
    ReceivedFileFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db

OLD = AT - pruning.KEPT_FOR - timedelta(days=1)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def session(base: Connection) -> ExchangeSession:
    return ExchangeSessionFactory(connection=base, seen_at=OLD)


def received(base: Connection, **fields: Any) -> ReceivedFile:
    file = ReceivedFileFactory(session=session(base), **fields)
    ReceivedFile.objects.filter(pk=file.pk).update(received_at=OLD)
    return file


def ended(base: Connection, **fields: Any) -> Run:
    values = {"state": Run.State.DONE, "finished_at": OLD, "removed_at": OLD, **fields}
    return RunFactory(file=received(base, removed_at=values.pop("removed_at")), **values)


def test_old_runs_go_with_their_files_and_sessions(base: Connection) -> None:
    ended(base)
    last = ended(base)
    batch = ChangeBatch.objects.create(at=OLD)
    newest = ChangeBatch.objects.create(at=OLD)
    pruning.prune(at=AT)
    assert list(Run.objects.all()) == [last]
    assert list(ReceivedFile.objects.all()) == [last.file]
    assert [row.pk for row in ExchangeSession.objects.all()] == [last.file and last.file.session_id]
    assert list(ChangeBatch.objects.all()) == [newest]
    assert batch.pk < newest.pk


def test_what_still_tells_something_stays(base: Connection) -> None:
    waits = ended(base, state=Run.State.FAILED)
    Rejection.objects.create(run=waits, kind="product", ref="p1", reason="a product without a name")
    settled = ended(base, state=Run.State.FAILED)
    Rejection.objects.create(run=settled, kind="product", ref="p2", reason="", resolved_at=OLD)
    unfinished = RunFactory(file=received(base))
    young = ended(base, state=Run.State.FAILED, finished_at=AT)
    on_disk = received(base)
    pruning.prune(at=AT)
    assert set(Run.objects.all()) == {waits, unfinished, young}
    assert on_disk in ReceivedFile.objects.all()


def test_the_last_success_of_each_kind_stays(base: Connection) -> None:
    last = {
        ended(base, tells_stock=True).pk,
        ended(base, tells_prices=True).pk,
        ended(base, kind="sale").pk,
        ended(ConnectionFactory()).pk,
    }
    # a dry run says nothing about the age of what is shown
    ended(base, kind="sale", is_rehearsal=True)
    pruning.prune(at=AT)
    assert set(Run.objects.values_list("pk", flat=True)) == last


def test_a_batch_goes_when_no_order_is_in_it(base: Connection) -> None:
    kept, gone = (OrderBatch.objects.create(session=session(base)) for _ in "ab")
    OrderBatch.objects.update(given_at=OLD)
    OutboxOrder.objects.create(connection=base, number="1", payload={}, batch=kept)
    pruning.prune(at=AT)
    assert list(OrderBatch.objects.all()) == [kept]
    assert list(ExchangeSession.objects.all()) == [kept.session]
    assert gone.session_id != kept.session_id


def test_rows_go_in_portions(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PORTION", 2)
    for _ in range(5):
        ended(base, state=Run.State.FAILED)
    assert pruning.prune(at=AT) == 15


def test_alarms_go_a_year_after_they_were_over(base: Connection) -> None:
    year = pruning.ALARMS_KEPT_FOR
    ends = {"gone": AT - year - timedelta(days=1), "young": AT - year, "open": None}
    for code, closed_at in ends.items():
        Alarm.objects.create(
            connection=base,
            code=code,
            level=Alarm.Level.RED,
            text=code,
            opened_at=AT - 2 * year,
            closed_at=closed_at,
        )
    assert pruning.prune(at=AT) == 1
    assert set(Alarm.objects.values_list("code", flat=True)) == {"young", "open"}
