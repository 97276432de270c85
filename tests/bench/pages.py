"""How fast the pages of a catalogue are, with how much work and how many queries.

    python tests/bench/pages.py                        10,000 and 100,000 products, SQLite
    python tests/bench/pages.py --seconds 0            queries and CPU time alone, on a busy machine
    python tests/bench/pages.py --size 1000000 --json
    DATABASE_URL=postgres://... python tests/bench/pages.py

For each size an installation is made in a temporary folder: the demonstration's catalogue of that
size through the importer, the index, a picture for each product (its row, no file), one dealer
with a buyer who has some lines in his cart. Queries and CPU time of whole requests are taken inside
one process, with caches warm: CPU time is what a busy machine distorts least. Then the portal is
started as in `make run`, the buyer signs in, and a few connections ask for one page after another.
A database that DATABASE_URL names must be empty, and takes one size only. Every page is asked for
with another address in turn, so that no answer is a remembered one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
EMAIL, PASSWORD = "bench@example.ru", "Проверка-скорости-1"
CONNECTIONS = 4
PICTURES = 500
CART_LINES = 10
WARM = 8
"""Requests before the clock runs."""
ADDRESSES = 24
"""Different addresses of one page."""
ROUNDS = 2
"""How often each address is asked for while the CPU time is taken."""
START_TIMEOUT = 120
COLUMNS = {
    "size": "products",
    "queries": "queries",
    "cpu_ms": "CPU ms",
    "least_cpu_ms": "least",
    "kb": "KB",
    "rps": "req/s",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
}
"""What is printed of each page, and under which heading."""
WORDS = ("петля", "направляющие 500", "фасад белый", "ручка скоба", "столешница", "ящик")


def prepare(size: int) -> dict[str, Any]:
    """Fill the installation of this process: addresses of each page."""
    sys.path[:0] = [str(ROOT), str(ROOT / "site")]
    import django

    django.setup()
    from django.core.management import call_command

    from portal import statics

    call_command("migrate", interactive=False, verbosity=0)
    statics.collect()
    begun = time.monotonic()
    connection = _load(size)
    loaded = time.monotonic() - begun
    _picture(connection)
    _settle(connection)
    return {"load_s": round(loaded, 1), "addresses": _addresses()}


def costs(addresses: dict[str, list[str]]) -> dict[str, Any]:
    """What each page costs, in a process that has loaded nothing, as the portal's workers have."""
    sys.path[:0] = [str(ROOT), str(ROOT / "site")]
    import django

    django.setup()
    from base.models import User

    user = User.objects.get(email=EMAIL)
    return {page: _costs(user, paths) for page, paths in addresses.items()}


def _load(size: int) -> Any:
    from django.utils import timezone

    from demo.assortment import Assortment
    from demo.commerceml import write
    from portal.management.commands.demo import WRITTEN_AT
    from search import indexing
    from sync.models import ExchangeSession, ReceivedFile, Run
    from sync.protocol.connections import create_connection
    from sync.runs import importing

    connection = create_connection(name="bench", user="bench", password=PASSWORD)
    session = ExchangeSession.objects.create(
        connection=connection, key="bench", exchange_type="catalog", seen_at=timezone.now()
    )
    folder = Path(os.environ["VITRINA_DATA_DIR"]) / "files"
    assortment = Assortment(size=size)
    write(assortment, folder, at=WRITTEN_AT, portion=5000, pictures=False, report=_quiet)
    for path in sorted(folder.rglob("*.xml"), key=_in_turn):
        file = ReceivedFile.objects.create(
            session=session,
            connection=connection,
            upload=1,
            name=path.name,
            kind="catalog",
            path=str(path),
        )
        run = Run.objects.create(connection=connection, file=file, kind="catalog", title=path.name)
        importing.import_run(run.pk, owner="bench")
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise SystemExit(f"{path.name}: {run.error}")
    indexing.refresh()
    return connection


def _quiet(_line: str) -> None:
    return


def _in_turn(path: Path) -> tuple[int, str]:
    """Portions in their order, and goods before their offers: `import0_2.xml`, `offers0_2.xml`."""
    return int(path.stem.rpartition("_")[2] or 0), path.stem


def _picture(connection: Any) -> None:
    """A picture for each product. No page opens the file: its address is signed and that is all."""
    from django.db.models import CharField, F, Value
    from django.db.models.functions import Cast, Concat, JSONArray

    from sync.models import Picture, Product

    Picture.objects.bulk_create(
        Picture(
            connection=connection,
            name=f"bench-{number}.jpg",
            path=f"goods/bench-{number}.jpg",
            width=600,
            height=600,
        )
        for number in range(PICTURES)
    )
    number = Cast(F("pk") % PICTURES, CharField())
    Product.objects.update(pictures=JSONArray(Concat(Value("bench-"), number, Value(".jpg"))))


