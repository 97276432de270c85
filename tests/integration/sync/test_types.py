"""Every type of exchange, the end of a full load, and a disk that is full."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onec.orders import read_batch
from sync import tasks
from sync.files import receiving
from sync.models import Alarm, Connection, ExchangeSession, OutboxOrder, Run
from sync.protocol import views
from sync.runs import running
from sync.tasks import QUEUE
from tests.factories.onec import DOCUMENT, PATH, OneC, basic
from tests.factories.sync import PASSWORD, ConnectionFactory, outgoing_order, queued_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def onec(base: Connection) -> OneC:
    return OneC(base).sign_in()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is queued is imported at once."""
    monkeypatch.setattr(
        tasks.import_file,
        "_wrapper",
        lambda pk: Run.objects.filter(pk=pk).update(state=Run.State.DONE),
    )


def test_crm_is_about_orders_as_sale_is(base: Connection) -> None:
    queued_order(base, outgoing_order("1001"))
    crm = OneC(base, "crm").sign_in()
    assert [order.number for order in read_batch(crm.ask("query").content.decode())] == ["1001"]
    assert crm.says("success") == "success"
    assert OutboxOrder.objects.get().state == OutboxOrder.State.CONFIRMED
    assert crm.says("file", DOCUMENT, filename="documents.xml") == "success"
    assert Run.objects.get(file__isnull=False).kind == "sale"


def test_lists_of_references_are_kept_and_named_in_the_journal(base: Connection) -> None:
    reference = OneC(base, "reference").sign_in()
    reference.says("init")
    for _ in range(2):
        assert reference.says("file", DOCUMENT, filename="references.xml") == "success"
        assert reference.says("import", filename="references.xml") == "success"
    run = Run.objects.get(file__name="references.xml")
    assert (run.kind, run.state, len(run.warnings)) == ("exchange", Run.State.DONE, 1)


def test_the_catalogue_is_not_given_out(base: Connection, onec: OneC) -> None:
    onec.type = "get_catalog"
    told = onec.says("init")
    assert told.startswith("failure\n")
    assert Run.objects.get().error == told.removeprefix("failure\n")


@pytest.mark.parametrize("signs_in", [True, False])
def test_listening_is_answered_soon(
    base: Connection, monkeypatch: pytest.MonkeyPatch, signs_in: bool
) -> None:
    monkeypatch.setattr(views, "HOLD_SECONDS", 0.05)
    listener = OneC(base, "listen")
    if signs_in:
        listener.sign_in()
    headers = {"Authorization": basic(base.user, PASSWORD), "Cookie": listener.cookie}
    target = f"{PATH}?type=listen&mode=query"
    answer = listener.client.get(target, headers=headers)
    assert (answer.status_code, answer.content) == (304, b"")
    queued_order(base, outgoing_order("1001"))
    answer = listener.client.get(target, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"success")


def test_nobody_listens_without_a_password(base: Connection) -> None:
    answer = Client().get(f"{PATH}?type=listen&mode=query")
    assert answer.content.startswith(b"failure\n")


@pytest.mark.gotcha(22, 23)
def test_the_end_of_a_full_load_is_compared(onec: OneC, done: None) -> None:
    onec.says("init")
    onec.says("file", DOCUMENT, filename="import.xml")
    onec.says("import", filename="import.xml")
    for mode in ("deactivate", "deactivate", "complete"):
        assert onec.says(mode) == "success"
    run = Run.objects.get(kind="absence")
    session = ExchangeSession.objects.get()
    assert run.only == [
        ["session", f"{session.pk}:1"],
        ["since", session.started_at.isoformat()],
    ]


@pytest.mark.parametrize("told", ["soon", "-1", "99999999999", "1e5"])
def test_a_beginning_that_is_none_is_refused(onec: OneC, told: str) -> None:
    onec.says("init")
    onec.says("file", DOCUMENT, filename="import.xml")
    assert onec.says("deactivate", timestamp=told).startswith("failure\n")
    assert not Run.objects.filter(kind="absence").exists()


def test_a_load_that_was_not_whole_is_told_to_1c(
    onec: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        tasks.import_file,
        "_wrapper",
        lambda pk: running.process(pk, queue=QUEUE),
    )
    onec.says("init")
    onec.says("file", DOCUMENT, filename="import.xml")
    told = onec.says("deactivate")
    assert told.startswith("failure\n")
    assert "import.xml" in told


def test_a_full_disk_is_a_refusal_in_words_and_an_alarm(
    onec: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    onec.says("init")
    monkeypatch.setattr(receiving, "_append", full)
    for _ in range(2):
        told = onec.says("file", DOCUMENT, filename="import.xml")
        assert told.startswith("failure\n")
    alarm = Alarm.objects.get()
    assert (alarm.code, alarm.level, alarm.closed_at) == ("disk", "red", None)
    assert alarm.text == told.removeprefix("failure\n")
