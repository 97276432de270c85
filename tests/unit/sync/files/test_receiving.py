"""Files come piece by piece and are on the disk when they are acknowledged."""

from __future__ import annotations

import errno
import io
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sync.files import receiving
from sync.files.receiving import NoRoom, Refused, full_path
from sync.models import ExchangeSession, ReceivedFile, Run
from sync.protocol import sessions
from tests.factories.sync import ExchangeSessionFactory, ReceivedFileFactory, RunFactory

pytestmark = pytest.mark.django_db
DOCUMENT = '<?xml version="1.0"?><КоммерческаяИнформация>{}</КоммерческаяИнформация>'


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(upload=1)


def _send(
    session: ExchangeSession,
    body: bytes,
    name: str = "import.xml",
    exchange_type: str = "catalog",
    length: int | None = -1,
) -> ReceivedFile:
    return receiving.receive(
        session=session,
        exchange_type=exchange_type,
        sent_name=name,
        body=io.BytesIO(body),
        length=len(body) if length == -1 else length,
    )


def _files_on_disk() -> list[Path]:
    return [path for path in receiving.root().rglob("*") if path.is_file()]


@pytest.mark.gotcha(3)
def test_receive_puts_pieces_together(session: ExchangeSession) -> None:
    body = DOCUMENT.format("<Товар/>" * 1000).encode()
    for start in range(0, len(body), 1024):
        file = _send(session, body[start : start + 1024])
    assert full_path(file).read_bytes() == body
    file.refresh_from_db()
    assert (file.size, file.kind) == (len(body), ReceivedFile.Kind.CATALOGUE)
    assert ReceivedFile.objects.count() == len(_files_on_disk()) == 1


@pytest.mark.parametrize("repeated", [1, 3, 5])
@pytest.mark.gotcha(3)
def test_receive_takes_a_repeated_piece_once(session: ExchangeSession, repeated: int) -> None:
    numbers = "".join(f"<Товар>{number}</Товар>" for number in range(200))
    body = DOCUMENT.format(numbers).encode()
    pieces = [body[start : start + 1024] for start in range(0, len(body), 1024)]
    assert len(pieces) == 6
    assert len(pieces[-1]) < receiving.REPEATED_FROM
    pieces.insert(repeated, pieces[repeated])
    for piece in pieces:
        file = _send(session, piece)
    assert full_path(file).read_bytes() == body
    assert file.size == len(body)


@pytest.mark.gotcha(3)
@pytest.mark.parametrize("name", ["v8_3B8F_3e.zip", "import_files/5d/a.JPG"])
def test_receive_takes_a_repeated_piece_of_what_is_packed_once(
    session: ExchangeSession, name: str
) -> None:
    body = random.Random(7).randbytes(3000)
    pieces = [body[start : start + 1024] for start in range(0, 3000, 1024)]
    for piece in (pieces[0], pieces[1], pieces[1], pieces[2]):
        file = _send(session, piece, name)
    assert full_path(file).read_bytes() == body


def test_receive_takes_like_pieces_of_other_files_and_short_ones(session: ExchangeSession) -> None:
    noise = random.Random(7).randbytes(1024)
    for name, like in (("a.bmp", noise), ("b.jpg", b"\xa2\x8a\x28" * 341), ("c.png", noise[:500])):
        for _ in range(2):
            picture = _send(session, like, f"import_files/{name}")
        assert full_path(picture).read_bytes() == like * 2
    for piece in (b"<?xml ?>", b"<a/>", b"<a/>"):
        file = _send(session, piece)
    assert full_path(file).read_bytes() == b"<?xml ?><a/><a/>"


def test_receive_takes_like_pieces_of_one_long_line(session: ExchangeSession) -> None:
    body = DOCUMENT.format("<Описание>" + "я" * 6000 + "</Описание>").encode()
    for start in range(0, len(body), 1000):
        file = _send(session, body[start : start + 1000])
    assert full_path(file).read_bytes() == body


def test_receive_takes_a_repeated_piece_that_only_begins_alike_once(
    session: ExchangeSession,
) -> None:
    begin, end = DOCUMENT.format("<Описание>|</Описание>").encode().split(b"|")
    alike = b"-" * 1500 + random.Random(7).randbytes(500).hex().encode()
    begin += b"." * len(alike)
    for piece in (begin, alike, alike, end):
        file = _send(session, piece)
    assert full_path(file).read_bytes() == begin + alike + end


def test_receive_of_the_last_piece_after_the_file_was_taken(session: ExchangeSession) -> None:
    body = DOCUMENT.format("<Товар/>" * 200).encode()
    file = _send(session, body[:1024])
    file = _send(session, body[1024:])
    RunFactory(file=file)
    ReceivedFile.objects.filter(pk=file.pk).update(sha256="a" * 64)
    assert _send(session, body[1024:]).sha256 == "a" * 64
    assert full_path(file).read_bytes() == body


