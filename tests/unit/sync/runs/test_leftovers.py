"""What 1C uploaded and never asked to import."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sync.files import receiving
from sync.models import Alarm, Connection, ExchangeSession, ReceivedFile, Run
from sync.runs import leftovers
from sync.runs.running import Queue
from sync.watching import alarms
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, message, product
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory, RunFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WHOLE = message(goods(product("p1")))


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(auto_import_minutes=30)


@pytest.fixture
def session(base: Connection) -> ExchangeSession:
    return ExchangeSessionFactory(connection=base, upload=1, seen_at=NOW - timedelta(hours=1))


class Work:
    def __init__(self) -> None:
        self.files: list[int] = []
        self.queue = Queue(import_file=self.files.append, make_sizes=lambda _pk: None)


@pytest.fixture
def work() -> Work:
    return Work()


def send(
    session: ExchangeSession, content: bytes = WHOLE, name: str = "import.xml"
) -> ReceivedFile:
    """A file that came an hour ago."""
    file = receiving.receive(
        session=session,
        exchange_type=session.exchange_type,
        sent_name=name,
        body=io.BytesIO(content),
        length=len(content),
    )
    at = NOW - timedelta(hours=1)
    ReceivedFile.objects.filter(pk=file.pk).update(received_at=at)
    os.utime(receiving.full_path(file), (at.timestamp(), at.timestamp()))
    return file


def archive(**content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, body in content.items():
            opened.writestr(f"{name}.xml", body)
    return made.getvalue()


@pytest.mark.gotcha(7)
def test_an_upload_is_listed_until_it_is_asked_for(session: ExchangeSession) -> None:
    file = send(session)
    (found,) = leftovers.waiting(at=NOW)
    assert (found.connection, found.key) == (session.connection, f"{session.pk}-1")
    assert found.files == (file,)
    RunFactory(connection=session.connection, file=file)
    assert leftovers.waiting(at=NOW) == []


@pytest.mark.parametrize("change", ["type", "upload", "fresh", "base"])
def test_what_is_not_left_over(session: ExchangeSession, change: str) -> None:
    file = send(session)
    match change:
        case "type":
            ExchangeSession.objects.update(exchange_type="reference")
        case "upload":
            ExchangeSession.objects.update(upload=2)
        case "fresh":
            os.utime(receiving.full_path(file))
        case "base":
            Connection.objects.update(is_active=False)
    assert leftovers.waiting(at=timezone.now()) == []


@pytest.mark.gotcha(7)
def test_sweep_imports_it_after_a_while_and_says_so(session: ExchangeSession, work: Work) -> None:
    file = send(session)
    leftovers.sweep(at=NOW, queue=work.queue)
    run = Run.objects.get()
    assert (run.file, run.trigger, run.state) == (file, Run.Trigger.SCHEDULE, Run.State.QUEUED)
    assert work.files == [run.pk]
    assert run.warning_count == 1
    assert "30" in run.warnings[0]
    leftovers.sweep(at=NOW, queue=work.queue)
    assert Run.objects.count() == 1


@pytest.mark.gotcha(7)
def test_sweep_imports_what_is_in_an_archive(session: ExchangeSession, work: Work) -> None:
    send(session, archive(**{"import": WHOLE, "offers": WHOLE}), "v8_3B8F_3e.zip")
    leftovers.sweep(at=NOW, queue=work.queue)
    names = Run.objects.order_by("pk").values_list("file__name", flat=True)
    assert list(names) == ["import.xml", "offers.xml"]
    leftovers.sweep(at=NOW, queue=work.queue)
    assert Run.objects.count() == 2


@pytest.mark.parametrize("case", ["never", "soon", "talking", "paused"])
def test_sweep_leaves_it_alone(
    base: Connection, session: ExchangeSession, work: Work, case: str
) -> None:
    send(session)
    match case:
        case "never":
            Connection.objects.update(auto_import_minutes=0)
        case "soon":
            Connection.objects.update(auto_import_minutes=90)
        case "talking":
            ExchangeSession.objects.update(seen_at=NOW - timedelta(minutes=5))
        case "paused":
            Connection.objects.update(is_paused=True)
    leftovers.sweep(at=NOW, queue=work.queue)
    assert not Run.objects.exists()
    assert len(leftovers.waiting(at=NOW)) == 1


def test_sweep_leaves_what_1c_has_sent_anew(
    base: Connection, session: ExchangeSession, work: Work
) -> None:
    send(session)
    again = ExchangeSessionFactory(connection=base, upload=1)
    RunFactory(connection=base, kind="catalog", file=send(again), trigger=Run.Trigger.ONEC)
    leftovers.sweep(at=NOW, queue=work.queue)
    assert work.files == []
    (found,) = leftovers.waiting(at=NOW)
    assert found.is_outdated


def test_what_broke_off_is_journalled_once(session: ExchangeSession, work: Work) -> None:
    send(session, WHOLE[:-20])
    for _ in range(2):
        leftovers.sweep(at=NOW, queue=work.queue)
    run = Run.objects.get()
    assert (run.state, work.files) == (Run.State.FAILED, [])
    assert "import.xml" in run.error


def test_an_archive_that_is_refused_is_journalled(session: ExchangeSession, work: Work) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("../import.xml", WHOLE)
    send(session, made.getvalue(), "v8_3B8F_3e.zip")
    leftovers.sweep(at=NOW, queue=work.queue)
    assert Run.objects.get().state == Run.State.FAILED


@pytest.mark.gotcha(7)
def test_a_person_takes_it_at_once(base: Connection, session: ExchangeSession, work: Work) -> None:
    Connection.objects.update(auto_import_minutes=0)
    send(session)
    (found,), person = leftovers.waiting(at=NOW), StaffFactory()
    (run,) = leftovers.take(upload=found, by=person, at=NOW, queue=work.queue)
    assert (run.trigger, run.by, work.files) == (Run.Trigger.PERSON, person, [run.pk])
    assert run.warning_count == 1


def test_sweep_ends_the_alarm_of_a_full_disk(
    base: Connection, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = NOW - timedelta(hours=1)
    alarms.open_alarm(
        connection=base, code="disk", key=receiving.REFUSED, level="red", text="полно", at=opened
    )
    monkeypatch.setattr(receiving, "has_room", lambda: False)
    leftovers.sweep(at=NOW, queue=work.queue)
    assert Alarm.objects.get().closed_at is None
    monkeypatch.setattr(receiving, "has_room", lambda: True)
    leftovers.sweep(at=NOW, queue=work.queue)
    assert Alarm.objects.get().closed_at == NOW
