"""How stored files of records are read: a reader for each kind of file.

A reader goes through the opened file from its beginning and gives the same rows, at the same
positions, each time: a run that was cut off goes on behind the last one it has taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import BinaryIO

from sync.models import ReceivedFile
from sync.onec import odata, push, statement
from sync.onec.records import Row

Reader = Callable[[BinaryIO, str, tzinfo], Iterable[Row]]
"""Takes the file, the kind of the run and the time zone of the base. Raises BadFile."""

READERS: Mapping[str, Reader] = {
    ReceivedFile.Kind.PUSH: push.read,
    ReceivedFile.Kind.PULL: odata.read,
    ReceivedFile.Kind.STATEMENT: statement.read,
}
"""By `ReceivedFile.kind`."""
