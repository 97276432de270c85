"""Archives: ordinary ones, bombs, and names that lead out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from sync.onec import archives
from sync.onec.archives import BadArchive

LIMIT = 100 * 1024 * 1024


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def _unpacked(path: Path, limit: int = LIMIT) -> dict[str, bytes]:
    found = {}
    wanted = archives.members(path, limit=limit)
    for member, reader in archives.unpack(path, wanted, limit=limit):
        body = io.BytesIO()
        while piece := reader.read():
            body.write(piece)
        found[member.name] = body.getvalue()
    return found


def test_unpack_gives_every_file_under_its_safe_name(tmp_path: Path) -> None:
    path = _zip(
        tmp_path / "a.zip",
        {"import0_1.xml": b"<x/>", "import_files\\ab\\c.jpg": b"\xff\xd8\xff", "пусто/": b""},
    )
    assert _unpacked(path) == {"import0_1.xml": b"<x/>", "import_files/ab/c.jpg": b"\xff\xd8\xff"}


def test_members_reads_names_of_dos(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"NAMES.xml": b"<x/>"})
    dos = "ГРУППЫ.xml".encode("cp866")[:9]
    path.write_bytes(path.read_bytes().replace(b"NAMES.xml", (dos + b".xml")[:9]))
    (member,) = archives.members(path, limit=LIMIT)
    assert member.name.startswith("ГРУПП")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../../etc/x.xml", "name"), ("/etc/x.xml", "name"), ("import_files/x.php", "name")],
)
@pytest.mark.gotcha(6)
def test_members_refuses_names_that_lead_out(tmp_path: Path, name: str, kind: str) -> None:
    path = _zip(tmp_path / "a.zip", {"import.xml": b"<x/>", name: b"x"})
    with pytest.raises(BadArchive) as caught:
        archives.members(path, limit=LIMIT)
    assert caught.value.kind == kind


def test_members_refuses_a_link(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("import.xml")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadArchive) as caught:
        archives.members(tmp_path / "a.zip", limit=LIMIT)
    assert caught.value.kind == "name"


@pytest.mark.gotcha(6)
def test_members_refuses_a_bomb_by_its_directory(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"import.xml": b" " * (30 * 1024 * 1024)})
    with pytest.raises(BadArchive) as caught:
        archives.members(path, limit=LIMIT)
    assert caught.value.kind == "ratio"


def test_members_refuses_more_than_the_limit(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"import.xml": b"<x/>" * 1000})
    with pytest.raises(BadArchive) as caught:
        archives.members(path, limit=3999)
    assert caught.value.kind == "size"


def test_unpack_counts_what_comes_and_not_what_the_directory_says(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"import.xml": b"<x/>" * 1000})
    wanted = archives.members(path, limit=LIMIT)
    unpacking = archives.unpack(path, wanted, limit=3999)
    _member, reader = next(unpacking)
    assert len(reader.read(3999)) == 3999
    with pytest.raises(BadArchive) as caught:
        reader.read(1)
    assert caught.value.kind == "size"


def test_damaged_archives_are_told_apart(tmp_path: Path) -> None:
    whole = _zip(tmp_path / "a.zip", {"import.xml": bytes(range(256)) * 400})
    assert archives.is_whole(whole)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-30])
    assert not archives.is_whole(cut)
    with pytest.raises(BadArchive) as caught:
        archives.members(cut, limit=LIMIT)
    assert caught.value.kind == "broken"
    flipped = tmp_path / "flipped.zip"
    body = bytearray(whole.read_bytes())
    body[60] ^= 0xFF
    flipped.write_bytes(body)
    with pytest.raises(BadArchive) as caught:
        _unpacked(flipped)
    assert (caught.value.kind, caught.value.name) == ("broken", "import.xml")
