"""Refusals are written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync import journal
from sync.models import Run
from sync.watching.sources import SOURCES, brings
from tests.factories.base import UserFactory
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


def test_refuse_keeps_the_file_and_who_began_it() -> None:
    file, person = ReceivedFileFactory(), UserFactory()
    run = journal.refuse(
        connection=file.connection,
        kind="stock",
        title="OData",
        error="Никто не отвечает.",
        at=AT,
        file=file,
        trigger=Run.Trigger.PERSON,
        by=person,
        rehearsal=True,
    )
    run.refresh_from_db()
    assert (run.file, run.trigger, run.by, run.is_rehearsal) == (file, "person", person, True)


def test_what_a_failed_run_tells_itself_is_not_told_again() -> None:
    base = ConnectionFactory()
    told: dict[str, Any] = {
        "connection": base,
        "kinds": ["settlement", "balance"],
        "title": "OData",
        "error": "Никто не отвечает.",
        "at": AT,
        "trigger": Run.Trigger.SCHEDULE,
        "by": None,
    }
    before = journal.newest()
    for rehearsal in (False, True, True):
        journal.refuse_untold(after=before, rehearsal=rehearsal, **told)
    found = list(Run.objects.order_by("pk").values_list("kind", "trigger", "is_rehearsal"))
    assert found == [("balance", "schedule", False), ("balance", "schedule", True)]
    journal.refuse_untold(after=journal.newest(), **told)
    assert Run.objects.count() == 3


def test_refuse_stranger_writes_the_same_down_once() -> None:
    base = ConnectionFactory()
    for number, error in enumerate(("a", "a", "b", "a: one", "a: two")):
        journal.refuse_stranger(connection=base, title=f"x{number}", error=error, at=AT)
    assert sorted(Run.objects.values_list("error", flat=True)) == ["a", "b"]


def test_refuse_stranger_writes_few_of_them_in_an_hour_and_reddens_nothing() -> None:
    base, other = ConnectionFactory(), ConnectionFactory()
    for number in range(journal.STRANGERS_AN_HOUR + 5):
        journal.refuse_stranger(connection=base, title="x", error=f"reason {number}", at=AT)
    assert Run.objects.count() == journal.STRANGERS_AN_HOUR
    assert not any(brings(kind, run) for kind in SOURCES for run in Run.objects.all())
    journal.refuse_stranger(connection=other, title="x", error="reason", at=AT)
    later = AT + timedelta(hours=1)
    journal.refuse_stranger(connection=base, title="x", error="another", at=later)
    assert Run.objects.count() == journal.STRANGERS_AN_HOUR + 2


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
