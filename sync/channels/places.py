"""A folder into which a base writes files: found safely, looked through, files claimed one by one.

Nothing here trusts the folder. A path that leads out of the root, by dots or by a link, is no
folder; links and special files in it are never opened; whatever is read, written, moved or removed
below it is come to folder by folder without following a link, also one that was put there a moment
ago. A file is taken only when nobody writes into it any more, and it is taken by renaming it, so
that two workers never take the same.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

TAKEN = ".taken"
DONE = ".done"
FAILED = ".failed"
OUT = "out"
OURS = (TAKEN, DONE, FAILED, OUT)
"""Folders below that of a base which the portal moves files into, and out of."""

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
LONGEST_NAME = 255
"""Bytes that the name of a file may have."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

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
    for name in OURS:
        with suppress(FileNotFoundError):
            if not stat.S_ISDIR(os.lstat(real / name).st_mode):
                raise NoFolder("a link or a file is in the place of a folder of the portal", name)
    return real


@contextmanager
def entered(folder: Path, below: str = "", *, make: bool = False) -> Iterator[int]:
    """A descriptor of what lies `below` the folder, come to without following a link.

    `make` makes what is missing. Raises OSError, also where a link or a file is on the way.
    """
    handle = os.open(folder, _FOLDER)
    try:
        for part in PurePosixPath(below).parts:
            if part in {"/", ".."}:
                raise OSError(f"it leads out of the folder: {below}")
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
            inner = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


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
                    is_ready=os.path.isfile(ready),
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


def claim(file: Found, folder: Path, place: str) -> bool:
    """Move the file of the folder into `place` below it, under its own name; whether it is there.

    It is not when it is gone, or somebody has written into it in this moment: then it is put back.
    Raises Locked when it cannot be moved now.
    """
    target = f"{place}/{file.name}"
    try:
        move(folder, file.name, target)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Locked(error.strerror or str(error)) from error
    # no such file, or no such name: then nobody has called the file complete
    with suppress(OSError):
        remove(folder, f"{file.name}{READY}")
    # renaming touches the file, but neither its size nor its time of writing
    try:
        if _mark(told(folder, target))[:3] != file.mark[:3] and not os.path.lexists(file.path):
            move(folder, target, file.name)
            return False
    except FileNotFoundError:
        return False
    return True


def told(folder: Path, name: str) -> os.stat_result:
    """What the file system tells of a file, or of the link in its place. Raises OSError."""
    with entered(folder, _above(name)) as above:
        return os.stat(_bare(name), dir_fd=above, follow_symlinks=False)


def content(folder: Path, name: str) -> Iterator[bytes]:
    """The bytes of a file. Raises OSError, also for what is no regular file."""
    with entered(folder, _above(name)) as above:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(_bare(name), flags, dir_fd=above)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"not a regular file: {_bare(name)}")
        while block := opened.read(BLOCK):
            yield block


def text(folder: Path, name: str) -> str:
    """What a small file says, in whichever of the usual encodings; "" when it cannot be read."""
    try:
        raw = next(content(folder, name), b"")
    except OSError:
        return ""
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return raw.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    return ""


def move(folder: Path, name: str, target: str) -> None:
    """Move a file inside the folder, making folders; one of this name is written over."""
    with entered(folder, _above(name)) as source:
        # asked first: no folder is made for what is gone
        os.stat(_bare(name), dir_fd=source, follow_symlinks=False)
        with entered(folder, _above(target), make=True) as above:
            os.replace(_bare(name), _bare(target), src_dir_fd=source, dst_dir_fd=above)


def remove(folder: Path, name: str) -> None:
    """Remove a file, or a link in its place. Raises OSError."""
    with entered(folder, _above(name)) as above:
        os.unlink(_bare(name), dir_fd=above)


def remove_below(folder: Path, name: str) -> None:
    """Remove a folder with what is in it, as far as that goes."""
    with suppress(OSError), entered(folder, _above(name)) as above:
        shutil.rmtree(_bare(name), ignore_errors=True, dir_fd=above)


def write(folder: Path, name: str, body: bytes) -> None:
    """Write a file below the folder so that nobody ever sees half of it."""
    part = f".{secrets.token_hex(8)}.tmp"
    with entered(folder, _above(name), make=True) as above:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(part, flags, 0o666, dir_fd=above), "wb") as opened:
                opened.write(body)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(part, _bare(name), src_dir_fd=above, dst_dir_fd=above)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=above)
            raise


def beside(name: str, suffix: str) -> str:
    """The name of a file beside another, shortened where the two would be too long together."""
    bare = os.fsencode(_bare(name))[: LONGEST_NAME - len(suffix)]
    return f"{_above(name)}/{os.fsdecode(bare)}{suffix}".lstrip("/")


def folders(folder: Path, below: str) -> list[str]:
    """Names of the folders right below; none where there is nothing. Links are none."""
    try:
        with entered(folder, below) as handle, os.scandir(handle) as listed:
            return sorted(each.name for each in listed if each.is_dir(follow_symlinks=False))
    except OSError:
        return []


def files(folder: Path, below: str) -> list[str]:
    """Names of the regular files right below. Raises OSError where there is no folder."""
    with entered(folder, below) as handle, os.scandir(handle) as listed:
        return sorted(each.name for each in listed if each.is_file(follow_symlinks=False))


def lying(folder: Path, below: str) -> list[str]:
    """Files and links anywhere below, by their paths from there."""
    found = []
    with suppress(OSError), entered(folder, below) as handle:
        for top, inner, files, above in os.fwalk(".", dir_fd=handle):
            links = [name for name in inner if _is_link(above, name)]
            found += [os.path.normpath(os.path.join(top, name)) for name in (*files, *links)]
    return sorted(found)


def forget_days(folder: Path, below: str, oldest: str) -> None:
    """Remove folders that are named by days before `oldest`."""
    for day in folders(folder, below):
        if _DAY.fullmatch(day) and day < oldest:
            remove_below(folder, f"{below}/{day}")


def _is_link(above: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _above(name: str) -> str:
    return name.rpartition("/")[0]


def _bare(name: str) -> str:
    return name.rpartition("/")[2]


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
