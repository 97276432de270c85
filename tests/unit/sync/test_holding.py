"""Who is busy with a run, which runs nobody is busy with, and how a run ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sync import holding, leases
from sync.models import Run
from tests.factories.sync import RunFactory

pytestmark = pytest.mark.django_db


def test_one_worker_at_a_time_gets_an_open_run() -> None:
    run = RunFactory()
    with holding.at_work(run.pk, "first") as mine:
        assert mine == run
        with holding.at_work(run.pk, "second") as theirs:
            assert theirs is None
    with holding.at_work(run.pk, "second") as free_again:
        assert free_again == run


def test_a_run_that_has_ended_is_nobodys_work() -> None:
    run = RunFactory(state=Run.State.DONE)
    with holding.at_work(run.pk, "worker") as mine:
        assert mine is None
    assert leases.held(holding.lease_of_run(run.pk)) == ""


def test_a_worker_that_loses_its_lease_leaves_the_run_to_the_other() -> None:
    run = RunFactory()
    with holding.at_work(run.pk, "slow"):
        raise leases.LostLease
    run.refresh_from_db()
    assert run.state == Run.State.QUEUED


def test_left_are_open_runs_that_nobody_holds() -> None:
    now = timezone.now()
    dead, busy = RunFactory.create_batch(2, state=Run.State.RUNNING)
    young = RunFactory()
    RunFactory(state=Run.State.FAILED)
    leases.acquire(holding.lease_of_run(busy.pk), "worker")
    runs = Run.objects.all()
    assert holding.left(runs, now) == [dead.pk]
    later = now + holding.WAITS + timedelta(seconds=1)
    assert holding.left(runs, later) == [dead.pk, busy.pk, young.pk]
    assert holding.left(runs.none(), later) == []


def test_an_end_keeps_what_no_column_can_hold_out_of_its_words() -> None:
    run = RunFactory()
    holding.finish(run, error="torn\ud800\x00")
    run.refresh_from_db()
    assert (run.state, run.started_at == run.finished_at) == (Run.State.FAILED, True)
    assert run.error.startswith("torn")
    holding.finish(run, title="all is well")
    run.refresh_from_db()
    assert (run.state, run.error, run.title) == (Run.State.DONE, "", "all is well")
