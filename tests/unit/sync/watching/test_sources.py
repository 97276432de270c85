"""Which runs bring which data."""

from __future__ import annotations

from typing import Any

import pytest

from sync.models import Run, Schedule
from sync.watching.sources import SOURCES, brings, run_kinds
from tests.factories.sync import ConnectionFactory

FAILED = {"state": Run.State.FAILED}


@pytest.mark.parametrize(
    ("run", "kinds"),
    [
        ({"kind": "catalog", "title": "import0_1.xml"}, {"catalogue"}),
        ({"kind": "catalog", "title": "goods.xml"}, {"catalogue"}),
        ({"kind": "catalog", "title": "offers.xml"}, set()),
        ({"kind": "catalog", "title": "offers.xml", "tells_stock": True}, {"stock"}),
        (
            {"kind": "catalog", "title": "x", "tells_stock": True, "tells_prices": True},
            {"stock", "prices"},
        ),
        ({"kind": "catalog", "title": "import.xml", "tells_prices": True}, {"catalogue", "prices"}),
        ({"kind": "catalog", "title": "1/rests__2.xml", **FAILED}, {"stock"}),
        ({"kind": "catalog", "title": "offers0_1.xml", **FAILED}, {"stock", "prices"}),
        ({"kind": "catalog", "title": "import.xml", **FAILED}, {"catalogue"}),
        ({"kind": "stock"}, {"stock"}),
        ({"kind": "price"}, {"prices"}),
        ({"kind": "agreement"}, {"contracts"}),
        ({"kind": "sale"}, {"statuses"}),
        ({"kind": "balance"}, {"settlements"}),
        ({"kind": "bank"}, {"payments"}),
        ({"kind": "exchange"}, set()),
    ],
)
@pytest.mark.django_db
def test_a_run_brings(run: dict[str, Any], kinds: set[str]) -> None:
    made = Run.objects.create(connection=ConnectionFactory(), **{"state": Run.State.DONE, **run})
    assert {kind for kind in SOURCES if brings(kind, made)} == kinds
    if made.state == Run.State.DONE:
        # the database says the same
        asked = {
            kind
            for kind, sources in SOURCES.items()
            for source in sources
            if Run.objects.filter(source.condition, kind=source.run_kind).exists()
        }
        assert asked == kinds


def test_every_kind_of_data_has_its_runs() -> None:
    assert set(SOURCES) == set(Schedule.Kind.values)
    assert run_kinds("contracts") == ["agreement", "contract"]
