"""An order keeps everything on its way through the outbox."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sync.onec.outgoing import from_payload, to_payload
from tests.factories.sync import outgoing_line, outgoing_order


def test_payload_gives_back_the_same_order() -> None:
    order = outgoing_order(
        lines=(
            outgoing_line(),
            outgoing_line(vat_rate=None, vat_amount=Decimal("0.00"), quantity=Decimal("0.1250")),
        ),
        comment="Позвонить заранее",
        requisites=(("Дата отгрузки", "2026-12-01 00:00:00"),),
    )
    assert from_payload(json.loads(json.dumps(to_payload(order)))) == order


@pytest.mark.parametrize("lost", ["party", "lines", "amount", "placed_at"])
def test_from_payload_refuses_what_is_not_an_order(lost: str) -> None:
    payload = to_payload(outgoing_order())
    del payload[lost]
    with pytest.raises(KeyError):
        from_payload(payload)
