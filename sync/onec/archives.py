"""Archives of 1C, unpacked with limits. Pure: no Django, no database.

The directory of an archive is looked at before anything is unpacked, and what is unpacked is
counted as it comes: neither is trusted alone.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from sync.onec.names import UnsafeName, safe_name

BLOCK = 256 * 1024
MEMBERS = 200_000
RATIO = 200
RATIO_FROM = 20 * 1024 * 1024
"""A ratio is judged only above this size: small files of blanks pack that well too."""

ArchiveFault = Literal["broken", "encrypted", "members", "size", "ratio", "name"]


class BadArchive(Exception):
    """The archive is not unpacked. `kind` says why, `name` which member it is about, if any."""

    def __init__(self, kind: ArchiveFault, name: str = "") -> None:
        super().__init__(f"{kind} {name}".strip())
        self.kind = kind
        self.name = name


@dataclass(frozen=True)
class Member:
    """A file of an archive: its safe name and the unpacked size that its directory claims."""

    name: str
    size: int
    info: zipfile.ZipInfo


def is_whole(path: Path) -> bool:
    """Whether the file ends as an archive does: its last piece has come."""
    return zipfile.is_zipfile(path)


def members(path: Path, *, limit: int) -> list[Member]:
    """The files in the archive by its directory, which must not claim over `limit` bytes.

    Raises BadArchive.
    """
    found: list[Member] = []
    with _opened(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MEMBERS:
            raise BadArchive("members")
        for info in infos:
            if info.flag_bits & 0x1:
                raise BadArchive("encrypted", info.filename)
            if (info.external_attr >> 28) == 0xA:
                # a symbolic link
                raise BadArchive("name", info.filename)
            try:
                found.append(Member(safe_name(_name(info)), info.file_size, info))
            except UnsafeName as error:
                raise BadArchive("name", error.name) from error
    _check_size(sum(member.size for member in found), path, limit)
    return found


class Reader:
    """The bytes of one member. What is read counts towards the limit of the whole archive."""

    def __init__(self, source: IO[bytes], name: str, meter: _Meter) -> None:
        self._source = source
        self._name = name
        self._meter = meter

    def read(self, size: int = BLOCK) -> bytes:
        """The next bytes, at most `size`, none at the end. Raises BadArchive."""
        try:
            piece = self._source.read(size)
        except _UNREADABLE as error:
            raise BadArchive("broken", self._name) from error
        self._meter.add(len(piece))
        return piece


def unpack(path: Path, wanted: list[Member], *, limit: int) -> Iterator[tuple[Member, Reader]]:
    """Each wanted member with its bytes to read; the bytes of all together are limited.

    Raises BadArchive, also while the bytes are being read.
    """
    meter = _Meter(path, limit)
    with _opened(path) as archive:
        for member in wanted:
            try:
                source = archive.open(member.info)
            except _UNREADABLE as error:
                raise BadArchive("broken", member.name) from error
            with source:
                yield member, Reader(source, member.name, meter)


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    OSError,
    EOFError,
    RuntimeError,
)


class _Meter:
    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.limit = limit
        self.total = 0

    def add(self, size: int) -> None:
        self.total += size
        _check_size(self.total, self.path, self.limit)


def _check_size(total: int, path: Path, limit: int) -> None:
    if total > limit:
        raise BadArchive("size")
    if total > RATIO_FROM and total > RATIO * path.stat().st_size:
        raise BadArchive("ratio")


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadArchive("broken") from error


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; without the mark of UTF-8 it is in the code page of DOS."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return info.filename
