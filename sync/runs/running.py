"""From a received file to its import: one run for one content, queued, waited for, resumed.

`take` is what `import` asks for. The work itself is `process`, in the worker; whoever asks again
joins the run that is there. A run whose worker died is put into the queue again by the poll and by
the sweeper, as soon as nobody holds the base's lease any more.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.cache import cache
from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from base.models import User
from sync import journal, leases, pictures
from sync.files import loads, receiving, repeats, unpacking
from sync.files.receiving import Refused, full_path
from sync.holding import OPEN, lease_of_run
from sync.models import Alarm, ExchangeSession, Picture, ReceivedFile, Run
from sync.onec.archives import is_whole as is_whole_archive
from sync.pacing import paced
from sync.runs import absence, importing, inbound
from sync.watching import alarms

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
PICTURES = 100
"""Pictures whose names are written in one transaction."""

RESUME_SECONDS = 20
REPEAT_SECONDS = 300
"""A run that was begun, or never was, is put into the queue again at most once in so long."""

LOOK_AGAIN_SECONDS = 10
"""A comparison with a full load that waits for imports looks again at most once in so long."""

SIZES_SECONDS = 3600
SWEEP = "sweep"
"""Name of the sweeper's lease."""

SETTLED = timedelta(minutes=2)
"""A file that got no further piece for so long is all there will be."""


@dataclass(frozen=True)
class Queue:
    """Where work is put: each takes an id."""

    import_file: Callable[[int], None]
    make_sizes: Callable[[int], None]


def take(*, session: ExchangeSession, sent_name: str, queue: Queue) -> Run:
    """The run that imports this file of the session's upload: a new one, or the one there is.

    Raises Refused when no such file came, or its archive is not to be unpacked.
    """
    name = receiving.checked_name(sent_name)
    file = _find(session, name)
    if file is None:
        raise Refused(_("The file “%(name)s” was not received.") % {"name": name})
    return run_of(file=file, queue=queue)


def take_orders(*, file: ReceivedFile, queue: Queue) -> None:
    """Import what 1C said about orders as soon as it is all there: it may never ask for it."""
    if file.kind == ReceivedFile.Kind.ORDERS:
        if receiving.is_whole(file):
            run_of(file=file, queue=queue)
    elif file.kind == ReceivedFile.Kind.ARCHIVE and is_whole_archive(full_path(file)):
        for name in unpacking.exchange_names(file):
            run_of(file=packed_row(file, name), queue=queue)


def take_unused(*, file: ReceivedFile, at: datetime) -> Run | None:
    """Name a list of references in the journal; None while it is not all there.

    Nothing of the portal is made of such lists, and 1C is not kept waiting for them.
    """
    if not receiving.is_whole(file):
        return None
    run = file.runs.order_by("-pk").first()
    if run is None:
        note = _("Lists of references are kept as they came, the portal makes nothing of them.")
        run = journal.keep_unused(file=file, note=note, at=at)
    return run


def run_of(
    *,
    file: ReceivedFile,
    queue: Queue,
    trigger: Run.Trigger = Run.Trigger.ONEC,
    by: User | None = None,
    note: str = "",
) -> Run:
    """The run of this very content of the file; when there is none, a new one in the queue.

    `trigger`, `by` and `note` are those of a new one.
    """
    run = _run_there_is(file)
    if run is not None:
        return run
    content = receiving.content_hash(file) if file.path else ""
    with transaction.atomic():
        row = ReceivedFile.objects.select_for_update().get(pk=file.pk)
        run = _run_there_is(row)
        if run is not None:
            return run
        if content and row.size != file.size:
            raise Refused(_("The file “%(name)s” is being received already.") % {"name": row.name})
        if content:
            receiving.seal(row, content)
        run = journal.queue(file=row, trigger=trigger, by=by, note=note)
        queue.import_file(run.pk)
    run.refresh_from_db()
    repeats.notice(file=row, at=timezone.now())
    return run


def process(run_id: int, *, queue: Queue) -> None:
    """Import the file of a run, with the pictures that came along.

    What is done already is not done again, and a run that somebody is busy with is left alone.
    """
    owner = secrets.token_hex(8)
    lease = lease_of_run(run_id)
    if not leases.acquire(lease, owner):
        return
    beat = paced(partial(leases.renew, lease, owner))
    try:
        if Run.objects.filter(pk=run_id, kind=absence.KIND).exists():
            absence.work(run_id, owner=owner, beat=beat)
        elif Run.objects.filter(pk=run_id, file__kind__in=inbound.FILE_KINDS).exists():
            inbound.import_records(run_id, owner=owner)
        elif _prepare(run_id, beat, queue):
            importing.import_run(run_id, owner=owner)
            _look_back(run_id)
    finally:
        leases.release(lease, owner)


