"""Which claimed files of a folder have been handed over, and to which runs.

This is written down in the exchange folder, beside what is received, and not in the folder of the
base: whoever may write there has no say in it. What nobody closes goes with other old files of
the exchange folder; its files are then handed over once more.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sync.files.receiving import root
from sync.models import Connection

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}")


@dataclass
class Handed:
    """A claimed file on its way: its row, and the runs that take it."""

    name: str
    file: int
    runs: list[int] = field(default_factory=list)


def is_token(name: str) -> bool:
    """Whether a folder of claimed files may be named so: the portal names them itself."""
    return _TOKEN.fullmatch(name) is not None


def of_look(connection: Connection, token: str) -> list[Handed]:
    """Files of one look that were handed over, in the order in which they were."""
    try:
        lines = _path(connection, token).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return list(_told(line for line in lines if line))


def note(connection: Connection, token: str, handed: Handed) -> None:
    """Write down that a file was handed over; when this returns, that is there to stay."""
    path = _path(connection, token)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"name": handed.name, "file": handed.file, "runs": handed.runs})
    with path.open("a", encoding="utf-8") as opened:
        # the line before may have been cut off
        opened.write(f"\n{line}\n")
        opened.flush()
        os.fsync(opened.fileno())


def forget(connection: Connection, token: str) -> None:
    """No file of the look is left."""
    _path(connection, token).unlink(missing_ok=True)


def _path(connection: Connection, token: str) -> Path:
    return root() / str(connection.pk) / "folder" / f"{token}.jsonl"


def _told(lines: Iterator[str]) -> Iterator[Handed]:
    for line in lines:
        try:
            told = json.loads(line)
            yield Handed(str(told["name"]), int(told["file"]), [int(pk) for pk in told["runs"]])
        except (ValueError, KeyError, TypeError):
            # cut off by a kill: its file is handed over once more
            log.warning("a line of files handed over cannot be read: %r", line[:200])
