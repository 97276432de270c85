"""A folder into which a base writes files, and from which it takes orders.

For bases that can only write files: what they write is handed over like an upload of the exchange,
by the same code, and every file ends where a person finds it, in `.done` or, with the reason
beside it, in `.failed`. Between the two it lies in `.taken`: whatever is killed in the middle goes
on from there, and a file is rather taken twice than not at all, because taking the same content
again changes nothing. Rules in words: docs/features/folder.md.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base.models import User
from sync import leases
from sync.channels import handed as handing
from sync.channels import places
from sync.channels.handed import Handed
from sync.channels.places import DONE, FAILED, TAKEN, Found, Locked, NoFolder
from sync.files import receiving, shelf, unpacking
from sync.files.receiving import Refused
from sync.holding import OPEN
from sync.intake.book import reason
from sync.models import Connection, ReceivedFile, Run, Schedule
from sync.onec.archives import is_whole as is_whole_archive
from sync.onec.dropped import HEAD, Dropped, purpose_of
from sync.onec.names import kind_of
from sync.pacing import paced
from sync.runs import running
from sync.runs.running import Queue
from sync.tasks import QUEUE
from sync.watching import schedule

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.0
LEASE_SECONDS = 300.0
PATIENCE_SECONDS = 60.0
KEPT_FOR = timedelta(days=14)
"""How long files that were taken stay in `.done`."""

_KINDS: dict[Dropped, ReceivedFile.Kind] = {
    "goods": ReceivedFile.Kind.CATALOGUE,
    "orders": ReceivedFile.Kind.ORDERS,
    "statement": ReceivedFile.Kind.STATEMENT,
    "archive": ReceivedFile.Kind.ARCHIVE,
    "picture": ReceivedFile.Kind.PICTURE,
}
_RANKS = ("import", "offers", "prices", "rests")


class FolderFailed(Exception):
    """The folder of a base cannot be read; the text tells a person why."""


def pull(wanted: Schedule, trigger: Run.Trigger, by: User | None) -> None:
    """Read the folder of a schedule's base: all kinds of data lie in one."""
    read(wanted.connection, trigger=trigger, by=by)


def read(
    connection: Connection,
    *,
    trigger: Run.Trigger = Run.Trigger.SCHEDULE,
    by: User | None = None,
    queue: Queue = QUEUE,
) -> list[Run]:
    """Take what lies in the folder and is complete; the runs that will import it.

    One worker at a time reads a folder; another waits for it a little, and when that takes longer
    there is nothing left to do. Raises FolderFailed.
    """
    folder = place_of(connection)
    owner, lease = secrets.token_hex(8), f"folder:{connection.pk}"
    # each minute somebody tends the folder, and schedules fall due on full minutes, too
    if not leases.wait_for(
        lease, owner, patience=PATIENCE_SECONDS, seconds=LEASE_SECONDS, pause=0.5
    ):
        return []
    beat = paced(partial(leases.renew, lease, owner, seconds=LEASE_SECONDS))
    try:
        work = _Reading(connection, folder, trigger, by, queue, beat)
        work.close_taken()
        return work.take_new()
    finally:
        leases.release(lease, owner)


def tend(connection: Connection, *, queue: Queue = QUEUE) -> None:
    """Put files away whose runs have ended, and go on with what a killed worker left.

    Raises FolderFailed.
    """
    folder = place_of(connection)
    owner, lease = secrets.token_hex(8), f"folder:{connection.pk}"
    if not leases.acquire(lease, owner, seconds=LEASE_SECONDS):
        return
    beat = paced(partial(leases.renew, lease, owner, seconds=LEASE_SECONDS))
    try:
        _Reading(connection, folder, Run.Trigger.SCHEDULE, None, queue, beat).close_taken()
        oldest = f"{timezone.localtime(timezone.now() - KEPT_FOR):%Y-%m-%d}"
        places.forget_days(folder, DONE, oldest)
    finally:
        leases.release(lease, owner)


def place_of(connection: Connection) -> Path:
    """The folder of a base. Raises FolderFailed for none, or one that it shares with another."""
    root = Path(settings.EXCHANGE_DROP_ROOT)
    try:
        found = places.folder_of(root, connection.folder)
    except NoFolder as error:
        raise FolderFailed(reason(ValueError(*error.args))) from error
    others = Connection.objects.exclude(pk=connection.pk).exclude(folder="")
    for name, told in others.values_list("name", "folder"):
        other = root.resolve() / told.strip().replace("\\", "/")
        if found == other or found in other.parents or other in found.parents:
            raise FolderFailed(
                _("The folder is that of “%(name)s”, too, or one lies in the other.")
                % {"name": name}
            )
    return found


