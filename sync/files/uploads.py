"""Uploads of the catalogue as a list for people: one session of 1C and one `init` each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from sync.models import ReceivedFile, Run


@dataclass(frozen=True)
class Upload:
    """One upload. `is_done` is whether each of its files was imported without failure."""

    session_id: int
    upload: int
    connection_id: int
    connection_name: str
    arrived_at: datetime
    files: int
    first_name: str
    is_done: bool
    words: str

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.session_id}-{self.upload}"


def found() -> QuerySet[ReceivedFile, Any]:
    """Groups of catalogue files that are still on the disk, the newest first; for paging."""
    return (
        ReceivedFile.objects.filter(
            kind=ReceivedFile.Kind.CATALOGUE,
            session__exchange_type="catalog",
            removed_at=None,
        )
        .values("session_id", "upload", "connection_id", "connection__name")
        .annotate(
            arrived_at=Max("received_at"),
            files=Count("pk"),
            first_name=Min("name"),
            newest=Max("pk"),
        )
        .order_by("-newest")
    )


def described(groups: Sequence[Mapping[str, Any]]) -> list[Upload]:
    """Groups of :func:`found` with what became of their files. One query."""
    files = ReceivedFile.objects.filter(
        session_id__in={group["session_id"] for group in groups},
        kind=ReceivedFile.Kind.CATALOGUE,
    )
    rows = (
        Run.objects.filter(file__in=files, is_rehearsal=False, only=[])
        .order_by("pk")
        .values_list("file__session_id", "file__upload", "file_id", "state")
    )
    states: dict[tuple[int, int], dict[int, str]] = {}
    for session, upload, file, state in rows:
        states.setdefault((session, upload), {})[file] = state
    return [_upload(group, states) for group in groups]


def parse(keys: Sequence[str]) -> list[tuple[int, int]]:
    """Session and number of the uploads that a form names; what is no key is left out."""
    told = []
    for key in keys:
        session, _dash, upload = key.partition("-")
        # no longer than the numbers of sessions and of their uploads can be
        if (session + upload).isdecimal() and 0 < len(session) < 18 and 0 < len(upload) < 10:
            told.append((int(session), int(upload)))
    return told


def _upload(
    group: Mapping[str, Any], states: Mapping[tuple[int, int], Mapping[int, str]]
) -> Upload:
    own = states.get((group["session_id"], group["upload"]), {})
    failed = sum(state == Run.State.FAILED for state in own.values())
    is_done = len(own) == group["files"] and set(own.values()) == {Run.State.DONE}
    if is_done:
        words = _("imported")
    elif failed:
        words = _("with failures: %(count)s") % {"count": failed}
    elif len(own) < group["files"]:
        words = _("not imported: %(count)s") % {"count": group["files"] - len(own)}
    else:
        words = _("is being imported")
    return Upload(
        session_id=group["session_id"],
        upload=group["upload"],
        connection_id=group["connection_id"],
        connection_name=group["connection__name"],
        arrived_at=group["arrived_at"],
        files=group["files"],
        first_name=group["first_name"],
        is_done=is_done,
        words=words,
    )
