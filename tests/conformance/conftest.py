"""A base of 1C and a portal that it exchanges with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.cache import cache

from onec.dialects import DIALECTS, Dialect
from onec.exchange import Portal
from onec.faults import FaultName, Faults
from sync.models import Connection
from tests.conformance.line import Line, OpenPortal
from tests.factories.sync import PASSWORD, ConnectionFactory

CHUNK = 1500
"""Bytes in one request: each exchange file comes in several."""


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def base() -> Connection:
    """The base of 1C, as the portal knows it."""
    return ConnectionFactory()


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each dialect in turn, without pauses between polls."""
    found = next(each for name, each in DIALECTS.items() if name == request.param)
    return replace(found, manners=replace(found.manners, poll_pause=0))


@pytest.fixture
def open_portal(base: Connection, dialect: Dialect) -> OpenPortal:
    """How 1C reaches the portal, with or without a fault on the way."""

    def open_it(fault: FaultName | None = None, chunk: int = CHUNK) -> Portal:
        return Portal(
            http=httpx.Client(transport=Line()),
            url="http://portal.example",
            user=base.user,
            password=PASSWORD,
            dialect=dialect,
            report=lambda _line: None,
            chunk=chunk,
            repeats=dialect.repeats,
            faults=Faults(fault),
        )

    return open_it
