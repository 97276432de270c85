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
from onec.odata import ODATA_FAULTS, OdataFaults, OdataServer
from onec.odata_base import ODATA_DIALECTS
from onec.odata_made import make_base
from onec.orders import BatchRejectedError
from onec.portions import collect
from onec.recording import Recorder


class Command(BaseCommand):
    """Send exchange files as 1C does, fetch orders and answer them, or be asked by OData."""

    help = (
        "Play 1C against a portal: send a catalogue, fetch orders and answer them; "
        "or be a base that the portal asks by OData."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Address and manners first, then what to do."""
        parser.add_argument("--dialect", choices=sorted(DIALECTS), default="ut11")
        parser.add_argument("--url", help="address of the exchange")
        parser.add_argument("--user", help="user name of the base")
        parser.add_argument("--password")
        parser.add_argument("--chunk", type=int, default=0, help="bytes per request")
        parser.add_argument("--pause", type=float, help="seconds between polls")
        parser.add_argument(
            "--charset", choices=("utf-8", "windows-1251"), help="encoding of what 1C writes"
        )
        parser.add_argument("--fault", choices=FAULTS, help="what goes wrong on the way")
        parser.add_argument(
            "--repeats", type=int, help="how often a session that failed is held again"
        )
        parser.add_argument("--record", type=Path, help="file to write the dialogue into")
        parser.add_argument(
            "--orders-type", choices=("sale", "crm"), help="type by which orders are asked for"
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
        actions.add_parser("info", help="ask for the portal's lists of statuses")
        actions.add_parser("listen", help="ask whether there is something to fetch")

        odata = actions.add_parser("odata", help="serve a made-up base by OData")
        odata.add_argument(
            "--dialect", choices=ODATA_DIALECTS, default="ut11", dest="odata_dialect"
        )
        odata.add_argument("--port", type=int, default=8013)
        odata.add_argument("--clients", type=int, default=40)
        odata.add_argument("--products", type=int, default=50)
        odata.add_argument("--goods", type=Path, help="file with identifiers of offers, one a line")
        odata.add_argument(
            "--fault", dest="odata_fault", default="", help="one of " + ", ".join(ODATA_FAULTS)
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the action; a refusal by either side is an error with its reason."""
        if options["action"] == "odata":
            self._serve(options)
            return
        if missing := [f"--{name}" for name in ("url", "user", "password") if not options[name]]:
            raise CommandError("Needed: " + ", ".join(missing))
        dialect = _dialect(options)
        recorder = Recorder()
        http = httpx.Client()
        http.event_hooks = {"request": [], "response": [recorder]}
        portal = Portal(
            http=http,
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
                self._act(portal, options)
        except BatchRejectedError as error:
            raise CommandError("1C refuses the batch:\n  " + "\n  ".join(error.reasons)) from error
        except (ExchangeError, httpx.HTTPError) as error:
            raise CommandError(str(error) or type(error).__name__) from error
        finally:
            if options["record"]:
                recorder.save(options["record"])

    def _act(self, portal: Portal, options: dict[str, Any]) -> None:
        match options["action"]:
            case "send":
                self._send(portal, options["files"], full=options["full"])
            case "orders":
                self._orders(portal, options)
            case "info":
                self.stdout.write(portal.session(portal.dialect.orders_type).info())
            case "listen":
                waits = portal.session(portal.dialect.orders_type).listens()
                self.stdout.write("Orders wait" if waits else "Nothing to fetch")

    def _serve(self, options: dict[str, Any]) -> None:
        """Serve until interrupted. The address and the way in are told first."""
        fault = options["odata_fault"]
        if fault and not (fault in ODATA_FAULTS or OdataFaults(fault).missing):
            raise CommandError("No such fault: one of " + ", ".join(ODATA_FAULTS))
        goods: list[str] = []
        if options["goods"]:
            try:
                goods = options["goods"].read_text(encoding="utf-8").split()
            except OSError as error:
                raise CommandError(f"{options['goods']}: {error.strerror}") from error
        base = make_base(
            options["odata_dialect"],
            clients=options["clients"],
            goods=goods,
            products=options["products"],
        )
        user, password = options["user"] or "odata", options["password"] or "odata"
        try:
            server = OdataServer(
                base,
                port=options["port"],
                user=user,
                password=password,
                faults=OdataFaults(fault),
            )
        except OSError as error:
            raise CommandError(f"port {options['port']}: {error.strerror}") from error
        self.stdout.write(f"{base.dialect}: {server.url}, user {user}, password {password}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Ended")
        finally:
            server.close()

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


def _dialect(options: dict[str, Any]) -> Dialect:
    dialect = next(found for known, found in DIALECTS.items() if known == options["dialect"])
    if options["pause"] is not None:
        dialect = replace(dialect, manners=replace(dialect.manners, poll_pause=options["pause"]))
    if options["orders_type"]:
        dialect = replace(dialect, orders_type=options["orders_type"])
    return replace(dialect, charset=options["charset"]) if options["charset"] else dialect


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
