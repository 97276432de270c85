"""One variable changes one engine, and the settings load while a service is down."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environ
import pytest
from huey import Huey, PriorityRedisExpireHuey, SqliteHuey

from portal.settings import engines

POSTGRES = "postgres://vitrina:secret@127.0.0.1:1/none"
REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> environ.Env:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return environ.Env()


def test_nothing_set_is_embedded(env: environ.Env, tmp_path: Path) -> None:
    database = engines.database(env, tmp_path)
    assert database["NAME"] == str(tmp_path / "vitrina.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]
    assert engines.caches(env)["default"]["BACKEND"].endswith("LocMemCache")
    assert isinstance(engines.huey(env, tmp_path), SqliteHuey)
    assert (tmp_path / "queue.sqlite3").exists()


@pytest.mark.parametrize("shared", [False, True])
def test_counts_of_wrong_passwords_are_not_pushed_out_of_the_cache(
    env: environ.Env, shared: bool
) -> None:
    assert engines.caches(env, shared=shared)["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def test_sqlite_that_is_named_is_opened_alike(
    env: environ.Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/own.sqlite3")
    assert engines.database(env, tmp_path) == engines.sqlite(tmp_path / "own.sqlite3")


def test_postgresql_carries_the_queue_and_the_shared_cache(
    env: environ.Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", POSTGRES)
    database = engines.database(env, tmp_path)
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["OPTIONS"]["pool"]["max_size"] == 12
    # nobody listens there: the queue must not ask at once
    assert isinstance(engines.huey(env, tmp_path).storage, engines.LazyPostgresStorage)
    assert engines.caches(env, shared=True)["default"]["BACKEND"].endswith("DatabaseCache")


def test_redis_comes_before_the_database(
    env: environ.Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", POSTGRES)
    monkeypatch.setenv("REDIS_URL", REDIS)
    assert isinstance(engines.huey(env, tmp_path), PriorityRedisExpireHuey)
    assert engines.caches(env, shared=True)["default"]["LOCATION"] == REDIS


@pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="needs PostgreSQL"
)
def test_queue_in_postgresql_makes_its_tables_once_for_all_who_come() -> None:
    url = os.environ["DATABASE_URL"]

    def come(number: int) -> None:
        queue = Huey("vitrina-test", storage_class=engines.LazyPostgresStorage, dsn=url)
        queue.storage.enqueue(f"{number}".encode())
        queue.storage.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come, range(8)))
    own = Huey(
        "vitrina-test", storage_class=engines.LazyPostgresStorage, dsn=url, blocking=False
    ).storage
    try:
        assert sorted(own.dequeue() for _turn in range(8)) == [b"%d" % n for n in range(8)]
        assert own.dequeue() is None
    finally:
        for table in (own.table_kv, own.table_schedule, own.table_task, own.table_counter):
            own.sql(f"DROP TABLE IF EXISTS {table}")
        own.close()
