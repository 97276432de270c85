"""`vitrina messages`: keep and compile the translations."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import messages
from portal.installation import ROOT


class Command(BaseCommand):
    """Add new message ids to the catalogues and compile them."""

    help = "Find message ids, add missing ones to the .po files and compile .mo files."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` changes nothing; `--compile` only compiles."""
        parser.add_argument("--check", action="store_true", help="fail when one is missing")
        parser.add_argument("--compile", action="store_true", help="only compile")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run one of the three forms."""
        if options["check"]:
            lines = messages.problems(ROOT)
            if lines:
                raise CommandError("\n".join([*lines, f"{len(lines)} messages to translate"]))
            return
        if not options["compile"]:
            for label, count in messages.add_missing(ROOT).items():
                self.stdout.write(f"{label}: {count} added")
        count = messages.compile_all(messages.app_folders(ROOT))
        self.stdout.write(f"{count} catalogues compiled")
