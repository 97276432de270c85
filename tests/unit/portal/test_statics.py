"""Static files are collected once for each state of theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finder
from pytest_django.fixtures import Settings

from portal import statics


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.css").write_text("a { color: red }\n" * 50, encoding="ascii")
    settings.DEBUG = False
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "portal.statics.QuickStaticStorage"},
    }
    return folder


@pytest.fixture(autouse=True)
def _forget_finders() -> Iterator[None]:
    forget: Callable[[], None] = get_finder.cache_clear  # type: ignore[attr-defined]
    forget()
    yield
    forget()


def collected(settings: Settings) -> set[str]:
    return {path.name for path in Path(settings.STATIC_ROOT).iterdir()}


def test_files_get_their_hash_into_the_name_and_are_compressed(
    source: Path, settings: Settings
) -> None:
    assert statics.collect()
    found = collected(settings)
    assert any(name.startswith("a.") and name.endswith(".css.gz") for name in found)
    assert "a.css" not in found


def test_second_time_does_nothing(source: Path) -> None:
    assert statics.collect()
    assert not statics.collect()


def test_changed_file_is_collected_and_the_old_one_is_gone(
    source: Path, settings: Settings
) -> None:
    statics.collect()
    before = collected(settings)
    (source / "a.css").write_text("b { color: blue }\n", encoding="ascii")
    os.utime(source / "a.css", (1, 1))
    assert statics.collect()
    assert not {name for name in before & collected(settings) if name.endswith(".css")}


def test_broken_off_collection_is_made_anew(source: Path, settings: Settings) -> None:
    statics.collect()
    (Path(settings.STATIC_ROOT) / statics.STAMP).unlink()
    assert statics.collect()


def test_debug_serves_from_where_the_files_lie(source: Path, settings: Settings) -> None:
    settings.DEBUG = True
    assert not statics.collect()
