"""One run for one content: queued once, joined, resumed, told in words."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sync import holding, leases, ports
from sync.files import receiving
from sync.files.receiving import Refused, full_path
from sync.models import (
    Alarm,
    Connection,
    ExchangeSession,
    Picture,
    ReceivedFile,
    Rejection,
    RemoteOrder,
    Run,
    Version,
)
from sync.runs import absence, importing, running
from sync.runs.running import Queue
from sync.watching import alarms
from tests.factories.sync import (
    AT,
    ConnectionFactory,
    ExchangeSessionFactory,
    ReceivedFileFactory,
    RunFactory,
)
from tests.unit.sync.files.test_unpacking import packed, send

pytestmark = pytest.mark.django_db
DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация></КоммерческаяИнформация>'
).encode()
# a picture of one pixel
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


class Work:
    """A queue that notes what is put into it."""

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.pictures: list[int] = []
        self.queue = Queue(import_file=self.runs.append, make_sizes=self.pictures.append)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(upload=1)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs whose import was called; nothing is imported."""
    called: list[int] = []

    def import_run(run_id: int, *, owner: str) -> None:
        called.append(run_id)
        Run.objects.filter(pk=run_id).update(state=Run.State.DONE)

    monkeypatch.setattr(importing, "import_run", import_run)
    return called


@pytest.mark.gotcha(8)
def test_take_queues_a_file_once(session: ExchangeSession, work: Work) -> None:
    file = send(session, DOCUMENT, "import0_1.xml")
    run = running.take(session=session, sent_name="import0_1.xml", queue=work.queue)
    again = running.take(session=session, sent_name="import0_1.xml", queue=work.queue)
    assert again == run
    assert work.runs == [run.pk]
    assert (run.file, run.kind, run.title, run.state) == (
        file,
        "catalog",
        "import0_1.xml",
        Run.State.QUEUED,
    )
    file.refresh_from_db()
    assert len(file.sha256) == 64


def test_take_of_other_content_is_another_run(session: ExchangeSession, work: Work) -> None:
    send(session, DOCUMENT[:50], "import.xml")
    first = running.take(session=session, sent_name="import.xml", queue=work.queue)
    send(session, DOCUMENT[50:], "import.xml")
    second = running.take(session=session, sent_name="import.xml", queue=work.queue)
    assert work.runs == [first.pk, second.pk]


@pytest.mark.gotcha(6)
def test_take_looks_into_archives(
    session: ExchangeSession, work: Work, imported: list[int]
) -> None:
    files = {"webdata/import.xml": DOCUMENT, "import_files/a/b.gif": PIXEL}
    send(session, packed(files), "C:\\Temp\\v8_1_2.zip")
    run = running.take(session=session, sent_name="import.xml", queue=work.queue)
    assert running.take(session=session, sent_name="import.xml", queue=work.queue) == run
    running.process(run.pk, queue=work.queue)
    assert imported == [run.pk]
    run.refresh_from_db()
    assert run.file is not None
    assert full_path(run.file).read_bytes() == DOCUMENT
    picture = Picture.objects.get()
    assert picture.name == "import_files/a/b.gif"
    assert work.pictures == [picture.pk]


def test_take_joins_the_run_of_a_packed_file_that_is_at_work(
    session: ExchangeSession, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "import_run", lambda *_run, **_named: None)
    send(session, packed({"import.xml": DOCUMENT}))
    run = running.take(session=session, sent_name="import.xml", queue=work.queue)
    running.process(run.pk, queue=work.queue)
    assert running.take(session=session, sent_name="import.xml", queue=work.queue) == run


def test_take_knows_the_file_by_its_bare_name(session: ExchangeSession, work: Work) -> None:
    file = send(session, DOCUMENT, "goods/goods_1.xml")
    assert running.take(session=session, sent_name="GOODS_1.xml", queue=work.queue).file == file


def test_take_refuses_what_did_not_come_in_this_upload(
    session: ExchangeSession, work: Work
) -> None:
    send(session, DOCUMENT, "import.xml")
    send(session, PIXEL, "import_files/a/b.gif")
    for name in ("offers.xml", "import_files/a/b.gif", "", "../import.xml"):
        with pytest.raises(Refused):
            running.take(session=session, sent_name=name, queue=work.queue)
    session.upload += 1
    with pytest.raises(Refused):
        running.take(session=session, sent_name="import.xml", queue=work.queue)
    assert work.runs == []


