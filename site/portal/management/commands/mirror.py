"""`vitrina mirror dump`: the mirror of 1C as JSON lines, to compare with the base itself."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sync import mirror


class Command(BaseCommand):
    """Print one JSON object a line for each offer, sorted by ref."""

    help = "Print the offers of the mirror with prices and stock, one JSON object a line."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with the mirror."""
        parser.add_argument("action", choices=["dump"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the lines."""
        for line in mirror.dump():
            self.stdout.write(line)
