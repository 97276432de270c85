"""Which database, cache and queue an installation uses, by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from huey import Huey, PriorityRedisExpireHuey, SqliteHuey
from huey.storage import PostgresStorage
from redis import ConnectionPool

BUSY_SECONDS = 20
"""How long a writer waits for SQLite's write lock before it gives up."""
CACHE_ENTRIES = 100_000
"""Django's own limit of 300 lets a stranger push the counts of wrong passwords out of the cache."""
_TABLES_LOCK = 0x71756575
"""Any number of our own, for PostgreSQL's advisory lock."""


def database(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    """`DATABASE_URL`, else SQLite in the data folder."""
    if not env.str("DATABASE_URL", default=""):
        return sqlite(data_dir / "vitrina.sqlite3")
    found: dict[str, Any] = env.db("DATABASE_URL")
    if found["ENGINE"].endswith("sqlite3"):
        return sqlite(Path(found["NAME"]))
    found["CONN_HEALTH_CHECKS"] = True
    found["OPTIONS"] = {**found.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 12}}
    return found


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite as the portal needs it.

    WAL lets pages read while an import writes. IMMEDIATE takes the write lock at the start of a
    transaction, so that two writers wait for each other instead of failing half-way.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA temp_store=FILE;"
                "PRAGMA cache_size=-16000;PRAGMA mmap_size=268435456;"
            ),
        },
    }


def caches(env: environ.Env, *, shared: bool = False) -> dict[str, Any]:
    """Redis, else the memory of the one web process, else (`shared`) a table of the database.

    Sign-in limits live in the cache, so that web processes side by side must share it.
    """
    url = env.str("REDIS_URL", default="")
    backend, location = "locmem.LocMemCache", "vitrina"
    if url:
        backend, location = "redis.RedisCache", url
    elif shared:
        backend, location = "db.DatabaseCache", "vitrina_cache"
    told = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": location}
    # Redis has a limit of memory instead
    return {"default": told if url else {**told, "OPTIONS": {"MAX_ENTRIES": CACHE_ENTRIES}}}


def huey(env: environ.Env, data_dir: Path) -> Huey:
    """The queue: Redis, else the PostgreSQL that is there, else a SQLite file of its own.

    Nothing runs inside a request: `immediate` is for tests alone.
    """
    redis_url, database_url = env.str("REDIS_URL", default=""), env.str("DATABASE_URL", default="")
    if redis_url:
        pool = ConnectionPool.from_url(redis_url)
        return PriorityRedisExpireHuey("vitrina", connection_pool=pool)
    if database_url.startswith(("postgres://", "postgresql://")):
        return Huey(
            "vitrina", storage_class=LazyPostgresStorage, dsn=database_url, table_prefix="vitrina"
        )
    return SqliteHuey("vitrina", filename=str(data_dir / "queue.sqlite3"), fsync=True)


class LazyPostgresStorage(PostgresStorage):
    """Makes its tables at the first use: settings must load while the database is down."""

    def __init__(self, name: str, **connection: Any) -> None:
        super().__init__(name, create_tables=False, **connection)  # type: ignore[no-untyped-call]
        self._has_tables = False

    def _create_connection(self) -> Any:
        connection = super()._create_connection()  # type: ignore[no-untyped-call]
        if not self._has_tables:
            with connection.transaction():
                # two processes that make them at once would trip over each other
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TABLES_LOCK,))
                for statement in self.ddl:
                    connection.execute(statement)
            self._has_tables = True
        return connection
