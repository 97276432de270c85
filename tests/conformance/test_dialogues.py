"""Dialogues written down: each dialect is played, and must be told what it was told before.

With `RECORD_DIALOGUES=1` in the environment the files are written anew; read the differences
before you commit them.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from onec.answers import OrderBase
from onec.dialects import DIALECTS, Dialect
from onec.exchange import exchange_orders, send_catalogue
from onec.portions import collect
from onec.recording import Recorder
from sync.models import Connection
from tests.conformance import exports
from tests.conformance.line import OpenPortal
from tests.factories.sync import outgoing_line, outgoing_order, queued_order

pytestmark = pytest.mark.django_db(transaction=True)
DIALOGUES = Path(__file__).resolve().parent / "dialogues"
AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive


@pytest.mark.gotcha(2, 11, 14, 15)
def test_a_dialogue_is_the_same_byte_for_byte(
    base: Connection, dialect: Dialect, open_portal: OpenPortal, tmp_path: Path
) -> None:
    portal, recorder = open_portal(chunk=0), Recorder()
    portal.http.event_hooks = {"request": [], "response": [recorder]}
    send_catalogue(portal, collect([exports.write(tmp_path / "full", dialect)]), full=True)
    line = outgoing_line(offer_ref=exports.RED, sku="РД-2")
    queued_order(base, outgoing_order("1001", lines=(line,)))
    came = exchange_orders(portal, OrderBase(), [], AT)
    exchange_orders(portal, OrderBase(), [came[0].answered("ship", AT)], AT)

    path = DIALOGUES / f"{dialect.name}.txt"
    if os.environ.get("RECORD_DIALOGUES"):
        DIALOGUES.mkdir(exist_ok=True)
        recorder.save(path)
    assert recorder.text == path.read_text(encoding="utf-8")


def test_every_dialogue_is_of_a_dialect() -> None:
    assert {path.stem for path in DIALOGUES.glob("*.txt")} == set(DIALECTS)
