"""Files that a person gives the portal: taken as if 1C had sent them, or tried without effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from base.models import User
from sync.files import receiving, shelf, unpacking
from sync.files.receiving import Refused
from sync.models import Connection, ReceivedFile, Run
from sync.onec.names import kind_of
from sync.runs import inbound
from sync.runs.running import Queue

XML = {"catalog": ReceivedFile.Kind.CATALOGUE, "sale": ReceivedFile.Kind.ORDERS}
"""Kinds of runs whose files are CommerceML, which may come packed."""
MEMBERS = 500
"""Exchange files of one archive: each is a run that others wait behind."""
PORTION = 50
"""Files whose rows are written in one transaction."""


def upload(
    *,
    connection: Connection,
    kind: str,
    name: str,
    content: Iterable[bytes],
    rehearsal: bool,
    by: User,
    at: datetime,
    queue: Queue,
) -> list[Run]:
    """Store a file and queue its run; of an archive one for each exchange file in it.

    `kind` is that of the run. Raises Refused, in words for a person, where the name or the archive
    is not to be taken, or there is no room.
    """
    name = receiving.checked_name(name)
    if kind in XML and kind_of(name) == "archive":
        return _archive(connection, kind, name, content, rehearsal, by, queue)
    if kind in XML:
        file_kind = XML[kind]
    elif kind == "bank":
        file_kind = ReceivedFile.Kind.STATEMENT
    else:
        file_kind = ReceivedFile.Kind.PUSH
        # it is read as a whole, as what 1C pushes is
        content = _within(content, settings.EXCHANGE_PUSH_BYTES)
    run = inbound.accept(
        connection=connection,
        kind=kind,
        channel=ReceivedFile.Channel.PERSON,
        file_kind=file_kind,
        name=name,
        content=content,
        at=at,
        queue=queue,
        trigger=Run.Trigger.PERSON,
        by=by,
        rehearsal=rehearsal,
    )
    return [run]


def _archive(
    connection: Connection,
    kind: str,
    name: str,
    content: Iterable[bytes],
    rehearsal: bool,
    by: User,
    queue: Queue,
) -> list[Run]:
    stored = shelf.store(connection=connection, name=name, content=content)
    archive = ReceivedFile(
        connection=connection,
        channel=ReceivedFile.Channel.PERSON,
        kind=ReceivedFile.Kind.ARCHIVE,
        name=name,
        path=stored.path,
        size=stored.size,
    )
    runs: list[Run] = []
    try:
        names = sorted(set(unpacking.exchange_names(archive)), key=_place)
        if not names:
            raise Refused(_("There is no exchange file in the archive."))
        if len(names) > MEMBERS:
            raise Refused(
                _(
                    "There are %(count)s exchange files in the archive, and at most %(limit)s are"
                    " taken at once: give it in parts."
                )
                % {"count": len(names), "limit": MEMBERS}
            )
        with transaction.atomic():
            archive.save()
            # its hash is written when it has been unpacked; an upload of its own: what is packed
            # belongs to it and to nothing else
            archive.upload = archive.pk
            archive.save(update_fields=["upload"])
        for start in range(0, len(names), PORTION):
            runs += _rows(archive, kind, names[start : start + PORTION], rehearsal, by)
    except BaseException:
        Run.objects.filter(pk__in=[run.pk for run in runs]).delete()
        if archive.pk:
            ReceivedFile.objects.filter(connection=connection, upload=archive.pk).delete()
        shelf.discard(stored)
        raise
    for run in runs:
        queue.import_file(run.pk)
    return runs


def _rows(
    archive: ReceivedFile, kind: str, names: Sequence[str], rehearsal: bool, by: User
) -> list[Run]:
    """Rows of some packed files and their runs, in a transaction of their own: others write too."""
    with transaction.atomic():
        files = ReceivedFile.objects.bulk_create(
            ReceivedFile(
                connection_id=archive.connection_id,
                channel=archive.channel,
                upload=archive.upload,
                name=name,
                kind=XML[kind],
                path="",
            )
            for name in names
        )
        return Run.objects.bulk_create(
            Run(
                connection_id=archive.connection_id,
                file=file,
                kind=kind,
                title=file.name[:500],
                trigger=Run.Trigger.PERSON,
                by=by,
                is_rehearsal=rehearsal,
            )
            for file in files
        )


def _within(content: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The content, read no further than the limit. Raises Refused behind it."""
    size = 0
    for piece in content:
        size += len(piece)
        if size > limit:
            raise Refused(
                _("A file of records is taken up to %(limit)s MB: give it in parts.")
                % {"limit": limit // 1_000_000}
            )
        yield piece


def _place(name: str) -> tuple[int, str]:
    """Goods go before offers, as 1C sends them."""
    bare = name.rpartition("/")[2].lower()
    order = ("import", "offers", "prices", "rests")
    place = next((n for n, begins in enumerate(order) if bare.startswith(begins)), len(order))
    return place, name
