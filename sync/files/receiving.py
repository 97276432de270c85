"""Files of 1C as they arrive: stored safely before they are acknowledged, piece by piece.

1C sends a file as one request or as many under the same name, without a number, an offset or a
last mark. So a piece is appended to what came under that name in the upload, and `init` begins a
new upload. A piece that begins as an exchange file does begins its file anew: nothing else starts
with an XML declaration. A piece that repeats the one before it is taken once. A file that was
already taken for import keeps its row and its content; the new one gets a row, and a receipt
number, of its own.

On disk a file has a name of ours: what 1C calls it stays in the database.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from sync.models import ExchangeSession, ReceivedFile
from sync.onec import broken
from sync.onec.names import UnsafeName, kind_of, safe_name, suffix_of

BLOCK = 256 * 1024
KEPT_FOR = timedelta(days=14)
"""Received files are removed from the disk after so long; their rows stay."""

_XML_STARTS = (
    b"<?xml",
    b"\xef\xbb\xbf<?xml",
    b"\xff\xfe<\x00?\x00x\x00",
    b"\xfe\xff\x00<\x00?\x00x",
)
_OTHER_STARTS = (b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"%PDF")
_XML_KINDS = (ReceivedFile.Kind.CATALOGUE, ReceivedFile.Kind.ORDERS)
_PACKED_SUFFIXES = (".zip", ".jpg", ".jpeg", ".png", ".gif", ".webp")

REPEATED_FROM = 512
"""Bytes. A piece that is no shorter and says just what the piece before it said is that piece sent
once more: no two objects of an exchange file are alike, and what is packed does not repeat itself,
but for one short pattern (a line of dashes in a description, a white area of a picture)."""

PATTERN = 256
"""Bytes. The longest such pattern."""


ORDER_TYPES = ("sale", "crm")
"""Types of exchange that carry orders: the module of Bitrix also speaks of them as `crm`."""


REFUSED = "refused"
"""Key of the alarm "disk" that is opened when a file of 1C was refused for want of room."""


class Stream(Protocol):
    """The body of a request."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        ...


class Refused(Exception):
    """What was sent is not taken; the text tells 1C's user why, in one line."""


class NoRoom(Refused):
    """The disk is full, or as good as full."""


def root() -> Path:
    """The folder of everything received."""
    return Path(settings.EXCHANGE_ROOT)


def full_path(file: ReceivedFile) -> Path:
    """Where the content of a received file is."""
    return root() / file.path


def receive(
    *,
    session: ExchangeSession,
    exchange_type: str,
    sent_name: str,
    body: Stream,
    length: int | None,
) -> ReceivedFile:
    """Append the piece in `body`, of `length` bytes when that is known, to its file.

    When this returns, the bytes are on the disk. When it raises Refused, the file is as it was.
    """
    name = checked_name(sent_name)
    first = body.read(BLOCK)
    row, offset = _row_for(session, exchange_type, name, first)
    replaced = root() / row.path if row.path and not offset else None
    if not offset:
        row.path = new_path(session, session.upload, name)
    limit = _room(session, row, offset)
    try:
        written = _append(full_path(row), offset, first, body, length, limit, name)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(_no_room()) from error
        raise
    if _is_repeated(row, offset, written, first):
        written = 0
    row.size = offset + written
    if written:
        # other content than what was taken
        row.sha256 = ""
    row.save()
    if replaced is not None:
        replaced.unlink(missing_ok=True)
    return row


def upload_of(file: ReceivedFile) -> QuerySet[ReceivedFile]:
    """Files that came together with this one, itself among them.

    Without a session of 1C those of the same channel and upload; upload 0 is the file alone.
    """
    if file.session_id is None and not file.upload:
        return ReceivedFile.objects.filter(pk=file.pk)
    return ReceivedFile.objects.filter(
        session_id=file.session_id,
        connection_id=file.connection_id,
        channel=file.channel,
        upload=file.upload,
    )


