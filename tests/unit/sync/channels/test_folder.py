"""Files of a folder, handed over like an upload and put where a person finds them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sync import leases
from sync.channels import folder, places
from sync.channels import handed as handing
from sync.channels.folder import FolderFailed
from sync.files import receiving
from sync.models import (
    Connection,
    Offer,
    Payment,
    Picture,
    Product,
    ReceivedFile,
    RemoteOrder,
    Run,
    Schedule,
)
from sync.watching import schedule
from tests.factories import statement
from tests.factories.folder import Queue, goods, packed, picture_bytes, put
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
GOODS = "import0_1.xml"


@pytest.fixture(autouse=True)
def _no_waiting(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXCHANGE_DROP_ROOT = tmp_path / "drop"
    monkeypatch.setattr(folder, "LOOK_AGAIN_SECONDS", 0)
    monkeypatch.setattr(folder, "PATIENCE_SECONDS", 0)


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(folder="ut11")


@pytest.fixture
def drop(base: Connection, tmp_path: Path) -> Path:
    found = tmp_path / "drop" / "ut11"
    found.mkdir(parents=True)
    return found


@pytest.fixture
def queue() -> Queue:
    return Queue()


def offers() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05">'
        "<ПакетПредложений><Ид>c1#</Ид><Предложения><Предложение><Ид>p1</Ид>"
        "<Наименование>Петля</Наименование><Количество>5</Количество></Предложение>"
        "</Предложения></ПакетПредложений></КоммерческаяИнформация>"
    )


def orders() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05">'
        "<Документ><Номер>1001</Номер><Дата>2026-11-24</Дата><ХозОперация>Заказ товара"
        "</ХозОперация><Валюта>RUB</Валюта><Сумма>122</Сумма></Документ>"
        "</КоммерческаяИнформация>"
    )


def tree(drop: Path) -> list[str]:
    """Names of files with where they lie: the folder alone, without the looks' own names."""
    found = []
    for path in drop.rglob("*"):
        if path.is_file() or path.is_symlink():
            parts = path.relative_to(drop).parts
            found.append("/".join([parts[0], parts[-1]]) if len(parts) > 1 else parts[0])
    return sorted(found)


def read(base: Connection, queue: Queue) -> list[Run]:
    return folder.read(base, queue=queue.queue)


def whole(base: Connection, queue: Queue) -> None:
    """A look, the work it makes, and the next look, which puts files away."""
    read(base, queue)
    queue.work()
    folder.tend(base, queue=queue.queue)


def test_files_are_taken_imported_and_put_away(base: Connection, drop: Path, queue: Queue) -> None:
    put(drop, "offers0_1.xml", offers())
    put(drop, GOODS, goods())
    put(drop, "orders-1.xml", orders())
    put(drop, "kl_to_1c.txt", statement.text(statement.document()).encode("cp1251"))

    runs = read(base, queue)

    assert [(run.title, run.kind, run.trigger) for run in runs] == [
        (GOODS, "catalog", Run.Trigger.SCHEDULE),
        ("offers0_1.xml", "catalog", Run.Trigger.SCHEDULE),
        ("kl_to_1c.txt", "bank", Run.Trigger.SCHEDULE),
        ("orders-1.xml", "sale", Run.Trigger.SCHEDULE),
    ]
    files = ReceivedFile.objects.all()
    assert {(file.channel, file.session_id) for file in files} == {("folder", None)}
    assert len({file.upload for file in files}) == 1
    assert {name.split("/")[0] for name in tree(drop)} == {".taken"}
    queue.work()
    assert Product.objects.get().name == "Петля"
    assert Offer.objects.get().stock.quantities
    assert RemoteOrder.objects.get().number == "1001"
    assert Payment.objects.get().number == "17"
    folder.tend(base, queue=queue.queue)
    assert tree(drop) == [
        ".done/import0_1.xml",
        ".done/kl_to_1c.txt",
        ".done/offers0_1.xml",
        ".done/orders-1.xml",
    ]


def test_the_same_again_changes_nothing(base: Connection, drop: Path, queue: Queue) -> None:
    for _time in range(2):
        put(drop, GOODS, goods())
        put(drop, "kl_to_1c.txt", statement.text(statement.document()).encode("cp1251"))
        whole(base, queue)
    last = Run.objects.order_by("-pk")[:2]
    assert [(run.created_count, run.changed_count) for run in last] == [(0, 0), (0, 0)]


def test_what_is_being_written_stays(base: Connection, drop: Path, queue: Queue) -> None:
    put(drop, GOODS, goods(), ready=False)
    assert read(base, queue) == []
    assert tree(drop) == [GOODS]