def test_take_joins_what_was_taken_before_a_new_upload(
    session: ExchangeSession, work: Work
) -> None:
    send(session, DOCUMENT, "import.xml")
    run = running.take(session=session, sent_name="import.xml", queue=work.queue)
    session.upload += 1
    assert running.take(session=session, sent_name="import.xml", queue=work.queue) == run


def test_take_orders_waits_for_the_last_piece(session: ExchangeSession, work: Work) -> None:
    session.exchange_type = "sale"
    file = send(session, DOCUMENT[:60], "orders.xml")
    running.take_orders(file=file, queue=work.queue)
    assert work.runs == []
    file = send(session, DOCUMENT[60:], "orders.xml")
    running.take_orders(file=file, queue=work.queue)
    (run,) = Run.objects.all()
    assert (run.kind, work.runs) == ("sale", [run.pk])
    assert running.take(session=session, sent_name="orders.xml", queue=work.queue) == run


def test_take_orders_of_an_archive(session: ExchangeSession, work: Work) -> None:
    session.exchange_type = "sale"
    session.save()
    body = packed({"orders-1.xml": DOCUMENT})
    running.take_orders(file=send(session, body[:40]), queue=work.queue)
    assert work.runs == []
    running.take_orders(file=send(session, body[40:]), queue=work.queue)
    assert [run.title for run in Run.objects.all()] == ["orders-1.xml"]


def test_process_does_nothing_for_a_run_that_has_ended(work: Work, imported: list[int]) -> None:
    for state in (Run.State.DONE, Run.State.FAILED):
        running.process(RunFactory(state=state).pk, queue=work.queue)
    running.process(0, queue=work.queue)
    assert imported == []


def test_process_fails_the_run_of_a_bad_archive(
    session: ExchangeSession, work: Work, imported: list[int]
) -> None:
    files = {"import.xml": DOCUMENT, "import_files/a.gif": b"x" * 10_000}
    body = bytearray(packed(files))
    body[30 + len("import.xml") + 4] ^= 0xFF
    send(session, bytes(body))
    run = running.take(session=session, sent_name="import.xml", queue=work.queue)
    running.process(run.pk, queue=work.queue)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "v8_3B8F_3e.zip" in run.error
    assert imported == []


def test_process_fails_the_run_of_a_removed_file(work: Work, imported: list[int]) -> None:
    run = RunFactory(file__removed_at=AT)
    running.process(run.pk, queue=work.queue)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert imported == []


@pytest.mark.gotcha(8, 9)
def test_wait_gives_up_after_its_time(work: Work) -> None:
    run = RunFactory(state=Run.State.QUEUED)
    started = time.monotonic()
    assert running.wait(run=run, seconds=0.3, queue=work.queue).state == Run.State.QUEUED
    assert 0.25 < time.monotonic() - started < 20


def test_wait_sees_the_end_at_once(work: Work) -> None:
    run = RunFactory(state=Run.State.DONE)
    started = time.monotonic()
    assert running.wait(run=run, seconds=5, queue=work.queue).state == Run.State.DONE
    assert time.monotonic() - started < 2


def test_a_run_of_a_dead_worker_is_queued_again(work: Work) -> None:
    run = RunFactory(state=Run.State.RUNNING, position=5)
    running.sweep(at=timezone.now(), queue=work.queue)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == [run.pk]
    # it went on, and its worker died once more
    Run.objects.filter(pk=run.pk).update(position=6)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == [run.pk, run.pk]


def test_a_run_that_somebody_is_busy_with_is_left_alone(work: Work, imported: list[int]) -> None:
    run = RunFactory(state=Run.State.RUNNING)
    leases.acquire(holding.lease_of_run(run.pk), "worker")
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == []
    running.process(run.pk, queue=work.queue)
    assert imported == []


