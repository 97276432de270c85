"""What 1C uploaded and never asked to import.

Some programs send their files and go: with "do not wait" switched on, УТ asks for nothing, and
cash registers never do. So what lies there is listed for people, with a button, and after
`Connection.auto_import_minutes` without a word of 1C the sweeper imports it. Only what is whole;
and not where 1C has asked for newer files since: such a 1C sends what it failed with again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from base.models import User
from sync import journal
from sync.files import receiving, repeats, unpacking
from sync.files.receiving import Refused, full_path
from sync.models import Alarm, Connection, ReceivedFile, Run
from sync.onec.archives import is_whole as is_whole_archive
from sync.runs import running
from sync.runs.running import Queue
from sync.watching import alarms

LOOKED_BACK = timedelta(days=14)
"""How far back uploads are looked at: older content is no longer on the disk."""

SWEPT = 50
"""Uploads that one sweep takes at most."""

ROOM_PAUSE = timedelta(minutes=10)
"""An alarm that the disk is full stays at least so long."""


@dataclass(frozen=True)
class Leftover:
    """Files of one upload that nobody asked to import.

    `arrived_at` is when the last of them came. `is_outdated` is whether 1C has asked for newer
    files since.
    """

    connection: Connection
    session_id: int
    upload: int
    files: tuple[ReceivedFile, ...]
    arrived_at: datetime
    is_outdated: bool

    @property
    def key(self) -> str:
        """What an address or a form calls it."""
        return f"{self.session_id}-{self.upload}"


def waiting(*, at: datetime, connections: Sequence[int] | None = None) -> list[Leftover]:
    """Uploads with such files that 1C is done with, the newest first. A few queries."""
    files = _unasked(at)
    if connections is not None:
        files = files.filter(connection__in=connections)
    found: dict[tuple[int, int], list[ReceivedFile]] = defaultdict(list)
    for file in files.select_related("connection", "session").order_by("pk"):
        if file.session_id is not None:
            found[file.session_id, file.upload].append(file)
    newest = _newest_asked({file.connection_id for files in found.values() for file in files})
    uploads = [
        Leftover(
            connection=files[0].connection,
            session_id=session,
            upload=upload,
            files=tuple(files),
            arrived_at=files[-1].received_at,
            is_outdated=newest.get(files[0].connection_id, 0) > files[-1].pk,
        )
        for (session, upload), files in found.items()
        if all(running.is_settled(file, at) for file in files) and not _is_asked(files)
    ]
    return sorted(uploads, key=lambda each: each.arrived_at, reverse=True)


def take(*, upload: Leftover, by: User | None, at: datetime, queue: Queue) -> list[Run]:
    """Import the files of the upload because a person says so. Raises Refused for an archive that
    is not to be unpacked."""
    return _take(upload, _("1C did not ask for the import, a person did."), at, queue, by=by)


def sweep(*, at: datetime, queue: Queue) -> None:
    """Import what has lain long enough, and close alarms about what is over."""
    for upload in waiting(at=at)[:SWEPT]:
        minutes = upload.connection.auto_import_minutes
        since = at - timedelta(minutes=minutes)
        session = upload.files[0].session
        quiet = session is not None and max(session.seen_at, upload.arrived_at) < since
        if not minutes or not quiet or upload.is_outdated or upload.connection.is_paused:
            continue
        note = _(
            "1C sent the file and did not ask for its import; the portal took it after"
            " %(minutes)s minutes."
        ) % {"minutes": minutes}
        try:
            _take(upload, note, at, queue)
        except Refused as refused:
            _refuse(upload.files[0], str(refused), at)
    repeats.settle(at=at)
    _settle_room(at)


def _take(
    upload: Leftover, note: str, at: datetime, queue: Queue, *, by: User | None = None
) -> list[Run]:
    trigger = Run.Trigger.PERSON if by is not None else Run.Trigger.SCHEDULE
    runs = []
    for file in upload.files:
        if not _is_whole(file):
            words = _("The file “%(name)s” came incompletely, and 1C did not ask for its import.")
            runs.append(_refuse(file, words % {"name": file.name}, at))
            continue
        rows = [file]
        if file.kind == ReceivedFile.Kind.ARCHIVE:
            rows = [running.packed_row(file, name) for name in unpacking.exchange_names(file)]
        runs += [
            running.run_of(file=row, queue=queue, trigger=trigger, by=by, note=note) for row in rows
        ]
    return runs


def _refuse(file: ReceivedFile, words: str, at: datetime) -> Run:
    """Journal it with the file, so that the file is not looked at again."""
    return journal.refuse(
        connection=file.connection, kind=file.kind, title=file.name, error=words, at=at, file=file
    )


def _is_whole(file: ReceivedFile) -> bool:
    if file.kind == ReceivedFile.Kind.ARCHIVE:
        return is_whole_archive(full_path(file))
    return receiving.is_whole(file)


def _unasked(at: datetime) -> QuerySet[ReceivedFile]:
    """Files of the catalogue, of the last upload of their session, without any run."""
    loose = Q(kind=ReceivedFile.Kind.CATALOGUE) | Q(kind=ReceivedFile.Kind.ARCHIVE, sha256="")
    return (
        ReceivedFile.objects.filter(loose, removed_at=None, runs=None)
        .filter(session__exchange_type="catalog", upload=F("session__upload"))
        .filter(received_at__gt=at - LOOKED_BACK, connection__is_active=True)
        .exclude(path="")
    )


def _is_asked(files: Sequence[ReceivedFile]) -> bool:
    """Whether something inside an archive among the files has a run: it is about to be unpacked."""
    return any(
        receiving.upload_of(file).filter(runs__isnull=False).exists()
        for file in files
        if file.kind == ReceivedFile.Kind.ARCHIVE
    )


def _newest_asked(connections: set[int]) -> dict[int, int]:
    """The newest catalogue file of each base that 1C itself asked to import."""
    rows = (
        Run.objects.filter(
            connection__in=connections,
            trigger=Run.Trigger.ONEC,
            kind=ReceivedFile.Kind.CATALOGUE,
            file__isnull=False,
        )
        .order_by()
        .values_list("connection")
        .annotate(newest=Max("file_id"))
    )
    return {connection: newest or 0 for connection, newest in rows}


def _settle_room(at: datetime) -> None:
    opened = Alarm.objects.filter(
        code="disk", key=receiving.REFUSED, closed_at=None, opened_at__lt=at - ROOM_PAUSE
    )
    for alarm in opened.select_related("connection"):
        if receiving.has_room():
            alarms.close_alarm(connection=alarm.connection, code=alarm.code, key=alarm.key, at=at)
