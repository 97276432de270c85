"""How fast an exchange file becomes rows of the mirror, and in how much memory.

    python tests/bench/exchange.py --size 10000 --database sqlite
    python tests/bench/exchange.py --size 100000 --database postgresql --json

The catalogue is made here: goods with 6 properties, an offer each with 4 prices and stock in 5
warehouses. Each case runs in a process of its own, started as the worker is, so that its peak
memory is the worker's. The bare figure is what the database takes when the very same rows are
put into empty tables of the same shape and indexes in one transaction, with nothing read,
compared or made. PostgreSQL is taken from DATABASE_URL; without it a cluster is started for the
run and removed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[2]
CASES = ("first load", "same again", "stock delta", "1 % changed", "first load, bare")
PROPERTIES, PRICE_TYPES, WAREHOUSES, GROUPS = 6, 4, 5, 40
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07" '
    'ДатаФормирования="2026-11-24T10:00:00">\n'
)
TAIL = "</КоммерческаяИнформация>\n"


def guid(kind: int, number: int) -> str:
    """The same GUID for the same object at every run."""
    return str(uuid.UUID(int=random.Random(f"{kind}/{number}").getrandbits(128)))


def write_goods(out: TextIO, size: int, *, changed: int = 0) -> None:
    """`import.xml`: groups, properties with dictionaries, goods; every `changed`th differs."""
    out.write(f"{HEAD}<Классификатор><Ид>1</Ид><Наименование>Каталог</Наименование><Группы>")
    for n in range(GROUPS):
        out.write(f"<Группа><Ид>{guid(1, n)}</Ид><Наименование>Группа {n}</Наименование></Группа>")
    out.write("</Группы><Свойства>")
    for n in range(PROPERTIES):
        out.write(
            f"<Свойство><Ид>{guid(2, n)}</Ид><Наименование>Свойство {n}</Наименование>"
            "<ТипЗначений>Справочник</ТипЗначений><ВариантыЗначений>"
        )
        for v in range(20):
            out.write(
                f"<Справочник><ИдЗначения>{guid(3, n * 100 + v)}</ИдЗначения>"
                f"<Значение>Значение {v}</Значение></Справочник>"
            )
        out.write("</ВариантыЗначений></Свойство>")
    out.write('</Свойства></Классификатор><Каталог СодержитТолькоИзменения="false"><Ид>1</Ид>')
    out.write("<Наименование>Каталог</Наименование><Товары>\n")
    for n in range(size):
        mark = " изменён" if changed and n % changed == 0 else ""
        values = "".join(
            f"<ЗначенияСвойства><Ид>{guid_of(2, p)}</Ид>"
            f"<Значение>{guid_of(3, p * 100 + (n + p) % 20)}</Значение></ЗначенияСвойства>"
            for p in range(PROPERTIES)
        )
        ref = guid(4, n)
        out.write(
            f"<Товар><Ид>{ref}</Ид><Штрихкод>46{n:011d}</Штрихкод><Артикул>YK-{n:07d}</Артикул>"
            f"<Наименование>Фасад кухонный {n}, эмаль матовая{mark}</Наименование>"
            '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
            f"<Группы><Ид>{guid_of(1, n % GROUPS)}</Ид></Группы>"
            f"<Описание>Фасад из МДФ толщиной 19 мм, покрытие эмаль, серия {n % 97}.</Описание>"
            f"<Картинка>import_files/{ref[:2]}/{ref}.jpg</Картинка><Страна>Россия</Страна>"
            f"<Изготовитель><Ид>{uuid.uuid4()}</Ид><Наименование>Фабрика</Наименование>"
            f"</Изготовитель><ЗначенияСвойств>{values}</ЗначенияСвойств>"
            "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка>"
            "</СтавкаНалога></СтавкиНалогов><ЗначенияРеквизитов>"
            "<ЗначениеРеквизита><Наименование>ВидНоменклатуры</Наименование>"
            "<Значение>Фасады</Значение></ЗначениеРеквизита>"
            "<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование>"
            "<Значение>Товар</Значение></ЗначениеРеквизита>"
            "<ЗначениеРеквизита><Наименование>Полное наименование</Наименование>"
            f"<Значение>Фасад кухонный {n}, эмаль матовая, 716 x 396</Значение>"
            "</ЗначениеРеквизита></ЗначенияРеквизитов></Товар>\n"
        )
    out.write(f"</Товары></Каталог>{TAIL}")


_guids: dict[tuple[int, int], str] = {}


def guid_of(kind: int, number: int) -> str:
    """Like `guid`, remembered: for the few objects that all goods refer to."""
    key = (kind, number)
    if key not in _guids:
        _guids[key] = guid(kind, number)
    return _guids[key]


def write_offers(out: TextIO, size: int) -> None:
    """`offers.xml`: price types, warehouses, an offer for each product."""
    out.write(f'{HEAD}<ПакетПредложений СодержитТолькоИзменения="false"><Ид>1</Ид><ТипыЦен>')
    for n in range(PRICE_TYPES):
        out.write(
            f"<ТипЦены><Ид>{guid_of(5, n)}</Ид><Наименование>Цена {n}</Наименование>"
            "<Валюта>RUB</Валюта><Налог><Наименование>НДС</Наименование>"
            "<УчтеноВСумме>true</УчтеноВСумме></Налог></ТипЦены>"
        )
    out.write("</ТипыЦен><Склады>")
    for n in range(WAREHOUSES):
        out.write(f"<Склад><Ид>{guid_of(6, n)}</Ид><Наименование>Склад {n}</Наименование></Склад>")
    out.write("</Склады><Предложения>\n")
    for n in range(size):
        prices = "".join(
            f"<Цена><Представление>{n % 9000 + 100 + p} руб. за шт</Представление>"
            f"<ИдТипаЦены>{guid_of(5, p)}</ИдТипаЦены>"
            f"<ЦенаЗаЕдиницу>{n % 9000 + 100 + p}.50</ЦенаЗаЕдиницу>"
            "<Валюта>RUB</Валюта><Единица>шт</Единица><Коэффициент>1</Коэффициент></Цена>"
            for p in range(PRICE_TYPES)
        )
        out.write(
            f"<Предложение><Ид>{guid(4, n)}</Ид><Артикул>YK-{n:07d}</Артикул>"
            f"<Наименование>Фасад кухонный {n}, эмаль матовая</Наименование>"
            '<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>'
            f"<Цены>{prices}</Цены><Количество>{n % 50 * 5}</Количество>{_places(n, 0)}"
            "</Предложение>\n"
        )
    out.write(f"</Предложения></ПакетПредложений>{TAIL}")


def write_stock(out: TextIO, size: int) -> None:
    """A delta in which every quantity is another one."""
    out.write(
        f'{HEAD}<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>1#</Ид><Предложения>'
    )
    for n in range(size):
        out.write(
            f"<Предложение><Ид>{guid(4, n)}</Ид><Количество>{n % 50 * 5 + 5}</Количество>"
            f"{_places(n, 1)}</Предложение>\n"
        )
    out.write(f"</Предложения></ИзмененияПакетаПредложений>{TAIL}")


def _places(n: int, more: int) -> str:
    return "".join(
        f'<Склад ИдСклада="{guid_of(6, w)}" КоличествоНаСкладе="{n % 50 + more}"/>'
        for w in range(WAREHOUSES)
    )


FILES = {
    "first load": ("import.xml", "offers.xml"),
    "same again": ("import.xml", "offers.xml"),
    "stock delta": ("stock.xml",),
    "1 % changed": ("changed.xml", "offers.xml"),
}


def make_files(folder: Path, size: int) -> None:
    """All files of all cases."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in (
        ("import.xml", write_goods),
        ("offers.xml", write_offers),
        ("stock.xml", write_stock),
    ):
        with (folder / name).open("w", encoding="utf-8") as out:
            write(out, size)
    with (folder / "changed.xml").open("w", encoding="utf-8") as out:
        write_goods(out, size, changed=100)


