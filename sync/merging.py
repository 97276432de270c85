"""Bulk writing of the mirror: one statement a table that touches only rows that differ.

A `Target` says how staged rows become rows of a mirror table. `merge` inserts and updates,
`amend` updates only. Both obey the receipt: what a later file said is never overwritten by an
earlier one. `changed_in` moves only where a value differs; a row whose raw element changed
without changing a value gets the new digest alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection, models

from sync.models import ChangeBatch, Run
from sync.staging import Columns, Row, Staging

_STAMPS = ("changed_in", "changed_at")


@dataclass(frozen=True)
class Target:
    """A table of the mirror and the way into it.

    `staged` names the columns of a staged row; those that the table does not have are texts.
    `values` maps a column of the table to the SQL of its new value over `s` (the staged row) and
    `t` (the present row or NULLs); a staged column of the same name is its own value unless
    listed here. `joins` may lead to other tables. Every row also carries `digest` and `receipt`,
    the last two of `staged`; `s.connection_id` is the base.
    """

    name: str
    model: type[models.Model]
    staged: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    key: tuple[str, ...] = ("connection_id", "ref")
    returning: tuple[str, ...] = ("ref",)
    with_present: bool = False

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.model._meta.db_table

    @property
    def stage(self) -> str:
        """Name of its staging table."""
        return f"staged_{self.name}"

    @cached_property
    def columns(self) -> Columns:
        """Columns of the staging table with the types of the table's own."""
        types = {each.column: each.db_type(connection) for each in self.model._meta.fields}
        return [(name, types.get(name) or "text") for name in self.staged]

    @cached_property
    def data(self) -> dict[str, str]:
        """Compared columns of the table, each with the SQL of its value."""
        own = {each.column for each in self.model._meta.fields}
        quiet = {*self.key, "connection_id", "digest", "receipt"}
        found = {name: f"s.{name}" for name in self.staged if name in own and name not in quiet}
        return {**found, **{k: v for k, v in self.values.items() if k not in quiet}}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a new row has in the columns that nobody stages: the portal's own, never updated."""
        told = {*self.key, *self.data, "connection_id", "digest", "receipt", *_STAMPS}
        return {
            str(each.column): each.get_db_prep_save(each.get_default(), connection)
            for each in self.model._meta.fields
            if not each.primary_key and not each.null and each.column not in told
        }

    @property
    def pk(self) -> str:
        """Column of the primary key."""
        return str(self.model._meta.pk.column) if self.model._meta.pk else "id"


class Touched(NamedTuple):
    """A row that a merge wrote: its primary key, whether a value changed, and what was asked."""

    pk: int
    changed: bool
    extra: tuple[Any, ...]


class Batch:
    """The change batch of one transaction: its number is given out when first asked for.

    It must be asked for under the lock of `Staging.locked`; a batch in which nothing changed is
    taken back by `settle`.
    """

    def __init__(self, run: Run | None, at: datetime) -> None:
        self.at = at
        self.changes = 0
        self._run = run
        self._row: ChangeBatch | None = None

    @property
    def number(self) -> int:
        """The number rows of this transaction are marked with."""
        if self._row is None:
            self._row = ChangeBatch.objects.create(run=self._run, at=self.at)
        return self._row.pk

    def settle(self) -> bool:
        """Whether anything changed; the number is given up otherwise."""
        if self._row is not None and not self.changes:
            self._row.delete()
            self._row = None
        return self.changes > 0


def fill(staging: Staging, target: Target, rows: Sequence[Row]) -> None:
    """Put the rows into the staging table of the target."""
    staging.fill(target.stage, target.columns, rows)


def merge(staging: Staging, target: Target, batch: Batch) -> list[Touched]:
    """Insert what is new and update what differs, out of the filled staging table."""
    data = target.data
    first = {"connection_id": "s.connection_id"}
    for name in target.key:
        if name != "connection_id":
            first[name] = target.values.get(name, f"s.{name}")
    written = {
        **first,
        **data,
        **{name: f"%({name})s" for name in target.defaults},
        "digest": "s.digest",
        "receipt": "s.receipt",
        "changed_in": "%(number)s",
        "changed_at": "%(at)s",
    }
    present = ""
    if target.with_present:
        on = " AND ".join(f"t.{name} = {first[name]}" for name in target.key)
        present = f"LEFT JOIN {target.table} t ON {on}"
    sql = f"""
        INSERT INTO {target.table} ({", ".join(written)})
        SELECT {", ".join(written.values())}
        FROM {target.stage} s {target.joins} {present}
        WHERE true
        ON CONFLICT ({", ".join(target.key)}) DO UPDATE SET {_settings(staging, target, "excluded")}
        WHERE {_condition(staging, target, "excluded")}
        RETURNING {_returned(target)}
    """  # noqa: S608
    return _run(sql, batch, target.defaults)


