"""`vitrina index`: brings the index of search up to date, or makes it anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import finding, indexing


class Command(BaseCommand):
    """What the worker does by itself, by hand."""

    help = "Bring the index of search up to date with the mirror of 1C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to start from nothing."""
        parser.add_argument(
            "--rebuild", action="store_true", help="make the index anew from the whole mirror"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work, then say how many products can be found."""
        if options["rebuild"]:
            if not indexing.rebuild():
                raise CommandError("Another process is writing the index; try again later.")
        else:
            indexing.refresh()
        state = finding.health()
        self.stdout.write(f"{state['documents']} products in the index, {state['behind']} behind")