@pytest.mark.gotcha(5)
def test_receive_begins_anew_after_init(session: ExchangeSession) -> None:
    old = _send(session, b"<?xml half")
    sessions.open_upload(session=session)
    new = _send(session, b"<?xml whole")
    assert full_path(new).read_bytes() == b"<?xml whole"
    assert full_path(old).read_bytes() == b"<?xml half"
    assert old.pk < new.pk


def test_receive_of_a_first_piece_again_begins_the_file_anew(session: ExchangeSession) -> None:
    _send(session, b"<?xml first piece")
    _send(session, b"<?xml first piece")
    file = _send(session, b", second piece")
    assert full_path(file).read_bytes() == b"<?xml first piece, second piece"
    assert len(_files_on_disk()) == 1


def test_receive_keeps_what_was_taken_for_import(session: ExchangeSession) -> None:
    old = _send(session, b"\xef\xbb\xbf<?xml old")
    RunFactory(file=old)
    new = _send(session, b"<?xml new")
    old.refresh_from_db()
    assert (new.name, old.name) == ("import.xml", f"import.xml~{old.pk}")
    assert full_path(old).read_bytes() == b"\xef\xbb\xbf<?xml old"
    assert full_path(new).read_bytes() == b"<?xml new"
    assert new.pk > old.pk


def test_receive_of_a_late_piece_undoes_the_seal(session: ExchangeSession) -> None:
    file = _send(session, b"<?xml a")
    receiving.seal(file, receiving.content_hash(file))
    assert len(file.sha256) == 64
    file = _send(session, b"b")
    assert file.sha256 == ""
    assert full_path(file).read_bytes() == b"<?xml ab"


def test_receive_of_a_picture_again_after_it_was_kept(session: ExchangeSession) -> None:
    name = "import_files\\ab\\c.jpg"
    picture = _send(session, b"\xff\xd8\xffjpeg", name)
    assert (picture.name, picture.kind) == ("import_files/ab/c.jpg", ReceivedFile.Kind.PICTURE)
    receiving.seal(picture, receiving.content_hash(picture))
    again = _send(session, b"\xff\xd8\xffjpeg", name)
    assert again.pk != picture.pk
    assert full_path(again).read_bytes() == b"\xff\xd8\xffjpeg"


@pytest.mark.gotcha(4)
def test_two_sessions_do_not_meet(session: ExchangeSession) -> None:
    other = ExchangeSessionFactory(connection=session.connection, upload=1)
    first = _send(session, b"<?xml one")
    second = _send(other, b"<?xml two")
    _send(session, b" more")
    assert full_path(first).read_bytes() == b"<?xml one more"
    assert full_path(second).read_bytes() == b"<?xml two"


def test_receive_of_a_broken_piece_leaves_the_file_as_it_was(session: ExchangeSession) -> None:
    file = _send(session, b"<?xml good")
    with pytest.raises(Refused):
        _send(session, b"cut", length=10)
    with pytest.raises(Refused):
        _send(session, b"<?xml cut", length=100)
    assert full_path(file).read_bytes() == b"<?xml good"
    assert full_path(_send(session, b", better")).read_bytes() == b"<?xml good, better"
    with pytest.raises(Refused):
        _send(session, b"cut", "offers.xml", length=10)
    assert len(_files_on_disk()) == ReceivedFile.objects.count() == 1


