"""Which database, cache and queue an installation uses, by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from huey import Huey, PriorityRedisExpireHuey, SqliteHuey
from redis import ConnectionPool

BUSY_SECONDS = 20
"""How long a writer waits for SQLite's write lock before it gives up."""


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


def caches(env: environ.Env) -> dict[str, Any]:
    """Redis, else the memory of the one web process."""
    url = env.str("REDIS_URL", default="")
    if url:
        return {
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        }
    return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def huey(env: environ.Env, data_dir: Path) -> Huey:
    """The queue: Redis, else a SQLite file of its own.

    Nothing runs inside a request: `immediate` is for tests alone.
    """
    url = env.str("REDIS_URL", default="")
    if url:
        return PriorityRedisExpireHuey("vitrina", connection_pool=ConnectionPool.from_url(url))
    return SqliteHuey("vitrina", filename=str(data_dir / "queue.sqlite3"), fsync=True)
