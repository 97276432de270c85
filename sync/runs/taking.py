"""What every worker does that takes a stored file into the mirror, whatever is in the file."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import OperationalError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from sync import holding, leases, ports
from sync.intake import orders
from sync.intake.book import Book, reason
from sync.models import ChangeBatch, Run
from sync.onec.commerceml import BadFile
from sync.runs import rehearsing

logger = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
"""How long a run is tried again while the database fails, from the last chunk it has saved."""


def is_stuck(run: Run, saved_at: datetime | None) -> bool:
    """Whether the database has let the run save nothing for longer than :data:`PATIENCE`.

    `saved_at` is when this worker saved a chunk last. What others saved before a kill is known by
    its change batches.
    """
    batch = run.batches.aggregate(at=Max("at"))["at"]
    known = [each for each in (run.started_at, batch, saved_at) if each is not None]
    return bool(known) and timezone.now() - max(known) > PATIENCE


class Taking(ABC):
    """One worker's work on one run."""

    def __init__(self, run: Run, owner: str) -> None:
        self.run = run
        self.owner = owner
        self.book: Book | None = None
        self.saved_at: datetime | None = None
        self.rehearsal = rehearsing.Rehearsal(run) if run.is_rehearsal else None

    @abstractmethod
    def take_file(self) -> None:
        """Take what the file holds behind the place reached.

        Raises BadFile, OSError, LostLease, OperationalError.
        """

    @abstractmethod
    def verdict(self) -> str:
        """Why the run failed although its file was read to the end; empty when it did not."""

    def begin(self) -> None:
        """The run is being taken from now on."""
        self.run.state = Run.State.RUNNING
        self.run.started_at = self.run.started_at or timezone.now()
        self.run.save(update_fields=["state", "started_at"])

    def go(self) -> None:
        """Take the run to its end.

        Raises what is not the file's fault. While the database fails the run stays open, and the
        sweeper goes on with it.
        """
        self.begin()
        try:
            self.take_file()
        except BadFile as error:
            self.end(_in_words(error))
        except OSError as error:
            self.end(f"{gettext('the file cannot be read')}: {error.strerror or error}")
        except leases.LostLease:
            raise
        except OperationalError as error:
            if is_stuck(self.run, self.saved_at):
                self.end(holding.portal_error(error))
            raise
        except Exception as error:
            logger.exception("run %s failed", self.run.pk)
            self.end(holding.portal_error(error))
            raise
        else:
            self.end(self.verdict())

    def end(self, error: str) -> None:
        """The run has ended: tell the owners of orders and the followers of the mirror."""
        holding.finish(self.run, error=error)
        if self.book is not None:
            orders.tell(self.book)
        if ChangeBatch.objects.filter(run=self.run).exists():
            ports.tell_mirror_changed()

    def save(self, book: Book, position: int | None) -> None:
        """Part of the chunk's transaction: the place reached, and a sign of life."""
        book.close_chunk(position)
        self.beat()
        self.saved_at = timezone.now()

    def turn(self) -> AbstractContextManager[None]:
        """The lease of the base, for one chunk."""
        name = holding.lease_of_connection(self.run.connection_id)
        return leases.turn(name, self.owner, beat=self.beat)

    def beat(self) -> None:
        """A sign of life. Raises LostLease when somebody else has the run now."""
        if not leases.renew(holding.lease_of_run(self.run.pk), self.owner):
            raise leases.LostLease


def _in_words(error: BadFile) -> str:
    told = reason(ValueError(*error.args))
    return f"{gettext('line %(line)s') % {'line': error.line}}: {told}" if error.line else told