class _Breaking(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(4)
        if not piece:
            raise OSError("the line broke")
        return piece


def test_receive_of_a_line_that_breaks_leaves_the_file_as_it_was(session: ExchangeSession) -> None:
    file = _send(session, b"<?xml good")
    with pytest.raises(OSError, match="broke"):
        receiving.receive(
            session=session,
            exchange_type="catalog",
            sent_name="import.xml",
            body=_Breaking(b"12345678"),
            length=100,
        )
    assert full_path(file).read_bytes() == b"<?xml good"


def test_receive_of_a_body_without_a_told_length(session: ExchangeSession) -> None:
    assert full_path(_send(session, b"<?xml a", length=None)).read_bytes() == b"<?xml a"


@pytest.mark.parametrize("length", [-1, None])
def test_receive_stops_at_the_limit_of_a_file(
    session: ExchangeSession, settings: Any, length: int | None
) -> None:
    settings.EXCHANGE_FILE_BYTES = 20
    file = _send(session, b"<?xml 89012345", length=length)
    with pytest.raises(Refused):
        _send(session, b"1234567", length=length)
    assert full_path(file).stat().st_size == 14
    _send(session, b"123456", length=length)


@pytest.mark.gotcha(4)
def test_receive_stops_at_the_limit_of_an_upload(session: ExchangeSession, settings: Any) -> None:
    settings.EXCHANGE_UPLOAD_BYTES = 20
    _send(session, b"<?xml 89012345")
    with pytest.raises(Refused):
        _send(session, b"1234567", "offers.xml")
    _send(session, b"123456", "offers.xml")
    sessions.open_upload(session=session)
    _send(session, b"1234567", "offers.xml")


def test_receive_stops_when_the_disk_is_nearly_full(
    session: ExchangeSession, settings: Any
) -> None:
    settings.EXCHANGE_FREE_BYTES = 10**18
    with pytest.raises(Refused):
        _send(session, b"<?xml")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_receive_says_that_the_disk_is_full(
    session: ExchangeSession, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    first = _send(session, b"<?xml", "import.xml")

    def full(_handle: int) -> None:
        raise OSError(code, "full")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(NoRoom):
            _send(session, b"more", "import.xml")
    first.refresh_from_db()
    assert first.size == 5
    row = _send(session, b" again", "import.xml")
    assert full_path(row).read_bytes() == b"<?xml again"


def test_another_error_of_the_disk_is_not_called_a_full_one(
    session: ExchangeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        _send(session, b"<?xml", "import.xml")


def test_has_room(settings: Any) -> None:
    assert receiving.has_room()
    settings.EXCHANGE_FREE_BYTES = 10**18
    assert not receiving.has_room()


def test_upload_of_a_file_without_a_session(session: ExchangeSession) -> None:
    base = session.connection
    mine = ReceivedFileFactory(session=None, connection=base, upload=3, channel="folder")
    beside = ReceivedFileFactory(
        session=None, connection=base, upload=3, channel="folder", name="offers.xml"
    )
    alone = ReceivedFileFactory(session=None, connection=base, upload=0, channel="push", name="a")
    ReceivedFileFactory(session=None, connection=base, upload=0, channel="push", name="b")
    ReceivedFileFactory(session=None, connection=base, upload=4, channel="folder", name="c")
    assert set(receiving.upload_of(mine)) == {mine, beside}
    assert set(receiving.upload_of(alone)) == {alone}
    assert receiving.type_of(alone) == "catalog"


@pytest.mark.parametrize("name", ["", "../../x.xml", "/etc/passwd", "x.php", ".htaccess"])
def test_receive_refuses_names(session: ExchangeSession, name: str) -> None:
    with pytest.raises(Refused):
        _send(session, b"x", name)
    assert not receiving.root().exists()


@pytest.mark.parametrize(
    ("name", "exchange_type", "kind"),
    [
        ("orders.xml", "sale", "sale"),
        ("import.xml", "catalog", "catalog"),
        ("v8.zip", "catalog", "archive"),
        ("import_files/a/b.pdf", "catalog", "picture"),
    ],
)
def test_file_kind(name: str, exchange_type: str, kind: str) -> None:
    assert receiving.file_kind(name, exchange_type) == kind


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "utf-16"])
def test_is_whole_looks_for_the_end_of_the_root(session: ExchangeSession, charset: str) -> None:
    body = DOCUMENT.format("<Документ/>" * 200).encode(charset)
    file = _send(session, body[:-6])
    assert not receiving.is_whole(file)
    file = _send(session, body[-6:] + "\r\n".encode(charset.removesuffix("-16")))
    assert receiving.is_whole(file)


def test_clear_old_removes_content_and_keeps_rows(session: ExchangeSession) -> None:
    done, waiting, young = (_send(session, b"<?xml", f"{n}.xml") for n in range(3))
    RunFactory(file=done, state=Run.State.DONE)
    RunFactory(file=waiting, state=Run.State.QUEUED)
    now = timezone.now()
    long_ago = now - receiving.KEPT_FOR - timedelta(hours=1)
    ReceivedFile.objects.exclude(pk=young.pk).update(received_at=long_ago)

    assert receiving.clear_old(at=now) == 1

    done.refresh_from_db()
    assert done.removed_at == now
    assert not full_path(done).exists()
    assert full_path(waiting).exists()
    assert full_path(young).exists()
    assert receiving.clear_old(at=now) == 0


def test_clear_old_removes_what_a_killed_process_left(session: ExchangeSession) -> None:
    waiting = _send(session, b"<?xml")
    RunFactory(file=waiting, state=Run.State.RUNNING)
    now = timezone.now()
    long_ago = now - receiving.KEPT_FOR - timedelta(hours=1)
    ReceivedFile.objects.update(received_at=long_ago)
    folder = full_path(waiting).parent
    (folder / "old.part").write_bytes(b"x")
    (folder / "new.part").write_bytes(b"x")
    empty = receiving.root() / "9"
    empty.mkdir()
    for path in (folder / "old.part", full_path(waiting), empty, folder):
        os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))

    receiving.clear_old(at=now)

    assert sorted(_files_on_disk()) == sorted([folder / "new.part", full_path(waiting)])
    assert not empty.exists()
