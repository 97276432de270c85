"""`vitrina groups`: the groups of the supplier's people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dealer_area.roles import ensure_groups


class Command(BaseCommand):
    """Make the groups that are missing; `vitrina run` does it after each migration."""

    help = "Make the groups of the supplier's people that are missing, with their rights."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say which groups there are."""
        self.stdout.write("\n".join(name.value for name in ensure_groups()))
