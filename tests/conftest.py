"""A migrated database for every test, made once and kept between runs.

Migrating costs some twenty seconds; a copy of the migrated file costs nothing. The file is kept
under a name that changes with every migration and with the versions of what brings migrations.
On PostgreSQL the database is made as usual.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "databases"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests that empty the database behind them last of all.

    Of the tests that commit, those with `serialized_rollback` put the first rows (content types,
    the root of the pages) back under their own numbers. Any other leaves such rows made anew,
    under other numbers, which would then collide.
    """
    items.sort(key=_leaves_other_rows)


def _leaves_other_rows(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    options = marker.kwargs if marker else {}
    return bool(options.get("transaction")) and not options.get("serialized_rollback")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Give this run its own copy of the migrated database."""
    with django_db_blocker.unblock():
        if connection.vendor != "sqlite":
            made = setup_databases(verbosity=0, interactive=False, serialized_aliases=["default"])
            yield
            teardown_databases(made, verbosity=0)
            return
        kept = KEPT / f"{_fingerprint()}.sqlite3"
        if not kept.exists():
            _make(kept)
        own = tmp_path_factory.mktemp("database") / "test.sqlite3"
        shutil.copy(kept, own)
        _use(own)
        # what a test that commits leaves behind is put right from this text
        connection._test_serialized_contents = kept.with_suffix(".json").read_text(  # type: ignore[attr-defined]
            encoding="utf-8"
        )
        yield
        connections.close_all()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What an earlier test kept in memory is not about this test's database."""
    cache.clear()


def _make(kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}")
    _use(draft)
    call_command("migrate", interactive=False, verbosity=0)
    kept.with_suffix(".json").write_text(
        connection.creation.serialize_db_to_string(), encoding="utf-8"
    )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    draft.replace(kept)
    for leftover in kept.parent.glob(f"{draft.name}-*"):
        leftover.unlink()


def _use(path: Path) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = str(path)
    connection.settings_dict["NAME"] = str(path)


def _fingerprint() -> str:
    found = hashlib.sha256()
    for path in sorted(ROOT.glob("**/migrations/*.py")):
        if ".venv" not in path.parts:
            found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    for name in ("django", "wagtail", "django-allauth", "wagtailmedia", "django-taggit"):
        found.update(importlib.metadata.version(name).encode())
    return found.hexdigest()[:16]