def test_a_settled_file_is_taken_without_a_mark(
    base: Connection, drop: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, GOODS, goods(), ready=False)
    put(drop, "offers.xml", offers()[:-20], ready=False)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 60)
    assert [run.title for run in read(base, queue)] == [GOODS]
    # half of a file gets its time; then the journal says what is wrong with it
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert [run.title for run in read(base, queue)] == ["offers.xml"]
    queue.work()
    folder.tend(base, queue=queue.queue)
    assert ".failed/offers.xml.txt" in tree(drop)


def test_a_broken_file_fails_alone_with_its_reason_beside_it(
    base: Connection, drop: Path, queue: Queue
) -> None:
    put(drop, GOODS, goods())
    put(drop, "offers.xml", "<html>нет</html>")
    whole(base, queue)
    assert tree(drop) == [".done/import0_1.xml", ".failed/offers.xml", ".failed/offers.xml.txt"]
    [reason] = drop.rglob("offers.xml.txt")
    run = Run.objects.get(title="offers.xml")
    assert run.state == Run.State.FAILED
    assert run.error in reason.read_text()


@pytest.mark.parametrize(
    ("name", "body"),
    [("readme.txt", b"hello"), ("import.php", b"<?php"), ("empty.xml", b""), ("x.zip", b"PK\x03")],
)
def test_what_is_no_exchange_is_refused_in_words(
    base: Connection, drop: Path, queue: Queue, name: str, body: bytes
) -> None:
    put(drop, name, body)
    put(drop, GOODS, goods())
    whole(base, queue)
    assert tree(drop) == [".done/import0_1.xml", f".failed/{name}", f".failed/{name}.txt"]
    assert not Run.objects.exclude(title=GOODS).exists()


def test_a_huge_file_is_refused_and_the_rest_goes_on(
    base: Connection, drop: Path, queue: Queue, settings: Any
) -> None:
    settings.EXCHANGE_FILE_BYTES = 2000
    put(drop, "offers.xml", b"<" * 3000)
    put(drop, GOODS, goods())
    whole(base, queue)
    assert ".failed/offers.xml" in tree(drop)
    assert ".done/import0_1.xml" in tree(drop)


def test_without_room_files_wait(base: Connection, drop: Path, queue: Queue, settings: Any) -> None:
    put(drop, GOODS, goods())
    settings.EXCHANGE_FREE_BYTES = 10**18
    assert read(base, queue) == []
    assert tree(drop) == [f".taken/{GOODS}"]
    settings.EXCHANGE_FREE_BYTES = 0
    whole(base, queue)
    assert tree(drop) == [f".done/{GOODS}"]


def test_an_unreadable_file_is_told_of(
    base: Connection, drop: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, GOODS, goods())

    def closed(_folder: Path, _name: str) -> Iterator[bytes]:
        raise PermissionError(13, "Permission denied")
        yield b""

    monkeypatch.setattr(places, "content", closed)
    assert read(base, queue) == []
    assert tree(drop) == [f".failed/{GOODS}", f".failed/{GOODS}.txt"]
    assert not ReceivedFile.objects.exists()


def test_a_locked_file_is_tried_again(
    base: Connection, drop: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, GOODS, goods())
    claim = places.claim

    def held(file: places.Found, folder: Path, place: str) -> bool:
        raise places.Locked("held")

    monkeypatch.setattr(places, "claim", held)
    assert read(base, queue) == []
    monkeypatch.setattr(places, "claim", claim)
    assert [run.title for run in read(base, queue)] == [GOODS]


def test_a_file_that_vanishes_while_it_is_taken_is_no_error(
    base: Connection, drop: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, GOODS, goods())
    claim = places.claim

    def gone(file: places.Found, folder: Path, place: str) -> bool:
        assert claim(file, folder, place)
        (folder / place / file.name).unlink()
        return True

    monkeypatch.setattr(places, "claim", gone)
    assert read(base, queue) == []


