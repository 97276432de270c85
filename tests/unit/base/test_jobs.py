"""What is kept of the periodic tasks."""

from __future__ import annotations

import pytest

from base import jobs
from base.models import JobState

pytestmark = pytest.mark.django_db


def nothing() -> None:
    """Succeeds."""


def broken() -> None:
    raise RuntimeError("the disk is full")


def test_a_task_is_put_off() -> None:
    put: list[tuple[float, str]] = []
    task: jobs.Task[[str]] = jobs.Task(lambda name, delay: put.append((delay, name)), print)
    task.after(3, "again")
    assert put == [(3, "again")]


def test_a_periodic_task_keeps_one_row_with_its_last_success() -> None:
    for _ in range(2):
        jobs.noted("sync.tasks.sweep", nothing)
    row = JobState.objects.get()
    assert (row.name, row.runs, row.failures, row.error) == ("sync.tasks.sweep", 2, 0, "")
    assert row.finished_at is not None
    assert row.started_at <= row.finished_at == row.succeeded_at


def test_a_failure_is_kept_until_the_next_success() -> None:
    jobs.noted("job", nothing)
    succeeded_at = JobState.objects.get().succeeded_at
    for _ in range(2):
        with pytest.raises(RuntimeError):
            jobs.noted("job", broken)
    row = JobState.objects.get()
    assert (row.runs, row.failures) == (3, 2)
    assert row.error == "RuntimeError: the disk is full"
    assert row.succeeded_at == succeeded_at
    jobs.noted("job", nothing)
    assert (JobState.objects.get().failures, JobState.objects.get().error) == (0, "")
