"""What became of rows, kept beside their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.files.outcomes import Outcome, forget_after, note, read
from sync.files.receiving import full_path
from sync.models import ReceivedFile
from tests.factories.sync import ConnectionFactory, ReceivedFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> ReceivedFile:
    settings.EXCHANGE_ROOT = tmp_path
    made: ReceivedFile = ReceivedFileFactory(
        session=None, connection=ConnectionFactory(), path="1.json"
    )
    return made


def some(*positions: int) -> list[Outcome]:
    return [Outcome(n, f"ё{n}", "rejected", "строка\nдва") for n in positions]


def test_chunks_are_read_in_order_and_in_portions(file: ReceivedFile) -> None:
    assert read(file) == []
    note(file, some(1, 2))
    note(file, some(3))
    assert read(file) == some(1, 2, 3)
    assert read(file, after=1, limit=1) == some(2)


def test_what_was_never_committed_is_forgotten(file: ReceivedFile) -> None:
    forget_after(file, 5)
    note(file, some(1, 2, 3))
    forget_after(file, 2)
    assert read(file) == some(1, 2)


def test_a_line_that_broke_off_is_none(file: ReceivedFile) -> None:
    note(file, some(1))
    path = full_path(file).with_name("1.json.outcomes")
    path.write_bytes(path.read_bytes() + b'[2, "x", "crea')
    assert read(file) == some(1)
    forget_after(file, 1)
    note(file, some(2))
    assert read(file) == some(1, 2)
