"""`vitrina access`: how to sign in to the demonstration company."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.installation import read_access


class Command(BaseCommand):
    """Print the people and the exchange user of the demonstration company."""

    help = "Show the sign-ins of the demonstration company."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print them; an installation that is no demonstration has none to show."""
        access = read_access()
        if access is None:
            raise CommandError("This is not a demonstration: there are no sign-ins to show.")
        if options["json"]:
            self.stdout.write(access.as_json())
            return
        self.stdout.write(f"{access.site}\n\n{access.as_table()}\n")
        onec = access.onec
        self.stdout.write(f"1C: {onec['url']}  {onec['user']}  {onec['password']}")