@pytest.mark.gotcha(19)
def test_a_link_is_never_read(base: Connection, drop: Path, queue: Queue, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(goods("Тайна"))
    (drop / GOODS).symlink_to(secret)
    os.mkfifo(drop / "offers.xml")
    read(base, queue)
    assert not ReceivedFile.objects.exists()
    assert ".failed/import0_1.xml.txt" in tree(drop)
    assert secret.read_text() == goods("Тайна")


@pytest.mark.gotcha(6)
def test_an_archive_is_imported_by_the_files_in_it(
    base: Connection, drop: Path, queue: Queue
) -> None:
    archive = packed(offers_xml=offers().encode(), import_xml=goods().encode())
    put(drop, "v8_3B8F_3e.zip", archive)
    runs = read(base, queue)
    assert [run.title for run in runs] == ["import.xml", "offers.xml"]
    queue.work()
    assert Run.objects.filter(state=Run.State.DONE).count() == 2
    assert Offer.objects.get().stock.quantities
    folder.tend(base, queue=queue.queue)
    assert tree(drop) == [".done/v8_3B8F_3e.zip"]


@pytest.mark.gotcha(45)
def test_pictures_come_with_goods_and_by_themselves(
    base: Connection, drop: Path, queue: Queue
) -> None:
    put(drop, "import_files/ab/1.png", picture_bytes(1))
    put(drop, GOODS, goods(pictures="import_files/ab/1.png"))
    whole(base, queue)
    assert Picture.objects.get().name == "import_files/ab/1.png"
    assert Product.objects.get().pictures == ["import_files/ab/1.png"]
    put(drop, "import_files/ab/2.png", picture_bytes(2))
    put(drop, "pictures.zip", packed(import_files__cd__3_png=picture_bytes(3)))
    whole(base, queue)
    names = set(Picture.objects.values_list("name", flat=True))
    assert names >= {"import_files/ab/2.png", "import_files/cd/3.png"}
    assert tree(drop) == [
        ".done/1.png",
        ".done/2.png",
        ".done/import0_1.xml",
        ".done/pictures.zip",
    ]


def test_what_a_killed_worker_left_is_handed_over(
    base: Connection, drop: Path, queue: Queue
) -> None:
    # killed after the claim: no row, no manifest
    put(drop / ".taken" / "20261124-1", GOODS, goods(), ready=False)
    # killed in the middle of a line of the manifest
    put(drop / ".taken" / "20261124-2", "offers.xml", offers(), ready=False)
    handing.note(base, "20261124-2", handing.Handed("other.xml", 1))
    [written] = receiving.root().rglob("20261124-2.jsonl")
    written.write_text('{"name": "off')
    whole(base, queue)
    assert {run.title for run in Run.objects.all()} == {GOODS, "offers.xml"}
    folder.tend(base, queue=queue.queue)
    assert tree(drop) == [f".done/{GOODS}", ".done/offers.xml"]


def test_files_stay_claimed_while_their_runs_wait(
    base: Connection, drop: Path, queue: Queue
) -> None:
    put(drop, GOODS, goods())
    read(base, queue)
    folder.tend(base, queue=queue.queue)
    assert read(base, queue) == []
    assert Run.objects.count() == 1
    [look] = (drop / ".taken").iterdir()
    told = handing.of_look(base, look.name)
    assert [each.runs for each in told] == [[Run.objects.get().pk]]
    queue.work()
    folder.tend(base, queue=queue.queue)
    assert handing.of_look(base, look.name) == []
    assert not look.exists()


def test_one_worker_reads_at_a_time(base: Connection, drop: Path, queue: Queue) -> None:
    put(drop, GOODS, goods())
    leases.acquire(f"folder:{base.pk}", "another")
    assert read(base, queue) == []
    folder.tend(base, queue=queue.queue)
    assert (drop / GOODS).exists()


def test_a_reader_waits_for_whoever_is_about_to_finish(
    base: Connection, drop: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, GOODS, goods())
    leases.acquire(f"folder:{base.pk}", "another")
    monkeypatch.setattr(folder, "PATIENCE_SECONDS", 20)
    monkeypatch.setattr(
        time, "sleep", lambda _pause: leases.release(f"folder:{base.pk}", "another")
    )
    assert [run.title for run in read(base, queue)] == [GOODS]


def test_a_folder_that_is_not_there_says_so(base: Connection, queue: Queue) -> None:
    with pytest.raises(FolderFailed):
        read(base, queue)
    Connection.objects.filter(pk=base.pk).update(folder="../exchange")
    base.refresh_from_db()
    with pytest.raises(FolderFailed):
        folder.tend(base, queue=queue.queue)


@pytest.mark.parametrize("other", ["ut11", "ut11/deep", ".."])
def test_two_bases_never_share_a_folder(
    base: Connection, drop: Path, queue: Queue, other: str
) -> None:
    (drop / "deep").mkdir()
    put(drop, GOODS, goods())
    ConnectionFactory(folder=other, name="Вторая")
    if other == "..":
        assert read(base, queue)
        return
    with pytest.raises(FolderFailed, match="Вторая"):
        read(base, queue)


def test_old_files_are_forgotten(base: Connection, drop: Path, queue: Queue) -> None:
    day = timezone.localdate()
    for age in (1, 20):
        place = drop / ".done" / f"{day - timedelta(days=age):%Y-%m-%d}" / "x"
        put(place, GOODS, goods(), ready=False)
    kept = put(drop / ".failed" / "x", GOODS, goods(), ready=False)
    os.utime(kept, (0, 0))
    folder.tend(base, queue=queue.queue)
    assert tree(drop) == [f".done/{GOODS}", f".failed/{GOODS}"]


def test_the_schedule_reads_the_folder(base: Connection, drop: Path) -> None:
    put(drop, GOODS, goods())
    wanted = Schedule(connection=base, kind="catalogue", channel=Schedule.Channel.FOLDER)
    schedule.PULLS[Schedule.Channel.FOLDER](wanted, Run.Trigger.PERSON, None)
    assert Run.objects.get().trigger == Run.Trigger.PERSON


@pytest.mark.gotcha(19)
@pytest.mark.parametrize("name", [".taken", ".done", ".failed", "out"])
def test_a_link_for_a_folder_of_the_portal_is_refused_in_words(
    base: Connection, drop: Path, queue: Queue, tmp_path: Path, name: str
) -> None:
    store = tmp_path / "store"
    put(store / "1", GOODS, "precious", ready=False)
    (drop / name).symlink_to(store)
    put(drop, "offers.xml", offers())
    for look in (folder.read, folder.tend):
        with pytest.raises(FolderFailed, match=name):
            look(base, queue=queue.queue)
    assert tree(store) == [f"1/{GOODS}"]
    assert (drop / "offers.xml").is_file()


@pytest.mark.gotcha(19)
def test_links_deeper_down_keep_one_file_and_no_other(
    base: Connection, drop: Path, queue: Queue, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = put(tmp_path, "victim", "precious", ready=False)
    for token in ("t1", "t2"):
        put(drop / ".taken" / token, "bad.bin", "x", ready=False)
    (drop / ".failed" / "t2").mkdir(parents=True)
    (drop / ".failed" / "t1").symlink_to(outside)
    (drop / ".failed" / "t2" / ".bad.bin.txt.tmp").symlink_to(victim)
    (drop / ".failed" / "t2" / "bad.bin.txt").symlink_to(victim)
    (drop / ".taken" / "t3").symlink_to(outside)
    put(drop, GOODS, goods())
    whole(base, queue)
    assert list(outside.iterdir()) == []
    assert victim.read_text() == "precious"
    assert (drop / ".taken" / "t1" / "bad.bin").is_file()
    assert (drop / ".failed" / "t2" / "bad.bin").is_file()
    assert f".done/{GOODS}" in tree(drop)


@pytest.mark.gotcha(19)
def test_what_the_folder_says_was_handed_over_counts_for_nothing(
    base: Connection, drop: Path, queue: Queue, tmp_path: Path
) -> None:
    secret = put(tmp_path, "secret.txt", "secret", ready=False)
    place = drop / ".taken" / "t"
    put(place, GOODS, goods(), ready=False)
    put(
        place,
        ".files.jsonl",
        '{"name": "../../../../secret.txt", "file": 1, "runs": []}\n'
        '{"name": "import0_1.xml", "file": 1, "runs": ["x"]}\n',
        ready=False,
    )
    folder.tend(base, queue=queue.queue)
    queue.work()
    folder.tend(base, queue=queue.queue)
    assert secret.read_text() == "secret"
    assert Product.objects.get().name == "Петля"
    assert f".done/{GOODS}" in tree(drop)
    assert ".failed/.files.jsonl" in tree(drop)


def test_a_name_that_is_no_text_is_refused_and_the_rest_goes_on(
    base: Connection, drop: Path, queue: Queue
) -> None:
    strange = os.fsdecode(b"imp\xffort.xml")
    put(drop, strange, goods())
    put(drop, "a\nb.xml", goods())
    put(drop, "x" * 251 + ".xml", goods(), ready=False)
    os.utime(drop / ("x" * 251 + ".xml"))
    put(drop, "offers.xml", offers())
    whole(base, queue)
    names = tree(drop)
    assert f".failed/{strange}" in names
    assert ".failed/a\nb.xml" in names
    assert ".done/offers.xml" in names
    [words] = drop.rglob(f"{strange}.txt")
    assert "UTF-8" in words.read_text()


def test_a_long_name_gets_its_reason(base: Connection, drop: Path, queue: Queue) -> None:
    long = "x" * 251 + ".bin"
    put(drop / ".taken" / "t", long, b"x", ready=False)
    whole(base, queue)
    assert tree(drop) == [f".failed/{long}", f".failed/{long[:251]}.txt"]