def _look_back(run_id: int) -> None:
    """What is noted of a catalogue that has been taken."""
    done = Run.objects.filter(
        pk=run_id, state=Run.State.DONE, file__kind="catalog", is_rehearsal=False, only=[]
    )
    run = done.select_related("file", "connection").first()
    if run is not None and run.file is not None:
        loads.note_catalogues(run.connection, run.file)


def _prepare(run_id: int, beat: Callable[[], None], queue: Queue) -> bool:
    """Get the run's file and the pictures ready; whether there is something to import."""
    run = Run.objects.select_related("file").filter(pk=run_id, state__in=OPEN).first()
    if run is None:
        return False
    if run.file is None or run.file.removed_at is not None:
        journal.fail(run=run, error=_("The file is no longer there."), at=timezone.now())
        return False
    try:
        unpacking.unpack_upload(run.file, beat=beat)
    except Refused as refused:
        journal.fail(run=run, error=str(refused), at=timezone.now())
        return False
    if not run.is_rehearsal:
        keep_pictures(receiving.upload_of(run.file), queue=queue, beat=beat)
    return True


def wait(*, run: Run, seconds: float, queue: Queue) -> Run:
    """The run as it is after at most `seconds`, or as soon as it has ended.

    The connection to the database is given back meanwhile: many may be waiting.
    """
    until = time.monotonic() + seconds
    while run.state in OPEN and time.monotonic() < until:
        if not database.in_atomic_block:
            database.close()
        time.sleep(LOOK_SECONDS)
        run = Run.objects.get(pk=run.pk)
    if run.state in OPEN and run.pk in _abandoned(timezone.now()):
        _put_again(run, queue)
    return run


def _abandoned(at: datetime) -> list[int]:
    return [*importing.abandoned(at), *absence.abandoned(at)]


def failure_words(run: Run) -> str:
    """Why the run failed: the file, the reason, the first three objects concerned."""
    words = run.error or _("The file was not imported.")
    if run.title and run.title not in words:
        words = f"{run.title}: {words}"
    objects = [
        f"{rejection.ref} ({rejection.reason})" if rejection.ref else rejection.reason
        for rejection in run.rejections.order_by("pk")[:3]
        if (rejection.ref or rejection.reason) not in words
    ]
    return " ".join([words, "; ".join(objects)]).strip()


def keep_pictures(
    files: QuerySet[ReceivedFile], *, queue: Queue, beat: Callable[[], None] = lambda: None
) -> None:
    """Store the pictures and other files among `files` under the names goods refer to them by.

    `beat` is called at each of them. Files are copied first and their names written a hundred in
    one transaction: each commit waits for the disk.
    """
    waiting = files.filter(kind=ReceivedFile.Kind.PICTURE, sha256="", removed_at=None).exclude(
        path=""
    )
    seen = 0
    # no cursor stays open over the writes: SQLite would refuse to write behind an old snapshot
    while batch := list(
        waiting.select_related("connection").filter(pk__gt=seen).order_by("pk")[:PICTURES]
    ):
        seen = batch[-1].pk
        for picture in _keep_batch(batch, beat):
            if not picture.width and pictures.is_picture(picture.path):
                queue.make_sizes(picture.pk)


def _keep_batch(batch: Sequence[ReceivedFile], beat: Callable[[], None]) -> list[Picture]:
    stored: list[tuple[ReceivedFile, pictures.Stored]] = []
    left: dict[int, int | None] = {}
    for file in batch:
        beat()
        if not _has_room(file, left):
            continue
        try:
            stored.append((file, pictures.store(full_path(file), file.name)))
        except FileNotFoundError:
            log.warning("received file %s is not on the disk", file.pk)
    with transaction.atomic():
        kept = []
        for file, content in stored:
            kept.append(pictures.name_it(file.connection, file.name, content))
            # a file that grew meanwhile is kept once more when all of it is there
            ReceivedFile.objects.filter(pk=file.pk, size=file.size).update(sha256=content.sha256)
    return kept


def _has_room(file: ReceivedFile, left: dict[int, int | None]) -> bool:
    """Whether the pictures of the base may take this one too; `left` is what each may still take.

    One that may not stays in the exchange folder, where the sweeper tries it again for a day.
    """
    base = file.connection
    if base.pk not in left:
        left[base.pk] = pictures.room_left(base)
    room = left[base.pk]
    if room is None:
        return True
    if file.size > room:
        alarms.open_alarm(
            connection=base,
            code="quota",
            level=Alarm.Level.AMBER,
            text=_("Pictures are not taken: the %(count)s MB that this base may fill are full")
            % {"count": base.picture_quota_mb},
            at=timezone.now(),
        )
        return False
    left[base.pk] = room - file.size
    return True


