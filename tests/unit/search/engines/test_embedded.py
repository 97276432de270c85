"""How the index lies on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from search.engines import embedded_fields
from search.engines.base import NotReadyError
from search.engines.embedded import EmbeddedEngine
from search.engines.embedded_fields import schema_hash


def emptied(root: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(root)
    with engine.rebuild() as writer:
        writer.commit()
    return engine


def test_rebuild_keeps_one_folder(tmp_path: Path) -> None:
    (tmp_path / "old-schema" / "1").mkdir(parents=True)
    engine = emptied(tmp_path)
    emptied(tmp_path)
    home = tmp_path / schema_hash()
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == [home.name]
    assert [each.name for each in home.iterdir() if each.is_dir()] == ["2"]
    assert engine.index() == f"{home.name}/2"
    assert engine.count() == 0


def test_another_schema_has_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied(tmp_path)
    monkeypatch.setattr(embedded_fields, "_MEANING", embedded_fields._MEANING + 1)
    assert EmbeddedEngine(tmp_path).index() is None


@pytest.mark.parametrize("pointer", ["", "../1", "x", "77"])
def test_pointer_that_leads_nowhere(tmp_path: Path, pointer: str) -> None:
    engine = emptied(tmp_path)
    (tmp_path / schema_hash() / "current").write_text(pointer)
    assert engine.index() is None


def test_broken_index_is_not_ready(tmp_path: Path, caplog: Any) -> None:
    engine = emptied(tmp_path)
    assert engine.count() == 0
    (tmp_path / schema_hash() / "1" / "meta.json").write_text("{}")
    with pytest.raises(NotReadyError):
        engine.count()
    assert "cannot be read" in caplog.text