class _Reading:
    """One look into a folder, by whoever holds its lease."""

    def __init__(
        self,
        connection: Connection,
        folder: Path,
        trigger: Run.Trigger,
        by: User | None,
        queue: Queue,
        beat: Callable[[], None],
    ) -> None:
        self.connection = connection
        self.folder = folder
        self.trigger = trigger
        self.by = by
        self.queue = queue
        self.beat = beat

    def take_new(self) -> list[Run]:
        """Claim what is complete and hand it over."""
        try:
            found, odd = places.look(self.folder)
        except NoFolder as error:
            raise FolderFailed(reason(ValueError(*error.args))) from error
        self._put_away_odd(odd)
        if not found:
            return []
        time.sleep(LOOK_AGAIN_SECONDS)
        now = time.time()
        ready = [each for each in places.settled(found, now) if _is_whole(each, now)]
        if not ready:
            return []
        token = f"{timezone.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        claimed = list(self._claim(ready, f"{TAKEN}/{token}"))
        return self._hand_over(token, claimed)

    def close_taken(self) -> None:
        """Put away what has been imported; hand over what was claimed and left lying."""
        for token in places.folders(self.folder, TAKEN):
            if not handing.is_token(token):
                log.warning("base %s: not a folder of ours: %r", self.connection.pk, token)
                continue
            handed = handing.of_look(self.connection, token)
            known = {each.name for each in handed}
            left = places.lying(self.folder, f"{TAKEN}/{token}")
            fresh = [name for name in left if name not in known]
            if fresh:
                self._hand_over(token, fresh)
                handed = handing.of_look(self.connection, token)
            self._close(token, handed)

    def _claim(self, files: Sequence[Found], place: str) -> Iterator[str]:
        for each in files:
            self.beat()
            try:
                if places.claim(each, self.folder, place):
                    yield each.name
            except Locked:
                # somebody holds it open: the next look tries again
                continue

    def _hand_over(self, token: str, names: Iterable[str]) -> list[Run]:
        """Store all files of one look, then make their runs: pictures are there before goods."""
        stored: list[tuple[Handed, ReceivedFile]] = []
        upload = 0
        for name in names:
            self.beat()
            try:
                row = self._store(token, name, upload)
            except _Later:
                continue
            except (Refused, OSError, ValueError) as error:
                self._fail(token, name, _words(error))
                continue
            if row.kind != ReceivedFile.Kind.ARCHIVE:
                upload = upload or row.upload
            stored.append((Handed(name, row.pk), row))
        runs: list[Run] = []
        for handed, row in sorted(stored, key=lambda each: _rank(each[0].name)):
            try:
                made = self._runs_of(row)
            except (Refused, OSError, ValueError) as error:
                self._fail(token, handed.name, _words(error))
                continue
            handed.runs = [run.pk for run in made]
            handing.note(self.connection, token, handed)
            runs += made
        others = [row for _handed, row in stored if row.upload == upload]
        if others and all(row.kind == ReceivedFile.Kind.PICTURE for row in others):
            self._keep_pictures(others[0])
        return runs

    def _store(self, token: str, name: str, upload: int) -> ReceivedFile:
        if not _is_text(name):
            raise Refused(_("The name of the file is not in UTF-8: the portal cannot keep it."))
        safe = receiving.checked_name(name)
        path = f"{TAKEN}/{token}/{name}"
        size = places.told(self.folder, path).st_size
        if size > settings.EXCHANGE_FILE_BYTES:
            raise Refused(_("The file “%(name)s” is too large.") % {"name": safe[:200]})
        if not size:
            raise Refused(_("The file “%(name)s” is empty.") % {"name": safe[:200]})
        if not receiving.has_room():
            # it waits where it is for room
            raise _Later
        pieces = places.content(self.folder, path)
        head = next(pieces, b"")
        purpose = purpose_of(safe, head[:HEAD])
        if purpose is None:
            raise Refused(
                _("The portal has no use for the file “%(name)s”.") % {"name": safe[:200]}
            )
        stored = shelf.store(
            connection=self.connection, name=safe, content=_chained(head, pieces, self.beat)
        )
        try:
            with transaction.atomic():
                row = ReceivedFile.objects.create(
                    connection=self.connection,
                    channel=ReceivedFile.Channel.FOLDER,
                    kind=_KINDS[purpose],
                    name=safe,
                    path=stored.path,
                    size=stored.size,
                    # what is wrong with an archive must not keep the files beside it
                    upload=0 if purpose == "archive" else upload,
                )
                if not row.upload:
                    row.upload = row.pk
                    row.save(update_fields=["upload"])
        except BaseException:
            shelf.discard(stored)
            raise
        return row

    def _runs_of(self, row: ReceivedFile) -> list[Run]:
        """Runs of a stored file: none for a picture, one for each exchange file of an archive."""
        if row.kind == ReceivedFile.Kind.PICTURE:
            return []
        files = [row]
        if row.kind == ReceivedFile.Kind.ARCHIVE:
            files = []
            for name in sorted(unpacking.exchange_names(row), key=_rank):
                packed = running.packed_row(row, name)
                packed.kind = _KINDS[purpose_of(name, b"") or "goods"]
                packed.save(update_fields=["kind"])
                files.append(packed)
            if not files:
                self._keep_pictures(row)
        return [
            running.run_of(file=file, queue=self.queue, trigger=self.trigger, by=self.by)
            for file in files
        ]

    def _keep_pictures(self, row: ReceivedFile) -> None:
        """Store pictures that came without goods: no run does it for them."""
        unpacking.unpack_upload(row, beat=self.beat)
        running.keep_pictures(receiving.upload_of(row), queue=self.queue, beat=self.beat)

    def _close(self, token: str, handed: Sequence[Handed]) -> None:
        wanted = {pk for each in handed for pk in each.runs}
        runs = Run.objects.filter(connection=self.connection, pk__in=wanted).in_bulk()
        lying = set(places.lying(self.folder, f"{TAKEN}/{token}"))
        for each in handed:
            if each.name not in lying:
                continue
            mine = [runs[pk] for pk in each.runs if pk in runs]
            if any(run.state in OPEN for run in mine):
                continue
            failed = [run for run in mine if run.state == Run.State.FAILED]
            if failed:
                self._fail(token, each.name, "\n".join(map(running.failure_words, failed)))
                continue
            day = f"{timezone.localdate():%Y-%m-%d}"
            name = f"{TAKEN}/{token}/{each.name}"
            try:
                places.move(self.folder, name, f"{DONE}/{day}/{token}/{each.name}")
            except OSError as error:
                log.warning("base %s: %r stays claimed: %s", self.connection.pk, name, error)
        self._forget_empty(token)

    def _fail(self, token: str, name: str, words: str) -> None:
        """Put a claimed file where a person finds it, with the reason beside it."""
        source, target = f"{TAKEN}/{token}/{name}", f"{FAILED}/{token}/{name}"
        try:
            places.move(self.folder, source, target)
            self._explain(target, words)
        except FileNotFoundError:
            # somebody has taken it away: there is nothing to tell of
            return
        except OSError as error:
            # something is in the way there; the next look tries again, and others are taken
            log.warning("base %s: %r stays claimed: %s", self.connection.pk, source, error)
            return
        self._forget_empty(token)

    def _explain(self, target: str, words: str) -> None:
        places.write(self.folder, places.beside(target, ".txt"), f"{words}\n".encode())

    def _forget_empty(self, token: str) -> None:
        if not places.lying(self.folder, f"{TAKEN}/{token}"):
            places.remove_below(self.folder, f"{TAKEN}/{token}")
            handing.forget(self.connection, token)

    def _put_away_odd(self, odd: Sequence[Path]) -> None:
        """Links and special files: never opened, told about once."""
        words = _("Links and special files are not followed: put the file itself here.")
        for path in odd:
            name = path.relative_to(self.folder).as_posix()
            try:
                places.move(self.folder, name, f"{FAILED}/links/{name}")
                self._explain(f"{FAILED}/links/{name}", words)
            except OSError as error:
                log.warning("base %s: %r is left alone: %s", self.connection.pk, name, error)


class _Later(Exception):
    """There is no room now; the file stays claimed and is handed over when there is."""


def _is_whole(file: Found, now: float) -> bool:
    """Whether the file ends as it must, or has had its time to."""
    if file.is_ready or now - file.touched > places.UNFINISHED_SECONDS:
        return True
    try:
        match kind_of(file.name):
            case "exchange":
                return receiving.ends_whole(file.path)
            case "archive":
                return is_whole_archive(file.path)
    except OSError:
        return False
    return True


def _rank(name: str) -> tuple[int, int, str]:
    """Pictures and archives of them first, then goods before offers, then all the rest."""
    bare = name.rpartition("/")[2].lower()
    place = next((n for n, begins in enumerate(_RANKS) if bare.startswith(begins)), len(_RANKS))
    return (0 if kind_of(name) == "other" and not bare.endswith(".txt") else 1, place, name)


def _chained(head: bytes, rest: Iterator[bytes], beat: Callable[[], None]) -> Iterator[bytes]:
    yield head
    for piece in rest:
        beat()
        yield piece


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return _("The file cannot be read: %(error)s") % {"error": error.strerror or str(error)}
    return str(error)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


schedule.PULLS[Schedule.Channel.FOLDER] = pull