def _settle(connection: Any) -> None:
    """A dealer who buys at the last price type of the base, with a few lines in his cart."""
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from base.models import User
    from dealer_area import carting, company
    from dealer_area.models import Role
    from sync.models import Offer, PriceType

    user = User.objects.create_user(EMAIL, PASSWORD, name="Покупатель")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    dealer = company.create_dealer(
        name="Кухни",
        connection=connection,
        price_type=PriceType.objects.filter(connection=connection).order_by("pk").last(),
        markup_percent=Decimal(40),
        by=None,
        at=timezone.now(),
    )
    membership = company.add_membership(
        user=user, dealer=dealer, role=Role.DIRECTOR, by=None, at=timezone.now()
    )
    priced = Offer.objects.sold().with_facets().filter(prices__isnull=False).order_by("pk")
    for offer in priced[:CART_LINES]:
        with suppress(carting.NotForSale):
            carting.add(membership=membership, offer=offer, quantity=Decimal(1), by=user)


def _addresses() -> dict[str, list[str]]:
    """Addresses of each kind of page: the fullest groups, products spread over the catalogue."""
    from django.db.models import Count

    from base.addresses import category_path, product_path
    from sync.models import Category, Product

    full = Category.objects.annotate(count=Count("products")).order_by("-count")[:6]
    listings = [category_path(row.pk, row.name) for row in full]
    total = Product.objects.count()
    step = max(1, total // ADDRESSES)
    products = [Product.objects.order_by("pk")[n * step] for n in range(min(ADDRESSES, total))]
    return {
        "listing": [f"{path}?page={n}" for n in (1, 2, 3) for path in listings],
        "product": [product_path(row.pk, row.name) for row in products],
        "search by words": [f"/search/?q={word}" for word in WORDS],
        "search by article": [f"/search/?q={row.sku}" for row in products],
    }


def _costs(user: Any, paths: list[str]) -> dict[str, float]:
    """Queries (the most of all addresses), CPU milliseconds and size of a whole request, warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from portal.collector import settle

    settle()
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get(paths[0])
    queries, sizes = [], []
    for path in paths:
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        queries.append(len(caught))
        sizes.append(len(answer.content))
    times = []
    for path in paths * ROUNDS:
        begun = time.process_time()
        client.get(path)
        times.append((time.process_time() - begun) * 1000)
    return {
        "queries": max(queries),
        "cpu_ms": round(statistics.median(times), 1),
        "least_cpu_ms": round(min(times), 1),
        "kb": round(statistics.median(sizes) / 1024),
    }


@contextmanager
def portal(environment: dict[str, str]) -> Iterator[str]:
    """The portal as `make run` starts it, without a demonstration; its address."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "run", "--no-demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    url = f"http://localhost:{environment['PORT']}"
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.HTTPError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The portal did not start.") from None
                time.sleep(0.3)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def sign_in(url: str) -> dict[str, str]:
    """Cookies of the buyer."""
    with httpx.Client(base_url=url, follow_redirects=True) as client:
        client.get("/accounts/login/")
        form = {
            "login": EMAIL,
            "password": PASSWORD,
            "csrfmiddlewaretoken": client.cookies["vitrina_csrf"],
        }
        if client.post("/accounts/login/", data=form).url.path != "/":
            raise SystemExit("The buyer could not sign in.")
        return dict(client.cookies)


def drive(url: str, cookies: dict[str, str], paths: list[str], seconds: float) -> dict[str, float]:
    """Requests per second and times of answers in milliseconds, over a few connections."""
    took: list[float] = []
    lock = threading.Lock()
    stop = threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(base_url=url, cookies=cookies, timeout=60) as client:
            turns = cycle(paths)
            for path in islice(turns, number, number + WARM // CONNECTIONS):
                client.get(path).raise_for_status()
            ready.wait()
            for path in turns:
                if stop.is_set():
                    return
                begun = time.perf_counter()
                client.get(path).raise_for_status()
                with lock:
                    took.append((time.perf_counter() - begun) * 1000)

    ready = threading.Barrier(CONNECTIONS + 1)
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    took.sort()
    return {
        "rps": round(len(took) / (time.perf_counter() - begun), 1),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[min(len(took) - 1, int(len(took) * 0.95))], 1),
    }


def measure(size: int, seconds: float) -> list[dict[str, Any]]:
    """A row for each kind of page."""
    folder = tempfile.mkdtemp(prefix="bench-pages-")
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
        addresses = _apart(environment, "--prepare", str(size))["addresses"]
        made = _apart(environment, "--costs", json.dumps(addresses))
        rows = [{"page": page, "size": size, **cost} for page, cost in made.items()]
        if seconds:
            with portal(environment) as url:
                cookies = sign_in(url)
                for row in rows:
                    row |= drive(url, cookies, addresses[row["page"]], seconds)
        return rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _apart(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What this script says in a process of its own."""
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
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description="Speed of the pages of a catalogue.")
    parser.add_argument("--size", type=int, action="append", help="products; may be repeated")
    parser.add_argument(
        "--seconds", type=float, default=10, help="of load for each kind of page; 0 for none"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--costs", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        print(json.dumps(prepare(options.prepare)))
        return
    if options.costs:
        print(json.dumps(costs(options.costs)))
        return
    sizes = options.size or [10_000, 100_000]
    rows = [row for size in sizes for row in measure(size, options.seconds)]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'page':<20}" + "".join(f"{title:>10}" for title in COLUMNS.values()))
    for row in rows:
        print(f"{row['page']:<20}" + "".join(f"{row.get(key, '-'):>10}" for key in COLUMNS))


if __name__ == "__main__":
    main()
