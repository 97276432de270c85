"""Archives are unpacked once, whole or not at all as far as goods are concerned."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from sync.files import receiving, unpacking
from sync.files.receiving import Refused, full_path
from sync.models import ExchangeSession, ReceivedFile
from tests.factories.sync import ExchangeSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(upload=1)


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


def send(session: ExchangeSession, body: bytes, name: str = "v8_3B8F_3e.zip") -> ReceivedFile:
    return receiving.receive(
        session=session,
        exchange_type=session.exchange_type,
        sent_name=name,
        body=io.BytesIO(body),
        length=len(body),
    )


def test_unpack_upload_makes_rows_of_what_was_in_the_archive(session: ExchangeSession) -> None:
    files = {"import0_1.xml": b"<x/>", "import_files\\ab\\c.jpg": b"\xff\xd8\xff"}
    archive = send(session, packed(files))
    unpacking.unpack_upload(archive)
    rows = {row.name: row for row in ReceivedFile.objects.exclude(pk=archive.pk)}
    assert {name: full_path(row).read_bytes() for name, row in rows.items()} == {
        "import0_1.xml": b"<x/>",
        "import_files/ab/c.jpg": b"\xff\xd8\xff",
    }
    assert {name: row.kind for name, row in rows.items()} == {
        "import0_1.xml": "catalog",
        "import_files/ab/c.jpg": "picture",
    }
    archive.refresh_from_db()
    assert archive.sha256


def test_unpack_upload_is_done_once(session: ExchangeSession) -> None:
    archive = send(session, packed({"import.xml": b"<x/>"}))
    unpacking.unpack_upload(archive)
    before = set(receiving.root().rglob("*"))
    unpacking.unpack_upload(archive)
    assert set(receiving.root().rglob("*")) == before


def test_unpack_upload_goes_on_where_it_was_cut_off(session: ExchangeSession) -> None:
    archive = send(session, packed({"import.xml": b"<x/>", "offers.xml": b"<y/>"}))
    unpacking.unpack_upload(archive)
    # as if the process had died before its last note
    ReceivedFile.objects.filter(pk=archive.pk).update(sha256="")
    ReceivedFile.objects.get(name="offers.xml").delete()
    unpacking.unpack_upload(archive)
    names = ReceivedFile.objects.exclude(pk=archive.pk).values_list("name", flat=True)
    assert sorted(names) == ["import.xml", "offers.xml"]


def test_unpack_upload_fills_rows_that_were_asked_for_before(session: ExchangeSession) -> None:
    archive = send(session, packed({"import.xml": b"<x/>"}))
    asked = ReceivedFile.objects.create(
        session=session,
        connection=session.connection,
        upload=1,
        name="import.xml",
        kind=ReceivedFile.Kind.CATALOGUE,
    )
    unpacking.unpack_upload(asked)
    asked.refresh_from_db()
    assert full_path(asked).read_bytes() == b"<x/>"
    assert asked.size == 4
    assert ReceivedFile.objects.exclude(pk=archive.pk).get() == asked


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (packed({"../../import.xml": b"x"}), "../../import.xml"),
        (packed({"import.xml": b" " * 40_000_000}), "v8_3B8F_3e.zip"),
        (packed({"import.xml": b"<x/>"})[:-10], "v8_3B8F_3e.zip"),
    ],
)
def test_unpack_upload_refuses_in_words(session: ExchangeSession, body: bytes, word: str) -> None:
    archive = send(session, body)
    with override("ru"), pytest.raises(Refused, match=word):
        unpacking.unpack_upload(archive)
    assert ReceivedFile.objects.count() == 1


def test_find_packed_by_name_and_by_bare_name(session: ExchangeSession) -> None:
    archive = send(
        session,
        packed({"webdata/import0_1.xml": b"<x/>", "a/goods.xml": b"<x/>", "b/goods.xml": b"<y/>"}),
    )
    found = unpacking.find_packed(archive, "Import0_1.xml")
    assert found is not None
    assert found.name == "webdata/import0_1.xml"
    exact = unpacking.find_packed(archive, "b/goods.xml")
    assert exact is not None
    assert exact.name == "b/goods.xml"
    assert unpacking.find_packed(archive, "goods.xml") is None
    assert unpacking.exchange_names(archive) == [
        "webdata/import0_1.xml",
        "a/goods.xml",
        "b/goods.xml",
    ]
