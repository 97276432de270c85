"""Archives of 1C: found by what is inside them, unpacked once, by the worker.

1C may pack a whole upload into one archive with a temporary name and then import files by their
names inside it. So such a file gets its row when it is asked for, with an empty path, and its
content when the worker unpacks the archive it is in.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sync import leases
from sync.files.receiving import (
    Refused,
    content_hash,
    file_kind,
    full_path,
    path_beside,
    seal,
    type_of,
    upload_of,
)
from sync.models import ReceivedFile
from sync.onec import archives
from sync.onec.archives import ArchiveFault, BadArchive, Member
from sync.onec.names import kind_of
from sync.pacing import paced

ROWS = 200
"""Rows written at once while an archive is unpacked."""

_WORDS: dict[ArchiveFault, str] = {
    "broken": gettext_noop("The archive “%(archive)s” is damaged or incomplete."),
    "encrypted": gettext_noop("The archive “%(archive)s” is encrypted."),
    "members": gettext_noop("There are too many files in the archive “%(archive)s”."),
    "size": gettext_noop("The archive “%(archive)s” is too large when unpacked."),
    "ratio": gettext_noop("The archive “%(archive)s” is packed suspiciously well, it is refused."),
    "name": gettext_noop(
        "The archive “%(archive)s” holds a file whose name is not allowed: “%(name)s”."
    ),
}


def find_packed(archive: ReceivedFile, name: str) -> Member | None:
    """The exchange file in the archive by its name, else by its bare name when that is one only.

    Raises Refused when the archive is not to be unpacked.
    """
    exchange = [member for member in _members(archive) if kind_of(member.name) == "exchange"]
    for member in exchange:
        if member.name == name:
            return member
    wanted = name.rpartition("/")[2].casefold()
    alike = [m for m in exchange if m.name.rpartition("/")[2].casefold() == wanted]
    return alike[0] if len(alike) == 1 else None


def exchange_names(archive: ReceivedFile) -> list[str]:
    """Names of the exchange files in the archive. Raises Refused."""
    return [member.name for member in _members(archive) if kind_of(member.name) == "exchange"]


def unpack_upload(file: ReceivedFile, *, beat: Callable[[], None] = lambda: None) -> None:
    """Unpack the archives of the upload that `file` belongs to.

    What is unpacked already is not unpacked again. `beat` is called every few seconds. Raises
    Refused: then nothing of that archive is imported.
    """
    upload = upload_of(file).filter(kind=ReceivedFile.Kind.ARCHIVE, sha256="")
    for archive in upload.select_related("session").order_by("pk"):
        owner = secrets.token_hex(8)
        lease = f"unpack:{archive.pk}"
        if not leases.wait_for(lease, owner, patience=600, pause=0.2, beat=beat):
            raise Refused(_("The archive “%(archive)s” is busy.") % {"archive": archive.name})
        try:
            archive.refresh_from_db()
            if not archive.sha256:
                renew = paced(partial(leases.renew, lease, owner))
                _unpack(archive, partial(_both, renew, beat))
                seal(archive, content_hash(archive))
        finally:
            leases.release(lease, owner)


def _members(archive: ReceivedFile) -> list[Member]:
    try:
        return archives.members(full_path(archive), limit=settings.EXCHANGE_UPLOAD_BYTES)
    except BadArchive as error:
        raise _refused(archive, error) from error


def _refused(archive: ReceivedFile, error: BadArchive) -> Refused:
    shown = "".join(c if c.isprintable() else "?" for c in error.name[:200])
    return Refused(_(_WORDS[error.kind]) % {"archive": archive.name, "name": shown})


def _both(first: Callable[[], None], second: Callable[[], None]) -> None:
    first()
    second()


def _unpack(archive: ReceivedFile, beat: Callable[[], None]) -> None:
    members = {member.name: member for member in _members(archive)}
    known = {row.name: row for row in upload_of(archive)}
    wanted = [
        member for name, member in members.items() if name not in known or not known[name].path
    ]
    made: list[ReceivedFile] = []
    for row in _contents(archive, wanted, known, beat):
        if row.pk:
            row.save(update_fields=["path", "size", "sha256"])
        else:
            made.append(row)
        if len(made) >= ROWS:
            _store(made)
    # one flush for all of them: the archive counts as unpacked from here on
    os.sync()
    _store(made)


def _store(made: list[ReceivedFile]) -> None:
    ReceivedFile.objects.bulk_create(made, ignore_conflicts=True, batch_size=100)
    made.clear()


def _contents(
    archive: ReceivedFile,
    wanted: list[Member],
    known: dict[str, ReceivedFile],
    beat: Callable[[], None],
) -> Iterator[ReceivedFile]:
    """Rows whose content has just been written."""
    exchange_type = type_of(archive)
    limit = settings.EXCHANGE_UPLOAD_BYTES
    try:
        for member, reader in archives.unpack(full_path(archive), wanted, limit=limit):
            row = known.get(member.name) or ReceivedFile(
                session=archive.session,
                connection_id=archive.connection_id,
                channel=archive.channel,
                upload=archive.upload,
                name=member.name,
                kind=file_kind(member.name, exchange_type),
            )
            row.path = path_beside(archive, member.name)
            row.size, digest = _write(full_path(row), reader, beat)
            if row.kind != ReceivedFile.Kind.PICTURE:
                # whole as it is; a picture gets its hash when it is kept
                row.sha256 = digest
            yield row
    except BadArchive as error:
        raise _refused(archive, error) from error


def _write(path: Path, reader: archives.Reader, beat: Callable[[], None]) -> tuple[int, str]:
    """Size and hash of what was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    found = hashlib.sha256()
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        while piece := reader.read():
            size += file.write(piece)
            found.update(piece)
            beat()
    os.replace(draft, path)
    return size, found.hexdigest()
