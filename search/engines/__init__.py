"""The engine of this installation."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from search.engines.base import Engine
from search.engines.embedded import EmbeddedEngine


def engine() -> Engine:
    """The engine that answers and is written, one instance for a process."""
    return _embedded(Path(settings.INDEX_ROOT))


@lru_cache(maxsize=4)
def _embedded(root: Path) -> EmbeddedEngine:
    return EmbeddedEngine(root)
