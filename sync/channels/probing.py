"""Trying whether a base answers by OData, and to what: before a schedule relies on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from sync.channels.asking import (
    Asker,
    NotPublished,
    PullFailed,
    Refused,
    Unreachable,
    asker,
    object_name,
)
from sync.channels.odata import dialect_of
from sync.models import Connection
from sync.onec.odata_queries import Dialect, Lookup, Part, address, probe_address

READ_SECONDS = 15.0
WHOLE_SECONDS = 40.0
"""A person waits: what was not asked by then is said to be left."""


class Probe(NamedTuple):
    """What became of one question. `ok` is None for what was not asked any more.

    `kind` is the kind of the schedule that wants the entity. Without one that is not `needed` the
    others come all the same, and know less.
    """

    entity: str
    ok: bool | None
    words: str
    kind: str = ""
    needed: bool = True

    @property
    def name(self) -> str:
        """How people at 1C call it."""
        return object_name(self.entity)


def probe(connection: Connection, *, seconds: float = WHOLE_SECONDS) -> list[Probe]:
    """Ask for one row of everything that schedules may want; what came of each.

    When nobody answers at the address, or the password is wrong, that is the one result, with the
    address in place of an entity.
    """
    try:
        with asker(connection, attempts=1, read_seconds=READ_SECONDS) as base:
            dialect = dialect_of(connection, base)
            return list(_all(base, dialect, time.monotonic() + seconds))
    except PullFailed as failure:
        return [Probe(connection.odata_url, False, str(failure))]


def _all(base: Asker, dialect: Dialect, until: float) -> Iterator[Probe]:
    every = [(kind, part) for kind, parts in dialect.parts.items() for part in parts]
    needed = {each.entities for _kind, part in every for each in part.lookups if each.needed}
    asked = set()
    for kind, part in every:
        asked.add(part.entities)
        yield _guarded(until, kind, part.entities, True, partial(_part, base, part))
    for kind, part in every:
        for lookup in part.lookups:
            if lookup.entities not in asked:
                asked.add(lookup.entities)
                ask = partial(_lookup, base, lookup)
                yield _guarded(until, kind, lookup.entities, lookup.entities in needed, ask)


def _guarded(
    until: float,
    kind: str,
    entities: tuple[str, ...],
    needed: bool,
    ask: Callable[[], tuple[str, str]],
) -> Probe:
    """One result. Unreachable goes through where it says that nothing will answer."""
    if time.monotonic() > until:
        return Probe(entities[-1], None, _("Not asked: the base answers too slowly."), kind, needed)
    try:
        entity, words = ask()
    except Unreachable as failure:
        if failure.is_final:
            raise
        return Probe(entities[-1], False, str(failure), kind, needed)
    except PullFailed as failure:
        return Probe(entities[-1], False, str(failure), kind, needed)
    return Probe(entity, True, words, kind, needed)


def _part(base: Asker, part: Part) -> tuple[str, str]:
    since: datetime | None = None
    if part.days:
        since = (timezone.now() - timedelta(days=1)).replace(tzinfo=None, microsecond=0)
    for entity in part.entities:
        try:
            base.ask(address(entity, part, top=1, since=since), entity=entity)
        except NotPublished:
            continue
        except Refused:
            base.ask(address(entity, part, top=1, since=since, selects=False), entity=entity)
            return entity, _("Answers; it lacks a field, so whole rows are asked for.")
        return entity, _("Answers.")
    raise NotPublished(part.entities[-1])


def _lookup(base: Asker, lookup: Lookup) -> tuple[str, str]:
    for entity in lookup.entities:
        try:
            base.ask(probe_address(entity), entity=entity)
        except NotPublished:
            continue
        return entity, _("Answers.")
    raise NotPublished(lookup.entities[-1])
