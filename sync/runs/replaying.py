"""Taking a stored file once more: what 1C said stays what it said, and when.

A replay is a new run on the same file, so it has the same receipt: nothing that a later file told
is overwritten by it. It may be limited to some objects, and it may be a rehearsal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from base.models import User
from sync.files.receiving import full_path
from sync.holding import Imports
from sync.models import ReceivedFile, Run


class Gone(Exception):
    """The file cannot be taken once more; the text tells a person why."""


class Waiting(Exception):
    """The same is queued or going on already, in `run`; the text tells a person so."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            _("“%(name)s” is being taken once more already: this is its run.") % {"name": run.title}
        )
        self.run = run


def replay(
    *,
    run_or_file: Run | ReceivedFile,
    by: User | None,
    at: datetime,
    queue: Imports | None,
    only: Iterable[tuple[str, str]] = (),
    rehearsal: bool = False,
) -> Run:
    """A new run in the queue (None: not put there) that takes the file once more.

    `only` are kinds and identifiers of objects to which it is limited. Raises Gone where there is
    no content any more to take, and Waiting where a person has asked for the same and it has not
    ended.
    """
    before = run_or_file if isinstance(run_or_file, Run) else None
    file = run_or_file.file if isinstance(run_or_file, Run) else run_or_file
    if file is None:
        raise Gone(_("These records came without a file: there is nothing to take once more."))
    if before is None:
        before = file.runs.order_by("pk").first()
    check(file)
    limits = [list(each) for each in dict.fromkeys(only)]
    with transaction.atomic():
        # one after the other: whoever presses twice finds his own run
        ReceivedFile.objects.select_for_update().get(pk=file.pk)
        for waiting in open_replays(file).filter(is_rehearsal=rehearsal):
            if waiting.only == limits:
                raise Waiting(waiting)
        run = Run.objects.create(
            connection_id=file.connection_id,
            file=file,
            kind=before.kind if before is not None else file.kind,
            title=file.name[:500],
            trigger=Run.Trigger.PERSON,
            by=by,
            only=limits,
            is_rehearsal=rehearsal,
        )
        Run.objects.filter(pk=run.pk).update(queued_at=at)
        run.queued_at = at
        if queue is not None:
            queue.import_file(run.pk)
    return run


def open_replays(file: ReceivedFile) -> QuerySet[Run]:
    """Runs by which persons have the file taken that have not ended, dry ones too."""
    return file.runs.filter(
        trigger=Run.Trigger.PERSON, state__in=(Run.State.QUEUED, Run.State.RUNNING)
    ).order_by("pk")


def check(file: ReceivedFile) -> None:
    """Raises Gone when the file is none that runs take, or its content is not to be had."""
    if file.kind in {ReceivedFile.Kind.PICTURE, ReceivedFile.Kind.ARCHIVE}:
        raise Gone(_("Pictures and archives are not imported by themselves."))
    if file.kind == ReceivedFile.Kind.PULL and not file.path:
        raise Gone(_("The answers of 1C did not come whole: there is nothing to take once more."))
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