def has_room() -> bool:
    """Whether the disk has room for what 1C may send."""
    root().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root()).free > settings.EXCHANGE_FREE_BYTES


def checked_name(sent_name: str) -> str:
    """The name to keep; raises Refused for one that 1C would not send."""
    try:
        return safe_name(sent_name)
    except UnsafeName as error:
        if not sent_name.strip():
            raise Refused(_("The name of the file is missing.")) from error
        shown = "".join(c if c.isprintable() else "?" for c in sent_name[:200])
        raise Refused(_("The file name “%(name)s” is not allowed.") % {"name": shown}) from error


def is_whole(file: ReceivedFile) -> bool:
    """Whether an exchange file ends as it must, with the end of its root."""
    return ends_whole(full_path(file))


def ends_whole(path: Path) -> bool:
    """Whether the file at `path` ends with the end of an exchange file's root."""
    return broken.ends_whole(path)


def content_hash(file: ReceivedFile) -> str:
    """SHA-256 of the content. It reads the whole file: never inside a transaction."""
    found = hashlib.sha256()
    with full_path(file).open("rb") as opened:
        while block := opened.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def seal(file: ReceivedFile, content: str) -> None:
    """Note the hash of the content: it is about to be taken."""
    file.sha256 = content
    file.save(update_fields=["sha256"])


def new_path(session: ExchangeSession, upload: int, name: str) -> str:
    """A path for a file of an upload, below the exchange folder."""
    token = secrets.token_hex(8)
    return f"{session.connection_id}/{session.pk}/{upload}/{token}{suffix_of(name)}"


def path_beside(file: ReceivedFile, name: str) -> str:
    """A path for something that came inside `file`."""
    folder = file.session_id or file.channel
    return f"{file.connection_id}/{folder}/{file.upload}/{secrets.token_hex(8)}{suffix_of(name)}"


def type_of(file: ReceivedFile) -> str:
    """The type of exchange the file came in; what came without 1C's call is of the catalogue."""
    return file.session.exchange_type if file.session is not None else "catalog"


def file_kind(name: str, exchange_type: str) -> ReceivedFile.Kind:
    """What a file is for, by its name and the type of the exchange."""
    match kind_of(name):
        case "exchange":
            orders = exchange_type in ORDER_TYPES
            return ReceivedFile.Kind.ORDERS if orders else ReceivedFile.Kind.CATALOGUE
        case "archive":
            return ReceivedFile.Kind.ARCHIVE
        case _:
            return ReceivedFile.Kind.PICTURE


def clear_old(*, at: datetime) -> int:
    """Remove content that nobody will ask for again; how many files had a row."""
    before = at - KEPT_FOR
    known = ReceivedFile.objects.filter(removed_at=None, received_at__lt=before)
    count = 0
    for file in known.exclude(runs__state__in=("queued", "running")).order_by("pk")[:5000]:
        if file.path:
            full_path(file).unlink(missing_ok=True)
        ReceivedFile.objects.filter(pk=file.pk).update(removed_at=at)
        count += 1
    _remove_leftovers(before)
    return count


def _remove_leftovers(before: datetime) -> None:
    """Old files without a row, which a killed process left behind, and empty folders."""
    known = set(
        ReceivedFile.objects.filter(removed_at=None, received_at__lt=before).values_list(
            "path", flat=True
        )
    )
    for path in sorted(root().rglob("*"), reverse=True):
        with suppress(OSError):
            if path.stat().st_mtime >= before.timestamp():
                continue
            if path.is_dir():
                # a folder that holds something stays
                path.rmdir()
            elif str(path.relative_to(root())) not in known:
                path.unlink()


