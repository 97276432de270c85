"""`vitrina onec`: play 1C against a portal."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from onec.answers import ANSWERS, BaseOrder, OrderBase
from onec.client import ExchangeError
from onec.dialects import DIALECTS, Dialect
from onec.exchange import Portal, exchange_orders, send_catalogue
from onec.faults import FAULTS, Faults
from onec.orders import BatchRejectedError
from onec.portions import collect


class Command(BaseCommand):
    """Send exchange files as 1C does, or fetch orders and answer them."""

    help = "Play 1C against a portal: send a catalogue, fetch orders and answer them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Address and manners first, then what to do."""
        parser.add_argument("--dialect", choices=sorted(DIALECTS), default="ut11")
        parser.add_argument("--url", required=True, help="address of the exchange")
        parser.add_argument("--user", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--chunk", type=int, default=0, help="bytes per request")
        parser.add_argument("--pause", type=float, help="seconds between polls")
        parser.add_argument(
            "--charset", choices=("utf-8", "windows-1251"), help="encoding of what 1C writes"
        )
        parser.add_argument("--fault", choices=FAULTS, help="what goes wrong on the way")
        parser.add_argument(
            "--repeats", type=int, help="how often a session that failed is held again"
        )
        actions = parser.add_subparsers(dest="action", required=True)
        send = actions.add_parser("send", help="send exchange files and folders")
        send.add_argument("files", nargs="+", type=Path)
        send.add_argument(
            "--full", action="store_true", help="tell at the end that this was everything"
        )
        orders = actions.add_parser("orders", help="fetch orders and answer them")
        orders.add_argument("--answer", choices=ANSWERS, help="what happens to them in 1C")
        orders.add_argument("--base", type=Path, help="JSON file that keeps 1C's orders")
        orders.add_argument("--number", action="append", default=[], help="only this order")
        orders.add_argument(
            "--quantity", action="append", default=[], metavar="ARTICLE=N", help="0 strikes out"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the action; a refusal by either side is an error with its reason."""
        dialect = _dialect(options["dialect"], options["pause"], options["charset"])
        portal = Portal(
            http=httpx.Client(),
            url=options["url"],
            user=options["user"],
            password=options["password"],
            dialect=dialect,
            report=self.stdout.write,
            chunk=options["chunk"],
            repeats=dialect.repeats if options["repeats"] is None else options["repeats"],
            faults=Faults(options["fault"]),
        )
        try:
            with portal.http:
                if options["action"] == "send":
                    self._send(portal, options["files"], full=options["full"])
                else:
                    self._orders(portal, options)
        except BatchRejectedError as error:
            raise CommandError("1C refuses the batch:\n  " + "\n  ".join(error.reasons)) from error
        except (ExchangeError, httpx.HTTPError) as error:
            raise CommandError(str(error) or type(error).__name__) from error

    def _send(self, portal: Portal, paths: list[Path], *, full: bool) -> None:
        if full and not portal.dialect.ends_full_export:
            raise CommandError(f"{portal.dialect.name} never tells that an export was full")
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError("No such file: " + ", ".join(missing))
        portions = collect(paths)
        send_catalogue(portal, portions, full=full)
        self.stdout.write(f"Sent: {sum(len(p.files) for p in portions)} files")

    def _orders(self, portal: Portal, options: dict[str, Any]) -> None:
        quantities = _quantities(options["quantity"])
        base = OrderBase(options["base"])
        at = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - 1C's times have no zone
        came = exchange_orders(portal, base, [], at)
        for row in came:
            self.stdout.write(f"{row.order.number} -> {row.code}, {row.order.amount}")
        if not options["answer"]:
            return
        numbers = set(options["number"])
        answered = [
            row.with_quantities(quantities).answered(options["answer"], at)
            for row in base.open_orders()
            if not numbers or row.order.number in numbers
        ]
        if not answered:
            self.stdout.write("No orders to answer")
            return
        base.put(answered)
        exchange_orders(portal, base, answered, at)
        self.stdout.write(f"Answered ({options['answer']}): {_numbers(answered)}")


def _dialect(name: str, pause: float | None, charset: str | None) -> Dialect:
    dialect = next(found for known, found in DIALECTS.items() if known == name)
    if pause is not None:
        dialect = replace(dialect, manners=replace(dialect.manners, poll_pause=pause))
    return replace(dialect, charset=charset) if charset else dialect


def _quantities(texts: list[str]) -> dict[str, Decimal]:
    found = {}
    for text in texts:
        article, _, number = text.rpartition("=")
        try:
            found[article] = Decimal(number)
        except InvalidOperation as error:
            raise CommandError(f"ARTICLE=N expected, got {text!r}") from error
    return found


def _numbers(rows: list[BaseOrder]) -> str:
    return ", ".join(row.order.number for row in rows)
