"""Content without a session is on the disk before its row is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.files.receiving import Refused
from sync.files.shelf import discard, store
from sync.models import Connection
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    return tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"abc", [b"a", b"", b"bc"]])
def test_content_is_stored_with_its_hash(base: Connection, root: Path, content: Any) -> None:
    stored = store(connection=base, name="partners.json", content=content)
    assert (root / stored.path).read_bytes() == b"abc"
    assert (stored.size, stored.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert stored.path.startswith(f"{base.pk}/")
    assert stored.path.endswith(".json")
    discard(stored)
    discard(stored)
    assert files(root) == []


def test_a_name_of_a_stranger_is_no_path(base: Connection, root: Path) -> None:
    stored = store(connection=base, name="../../etc/passwd", content=b"x")
    assert (root / stored.path).resolve().is_relative_to(root)


def test_nothing_stays_of_what_broke_off(base: Connection, root: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store(connection=base, name="a.json", content=pieces())
    assert files(root) == []


def test_too_much_and_a_full_disk_are_refused(base: Connection, root: Path, settings: Any) -> None:
    settings.EXCHANGE_FILE_BYTES = 2
    with pytest.raises(Refused):
        store(connection=base, name="a.json", content=b"abc")
    settings.EXCHANGE_FREE_BYTES = 2**60
    with pytest.raises(Refused):
        store(connection=base, name="a.json", content=b"a")
    assert files(root) == []