def _row_for(
    session: ExchangeSession, exchange_type: str, name: str, first: bytes
) -> tuple[ReceivedFile, int]:
    """The row of the file, and the offset at which this piece goes in."""
    row = ReceivedFile.objects.filter(session=session, upload=session.upload, name=name).first()
    if row is not None:
        taken = bool(row.sha256) or row.runs.exists()
        if not row.path or (taken and first.startswith((*_XML_STARTS, *_OTHER_STARTS))):
            _set_aside(row)
        elif first.startswith(_XML_STARTS):
            return row, 0
        else:
            return row, row.size
    made = ReceivedFile(
        session=session,
        connection_id=session.connection_id,
        upload=session.upload,
        name=name,
        kind=file_kind(name, exchange_type),
    )
    return made, 0


def _set_aside(row: ReceivedFile) -> None:
    """The name goes to a newer file; this one keeps its content for the runs that read it."""
    mark = f"~{row.pk}"
    row.name = row.name[: 500 - len(mark)] + mark
    row.save(update_fields=["name"])


def _room(session: ExchangeSession, row: ReceivedFile, offset: int) -> int:
    """How many bytes the file may still get. Raises Refused when the disk is nearly full."""
    root().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root()).free - settings.EXCHANGE_FREE_BYTES
    if free <= 0:
        raise NoRoom(_no_room())
    others = ReceivedFile.objects.filter(session=session, upload=session.upload).exclude(pk=row.pk)
    used = others.aggregate(total=Sum("size"))["total"] or 0
    return min(
        settings.EXCHANGE_FILE_BYTES - offset, settings.EXCHANGE_UPLOAD_BYTES - used - offset, free
    )


def _no_room() -> str:
    return _("There is no room left on the disk of the portal.")


def _is_repeated(row: ReceivedFile, offset: int, written: int, first: bytes) -> bool:
    """Whether the piece just written repeats the one before: its answer was lost on the way.

    Then it is taken off again. `first` is what it begins with. The last piece of an exchange file
    may be short: nothing follows the end of the root.
    """
    if not 0 < written <= offset:
        return False
    if row.kind in _XML_KINDS:
        if written < REPEATED_FROM and not is_whole(row):
            return False
    elif written < REPEATED_FROM or not row.name.lower().endswith(_PACKED_SUFFIXES):
        return False
    with full_path(row).open("r+b") as file:
        for start in range(0, written, BLOCK):
            size = min(BLOCK, written - start)
            file.seek(offset + start)
            piece = file.read(size)
            file.seek(offset - written + start)
            if file.read(size) != piece:
                return False
        if written >= REPEATED_FROM and _is_pattern(first, whole=row.kind in _XML_KINDS):
            return False
        file.truncate(offset)
    return True


def _is_pattern(data: bytes, *, whole: bool) -> bool:
    """Whether the data, or what they begin with, are one short pattern over and over."""
    begins = data[: 4 * PATTERN]
    return any(
        begins[size:] == begins[:-size] and not (whole and data[size:] != data[:-size])
        for size in range(1, PATTERN + 1)
    )


def _append(
    path: Path,
    offset: int,
    first: bytes,
    body: Stream,
    length: int | None,
    limit: int,
    name: str,
) -> int:
    """Write the piece behind `offset`, whatever stood there; how many bytes.

    Raises Refused, with the file as it was, when the piece is too large or breaks off.
    """
    too_large = _("The file “%(name)s” is too large.") % {"name": name}
    if length is not None and length > limit:
        raise Refused(too_large)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o640), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                _("The file “%(name)s” is being received already.") % {"name": name}
            ) from error
        # what a broken request may have left behind the last good piece
        file.truncate(offset)
        file.seek(offset)
        written = 0
        piece = first
        try:
            while piece:
                written += len(piece)
                if written > limit:
                    raise Refused(too_large)
                file.write(piece)
                piece = body.read(BLOCK)
            if length is not None and written != length:
                raise Refused(
                    _("The file “%(name)s” came incompletely, send it again.") % {"name": name}
                )
        except BaseException:
            file.truncate(offset)
            if not offset:
                path.unlink()
            raise
        file.flush()
        os.fsync(file.fileno())
    if not offset:
        _sync_folder(path.parent)
    return written


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
