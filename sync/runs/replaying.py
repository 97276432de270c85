"""Taking a stored file once more: what 1C said stays what it said, and when.

A replay is a new run on the same file, so it has the same receipt: nothing that a later file told
is overwritten by it. It may be limited to some objects, and it may be a rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from base.models import User
from sync.files.receiving import full_path
from sync.models import ReceivedFile, Run


class Gone(Exception):
    """The file cannot be taken once more; the text tells a person why."""


class Queue(Protocol):
    """Where work is put."""

    @property
    def import_file(self) -> Callable[[int], None]:
        """Takes the id of a run."""
        ...


def replay(
    *,
    run_or_file: Run | ReceivedFile,
    by: User | None,
    at: datetime,
    queue: Queue | None,
    only: Iterable[tuple[str, str]] = (),
    rehearsal: bool = False,
) -> Run:
    """A new run in the queue (None: not put there) that takes the file once more.

    `only` are kinds and identifiers of objects to which it is limited. Raises Gone where there is
    no content any more to take.
    """
    before = run_or_file if isinstance(run_or_file, Run) else None
    file = run_or_file.file if isinstance(run_or_file, Run) else run_or_file
    if file is None:
        raise Gone(_("These records came without a file: there is nothing to take once more."))
    if before is None:
        before = file.runs.order_by("pk").first()
    check(file)
    with transaction.atomic():
        run = Run.objects.create(
            connection_id=file.connection_id,
            file=file,
            kind=before.kind if before is not None else file.kind,
            title=file.name[:500],
            trigger=Run.Trigger.PERSON,
            by=by,
            only=[list(each) for each in dict.fromkeys(only)],
            is_rehearsal=rehearsal,
        )
        Run.objects.filter(pk=run.pk).update(queued_at=at)
        run.queued_at = at
        if queue is not None:
            queue.import_file(run.pk)
    return run


def check(file: ReceivedFile) -> None:
    """Raises Gone when the file is none that runs take, or its content is not to be had."""
    if file.kind in {ReceivedFile.Kind.PICTURE, ReceivedFile.Kind.ARCHIVE}:
        raise Gone(_("Pictures and archives are not imported by themselves."))
    # the content of a packed file may still be in its archive
    gone = file.removed_at is not None or (bool(file.path) and not full_path(file).is_file())
    if gone:
        raise Gone(
            _("The content of “%(name)s” is no longer on the disk: files are kept for two weeks.")
            % {"name": file.name}
        )


def can_replay(file: ReceivedFile | None) -> bool:
    """Whether the file can be taken once more."""
    if file is None:
        return False
    try:
        check(file)
    except Gone:
        return False
    return True
