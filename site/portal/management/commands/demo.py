"""`vitrina demo`: catalogues of any size for benchmarks, as the files that 1C sends."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from demo.assortment import SEED, Assortment
from demo.commerceml import write
from onec.client import ExchangeError
from onec.dialects import DIALECTS
from onec.exchange import Portal, send_catalogue
from onec.portions import collect

WRITTEN_AT = datetime(2026, 11, 1, 3, 10)  # noqa: DTZ001 - 1C's times have no zone
"""The same files for the same seed: not even the time of writing differs."""


class Command(BaseCommand):
    """Write the exchange files of a catalogue, or send them to a portal at once."""

    help = "Make a catalogue of any size, as the files that 1C sends."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Size and seed, then where to: a folder, or a portal's exchange."""
        parser.add_argument("--size", type=int, required=True, help="number of products")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--portion", type=int, default=5000, help="products in a portion")
        parser.add_argument("--pictures", action="store_true", help="draw pictures too")
        parser.add_argument("--out", type=Path, help="folder to write into")
        parser.add_argument("--url", help="address of a portal to send to")
        parser.add_argument("--user", default="")
        parser.add_argument("--password", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write, then send where that is asked for."""
        out, url = options["out"], options["url"]
        if not out and not url:
            raise CommandError("Say where to: --out FOLDER, or --url with --user and --password.")
        if options["size"] < 1 or options["portion"] < 1:
            raise CommandError("--size and --portion are at least 1.")
        if out:
            self._make(out, options)
            return
        with TemporaryDirectory() as folder:
            self._make(Path(folder), options)
            self._send(Path(folder), url, options["user"], options["password"])

    def _make(self, folder: Path, options: dict[str, Any]) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty.")
        written = write(
            Assortment(seed=options["seed"], size=options["size"]),
            folder,
            at=WRITTEN_AT,
            portion=options["portion"],
            pictures=options["pictures"],
            report=self.stdout.write,
        )
        self.stdout.write(
            f"Written: {written.products} products, {written.offers} offers, "
            f"{written.pictures} pictures, {written.portions} portions"
        )

    def _send(self, folder: Path, url: str, user: str, password: str) -> None:
        with httpx.Client() as http:
            portal = Portal(http, url, user, password, DIALECTS["ut11"], self.stdout.write)
            try:
                send_catalogue(portal, collect([folder]))
            except (ExchangeError, httpx.HTTPError) as error:
                raise CommandError(str(error) or type(error).__name__) from error
