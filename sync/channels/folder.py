"""A folder into which a base writes files, and from which it takes orders.

For bases that can only write files: what they write is handed over like an upload of the exchange,
by the same code, and every file ends where a person finds it, in `.done` or, with the reason
beside it, in `.failed`. Between the two it lies in `.taken`: whatever is killed in the middle goes
on from there, and a file is rather taken twice than not at all, because taking the same content
again changes nothing. Rules in words: docs/features/folder.md.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base.models import User
from sync import leases
from sync.channels import places
from sync.channels.places import DONE, FAILED, TAKEN, Found, Locked, NoFolder
from sync.files import receiving, shelf, unpacking
from sync.files.receiving import Refused
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

LOOK_AGAIN_SECONDS = 1.0
LEASE_SECONDS = 300.0
PATIENCE_SECONDS = 60.0
KEPT_FOR = timedelta(days=14)
"""How long files that were taken stay in `.done`."""

MANIFEST = ".files.jsonl"
"""Beside claimed files: which of them have been handed over, and to which runs."""

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


@dataclass
class _Handed:
    """A claimed file on its way: its row, and the runs that take it."""

    name: str
    file: int
    runs: list[int] = field(default_factory=list)


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
        _forget_done(folder, timezone.now())
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
        place = self.folder / TAKEN / token
        claimed = list(self._claim(ready, place))
        return self._hand_over(place, claimed)

    def close_taken(self) -> None:
        """Put away what has been imported; hand over what was claimed and left lying."""
        taken = self.folder / TAKEN
        if not taken.is_dir():
            return
        for place in sorted(each for each in taken.iterdir() if each.is_dir()):
            handed = _manifest(place)
            known = {each.name for each in handed}
            lying = [name for name in _names(place) if name not in known]
            if lying:
                self._hand_over(place, lying)
                handed = _manifest(place)
            self._close(place, handed)

    def _claim(self, files: Sequence[Found], place: Path) -> Iterator[str]:
        for each in files:
            self.beat()
            try:
                if places.claim(each, place) is not None:
                    yield each.name
            except Locked:
                # somebody holds it open: the next look tries again
                continue

    def _hand_over(self, place: Path, names: Iterable[str]) -> list[Run]:
        """Store all files of one look, then make their runs: pictures are there before goods."""
        stored: list[tuple[_Handed, ReceivedFile]] = []
        upload = 0
        for name in names:
            self.beat()
            try:
                row = self._store(place, name, upload)
            except _Later:
                continue
            except (Refused, OSError) as error:
                self._fail(place, name, _words(error))
                continue
            if row.kind != ReceivedFile.Kind.ARCHIVE:
                upload = upload or row.upload
            stored.append((_Handed(name, row.pk), row))
        runs: list[Run] = []
        for handed, row in sorted(stored, key=lambda each: _rank(each[0].name)):
            try:
                made = self._runs_of(row)
            except Refused as error:
                self._fail(place, handed.name, _words(error))
                continue
            handed.runs = [run.pk for run in made]
            _note(place, handed)
            runs += made
        others = [row for _handed, row in stored if row.upload == upload]
        if others and all(row.kind == ReceivedFile.Kind.PICTURE for row in others):
            self._keep_pictures(others[0])
        return runs

    def _store(self, place: Path, name: str, upload: int) -> ReceivedFile:
        safe = receiving.checked_name(name)
        path = place / name
        size = os.lstat(path).st_size
        if size > settings.EXCHANGE_FILE_BYTES:
            raise Refused(_("The file “%(name)s” is too large.") % {"name": safe[:200]})
        if not size:
            raise Refused(_("The file “%(name)s” is empty.") % {"name": safe[:200]})
        if not receiving.has_room():
            # it waits where it is for room
            raise _Later
        pieces = places.content(path)
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

    def _close(self, place: Path, handed: Sequence[_Handed]) -> None:
        states = {
            run.pk: run
            for run in Run.objects.filter(pk__in={pk for each in handed for pk in each.runs})
        }
        for each in handed:
            path = place / each.name
            if not os.path.lexists(path):
                continue
            runs = [states[pk] for pk in each.runs if pk in states]
            if any(run.state in running.OPEN for run in runs):
                continue
            failed = [run for run in runs if run.state == Run.State.FAILED]
            if failed:
                self._fail(place, each.name, "\n".join(map(running.failure_words, failed)))
            else:
                day = f"{timezone.localdate():%Y-%m-%d}"
                places.move(path, self.folder / DONE / day / place.name / each.name)
        if not _names(place):
            shutil.rmtree(place, ignore_errors=True)

    def _fail(self, place: Path, name: str, words: str) -> None:
        target = self.folder / FAILED / place.name / name
        try:
            places.move(place / name, target)
        except FileNotFoundError:
            # somebody has taken it away: there is nothing to tell of
            return
        places.write(target.with_name(target.name + ".txt"), f"{words}\n".encode())
        if not _names(place):
            shutil.rmtree(place, ignore_errors=True)

    def _put_away_odd(self, odd: Sequence[Path]) -> None:
        """Links and special files: never opened, told about once."""
        for path in odd:
            target = self.folder / FAILED / "links" / path.relative_to(self.folder)
            try:
                places.move(path, target)
            except OSError:
                continue
            words = _("Links and special files are not followed: put the file itself here.")
            places.write(target.with_name(target.name + ".txt"), f"{words}\n".encode())


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


def _manifest(place: Path) -> list[_Handed]:
    try:
        lines = (place / MANIFEST).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            told = json.loads(line)
            found.append(_Handed(told["name"], told["file"], told["runs"]))
        except (ValueError, KeyError, TypeError):
            # a line cut off by a kill: its file is handed over once more
            continue
    return found


def _note(place: Path, handed: _Handed) -> None:
    line = json.dumps(
        {"name": handed.name, "file": handed.file, "runs": handed.runs}, ensure_ascii=False
    )
    with (place / MANIFEST).open("a", encoding="utf-8") as opened:
        # the line before may have been cut off
        opened.write(f"\n{line}\n")
        opened.flush()
        os.fsync(opened.fileno())


def _names(place: Path) -> list[str]:
    """Files below a place of claimed ones."""
    return sorted(
        path.relative_to(place).as_posix()
        for path in place.rglob("*")
        if path.name != MANIFEST and not path.is_dir()
    )


def _forget_done(folder: Path, at: datetime) -> None:
    """Remove what was taken long ago."""
    done = folder / DONE
    if not done.is_dir():
        return
    oldest = f"{timezone.localtime(at - KEPT_FOR):%Y-%m-%d}"
    for day in done.iterdir():
        if day.is_dir() and not day.is_symlink() and day.name < oldest:
            shutil.rmtree(day, ignore_errors=True)


schedule.PULLS[Schedule.Channel.FOLDER] = pull
