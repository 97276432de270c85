"""Files that a person gives the portal: taken as if 1C had sent them, or tried without effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from base.models import User
from sync.files import receiving, shelf, unpacking
from sync.files.receiving import Refused
from sync.models import Connection, ReceivedFile, Run
from sync.onec.names import kind_of
from sync.runs import inbound, running
from sync.runs.running import Queue

XML = {"catalog": ReceivedFile.Kind.CATALOGUE, "sale": ReceivedFile.Kind.ORDERS}
"""Kinds of runs whose files are CommerceML, which may come packed."""


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
    try:
        with transaction.atomic():
            archive = ReceivedFile.objects.create(
                connection=connection,
                channel=ReceivedFile.Channel.PERSON,
                kind=ReceivedFile.Kind.ARCHIVE,
                name=name,
                path=stored.path,
                size=stored.size,
            )
            # its hash is written when it has been unpacked; an upload of its own: what is packed
            # belongs to it and to nothing else
            archive.upload = archive.pk
            archive.save(update_fields=["upload"])
            names = sorted(unpacking.exchange_names(archive), key=_place)
            if not names:
                raise Refused(_("There is no exchange file in the archive."))
            runs = []
            for packed in names:
                file = running.packed_row(archive, packed)
                ReceivedFile.objects.filter(pk=file.pk).update(kind=XML[kind])
                run = Run.objects.create(
                    connection=connection,
                    file=file,
                    kind=kind,
                    title=packed[:500],
                    trigger=Run.Trigger.PERSON,
                    by=by,
                    is_rehearsal=rehearsal,
                )
                queue.import_file(run.pk)
                runs.append(run)
    except BaseException:
        shelf.discard(stored)
        raise
    return runs


def _place(name: str) -> tuple[int, str]:
    """Goods go before offers, as 1C sends them."""
    bare = name.rpartition("/")[2].lower()
    order = ("import", "offers", "prices", "rests")
    place = next((n for n, begins in enumerate(order) if bare.startswith(begins)), len(order))
    return place, name
