"""Refusals are written down."""

from __future__ import annotations

import pytest

from sync import journal
from sync.models import Run
from tests.factories.sync import AT, ConnectionFactory, ReceivedFileFactory, RunFactory

pytestmark = pytest.mark.django_db


def test_refuse_leaves_a_failed_run() -> None:
    base = ConnectionFactory()
    journal.refuse(
        connection=base, kind="exchange" * 5, title="x" * 600, error="Неверный пароль.", at=AT
    )
    run = Run.objects.get()
    assert (run.connection, run.state, run.error) == (base, Run.State.FAILED, "Неверный пароль.")
    assert (run.started_at, run.finished_at) == (AT, AT)


def test_refuse_stranger_writes_the_same_down_once() -> None:
    base = ConnectionFactory()
    for error in ("a", "a", "b"):
        journal.refuse_stranger(connection=base, kind="sale", title="x", error=error, at=AT)
    assert sorted(Run.objects.values_list("error", flat=True)) == ["a", "b"]


def test_fail_ends_what_cannot_begin_and_no_run_that_is_done() -> None:
    waiting, done = RunFactory(), RunFactory(state=Run.State.DONE)
    for run in (waiting, done):
        journal.fail(run=run, error="Файла нет.", at=AT)
        run.refresh_from_db()
    assert (waiting.state, waiting.error) == (Run.State.FAILED, "Файла нет.")
    assert (done.state, done.error) == (Run.State.DONE, "")


def test_queue_names_the_run_after_its_file() -> None:
    file = ReceivedFileFactory(name="orders.xml", kind="sale")
    run = journal.queue(file=file)
    assert (run.kind, run.title, run.state) == ("sale", "orders.xml", Run.State.QUEUED)
    assert run.connection == file.connection
