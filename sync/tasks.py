"""Work of the exchange that is not done while 1C waits for an answer."""

from __future__ import annotations

from django.utils import timezone

from base.jobs import crontab, periodic, task
from sync import pictures
from sync.files import receiving
from sync.goods import rebinding, rewording
from sync.models import Run
from sync.runs import leftovers, pruning, running
from sync.watching import alarms, schedule


@task()
def import_file(run_id: int) -> None:
    """Import the file of a queued run."""
    running.process(run_id, queue=QUEUE)


@task(priority=-5)
def import_for_person(run_id: int) -> None:
    """Import the file of a run that a person started: what 1C sends goes first."""
    running.process(run_id, queue=QUEUE)


def put_import(run_id: int) -> None:
    """Put a run into the queue, those of persons behind all others."""
    personal = Run.objects.filter(pk=run_id, trigger=Run.Trigger.PERSON).exists()
    (import_for_person if personal else import_file).later(run_id)


@task(priority=-10)
def make_sizes(picture_id: int) -> None:
    """Make the sizes of a picture that was kept; 1C waits for imports, so this comes last."""
    pictures.make_sizes(picture_id)


@task()
def bind_twins(run_id: int) -> None:
    """Bind the goods of a queued run that 1C tells under another identifier."""
    rebinding.process(run_id)


QUEUE = running.Queue(import_file=put_import, make_sizes=make_sizes.later)
"""Our own queue, for those whom the tasks call in turn."""


@periodic(crontab(minute="*"))
def sweep() -> None:
    """Go on with what stands still."""
    running.sweep(at=timezone.now(), queue=QUEUE)
    leftovers.sweep(at=timezone.now(), queue=QUEUE)
    for run_id in rebinding.abandoned(timezone.now()):
        bind_twins.later(run_id)


@periodic(crontab(minute="*/10"))
def reword_pending() -> None:
    """Go on with the units whose goods a killed worker has left without their word."""
    rewording.reword_pending(at=timezone.now())


@periodic(crontab(minute="17", hour="3"))
def clear_old() -> None:
    """Remove files that nobody will ask for again."""
    receiving.clear_old(at=timezone.now())


@periodic(crontab(minute="27", hour="3"))
def prune() -> None:
    """Forget sessions, runs and rows of files that tell nothing any more."""
    pruning.prune(at=timezone.now())


@periodic(crontab(minute="47", hour="3"))
def collect_pictures() -> None:
    """Remove pictures that no product has had for long."""
    pictures.collect(at=timezone.now())


@periodic(crontab(minute="*"))
def fetch_due() -> None:
    """Fetch what is due by its schedule."""
    schedule.start_due(timezone.now())


@periodic(crontab(minute="*"))
def check_alarms() -> None:
    """Tell of data that are late and of what else waits for a person."""
    alarms.check(timezone.now())
