"""What became of each row of a pushed file: kept beside the file, for whoever asks later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

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
    kept = [each for each in _read(path) if each.position <= position]
    path.unlink()
    note(file, kept)


def read(file: ReceivedFile, *, after: int = 0, limit: int = 1000) -> Sequence[Outcome]:
    """Those behind the place `after`, `limit` at most; none when nothing was noted."""
    path = _path(file)
    if not path.exists():
        return []
    found = [each for each in _read(path) if each.position > after]
    return found[:limit]


def _path(file: ReceivedFile) -> Path:
    path = full_path(file)
    return path.with_name(f"{path.name}.outcomes")


def _read(path: Path) -> Iterable[Outcome]:
    with path.open(encoding="utf-8") as opened:
        for line in opened:
            # the last line of a killed process may be cut off
            if line.endswith("\n"):
                yield Outcome(*json.loads(line))
