"""What a full load consists of, and every identifier in it, compared by the database.

The identifiers go into temporary tables in portions, so that a million of them costs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sync.files.receiving import full_path
from sync.models import Connection, ReceivedFile, Run, Version
from sync.onec import commerceml
from sync.onec.commerceml import BadFile, Item
from sync.onec.scanning import catalogue_refs

PORTION = 2000
"""Objects read at once."""

CATALOGUE = "catalogue"
"""Kind of the `Version` rows that remember the catalogues a base has told of, and the day."""

REMEMBERED = timedelta(days=30)
"""How long a catalogue counts as one of the base after it was last told of."""

_CHANGES = -1
"""Stands for a session where an offer came in a package of changes: that tells of no others."""


class NotWhole(Exception):
    """The load is not whole; `reasons` are words for a person."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Load:
    """Files to be read, oldest first, and the sessions among theirs that are the load itself.

    `is_waiting` is whether files of it are still being imported.
    """

    files: tuple[ReceivedFile, ...]
    sessions: frozenset[int]
    is_waiting: bool = False


def resolve(connection: Connection, only: Sequence[Sequence[str]]) -> Load:
    """The load that the pairs of a run are about. Raises NotWhole."""
    every = _files_of(connection)
    uploads = [value for key, value in only if key == "upload"]
    asked = {str(key): str(value) for key, value in only}
    if uploads:
        chosen = Q()
        for told in uploads:
            session, _colon, upload = told.partition(":")
            chosen |= Q(session_id=int(session), upload=int(upload))
        own = list(every.filter(chosen))
        since = min((file.received_at for file in own), default=None)
    else:
        session, _colon, upload = asked["session"].partition(":")
        own = list(every.filter(session_id=int(session), upload=int(upload)))
        since = datetime.fromisoformat(asked["since"])
    if not own or since is None:
        raise NotWhole([_("no catalogue file came in it")])
    files = list(every.filter(received_at__gte=since)) if uploads else _with(own, every, since)
    return _checked(files, own, is_chosen=bool(uploads))


def has_files(connection: Connection, since: datetime) -> bool:
    """Whether any catalogue file has come since."""
    return _files_of(connection).filter(received_at__gte=since).exists()


def later(connection: Connection, receipt: int) -> Load:
    """What came after the file `receipt` and is still there: no load, only what was told since."""
    files = _files_of(connection).filter(pk__gt=receipt, removed_at=None).exclude(path="")
    return Load(tuple(files), frozenset())


def _files_of(connection: Connection) -> QuerySet[ReceivedFile]:
    return (
        ReceivedFile.objects.filter(connection=connection, kind=ReceivedFile.Kind.CATALOGUE)
        .exclude(session__exchange_type="reference")
        .order_by("pk")
    )


def _with(
    own: list[ReceivedFile], every: QuerySet[ReceivedFile], since: datetime
) -> list[ReceivedFile]:
    found = {file.pk: file for file in own}
    found |= {file.pk: file for file in every.filter(received_at__gte=since)}
    return [found[pk] for pk in sorted(found)]


def _checked(files: list[ReceivedFile], own: list[ReceivedFile], *, is_chosen: bool) -> Load:
    """The load of these files, unless one of them keeps it from being whole.

    Of files of the same name the last counts: what failed may have been sent again. What another
    session brought and 1C did not ask to import is no part of it.
    """
    runs: dict[int, Run] = {}
    whole = Run.objects.filter(file__in=files, is_rehearsal=False, only=[]).order_by("pk")
    for run in whole:
        if run.file_id is not None:
            runs[run.file_id] = run
    mine = {file.pk for file in own}
    last: dict[str, ReceivedFile] = {}
    faults = []
    for file in files:
        if file.pk in mine and file.pk not in runs:
            faults.append(_("“%(name)s” was not imported") % {"name": _shown(file)})
        elif file.pk in runs and (file.pk in mine or not is_chosen):
            # portions of several sessions share their names only when they are sent again
            last[file.name] = file
    states = {file: runs[file.pk].state for file in last.values()}
    faults += [
        _("“%(name)s” was not imported without failure") % {"name": _shown(file)}
        for file, state in states.items()
        if state == Run.State.FAILED
    ]
    read = [file for file in files if file.pk in runs and runs[file.pk].state == Run.State.DONE]
    faults += [
        _("“%(name)s” is no longer on the disk") % {"name": _shown(file)}
        for file in read
        if file.removed_at is not None and file.pk in mine
    ]
    if faults:
        raise NotWhole(faults)
    present = tuple(file for file in read if file.removed_at is None and file.path)
    sessions = frozenset(file.session_id for file in own if file.session_id is not None)
    if not is_chosen:
        sessions |= frozenset(file.session_id for file in present if file.session_id is not None)
    is_waiting = any(state != Run.State.DONE for state in states.values())
    return Load(present, sessions, is_waiting)


