"""Files of persons: bounded, queued behind what 1C sends, nothing left of what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from sync import tasks
from sync.files.receiving import Refused
from sync.models import Connection, ReceivedFile, Run
from sync.runs import running, uploading
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, message, product
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def packed(*names: str) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name in names:
            archive.writestr(name, message(goods(product(name, "Ручка"))))
    return stored.getvalue()


def upload(base: Connection, name: str, *content: bytes, kind: str = "catalog") -> list[int]:
    """What was put into the queue."""
    queued: list[int] = []
    uploading.upload(
        connection=base,
        kind=kind,
        name=name,
        content=content,
        rehearsal=False,
        by=StaffFactory(),
        at=timezone.now(),
        queue=running.Queue(import_file=queued.append, make_sizes=lambda _pk: None),
    )
    return queued


def left() -> list[Path]:
    return [path for path in Path(settings.EXCHANGE_ROOT).rglob("*") if path.is_file()]


def test_each_file_of_an_archive_gets_its_run(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "PORTION", 2)
    queued = upload(base, "a.zip", packed("offers.xml", "import_2.xml", "import_1.xml"))
    runs = Run.objects.in_bulk(queued)
    names = ["import_1.xml", "import_2.xml", "offers.xml"]
    assert [runs[pk].title for pk in queued] == names
    for pk in queued:
        running.process(pk, queue=running.Queue(queued.append, queued.append))
    assert {run.state for run in Run.objects.all()} == {Run.State.DONE}


def test_an_archive_of_too_many_files_is_refused_in_words(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "MEMBERS", 3)
    known = left()
    with pytest.raises(Refused, match="3"):
        upload(base, "a.zip", packed(*(f"import_{n}.xml" for n in range(4))))
    assert not Run.objects.exists()
    assert not ReceivedFile.objects.exists()
    assert left() == known
    assert len(upload(base, "a.zip", packed(*(f"import_{n}.xml" for n in range(3))))) == 3


def test_nothing_stays_of_an_archive_whose_rows_fail(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "PORTION", 1)
    real, calls = uploading._rows, []

    def fails(*args: Any) -> list[Run]:
        calls.append(args)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return real(*args)

    monkeypatch.setattr(uploading, "_rows", fails)
    known = left()
    with pytest.raises(OSError, match="full"):
        upload(base, "a.zip", packed("import_1.xml", "import_2.xml"))
    assert not Run.objects.exists()
    assert not ReceivedFile.objects.exists()
    assert left() == known


def test_records_are_taken_up_to_the_limit_of_a_push(base: Connection, settings: Any) -> None:
    settings.EXCHANGE_PUSH_BYTES = 1_000_000
    known, read = left(), []

    def pieces() -> Any:
        for n in range(1000):
            read.append(n)
            yield b" " * 100_000

    with pytest.raises(Refused, match="1"):
        upload(base, "stock.json", *[b" " * 100_000] * 11, kind="stock")
    with pytest.raises(Refused):
        uploading.upload(
            connection=base,
            kind="stock",
            name="stock.json",
            content=pieces(),
            rehearsal=False,
            by=StaffFactory(),
            at=timezone.now(),
            queue=running.Queue(lambda _pk: None, lambda _pk: None),
        )
    assert len(read) == 11
    assert left() == known
    assert len(upload(base, "stock.json", *[b" " * 100_000] * 10, kind="stock")) == 1


def test_what_1c_sends_goes_before_files_of_persons(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[tuple[str, int]] = []
    for task in ("import_file", "import_for_person"):
        monkeypatch.setattr(
            getattr(tasks, task), "_wrapper", lambda pk, task=task: put.append((task, pk))
        )
    own = Run.objects.create(connection=base, kind="catalog", trigger=Run.Trigger.PERSON)
    sent = Run.objects.create(connection=base, kind="catalog", trigger=Run.Trigger.ONEC)
    for run in (own, sent):
        tasks.QUEUE.import_file(run.pk)
    assert put == [("import_for_person", own.pk), ("import_file", sent.pk)]
