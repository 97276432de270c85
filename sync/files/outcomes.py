"""What became of each row of a pushed file: kept beside the file, for whoever asks later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from sync.files.receiving import full_path
from sync.intake.fates import Status
from sync.models import ReceivedFile


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one row: its place in the file from 1, its identifier, what became of it and why."""

    position: int
    ref: str
    status: Status
    reason: str = ""


def note(file: ReceivedFile, outcomes: Iterable[Outcome]) -> None:
    """Add those of a chunk. Called before the chunk is committed: `forget_after` mends the rest."""
    with _path(file).open("a", encoding="utf-8") as opened:
        opened.writelines(json.dumps(astuple(each), ensure_ascii=False) + "\n" for each in outcomes)


def forget_after(file: ReceivedFile, position: int) -> None:
    """Drop what was noted of chunks that were never committed."""
    path = _path(file)
    if not path.exists():
        return
    with path.open("r+b") as opened:
        opened.truncate(_start_behind(opened, position))


def read(file: ReceivedFile, *, after: int = 0, limit: int = 1000) -> Sequence[Outcome]:
    """Those behind the place `after`, `limit` at most; none when nothing was noted.

    No more of the file is read than these, and a few lines to find the first one.
    """
    path = _path(file)
    if not path.exists():
        return []
    with path.open("rb") as opened:
        opened.seek(_start_behind(opened, after))
        lines = iter(opened.readline, b"")
        return [found for line in islice(lines, limit) if (found := _outcome(line)) is not None]


def _path(file: ReceivedFile) -> Path:
    path = full_path(file)
    return path.with_name(f"{path.name}.outcomes")


def _start_behind(opened: BinaryIO, position: int) -> int:
    """Where the first line behind the place begins, or the last one when it is cut off.

    Places rise from line to line, so the file is halved: `low` is always the beginning of a line
    that may be the one; every line that begins at `high` or behind it is wanted, or cut off.
    """
    low, high = 0, opened.seek(0, SEEK_END)
    while low < high:
        middle = (low + high) // 2
        if middle > low:
            # to the first line that begins here or behind
            opened.seek(middle - 1)
            opened.readline()
        else:
            opened.seek(low)
        begins = opened.tell()
        line = opened.readline()
        found = _outcome(line)
        if found is not None and found.position <= position:
            low = begins + len(line)
        elif middle > low:
            high = middle
        else:
            break
    return low


def _outcome(line: bytes) -> Outcome | None:
    """One line; None for the last one of a killed process, which may be cut off."""
    return Outcome(*json.loads(line)) if line.endswith(b"\n") else None