def sweep(*, at: datetime, queue: Queue) -> None:
    """What nobody comes back for: runs of a dead worker, files that 1C left without a word,
    answers that their owner has missed. One sweep at a time."""
    owner = secrets.token_hex(8)
    if not leases.acquire(SWEEP, owner):
        return
    beat = paced(partial(leases.renew, SWEEP, owner))
    try:
        for run in Run.objects.filter(pk__in=_abandoned(at)).order_by("pk"):
            _put_again(run, queue)
        _take_forgotten(at, queue, beat)
        for picture_id in pictures.waiting_for_sizes():
            if cache.add(f"exchange-sizes:{picture_id}", True, SIZES_SECONDS):
                queue.make_sizes(picture_id)
        inbound.end_left_behind(at)
        inbound.repeat_missed()
    finally:
        leases.release(SWEEP, owner)


def _put_again(run: Run, queue: Queue) -> None:
    """Put a run that nobody is busy with into the queue again.

    A run that never began may still stand in the queue: it is put there again only seldom.
    """
    pause = RESUME_SECONDS if run.state == Run.State.RUNNING else REPEAT_SECONDS
    if run.kind == absence.KIND:
        # it looks whether the last imports of its load have ended, and goes
        pause = LOOK_AGAIN_SECONDS
    if cache.add(f"exchange-run:{run.pk}:{run.state}:{run.position}", True, pause):
        queue.import_file(run.pk)


def _find(session: ExchangeSession, name: str) -> ReceivedFile | None:
    exchange = (ReceivedFile.Kind.CATALOGUE, ReceivedFile.Kind.ORDERS)
    files = list(
        ReceivedFile.objects.filter(session=session, upload=session.upload).exclude(
            kind=ReceivedFile.Kind.PICTURE
        )
    )
    sent = [file for file in files if file.kind in exchange]
    for file in sent:
        if file.name == name:
            return file
    bare = name.rpartition("/")[2].casefold()
    alike = [file for file in sent if file.name.rpartition("/")[2].casefold() == bare]
    if len(alike) == 1:
        return alike[0]
    for file in files:
        if file.kind == ReceivedFile.Kind.ARCHIVE:
            member = unpacking.find_packed(file, name)
            if member is not None:
                return packed_row(file, member.name)
    # of an earlier upload only what was taken then: 1C may have missed the answer
    return (
        ReceivedFile.objects.filter(session=session, name=name, runs__isnull=False)
        .order_by("-pk")
        .first()
    )


def _run_there_is(file: ReceivedFile) -> Run | None:
    """The last run, unless the file has got another content since."""
    # a person's trials of it are not 1C's
    run = file.runs.filter(is_rehearsal=False, only=[]).order_by("-pk").first()
    return run if file.sha256 or not file.path else None


def packed_row(archive: ReceivedFile, name: str) -> ReceivedFile:
    """The row of a file inside an archive, made when there is none; it may have no content yet."""
    row, _created = ReceivedFile.objects.get_or_create(
        session_id=archive.session_id,
        connection_id=archive.connection_id,
        channel=archive.channel,
        upload=archive.upload,
        name=name,
        defaults={
            "kind": receiving.file_kind(name, receiving.type_of(archive)),
            "path": "",
        },
    )
    return row


def _take_forgotten(at: datetime, queue: Queue, beat: Callable[[], None]) -> None:
    """Answers to orders that broke off, and pictures that came after the last import.

    Such an answer is imported as it is, so that the journal says what is wrong with it.
    """
    recent = ReceivedFile.objects.filter(
        sha256="", removed_at=None, received_at__gt=at - timedelta(days=1)
    ).exclude(path="")
    for file in recent.filter(kind=ReceivedFile.Kind.ORDERS, runs=None):
        if is_settled(file, at):
            run_of(file=file, queue=queue)
    # the run of an upload keeps its pictures itself: two at it would only wait for each other
    busy = ExchangeSession.objects.filter(files__runs__state__in=OPEN)
    settled = [
        file.pk
        for file in recent.filter(kind=ReceivedFile.Kind.PICTURE).exclude(session__in=busy)[:2000]
        if is_settled(file, at)
    ]
    keep_pictures(ReceivedFile.objects.filter(pk__in=settled), queue=queue, beat=beat)


def is_settled(file: ReceivedFile, at: datetime) -> bool:
    """Whether nothing was added to the file for :data:`SETTLED`."""
    try:
        written = full_path(file).stat().st_mtime
    except FileNotFoundError:
        return False
    return written < (at - SETTLED).timestamp()