def _shown(file: ReceivedFile) -> str:
    """The name 1C gave, without the mark of a file that was set aside."""
    return file.name.partition("~")[0]


@dataclass
class Told:
    """What the files of a load told of, in temporary tables of this connection.

    `goods` counts the products told by the load itself, `receipt` is the last file read.
    """

    connection: Connection
    goods: int = 0
    receipt: int = 0
    sessions: set[int] = field(default_factory=set)
    catalogues: set[str] = field(default_factory=set)

    def count_absent_goods(self) -> int:
        """Current goods that no file told of, and that nothing later has touched."""
        return int(self._rows(f"SELECT count(*) {_ABSENT_GOODS}", *self._bounds())[0][0])

    def absent_goods(self, after: int, size: int) -> list[int]:
        """Their primary keys behind `after`, in order."""
        sql = f"SELECT p.id {_ABSENT_GOODS} AND p.id > %s ORDER BY p.id LIMIT %s"
        return [row[0] for row in self._rows(sql, *self._bounds(), after, size)]

    def count_absent_offers(self) -> int:
        """Current offers that no file told of, though the load told offers of their product."""
        sql = f"SELECT count(*) {self._absent_offers()}"
        return int(self._rows(sql, *self._bounds())[0][0])

    def absent_offers(self, after: int, size: int) -> list[int]:
        """Their primary keys behind `after`, in order."""
        sql = f"SELECT o.id {self._absent_offers()} AND o.id > %s ORDER BY o.id LIMIT %s"
        return [row[0] for row in self._rows(sql, *self._bounds(), after, size)]

    def not_among(self, ids: Sequence[int]) -> list[int]:
        """Those of the products that no file told of."""
        marks = ", ".join(["%s"] * len(ids))
        sql = (
            f"SELECT p.id FROM sync_product p WHERE p.id IN ({marks}) "  # noqa: S608
            "AND NOT EXISTS (SELECT 1 FROM load_goods t WHERE t.ref = p.ref) ORDER BY p.id"
        )
        return [row[0] for row in self._rows(sql, *ids)]

    def other_catalogues(self) -> list[str]:
        """Catalogues that the base has told of lately and the load has not."""
        known = Version.objects.filter(connection=self.connection, kind=CATALOGUE)
        since = (timezone.now() - REMEMBERED).date().isoformat()
        lately = {
            ref
            for ref, days in known.values_list("ref", "versions")
            if max(days, default="") >= since
        }
        return sorted(lately - self.catalogues)

    def _bounds(self) -> tuple[int, int]:
        return self.connection.pk, self.receipt

    def _absent_offers(self) -> str:
        sessions = ", ".join(str(int(each)) for each in sorted(self.sessions)) or "NULL"
        return f"{_ABSENT_OFFERS} AND t.session_id IN ({sessions}))"

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with database.cursor() as cursor:
            cursor.execute(sql, list(parameters))
            return list(cursor.fetchall())


