"""What became of rows, kept beside their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.files import outcomes
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


@pytest.mark.parametrize("cut", [b"", b'[999, "x", "crea'])
def test_any_place_of_a_file_is_found(file: ReceivedFile, cut: bytes) -> None:
    places = [1, 2, 5, 6, 7, 20, 21, 90]
    note(file, [Outcome(n, "r" * (n * 7 % 11), "created", "п" * (n * 5 % 17)) for n in places])
    path = full_path(file).with_name("1.json.outcomes")
    path.write_bytes(path.read_bytes() + cut)
    for after in range(95):
        found = [each.position for each in read(file, after=after, limit=3)]
        assert found == [n for n in places if n > after][:3]
    forget_after(file, 20)
    assert [each.position for each in read(file)] == [1, 2, 5, 6, 7, 20]


def test_a_page_reads_no_more_than_it_shows(
    file: ReceivedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(file, some(*range(1, 20_001)))
    read_lines: list[bytes] = []
    plain = outcomes._outcome

    def counted(line: bytes) -> Outcome | None:
        read_lines.append(line)
        return plain(line)

    monkeypatch.setattr(outcomes, "_outcome", counted)
    assert read(file, after=15_000, limit=10) == some(*range(15_001, 15_011))
    assert len(read_lines) < 60