def test_a_run_lost_from_the_queue_is_put_there_again(work: Work) -> None:
    fresh, lost = RunFactory.create_batch(2, state=Run.State.QUEUED)
    long_ago = timezone.now() - timedelta(seconds=61)
    Run.objects.filter(pk=lost.pk).update(queued_at=long_ago)
    running.sweep(at=timezone.now(), queue=work.queue)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == [lost.pk]
    assert fresh.pk not in work.runs


def test_wait_resumes_a_run_of_a_dead_worker(work: Work) -> None:
    run = RunFactory(state=Run.State.RUNNING)
    running.wait(run=run, seconds=0, queue=work.queue)
    assert work.runs == [run.pk]


def _let_settle(file: ReceivedFile) -> None:
    long_ago = time.time() - running.SETTLED.total_seconds() - 10
    os.utime(full_path(file), (long_ago, long_ago))


def test_sweep_takes_answers_that_broke_off(session: ExchangeSession, work: Work) -> None:
    session.exchange_type = "sale"
    old = send(session, DOCUMENT[:60], "orders-1.xml")
    send(session, DOCUMENT[:60], "orders-2.xml")
    _let_settle(old)
    running.sweep(at=timezone.now(), queue=work.queue)
    running.sweep(at=timezone.now(), queue=work.queue)
    (run,) = Run.objects.all()
    assert (run.file, work.runs) == (old, [run.pk])


def test_sweep_leaves_the_catalogue_to_1c(session: ExchangeSession, work: Work) -> None:
    _let_settle(send(session, DOCUMENT, "import.xml"))
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == []


def test_sweep_keeps_pictures_that_came_last(session: ExchangeSession, work: Work) -> None:
    settled = send(session, PIXEL, "import_files/a/b.gif")
    send(session, PIXEL, "import_files/a/c.gif")
    _let_settle(settled)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert [picture.name for picture in Picture.objects.all()] == ["import_files/a/b.gif"]
    settled.refresh_from_db()
    assert settled.sha256


def test_sweep_leaves_the_pictures_of_an_upload_to_its_run(
    session: ExchangeSession, work: Work
) -> None:
    goods = send(session, DOCUMENT, "import.xml")
    _let_settle(send(session, PIXEL, "import_files/a/b.gif"))
    run = RunFactory(connection=session.connection, file=goods, state=Run.State.QUEUED)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert not Picture.objects.exists()
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)
    running.sweep(at=timezone.now(), queue=work.queue)
    assert Picture.objects.exists()


def test_keep_pictures_goes_on_without_a_lost_one(session: ExchangeSession, work: Work) -> None:
    lost = ReceivedFileFactory(
        session=session, name="import_files/lost.gif", kind=ReceivedFile.Kind.PICTURE
    )
    kept = send(session, PIXEL, "import_files/kept.gif")
    files = ReceivedFile.objects.filter(pk__in=[lost.pk, kept.pk])
    running.keep_pictures(files, queue=work.queue)
    assert Picture.objects.get().name == "import_files/kept.gif"