def work(case: str, folder: Path) -> dict[str, Any]:
    """One case, in this process."""
    sys.path[:0] = [str(ROOT), str(ROOT / "site")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")
    import django

    django.setup()
    if case == "first load, bare":
        return _bare()
    from django.utils import timezone

    from sync import importing
    from sync.models import ChangeBatch, Connection, ExchangeSession, ReceivedFile, Run

    base, _created = Connection.objects.get_or_create(user="bench", defaults={"name": "bench"})
    session = ExchangeSession.objects.create(
        connection=base, key=uuid.uuid4().hex, exchange_type="catalog", seen_at=timezone.now()
    )
    runs = []
    for name in FILES[case]:
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
    started = time.perf_counter()
    for run in runs:
        importing.import_run(run.pk, owner="bench")
    seconds = time.perf_counter() - started
    for run in runs:
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise SystemExit(f"{case}: {run.error}")
    return {
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "batches": ChangeBatch.objects.count() - batches,
    }


BARE_TABLES = ("sync_product", "sync_offer", "sync_offerprices", "sync_offerstock")


def _bare() -> dict[str, Any]:
    """Put the rows of the loaded mirror into empty tables alike; only the writing is timed."""
    from django.db import connection, transaction

    seconds = 0.0
    for table in BARE_TABLES:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
                with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                    data = b"".join(bytes(block) for block in copy)
                started = time.perf_counter()
                with cursor.copy("COPY bare FROM STDIN") as copy:
                    copy.write(data)
            else:
                cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s", [table])
                for (sql,) in cursor.fetchall():
                    if sql:
                        cursor.execute(
                            sql.replace(f'"{table}"', '"bare"', 1)
                            .replace(f'ON "{table}"', 'ON "bare"')
                            .replace('INDEX "', 'INDEX "bare_')
                            .replace("%", "%%")
                        )
                cursor.execute(f"SELECT * FROM {table}")
                rows = cursor.fetchall()
                marks = ", ".join(["%s"] * len(rows[0]))
                started = time.perf_counter()
                cursor.executemany(f"INSERT INTO bare VALUES ({marks})", rows)
        seconds += time.perf_counter() - started
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bare")
    return {"seconds": seconds, "peak_mb": 0.0, "batches": 0}


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


def measure(size: int, kind: str) -> list[dict[str, Any]]:
    """All cases on one database."""
    found: dict[str, dict[str, Any]] = {}
    with database_of(kind) as environment:
        files = Path(environment["VITRINA_DATA_DIR"]) / "files"
        make_files(files, size)
        migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=environment, check=True, cwd=ROOT)
        for case in CASES:
            command = [sys.executable, __file__, "--work", case, "--files", str(files)]
            told = subprocess.run(
                command, env=environment, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            found[case] = json.loads(told.stdout.splitlines()[-1])
    bare = size / found.pop("first load, bare")["seconds"]
    return [
        {
            "case": case,
            "size": size,
            "database": kind,
            "products_per_s": round(size / it["seconds"]),
            "peak_mb": round(it["peak_mb"]),
            "bare_per_s": round(bare),
            "change_batches": it["batches"],
        }
        for case, it in found.items()
    ]


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
    rows = measure(options.size, options.database)
    if options.json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    lines = [f"{'case':<14}{'products/s':>12}{'peak MB':>10}{'batches':>9}{'bare/s':>10}"]
    lines += [
        f"{row['case']:<14}{row['products_per_s']:>12,}{row['peak_mb']:>10}"
        f"{row['change_batches']:>9}{row['bare_per_s']:>10,}"
        for row in rows
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
