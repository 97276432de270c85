"""A folder into which a base writes files: found safely, looked through, files claimed one by one.

Nothing here trusts the folder. A path that leads out of the root, by dots or by a link, is no
folder; links and special files in it are never opened; a file is taken only when nobody writes
into it any more, and it is taken by renaming it, so that two workers never take the same.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

TAKEN = ".taken"
DONE = ".done"
FAILED = ".failed"
OUT = "out"
READY = ".ready"

SETTLE_SECONDS = 30.0
"""A file into which nothing was written for so long is complete: a program that writes it over the
network pauses for seconds, not for half a minute."""

UNFINISHED_SECONDS = 600.0
"""A file that does not end as it must gets so long; then it is taken, and the journal says why it
is bad."""

DEEPEST = 8
MOST = 20_000
"""Files in one look; the others come with the next."""

BLOCK = 256 * 1024

_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".lock", ".swp")
"""Suffixes under which programs write what they will rename when it is complete."""


class NoFolder(Exception):
    """There is no folder to read; `args` are the reason, in plain words, and details."""


class Locked(Exception):
    """A file cannot be taken now; it is tried again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file of the folder. `name` is its path inside, with forward slashes.

    `touched` is when anything was last done to it, by the file system's own clock where that can
    be told; `is_ready` is whether whoever wrote it said that it is complete.
    """

    name: str
    path: Path
    size: int
    touched: float
    mark: tuple[int, int, int, int]
    is_ready: bool

    @property
    def ready_path(self) -> Path:
        """The file that says that this one is complete."""
        return self.path.with_name(self.path.name + READY)


def folder_of(root: Path, told: str) -> Path:
    """The folder `told` below the root. Raises NoFolder for what is none, or leads elsewhere."""
    plain = PurePosixPath(told.strip().replace("\\", "/"))
    parts = plain.parts
    if not parts:
        raise NoFolder("no folder is named")
    if plain.is_absolute() or ".." in parts or any(part.startswith(".") for part in parts):
        raise NoFolder("the folder must be named from the common folder, without dots", told)
    if ":" in parts[0]:
        raise NoFolder("the folder must be named from the common folder, without dots", told)
    top = root.resolve()
    found = top.joinpath(*parts)
    real = found.resolve()
    if real != found:
        # a link on the way: it may lead anywhere by tomorrow, even if not today
        raise NoFolder("the folder leads out of the common folder by a link", told)
    if not real.is_dir():
        raise NoFolder("the folder does not exist", str(real))
    if not os.access(real, os.R_OK | os.W_OK | os.X_OK):
        raise NoFolder("the portal may not read and write the folder", str(real))
    return real


def look(folder: Path) -> tuple[list[Found], list[Path]]:
    """Files that might be taken, by name, and links and special files, which never are."""
    found: list[Found] = []
    odd: list[Path] = []
    for entry, name in _entries(folder, "", 0):
        if len(found) >= MOST:
            break
        try:
            told = entry.stat(follow_symlinks=False)
        except OSError:
            # gone between two looks
            continue
        if stat.S_ISREG(told.st_mode):
            path = Path(entry.path)
            ready = path.with_name(path.name + READY)
            found.append(
                Found(
                    name=name,
                    path=path,
                    size=told.st_size,
                    touched=max(told.st_ctime, told.st_mtime),
                    mark=_mark(told),
                    is_ready=ready.is_file(),
                )
            )
        else:
            odd.append(Path(entry.path))
    return sorted(found, key=lambda each: each.name), odd


def settled(files: Sequence[Found], now: float) -> list[Found]:
    """Those into which nobody writes: called complete, or untouched for long and just as they were
    seen a moment ago."""
    found = []
    for each in files:
        # a time ahead of ours is the file system's clock, or a copy's: the other look decides
        age = now - each.touched
        if not each.is_ready and 0 <= age < SETTLE_SECONDS:
            continue
        try:
            told = os.lstat(each.path)
        except OSError:
            continue
        if _mark(told) == each.mark:
            found.append(each)
    return found


def claim(file: Found, place: Path) -> Path | None:
    """Move the file into `place`, under its own name; where it is then.

    None when it is gone, or somebody has written into it in this moment: then it is put back.
    Raises Locked when it cannot be moved now.
    """
    target = place / file.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file.path.rename(target)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Locked(error.strerror or str(error)) from error
    file.ready_path.unlink(missing_ok=True)
    # renaming touches the file, but neither its size nor its time of writing
    if _mark(os.lstat(target))[:3] != file.mark[:3] and not file.path.exists():
        target.rename(file.path)
        return None
    return target


def content(path: Path) -> Iterator[bytes]:
    """The bytes of a claimed file. Raises OSError, also for what is no regular file any more."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"not a regular file: {path.name}")
        while block := opened.read(BLOCK):
            yield block


def text(path: Path) -> str:
    """What a small file says, in whichever of the usual encodings; "" when it cannot be read."""
    try:
        with path.open("rb") as opened:
            raw = opened.read(BLOCK)
    except OSError:
        return ""
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return raw.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    return ""


def move(path: Path, target: Path) -> None:
    """Move a file, making folders; one that is there under this name is written over."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def write(path: Path, body: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    part = path.with_name(f".{path.name}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as opened:
        opened.write(body)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(path)


def _entries(folder: Path, above: str, depth: int) -> Iterator[tuple[os.DirEntry[str], str]]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        if depth == 0:
            raise NoFolder("the folder cannot be read", error.strerror or str(error)) from error
        return
    for entry in entries:
        name = f"{above}{entry.name}"
        if _is_skipped(entry.name) or (depth == 0 and entry.name == OUT):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth < DEEPEST:
                yield from _entries(Path(entry.path), f"{name}/", depth + 1)
        else:
            yield entry, name


def _is_skipped(name: str) -> bool:
    lower = name.lower()
    return lower.startswith((".", "~")) or lower.endswith((READY, *_UNFINISHED))


def _mark(told: os.stat_result) -> tuple[int, int, int, int]:
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns
