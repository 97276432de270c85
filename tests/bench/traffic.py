"""Whether nothing is lost when everything happens at once.

    python tests/bench/traffic.py                       30 minutes, 5,000 products, SQLite
    python tests/bench/traffic.py --minutes 3 --size 2000
    DATABASE_URL=postgres://... python tests/bench/traffic.py

The portal runs as `make run` starts it. Against it, all at the same time: 1C sends a stock delta
every ten seconds and a full export again and again, twenty buyers order, 1C fetches orders and
answers them, and the worker is killed (SIGKILL) every minute. At the end the stock of every offer
must be what 1C told last, and every order must be in the portal and in 1C, once. A buyer whose
request fails repeats it, as people do. Exits with 1 when something is lost, doubled or wrong.
A database that DATABASE_URL names must be empty.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]

from onec.answers import OrderBase  # noqa: E402
from onec.dialects import DIALECTS  # noqa: E402
from onec.exchange import Portal, exchange_orders  # noqa: E402
from tests.bench.traffic_files import (  # noqa: E402
    PRICE_TYPE,
    WAREHOUSES,
    delta_xml,
    goods_xml,
    offers_xml,
    ref,
)

BUYERS = 20
PASSWORD = "Проверка-обмена-1"
DELTA_SECONDS, KILL_SECONDS, ORDERS_SECONDS = 10, 60, 15
DELTA_OFFERS = 200
IN_FORCE_SECONDS = 30


@dataclass
class Traffic:
    """Everything that happens, and what must have become of it."""

    url: str
    stock: dict[str, tuple[int, int]]
    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    telling: threading.Lock = field(default_factory=threading.Lock)
    placed: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def portal(self, dialect: str = "unf") -> Portal:
        """The portal as 1C calls it."""
        found = DIALECTS[dialect]  # type: ignore[index]
        return Portal(
            http=httpx.Client(timeout=60),
            url=f"{self.url}/1c/exchange/",
            user="traffic",
            password=PASSWORD,
            dialect=replace(found, manners=replace(found.manners, poll_pause=0.5)),
            report=lambda _line: None,
        )

    def send(self, name: str, make: Callable[[], str]) -> None:
        """One upload. What it tells is decided and handed over at one moment, as in 1C."""
        session = self.portal().session("catalog")
        session.init()
        with self.telling:
            session.send_file(name, make().encode(), 0)
        handed = time.monotonic()
        session.import_file(name)
        if name.startswith("delta"):
            self.waits.append(time.monotonic() - handed)

    def deltas(self) -> None:
        """Stock moves all the time."""
        chance = random.Random(1)

        def told() -> str:
            moved = {
                own: (chance.randint(0, 9) * 1000, chance.randint(0, 9) * 1000)
                for own in chance.sample(sorted(self.stock), min(DELTA_OFFERS, len(self.stock)))
            }
            self.stock.update(moved)
            return delta_xml(moved)

        while not self.stop.wait(DELTA_SECONDS):
            self.try_it("delta", lambda: self.send("delta.xml", told))

    def exports(self, size: int) -> None:
        """A full export, again and again, with the stock of the moment it is handed over."""
        for edition in range(1, 1_000_000):
            self.try_it("export", lambda: self.send("import.xml", lambda: goods_xml(size, edition)))  # noqa: B023
            self.try_it("export", lambda: self.send("offers.xml", lambda: offers_xml(self.stock)))
            if self.stop.wait(5):
                return

    def orders(self) -> None:
        """1C fetches orders and answers those it has."""
        base = OrderBase(self.folder / "base.json")
        while True:
            stopped = self.stop.wait(ORDERS_SECONDS)
            self.try_it("order session", lambda: self.order_session(base))
            if stopped:
                return

    def order_session(self, base: OrderBase) -> None:
        """One session of orders: new ones in, answers to a hundred of those before them out."""
        waiting = [row for row in base.open_orders() if row.order.number not in self.answered]
        exchange_orders(self.portal(), base, waiting[:100], datetime.now())  # noqa: DTZ005
        self.answered.update(row.order.number for row in waiting[:100])

    def buyer(self, number: int) -> None:
        """Signs in, then fills carts and orders."""
        chance = random.Random(number)
        with httpx.Client(base_url=self.url, timeout=60, follow_redirects=True) as client:
            self.patiently(lambda: _sign_in(client, f"buyer{number}@example.ru"))
            while not self.stop.is_set():
                self.order(client, chance, MEMBERS[number])
                self.stop.wait(chance.uniform(1, 6))

    def order(self, client: httpx.Client, chance: random.Random, member: str) -> None:
        """Fill a cart and order it; whatever fails is tried again with the same key."""
        for own in chance.sample(sorted(OFFERS), chance.randint(1, 4)):
            fields = {"offer": str(OFFERS[own]), "quantity": "1", "membership": member}
            self.patiently(partial(_post, client, "/cart/add/", **fields))
        page = self.patiently(lambda: client.get("/checkout/"))
        key = re.search(r'name="placement_key" value="([^"]+)"', page.text)
        if key is None:
            return
        answer = self.patiently(
            lambda: _post(client, "/checkout/", placement_key=key[1], membership=member)
        )
        found = re.fullmatch(r"/orders/(\d+)/", answer.url.path)
        if found is None:
            self.counts["carts to decide about"] += 1
            self.patiently(lambda: _post(client, "/cart/clear/", membership=member))
            return
        if chance.random() < 0.2:
            # a click too many
            self.patiently(
                lambda: _post(client, "/checkout/", placement_key=key[1], membership=member)
            )
        self.placed.append(found[1])

    def patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask until there is an answer; an error of the server is tried again."""
        for _attempt in range(30):
            try:
                answer = ask()
                if answer.status_code < 500 and answer.status_code != 429:
                    if answer.status_code >= 400 and answer.status_code != 422:
                        self.troubles.append(f"{answer.request.url}: {answer.status_code}")
                    return answer
                self.counts[f"answers {answer.status_code}"] += 1
            except httpx.HTTPError:
                self.counts["broken requests"] += 1
            time.sleep(1)
        raise RuntimeError("the portal does not answer")

    def kills(self, supervisor: int) -> None:
        """Kill the worker every minute; the supervisor starts another."""
        while not self.stop.wait(KILL_SECONDS):
            for pid in _workers(supervisor):
                os.kill(pid, signal.SIGKILL)
                self.counts["workers killed"] += 1

    def try_it(self, what: str, work: Callable[[], None]) -> None:
        """Count what 1C managed to do; what failed comes again with its next session."""
        try:
            work()
            self.counts[f"{what}s"] += 1
        except Exception as error:
            self.counts[f"{what}s failed"] += 1
            self.troubles.append(f"{what}: {error}"[:200])


OFFERS: dict[str, int] = {}
"""Offers that buyers order: ref and pk."""
MEMBERS: list[str] = []
"""Memberships of the buyers."""


def _sign_in(client: httpx.Client, email: str) -> httpx.Response:
    client.get("/accounts/login/")
    return _post(client, "/accounts/login/", login=email, password=PASSWORD)


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = client.cookies["vitrina_csrf"]
    return client.post(path, data={**fields, "csrfmiddlewaretoken": token})


def _workers(supervisor: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if parent == supervisor and b"worker" in command:
                found.append(int(entry.name))
    return found


def prepare(size: int) -> dict[str, Any]:
    """Make the installation of this process: a base, its goods, twenty dealers who may order."""
    import django

    django.setup()
    from allauth.account.models import EmailAddress
    from django.core.management import call_command
    from django.utils import timezone

    from base.models import User
    from dealer_area import company
    from dealer_area.models import LegalEntity, Outlet, Role
    from portal import statics
    from sync import importing, inbound
    from sync.connections import create_connection
    from sync.models import Counterparty, ExchangeSession, Offer, PriceType, ReceivedFile, Run
    from sync.onec.records import ContractRecord, CounterpartyRecord

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    statics.collect()
    at = timezone.now()
    connection = create_connection(name="Нагрузка", user="traffic", password=PASSWORD)
    session = ExchangeSession.objects.create(
        connection=connection, key="traffic", exchange_type="catalog", seen_at=at
    )
    from django.conf import settings

    Path(settings.EXCHANGE_ROOT).mkdir(parents=True, exist_ok=True)
    stock = {ref(number): (5000, 5000) for number in range(size)}
    for name, text in (("import.xml", goods_xml(size, 0)), ("offers.xml", offers_xml(stock))):
        (Path(settings.EXCHANGE_ROOT) / name).write_text(text, encoding="utf-8")
        file = ReceivedFile.objects.create(
            session=session, connection=connection, upload=1, name=name, kind="catalog", path=name
        )
        run = Run.objects.create(connection=connection, file=file, kind="catalog", title=name)
        importing.import_run(run.pk, owner="traffic")
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise SystemExit(f"{name}: {run.error}")
    parties = [
        CounterpartyRecord(
            f"party{n}",
            "",
            f"ООО «Дилер {n}»",
            f"ООО «Дилер {n}»",
            f"77{n:08}",
            "770701001",
            "company",
        )
        for n in range(BUYERS)
    ]
    contracts = [
        ContractRecord(
            f"contract{n}",
            f"party{n}",
            "",
            "",
            str(n),
            f"Договор {n}",
            None,
            "",
            "",
            "RUB",
            PRICE_TYPE,
            None,
            None,
        )
        for n in range(BUYERS)
    ]
    inbound.ingest(connection=connection, kind="counterparty", records=parties, at=at)
    inbound.ingest(connection=connection, kind="contract", records=contracts, at=at)
    members = []
    for n in range(BUYERS):
        email = f"buyer{n}@example.ru"
        user = User.objects.create_user(email, PASSWORD, name=f"Покупатель {n}")
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        dealer = company.create_dealer(
            name=f"Дилер {n}",
            connection=connection,
            price_type=PriceType.objects.get(connection=connection, ref=PRICE_TYPE),
            markup_percent=Decimal(40),
            by=None,
            at=at,
        )
        Outlet.objects.create(dealer=dealer, name=f"Салон {n}")
        party = Counterparty.objects.get(connection=connection, ref=f"party{n}")
        LegalEntity.objects.create(dealer=dealer, name=party.name, counterparty=party)
        membership = company.add_membership(
            user=user, dealer=dealer, role=Role.DIRECTOR, by=None, at=at
        )
        members.append(str(membership.pk))
    offers = dict(Offer.objects.order_by("pk").values_list("ref", "pk")[:300])
    return {"offers": offers, "members": members}


def verdict(expected: dict[str, Any]) -> dict[str, Any]:
    """What the portal has at the end, compared with what it was told."""
    import django

    django.setup()
    from dealer_area.models import Order
    from sync.models import Offer, OutboxOrder, RemoteOrder, Run, Warehouse

    places = dict(Warehouse.objects.values_list("pk", "ref"))
    wrong = 0
    for own, quantities in Offer.objects.values_list("ref", "stock__quantities").iterator():
        has = {places[int(pk)]: Decimal(text) for pk, text in (quantities or {}).items()}
        told = dict(zip(WAREHOUSES, expected["stock"][own], strict=True))
        wrong += has != {place: Decimal(n) for place, n in told.items() if n}
    numbers = list(Order.objects.values_list("number", flat=True))
    unfinished = Run.objects.filter(state__in=("queued", "running")).count()
    return {
        "offers with wrong stock": wrong,
        "orders": len(numbers),
        "orders lost": len(set(expected["placed"]) - set(numbers)),
        "orders nobody placed": len(set(numbers) - set(expected["placed"])),
        "orders not confirmed": OutboxOrder.objects.exclude(state="confirmed").count(),
        "orders not answered": len(
            set(numbers) - set(RemoteOrder.objects.values_list("number", flat=True))
        ),
        "unfinished runs": unfinished,
    }


@contextmanager
def running(environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The portal as `make run` starts it; its address and the supervisor's process."""
    log = Path(environment["VITRINA_DATA_DIR"]) / "portal.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run", "--no-demo"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{environment['PORT']}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.HTTPError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"The portal did not start: {log.read_text()}") from None
                time.sleep(0.3)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def hold(size: int, minutes: float, environment: dict[str, str]) -> tuple[dict[str, Any], Traffic]:
    """Let everything happen at once for so long; the verdict."""
    made = _apart(environment, "--prepare", str(size))
    OFFERS.update(made["offers"])
    MEMBERS.extend(made["members"])
    stock = {ref(number): (5000, 5000) for number in range(size)}
    folder = Path(environment["VITRINA_DATA_DIR"])
    with running(environment) as (url, supervisor):
        traffic = Traffic(url, stock, folder)
        works: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
            (traffic.deltas, ()),
            (traffic.exports, (size,)),
            (traffic.orders, ()),
            (traffic.kills, (supervisor,)),
            *((traffic.buyer, (n,)) for n in range(BUYERS)),
        ]
        threads = [threading.Thread(target=work, args=given) for work, given in works]
        for thread in threads:
            thread.start()
        time.sleep(minutes * 60)
        traffic.stop.set()
        for thread in threads:
            thread.join()
        # the worker has a minute and a half to take up what was killed last
        base = OrderBase(folder / "base.json")
        traffic.order_session(base)
        while len(traffic.answered) < len(base.open_orders()):
            traffic.order_session(base)
        time.sleep(100)
    held = [row.order.number for row in OrderBase(folder / "base.json").open_orders()]
    expected = folder / "expected.json"
    expected.write_text(json.dumps({"stock": traffic.stock, "placed": traffic.placed}))
    found = _apart(environment, "--verdict", str(expected))
    found["orders in 1C"] = len(held)
    found["orders twice in 1C"] = len(held) - len(set(held))
    return found, traffic


def _apart(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print what happened and what became of it."""
    parser = argparse.ArgumentParser(description="Everything at once, and nothing lost.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--size", type=int, default=5000, help="products")
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--verdict", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        print(json.dumps(prepare(options.prepare)))
        return
    if options.verdict:
        print(json.dumps(verdict(json.loads(options.verdict.read_text()))))
        return
    folder = tempfile.mkdtemp(prefix="bench-traffic-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "VITRINA_DATA_DIR": folder,
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "portal.settings.embedded",
    }
    try:
        found, traffic = hold(options.size, options.minutes, environment)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    waits = sorted(traffic.waits)
    for what, count in sorted(traffic.counts.items()):
        print(f"{what:<28}{count:>8}")
    if waits:
        print(f"{'delta in force, median s':<28}{waits[len(waits) // 2]:>8.1f}")
        print(f"{'delta in force, most s':<28}{waits[-1]:>8.1f}")
    for what, value in found.items():
        print(f"{what:<28}{value:>8}")
    for trouble in traffic.troubles[:20]:
        print(trouble)
    bad = ("wrong", "lost", "nobody", "not confirmed", "not answered", "unfinished", "twice")
    ok = not any(value for what, value in found.items() if any(word in what for word in bad))
    ok = ok and found["orders"] == found["orders in 1C"] > 0
    late = bool(waits) and waits[-1] > IN_FORCE_SECONDS
    print("NOTHING LOST" if ok else "SOMETHING IS WRONG", "- a delta was late" if late else "")
    sys.exit(0 if ok and not late else 1)


if __name__ == "__main__":
    main()
