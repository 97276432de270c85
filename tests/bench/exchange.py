"""How fast an exchange file becomes rows of the mirror, and in how much memory.

    python tests/bench/exchange.py --size 10000 --database sqlite
    python tests/bench/exchange.py --size 100000 --database postgresql --json

The catalogue is made here: goods with 6 properties, an offer each with 4 prices and stock in 5
warehouses. Each case runs in a process of its own, set up as the worker is, so that its peak
memory is the worker's; "helper MB" is the peak of the process that helps it with large files.
"Stock, search" is a stock delta of at most 100,000 offers from the import to the index of search
brought up to date.

The bare figure is the same rows put back into the same tables, emptied, with their indexes and
constraints, by the fastest way there is: on PostgreSQL the rows as text by COPY into a temporary
table without indexes, then one INSERT ... ON CONFLICT DO UPDATE a table; on SQLite an upsert by
`executemany`. Nothing is read from a file, compared, made or kept resumable. Its ratio is the
first load's share of that speed.

PostgreSQL is taken from DATABASE_URL; without it a cluster is started for the run and removed.
Everything lies in the folder for temporary files (TMPDIR): about 20 GB for a million products.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]

from tests.bench.catalogue_files import COUNTED, FILES, make_files  # noqa: E402

CASES = (
    "first load",
    "same again",
    "1 % changed",
    "stock delta",
    "prices",
    "index",
    "stock, search",
    "bare",
)


def work(case: str, folder: Path) -> dict[str, Any]:
    """One case, in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")
    import django

    django.setup()
    from portal import allocator, collector

    allocator.settle()
    collector.settle()
    if case == "bare":
        return _bare(folder)
    from django.utils import timezone

    from search import indexing
    from sync.models import ChangeBatch, Connection, ExchangeSession, ReceivedFile, Run
    from sync.runs import importing

    base, _created = Connection.objects.get_or_create(user="bench", defaults={"name": "bench"})
    session = ExchangeSession.objects.create(
        connection=base, key=uuid.uuid4().hex, exchange_type="catalog", seen_at=timezone.now()
    )
    runs = []
    for name in FILES.get(case, ()):
        file = ReceivedFile.objects.create(
            session=session,
            connection=base,
            upload=1,
            name=name,
            kind="catalog",
            path=str((folder / name).resolve()),
        )
        runs.append(Run.objects.create(connection=base, file=file, kind="catalog", title=name))
    batches = ChangeBatch.objects.count()
    peak = _HelperPeak()
    peak.start()
    started, cpu = time.perf_counter(), time.process_time()
    for run in runs:
        importing.import_run(run.pk, owner="bench")
    if case in {"index", "stock, search"}:
        indexing.refresh()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    own, helper = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    for run in runs:
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise SystemExit(f"{case}: {run.error}")
    return {
        "seconds": seconds,
        "cpu": cpu + helper.ru_utime + helper.ru_stime,
        "peak_mb": own.ru_maxrss / 1024,
        "helper_mb": peak.megabytes,
        "batches": ChangeBatch.objects.count() - batches,
    }


