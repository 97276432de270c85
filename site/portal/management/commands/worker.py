"""`vitrina worker`: runs the queue's tasks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules

from portal import allocator, collector
from portal.health import beat
from portal.queue import huey
from search.tasks import refresh_index
from sync.watching import turns

WORKERS = 2


class Command(BaseCommand):
    """Run tasks until TERM or INT; a task at work is finished first."""

    help = "Run the tasks of the queue."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Start the consumer. It is the only one, so that locks left by a killed one are void."""
        allocator.settle()
        autodiscover_modules("tasks")
        consumer = huey.create_consumer(
            workers=WORKERS, max_delay=1.0, flush_locks=True, graceful_signal="TERM"
        )
        turns.forget_fetching()
        refresh_index.later()  # a new installation or version has no index yet
        collector.settle()
        with beat():
            consumer.run()
