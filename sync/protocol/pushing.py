"""A pushed body on its way to an answer: stored, looked through, taken at once or later."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError

from sync import journal, leases
from sync.files.outcomes import Outcome
from sync.holding import Imports, lease_of_connection
from sync.intake.book import reason
from sync.models import Connection, ReceivedFile, Run
from sync.onec import push
from sync.onec.push import ENTITIES
from sync.onec.stream import BadFile
from sync.runs import inbound

AT_ONCE = 1000
"""Rows that are taken while the program waits for the answer."""
PATIENCE = 2.0
"""Seconds that it waits for others to be done with the base."""


class BadBody(Exception):
    """A body that is no sound JSON of ours; `line` and `column` count from 1, 0 where unknown."""

    def __init__(self, words: str, line: int, column: int) -> None:
        super().__init__(words)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Taken:
    """What became of a body: `outcomes` of its rows, None when they wait for the worker."""

    run: Run
    outcomes: Sequence[Outcome] | None


def take_push(
    *, connection: Connection, entity: str, body: bytes, at: datetime, queue: Imports
) -> Taken:
    """Store a body and take its rows, now or, when they are many or the base is busy, later.

    Raises BadBody, after the body was stored and its refusal journalled, and Refused when it
    could not be stored.
    """
    kind, _rows = ENTITIES[entity]
    run = inbound.accept(
        connection=connection,
        kind=kind,
        channel=ReceivedFile.Channel.PUSH,
        file_kind=ReceivedFile.Kind.PUSH,
        name=f"{entity}.json",
        content=body,
        at=at,
        queue=None,
    )
    try:
        seen = push.survey(body)
    except BadFile as error:
        words = reason(ValueError(*error.args))
        column = getattr(error, "column", 0)
        journal.fail(run=run, error=words, at=at)
        raise BadBody(words, error.line, column) from error
    if seen.count <= AT_ONCE:
        outcomes = _take_at_once(run)
        if outcomes is not None:
            run.refresh_from_db()
            return Taken(run, outcomes)
    queue.import_file(run.pk)
    return Taken(run, None)


def _take_at_once(run: Run) -> Sequence[Outcome] | None:
    """What became of the rows; None when others are at work in the base, or the database is."""
    owner = secrets.token_hex(8)
    lease = lease_of_connection(run.connection_id)
    if not leases.wait_for(lease, owner, patience=PATIENCE):
        return None
    outcomes: list[Outcome] = []
    try:
        inbound.import_records(run.pk, owner=owner, outcomes=outcomes)
    except OperationalError:
        # the run stays open, the worker goes on with it
        return None
    finally:
        leases.release(lease, owner)
    return outcomes
