"""Rows on their way into the mirror, and the lock they enter under: all that differs by database.

Staging tables are temporary: on PostgreSQL filled by COPY, on SQLite outside the application's
file. Everything above this module is written once, in SQL that both understand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, cast

from django.db import connection, transaction

Row = Sequence[Any]
Columns = Sequence[tuple[str, str]]
"""Name and SQL type of each column."""

_LOCK_KEY = 7_230_045_118_264_001
"""The one advisory lock under which change batches are numbered and committed."""


class Staging(Protocol):
    """What the merge asks of a database."""

    distinct: str
    """The operator that compares two row values and takes NULL for a value."""

    portion: int
    """Rows that one transaction may merge without keeping other writers waiting."""

    def fill(self, name: str, columns: Columns, rows: Sequence[Row]) -> None:
        """Empty the staging table `name` and put the rows into it."""

    def locked(self, fill: Callable[[], None]) -> AbstractContextManager[None]:
        """A transaction that alone may change the mirror; `fill` runs before the lock is taken."""

    def among(self, column: str) -> str:
        """A condition with one parameter, made by `listed`: the column is in the list."""

    def by_ref(self, select: str) -> str:
        """A query with one parameter, made by `listed` of texts: what `select` finds for each.

        `select` finds at most one row, and ends with the column that is to be equal to a text.
        """

    def listed(self, texts: Sequence[Any]) -> Any:
        """The parameter for `among` out of texts or numbers."""


_encode = json.encoder.c_make_encoder  # type: ignore[attr-defined]
_pieces = _encode and _encode(
    None, None, json.encoder.encode_basestring, None, ":", ",", False, False, True
)
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """JSON as staging rows carry it: text, the same for the same value."""
    # the encoder made once: `json` makes one for each call, which costs more than the encoding
    return "".join(_pieces(value, 0)) if _pieces else _plain(value)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _described(columns: Columns, connection_id: int) -> str:
    own = f"connection_id bigint DEFAULT {int(connection_id)}"
    return ", ".join([*(f"{name} {kind}" for name, kind in columns), own])


def _named(columns: Columns) -> str:
    return ", ".join(name for name, _kind in columns)


def _copy_line(row: Row) -> str:
    """A row as COPY reads it."""
    told = [each if each.__class__ is str else _copy_value(each) for each in row]
    line = "\t".join(told)
    # what is to be escaped shows in the whole line: more of it than the row's own marks
    if (
        line.count("\\") != row.count(None)
        or line.count("\t") != len(told) - 1
        or "\n" in line
        or "\r" in line
    ):
        return "\t".join(
            each.translate(_ESCAPES) if isinstance(each, str) else _copy_value(each) for each in row
        )
    return line


def _copy_value(value: Any) -> str:
    if value is None:
        return "\\N"
    if value.__class__ is bool:
        return "t" if value else "f"
    return str(value)


def _array_value(value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    if '"' in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def staging(connection_id: int) -> Staging:
    """The staging of the database in use, for rows of one base.

    Each staged row also has a column `connection_id`. The merge joins by it and not by a constant:
    with a constant, a table without statistics looks so small to PostgreSQL that it goes through
    the staged rows once for each row of the table.
    """
    if connection.vendor == "postgresql":
        return _PostgreSQL(connection_id)
    return _SQLite(connection_id)


class _SQLite:
    distinct = "IS NOT"
    portion = 500  # SQLite has one writer: a buyer's order waits for the whole merge

    def __init__(self, connection_id: int) -> None:
        self._connection_id = connection_id
        self._made: set[str] = set()
        with connection.cursor() as cursor:
            # a mapped database counts as the worker's memory and grows with the catalogue; the
            # merge looks rows up all over it and gains nothing by the map
            cursor.execute("PRAGMA mmap_size = 0")

    def fill(self, name: str, columns: Columns, rows: Sequence[Row]) -> None:
        marks = ", ".join(["%s"] * len(columns))
        # a deferred transaction that writes only temporary tables leaves the application's file
        # alone; without one each row would be a transaction of its own
        own = not connection.in_atomic_block
        with connection.cursor() as cursor:
            if own:
                cursor.execute("BEGIN DEFERRED")
            try:
                if name not in self._made:
                    cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
                    cursor.execute(
                        f"CREATE TEMP TABLE {name} ({_described(columns, self._connection_id)})"
                    )
                    self._made.add(name)
                else:
                    cursor.execute(f"DELETE FROM temp.{name}")  # noqa: S608
                cursor.executemany(
                    f"INSERT INTO temp.{name} ({_named(columns)}) VALUES ({marks})",  # noqa: S608
                    rows,
                )
            except BaseException:
                self._made.discard(name)
                if own:
                    cursor.execute("ROLLBACK")
                raise
            if own:
                cursor.execute("COMMIT")

    @contextmanager
    def locked(self, fill: Callable[[], None]) -> Iterator[None]:
        fill()
        with transaction.atomic():
            yield

    def among(self, column: str) -> str:
        return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608

    def by_ref(self, select: str) -> str:
        return self.among(select)

    def listed(self, texts: Sequence[Any]) -> Any:
        return dumps(list(texts))


_BY_INDEX = "SELECT " + ", ".join(
    f"set_config('{name}', 'off', true)"
    for name in ("jit", "enable_hashjoin", "enable_mergejoin", "enable_seqscan")
)
"""Each staged row looks its own up by an index: what a chunk costs does not grow with the table,
whatever PostgreSQL knows of it. While a table fills, its statistics are always those of before."""


class _PostgreSQL:
    distinct = "IS DISTINCT FROM"
    portion = 1000

    def __init__(self, connection_id: int) -> None:
        self._connection_id = connection_id
        self._made: set[str] = set()

    def fill(self, name: str, columns: Columns, rows: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            if name not in self._made:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
                cursor.execute(
                    f"CREATE TEMP TABLE {name} ({_described(columns, self._connection_id)}) "
                    "ON COMMIT DELETE ROWS"
                )
                self._made.add(name)
            else:
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608
            with cast("Any", cursor).copy(f"COPY {name} ({_named(columns)}) FROM STDIN") as copy:
                copy.write("\n".join(map(_copy_line, rows)))

    @contextmanager
    def locked(self, fill: Callable[[], None]) -> Iterator[None]:
        try:
            with transaction.atomic():
                fill()
                with connection.cursor() as cursor:
                    cursor.execute(_BY_INDEX)
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
                yield
        except BaseException:
            # tables made in the transaction went with it
            self._made.clear()
            raise

    def among(self, column: str) -> str:
        return f"{column} = ANY(%s)"

    def by_ref(self, select: str) -> str:
        # with a plain list PostgreSQL reads all rows of a base of which it thinks too little, as
        # it does while a table fills: a thousand rows would cost as much as the whole catalogue
        found = f"LATERAL ({select} = asked.ref LIMIT 1) found"
        return f"SELECT found.* FROM unnest(%s::text[]) AS asked(ref) CROSS JOIN {found}"  # noqa: S608

    def listed(self, texts: Sequence[Any]) -> Any:
        # the text of an array: a list would be quoted value by value, at the cost of the statement
        return "{" + ",".join(map(_array_value, texts)) + "}"