class _HelperPeak(threading.Thread):
    """Watches how much memory the children of this process take at most; on Linux alone."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.megabytes = 0.0

    def run(self) -> None:
        """Look ten times a second."""
        while True:
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):
                    for pid in children.read_text().split():
                        status = Path(f"/proc/{pid}/status").read_text()
                        told = re.search(r"VmHWM:\s+(\d+) kB", status)
                        if told and "python" in Path(f"/proc/{pid}/cmdline").read_text():
                            self.megabytes = max(self.megabytes, int(told.group(1)) / 1024)
            time.sleep(0.1)


BARE_TABLES = ("sync_product", "sync_offer", "sync_offerprices", "sync_offerstock")
KEYS = {"sync_product": "connection_id, ref", "sync_offer": "connection_id, ref"}
"""What a row is found by, `offer_id` where nothing else is said."""


def _bare(folder: Path) -> dict[str, Any]:
    """Put the rows of the loaded mirror back into its own tables; only the writing is timed."""
    from django.db import connection

    bare = _bare_postgresql if connection.vendor == "postgresql" else _bare_sqlite
    return {"seconds": bare(folder), "cpu": 0.0, "peak_mb": 0, "helper_mb": 0, "batches": 0}


def _upsert(table: str, columns: Sequence[str], source: str) -> str:
    key = KEYS.get(table, "offer_id")
    rest = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key.split(", "))
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) {source} "
        f"ON CONFLICT ({key}) DO UPDATE SET {rest}"
    )


def _bare_postgresql(folder: Path) -> float:
    from django.db import connection, transaction

    columns = {}
    with connection.cursor() as cursor:
        for table in BARE_TABLES:
            cursor.execute(f"SELECT * FROM {table} LIMIT 0")
            columns[table] = [each.name for each in cursor.description]
            told = ", ".join(columns[table])
            with (
                (folder / f"{table}.rows").open("wb") as out,
                cursor.copy(f"COPY (SELECT {told} FROM {table} ORDER BY 1) TO STDOUT") as copy,
            ):
                for block in copy:
                    out.write(block)
        cursor.execute(f"TRUNCATE {', '.join(BARE_TABLES)} CASCADE")
    started = time.perf_counter()
    for table in BARE_TABLES:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE rows (LIKE {table}) ON COMMIT DROP")
            with (
                (folder / f"{table}.rows").open("rb") as rows,
                cursor.copy("COPY rows FROM STDIN") as copy,
            ):
                while block := rows.read(1 << 20):
                    copy.write(block)
            cursor.execute(_upsert(table, columns[table], "SELECT * FROM rows WHERE true"))
    return time.perf_counter() - started


def _bare_sqlite(_folder: Path) -> float:
    from django.db import connection, transaction

    seconds = 0.0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in BARE_TABLES:
            cursor.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
        for table in reversed(BARE_TABLES):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("PRAGMA foreign_keys = ON")
        for table in BARE_TABLES:
            cursor.execute(f"SELECT * FROM kept_{table} LIMIT 0")
            columns = [each[0] for each in cursor.description]
            upsert = _upsert(table, columns, f"VALUES ({', '.join(['%s'] * len(columns))})")
            with transaction.atomic():
                cursor.execute(f"SELECT count(*) FROM kept_{table}")
                for start in range(0, cursor.fetchone()[0], BARE_ROWS):
                    cursor.execute(f"SELECT * FROM kept_{table} LIMIT {BARE_ROWS} OFFSET {start}")
                    rows = cursor.fetchall()
                    started = time.perf_counter()
                    cursor.executemany(upsert, rows)
                    seconds += time.perf_counter() - started
                started = time.perf_counter()
            seconds += time.perf_counter() - started
    return seconds


BARE_ROWS = 10_000


@contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL for the run, removed behind it; DATABASE_URL itself when it is set."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        yield given
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise SystemExit("PostgreSQL is not installed and DATABASE_URL is not set")
    bin_dir = programs[-1]
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    as_user: list[str | Path] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    port = str(random.randint(20000, 30000))
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    data = folder / "data"
    subprocess.run(
        [*as_user, bin_dir / "initdb", "-D", data, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"],
        **quiet,
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control = [*as_user, bin_dir / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], **quiet)
    try:
        user = "postgres" if as_user else os.environ.get("USER", "postgres")
        yield f"postgres://{user}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_of(kind: str) -> Iterator[dict[str, str]]:
    """The environment of an empty installation."""
    folder = tempfile.mkdtemp(prefix="bench-exchange-")
    environment = {
        **os.environ,
        "VITRINA_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "portal.settings.embedded",
    }
    environment.pop("DATABASE_URL", None)
    try:
        if kind == "postgresql":
            with cluster() as url:
                yield {**environment, "DATABASE_URL": url}
        else:
            yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(size: int, kind: str, report: Callable[[dict[str, Any]], None]) -> None:
    """All cases on one database; each is reported when it is through, the bare rows last."""
    first = 0.0
    with database_of(kind) as environment:
        files = Path(environment["VITRINA_DATA_DIR"]) / "files"
        manage = str(ROOT / "manage.py")
        migrate = [sys.executable, manage, "migrate", "--skip-checks", "--verbosity", "0"]
        subprocess.run(migrate, env=environment, check=True, cwd=ROOT)
        for case in CASES:
            make_files(files, size, FILES.get(case, ()))
            command = [sys.executable, __file__, "--work", case, "--files", str(files)]
            told = subprocess.run(
                command, env=environment, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            found = json.loads(told.stdout.splitlines()[-1])
            count = min(size, COUNTED.get(case, size))
            row = {
                "case": case,
                "size": size,
                "database": kind,
                "objects": count,
                "seconds": round(found["seconds"], 2),
                "cpu_seconds": round(found["cpu"], 2),
                "per_s": round(count / found["seconds"]),
                "peak_mb": round(found["peak_mb"]),
                "helper_mb": round(found["helper_mb"]),
                "change_batches": found["batches"],
            }
            if case == "first load":
                first = found["seconds"]
            elif case == "bare":
                row["ratio"] = round(found["seconds"] / first, 3)
            elif case != "same again":
                for name in FILES.get(case, ()):
                    (files / name).unlink()
            report(row)


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description="Speed of taking an exchange file.")
    parser.add_argument("--size", type=int, default=10_000, help="number of products")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--work", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        sys.stdout.write(json.dumps(work(options.work, options.files)) + "\n")
        return
    rows: list[dict[str, Any]] = []
    if options.json:
        measure(options.size, options.database, rows.append)
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    head = ("case", "objects", "seconds", "per_s", "cpu_seconds", "peak_mb", "helper_mb")
    sys.stdout.write("".join(f"{name:>{15}}" for name in head) + "\n")

    def show(row: dict[str, Any]) -> None:
        sys.stdout.write("".join(f"{row[name]!s:>{15}}" for name in head))
        sys.stdout.write(f"   first load is {row['ratio']:.2f} of it\n" if "ratio" in row else "\n")
        sys.stdout.flush()

    measure(options.size, options.database, show)


if __name__ == "__main__":
    main()