def amend(staging: Staging, target: Target, batch: Batch) -> list[Touched]:
    """Update rows that are there already, out of the filled staging table."""
    data = target.data
    inner = {
        **{name: f"t.{name}" for name in target.key},
        **data,
        "digest": "s.digest",
        "receipt": "s.receipt",
        "changed_in": "%(number)s",
        "changed_at": "%(at)s",
    }
    selected = ", ".join(f"{value} AS {name}" for name, value in inner.items())
    on = " AND ".join(f"{target.table}.{name} = fresh.{name}" for name in target.key)
    sql = f"""
        UPDATE {target.table} SET {_settings(staging, target, "fresh")}
        FROM (
            SELECT {selected} FROM {target.stage} s {target.joins}
            JOIN {target.table} t ON t.connection_id = s.connection_id AND t.ref = s.ref
        ) AS fresh
        WHERE {on} AND {_condition(staging, target, "fresh")}
        RETURNING {_returned(target)}
    """  # noqa: S608
    return _run(sql, batch)


def mark_seen(
    staging: Staging, target: Target, connection_id: int, keys: Sequence[Any], receipt: int
) -> None:
    """Note that a later file has confirmed the rows, so that an earlier one cannot change them.

    `keys` are values of the last column of the target's key. Nothing else moves.
    """
    if not keys:
        return
    own = f"connection_id = {int(connection_id)} AND {target.key[-1]}"
    if target.key[-1] == "ref":
        among = staging.by_ref(f"SELECT {target.pk} FROM {target.table} WHERE {own}")  # noqa: S608
        where = f"{target.pk} IN ({among})"
    else:
        where = staging.among(own)
    sql = f"UPDATE {target.table} SET receipt = %s WHERE {where} AND receipt < %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [receipt, staging.listed(keys), receipt])


def known(
    staging: Staging,
    model: type[models.Model],
    connection_id: int,
    refs: Sequence[str],
    *columns: str,
) -> dict[str, tuple[Any, ...]]:
    """Columns of the rows with these refs, by ref. One query; absent ones are not there."""
    if not refs:
        return {}
    asked = ", ".join(("ref", *columns))
    where = f"connection_id = {int(connection_id)} AND ref"
    sql = staging.by_ref(f"SELECT {asked} FROM {model._meta.db_table} WHERE {where}")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [staging.listed(refs)])
        return {ref: tuple(rest) for ref, *rest in cursor.fetchall()}


def _row_values(names: Sequence[str], of: str) -> str:
    return "(" + ", ".join(f"{of}.{name}" for name in names) + ")"


def _differs(staging: Staging, target: Target, new: str, *more: str) -> str:
    names = (*target.data, *more)
    old, fresh = _row_values(names, target.table), _row_values(names, new)
    return f"{old} {staging.distinct} {fresh}"


def _settings(staging: Staging, target: Target, new: str) -> str:
    plain = [f"{name} = {new}.{name}" for name in (*target.data, "digest", "receipt")]
    differs = _differs(staging, target, new)
    moved = [
        f"{name} = CASE WHEN {differs} THEN {new}.{name} ELSE {target.table}.{name} END"
        for name in _STAMPS
    ]
    return ", ".join(plain + moved)


def _condition(staging: Staging, target: Target, new: str) -> str:
    differs = _differs(staging, target, new, "digest")
    return f"{target.table}.receipt <= {new}.receipt AND {differs}"


def _returned(target: Target) -> str:
    return ", ".join(f"{target.table}.{n}" for n in (target.pk, "changed_in", *target.returning))


def _run(sql: str, batch: Batch, more: Mapping[str, Any] = MappingProxyType({})) -> list[Touched]:
    number = batch.number
    at = connection.ops.adapt_datetimefield_value(batch.at)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**more, "number": number, "at": at})
        found = [Touched(pk, mark == number, tuple(rest)) for pk, mark, *rest in cursor.fetchall()]
    batch.changes += sum(each.changed for each in found)
    return found
