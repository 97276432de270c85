"""Tasks of the queue, with types.

A task takes ids and makes one call. It is put into the queue when the open transaction commits,
never before: the worker would not see the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, ParamSpec

from django.utils import timezone
from huey import crontab
from huey.contrib import djhuey

from base.models import JobState

P = ParamSpec("P")

__all__ = ["Task", "crontab", "periodic", "task"]


class Task(Generic[P]):
    """A function that the worker runs."""

    def __init__(self, wrapper: Any, function: Callable[P, None]) -> None:
        self._wrapper = wrapper
        self._function = function

    def now(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run it here, in this process."""
        self._function(*args, **kwargs)

    def later(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Put it into the queue when the transaction commits (at once outside of one)."""
        self._wrapper(*args, **kwargs)

    def after(self, seconds: float, *args: P.args, **kwargs: P.kwargs) -> None:
        """As `later`, to be run when so much time has passed."""
        self._wrapper(*args, **kwargs, delay=seconds)


def task(
    *, retries: int = 0, retry_delay: int = 10, priority: int | None = None
) -> Callable[[Callable[P, None]], Task[P]]:
    """Make a function a task: `@task()` and then `name.later(id)`."""

    def decorate(function: Callable[P, None]) -> Task[P]:
        wrapper = djhuey.on_commit_task(
            retries=retries, retry_delay=retry_delay, priority=priority
        )(function)
        return Task(wrapper, function)

    return decorate


def periodic(schedule: Callable[..., bool]) -> Callable[[Callable[[], None]], Task[[]]]:
    """Make a function a task that the worker starts by `schedule` (see `crontab`)."""

    def decorate(function: Callable[[], None]) -> Task[[]]:
        @wraps(function)
        def with_row() -> None:
            noted(f"{function.__module__}.{function.__name__}", function)

        return Task(djhuey.db_periodic_task(schedule)(with_row), function)

    return decorate


def noted(name: str, function: Callable[[], None]) -> None:
    """Run a periodic task and keep in its row how that went."""
    started_at = timezone.now()
    row, _made = JobState.objects.update_or_create(
        name=name, defaults={"started_at": started_at, "finished_at": None}
    )
    error = ""
    try:
        function()
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"[:2000]
        raise
    finally:
        row.finished_at = timezone.now()
        row.runs += 1
        row.failures = row.failures + 1 if error else 0
        row.error = error
        row.succeeded_at = row.succeeded_at if error else row.finished_at
        row.save(update_fields=["finished_at", "runs", "failures", "error", "succeeded_at"])
