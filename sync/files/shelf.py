"""Content that comes without a session of 1C, put into the exchange folder before its row counts.

A push, the answers of a pull, a file out of a folder or from a person: written under a name of
ours, flushed to the disk, and only then given its final name.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from sync.files.receiving import Refused, root
from sync.models import Connection
from sync.onec.names import suffix_of


@dataclass(frozen=True)
class Stored:
    """Where content lies below the exchange folder, how long it is in bytes, and its hash."""

    path: str
    size: int
    sha256: str


def store(*, connection: Connection, name: str, content: bytes | Iterable[bytes]) -> Stored:
    """Put the content on the disk; when this returns, it is there to stay.

    Raises Refused when there is no room or it is larger than a file may be; nothing stays then.
    """
    pieces = (content,) if isinstance(content, bytes) else content
    token = secrets.token_hex(8)
    path = f"{connection.pk}/records/{token[:2]}/{token}{suffix_of(name)}"
    whole = root() / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    room = shutil.disk_usage(root()).free - settings.EXCHANGE_FREE_BYTES
    if room <= 0:
        raise Refused(_("There is no room left on the disk of the portal."))
    limit = min(room, settings.EXCHANGE_FILE_BYTES)
    part = whole.with_name(whole.name + ".part")
    found = hashlib.sha256()
    size = 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise Refused(_("The file “%(name)s” is too large.") % {"name": name[:200]})
                file.write(piece)
                found.update(piece)
            file.flush()
            os.fsync(file.fileno())
        part.rename(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folders(path)
    return Stored(path, size, found.hexdigest())


def discard(stored: Stored) -> None:
    """Take back what was stored: its row could not be written."""
    (root() / stored.path).unlink(missing_ok=True)


def sync_folders(path: str) -> None:
    """Flush the folders on the way to a path, which may be new."""
    folder = (root() / path).parent
    while folder != root().parent:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        folder = folder.parent
