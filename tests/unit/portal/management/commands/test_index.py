"""`vitrina index` brings the index up to date and makes it anew."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search import engines
from tests.factories.search import Catalogue


def told(*arguments: str) -> str:
    answer = StringIO()
    call_command("index", *arguments, stdout=answer)
    return answer.getvalue().strip()


def test_index_follows_the_mirror(db: None, settings: Any, tmp_path: Path) -> None:
    settings.INDEX_ROOT = tmp_path
    catalogue = Catalogue()
    catalogue.product("Арка")
    assert told() == "1 products in the index, 0 behind"
    name = engines.engine().index()
    catalogue.product("Балка")
    assert told() == "2 products in the index, 0 behind"
    assert engines.engine().index() == name
    assert told("--rebuild") == "2 products in the index, 0 behind"
    assert engines.engine().index() != name


def test_index_does_not_rebuild_beside_another(db: None, settings: Any, tmp_path: Path) -> None:
    settings.INDEX_ROOT = tmp_path
    with engines.engine().exclusive(), pytest.raises(CommandError, match="Another process"):
        told("--rebuild")
