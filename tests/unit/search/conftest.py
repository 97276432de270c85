"""Every test has an index of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from search import engines
from search.engines.base import Engine
from tests.factories.search import Catalogue


@pytest.fixture
def engine(settings: Any, tmp_path: Path) -> Engine:
    """The engine over an empty folder."""
    settings.INDEX_ROOT = tmp_path / "index"
    return engines.engine()


@pytest.fixture
def catalogue(db: None, engine: Engine) -> Catalogue:
    """An empty catalogue that is not indexed yet."""
    return Catalogue()