def test_sweep_tells_what_the_owner_of_orders_has_missed(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    missed = RemoteOrder.objects.create(
        connection=ConnectionFactory(), number="1001", changed_at=now
    )
    told: list[list[int]] = []

    def tell(ids: list[int]) -> bool:
        told.append(ids)
        return True

    monkeypatch.setattr(ports, "tell_remote_orders", tell)
    running.sweep(at=now, queue=work.queue)
    running.sweep(at=now, queue=work.queue)
    assert told == [[missed.pk]]


def test_sweep_leaves_the_work_to_another_sweep(work: Work) -> None:
    RunFactory(state=Run.State.RUNNING)
    leases.acquire(running.SWEEP, "another")
    running.sweep(at=timezone.now(), queue=work.queue)
    assert work.runs == []


def test_failure_words_name_the_file_and_three_objects() -> None:
    run = RunFactory(title="import.xml", error="Слишком много ошибок.", state=Run.State.FAILED)
    for number in range(4):
        Rejection.objects.create(run=run, kind="product", ref=f"ref-{number}", reason="нет имени")
    words = running.failure_words(run)
    assert words.startswith("import.xml: Слишком много ошибок.")
    assert "ref-2 (нет имени)" in words
    assert "ref-3" not in words
    assert running.failure_words(RunFactory(title="a.xml", error="a.xml: битый")) == "a.xml: битый"


def test_receiving_root_is_the_setting(settings: Any) -> None:
    assert receiving.root() == settings.EXCHANGE_ROOT


def test_pictures_over_the_room_of_the_base_wait_and_raise_an_alarm(work: Work) -> None:
    base = ConnectionFactory(picture_quota_mb=1)
    session = ExchangeSessionFactory(connection=base)
    for number in range(3):
        name = f"{number}.jpg"
        path = receiving.root() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8\xff" + bytes([number]) * 600_000)
        ReceivedFileFactory(
            session=session,
            name=name,
            kind=ReceivedFile.Kind.PICTURE,
            path=name,
            size=path.stat().st_size,
        )
    running.keep_pictures(session.files.all(), queue=work.queue)
    assert [each.name for each in Picture.objects.all()] == ["0.jpg"]
    assert Alarm.objects.get().code == "quota"

    Connection.objects.update(picture_quota_mb=10)
    running.keep_pictures(session.files.all(), queue=work.queue)
    assert Picture.objects.count() == 3
    alarms.check(timezone.now())
    assert Alarm.objects.get().closed_at is not None


def test_a_list_of_references_is_named_once_and_when_it_is_whole(session: ExchangeSession) -> None:
    now = timezone.now()
    half = send(session, DOCUMENT[:-5], "references.xml")
    assert running.take_unused(file=half, at=now) is None
    whole = send(session, DOCUMENT[-5:], "references.xml")
    run = running.take_unused(file=whole, at=now)
    assert run is not None
    assert (run.kind, run.state, run.file) == ("exchange", Run.State.DONE, whole)
    assert running.take_unused(file=whole, at=now) == run


def test_a_run_keeps_who_began_it_and_what_is_to_be_known(
    session: ExchangeSession, work: Work
) -> None:
    file = send(session, DOCUMENT, "import.xml")
    run = running.run_of(file=file, queue=work.queue, trigger=Run.Trigger.SCHEDULE, note="сама")
    assert (run.trigger, run.warnings, run.warning_count) == (Run.Trigger.SCHEDULE, ["сама"], 1)
    # the one there is stays what it is
    assert running.run_of(file=file, queue=work.queue, note="иначе").warnings == ["сама"]


def test_process_compares_a_full_load(
    session: ExchangeSession, work: Work, imported: list[int]
) -> None:
    send(session, DOCUMENT, "import.xml")
    run = absence.take_load(
        session=session,
        since=session.started_at,
        at=timezone.now(),
        queue=work.queue.import_file,
    )
    assert run is not None
    running.process(run.pk, queue=work.queue)
    run.refresh_from_db()
    assert (run.state, imported) == (Run.State.FAILED, [])
    assert "import.xml" in run.error


def test_a_comparison_that_waits_is_put_into_the_queue_again(
    session: ExchangeSession, work: Work
) -> None:
    file = send(session, DOCUMENT, "import.xml")
    RunFactory(connection=session.connection, file=file, state=Run.State.RUNNING)
    run = absence.take_load(
        session=session,
        since=session.started_at,
        at=timezone.now(),
        queue=work.queue.import_file,
    )
    assert run is not None
    running.process(run.pk, queue=work.queue)
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - absence.WAITS * 2)
    for _ in range(2):
        running.wait(run=Run.objects.get(pk=run.pk), seconds=0, queue=work.queue)
    assert work.runs == [run.pk, run.pk]


def test_a_catalogue_that_was_taken_is_remembered(
    session: ExchangeSession, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "><Каталог><Ид>c</Ид></Каталог></".encode()
    file = send(session, DOCUMENT.replace(b"></", told), "import.xml")
    run = RunFactory(connection=session.connection, file=file, kind="catalog")

    def take(pk: int, *, owner: str) -> None:
        Run.objects.filter(pk=pk).update(state=Run.State.DONE)

    monkeypatch.setattr(importing, "import_run", take)
    running.process(run.pk, queue=work.queue)
    assert list(Version.objects.values_list("kind", "ref")) == [("catalogue", "c")]