_ABSENT_GOODS = """
    FROM sync_product p
    WHERE p.connection_id = %s AND NOT p.archived AND p.receipt <= %s
      AND NOT EXISTS (SELECT 1 FROM load_goods t WHERE t.ref = p.ref)
"""
_ABSENT_OFFERS = """
    FROM sync_offer o JOIN sync_product p ON p.id = o.product_id
    WHERE o.connection_id = %s AND NOT o.archived AND o.receipt <= %s AND NOT p.archived
      AND NOT EXISTS (SELECT 1 FROM load_offers t WHERE t.ref = o.ref)
      AND EXISTS (SELECT 1 FROM load_offers t WHERE t.product_ref = p.ref
"""
_MAKE = (
    "CREATE TEMP TABLE load_goods (ref varchar(255) PRIMARY KEY)",
    "CREATE TEMP TABLE load_offers (ref varchar(255), session_id bigint, product_ref varchar(255),"
    " PRIMARY KEY (ref, session_id))",
    "CREATE INDEX load_offers_product ON load_offers (product_ref, session_id)",
)
_DROP = ("DROP TABLE IF EXISTS load_goods", "DROP TABLE IF EXISTS load_offers")


@contextmanager
def told(connection: Connection, load: Load, beat: Callable[[], None]) -> Iterator[Told]:
    """Everything that the files of the load told of, while the context lasts.

    Raises NotWhole for a file that cannot be read any more.
    """
    found = Told(connection)
    _execute(*_DROP, *_MAKE)
    try:
        for file in load.files:
            found.receipt = max(found.receipt, file.pk)
            try:
                _read(file, load, found, beat)
            except (BadFile, OSError) as error:
                raise NotWhole([f"“{_shown(file)}”: {error}"]) from error
        if database.vendor == "postgresql":
            _execute("ANALYZE load_goods", "ANALYZE load_offers")
        yield found
    finally:
        _execute(*_DROP)


def note_catalogues(connection: Connection, file: ReceivedFile) -> None:
    """Remember the catalogues that a file has told of, and the day; one query when all is known."""
    today = timezone.now().date().isoformat()
    rows = Version.objects.filter(connection=connection, kind=CATALOGUE)
    known = {row.ref: row for row in rows}
    for ref in sorted(catalogue_refs(full_path(file))):
        row = known.get(ref) or Version(connection=connection, kind=CATALOGUE, ref=ref)
        if row.versions != [today]:
            Version.objects.update_or_create(
                connection=connection, kind=CATALOGUE, ref=ref, defaults={"versions": [today]}
            )


def _read(file: ReceivedFile, load: Load, found: Told, beat: Callable[[], None]) -> None:
    path = full_path(file)
    encoding = commerceml.survey(path, beat=beat)
    session = file.session_id or 0
    is_own = session in load.sessions
    if is_own:
        found.catalogues |= catalogue_refs(path)
    for items in commerceml.read(path, encoding=encoding, size=PORTION):
        goods = {ref for item in items if item.kind == "product" and (ref := item.ids()[1])}
        if goods:
            _insert("load_goods (ref)", [(ref,) for ref in goods])
            if is_own:
                found.goods += len(goods)
                found.sessions.add(session)
        offers = {row for item in items if item.kind == "offer" and (row := _offer(item, session))}
        if offers:
            _insert("load_offers (ref, product_ref, session_id)", offers)
        beat()


def _offer(item: Item, session: int) -> tuple[str, str, int] | None:
    ref, product_ref = item.ids()
    return (ref, product_ref, session if item.may_create else _CHANGES) if ref else None


def _insert(into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows into a temporary table; the application's own file is not locked for it."""
    told = list(rows)
    marks = ", ".join(["%s"] * len(told[0]))
    sql = f"INSERT INTO {into} VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
    own = database.vendor == "sqlite" and not database.in_atomic_block
    with database.cursor() as cursor:
        if own:
            cursor.execute("BEGIN DEFERRED")
        try:
            cursor.executemany(sql, told)
        except BaseException:
            if own:
                cursor.execute("ROLLBACK")
            raise
        if own:
            cursor.execute("COMMIT")


def _execute(*statements: str) -> None:
    with database.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
