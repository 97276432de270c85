"""An order of the portal as 1C reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from onec.orders import Line, SiteOrder

AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive


@pytest.fixture
def order() -> SiteOrder:
    line = Line(
        ref="p1",
        sku="A-1",
        name="Дверь",
        unit="шт",
        price=Decimal("61.00"),
        quantity=Decimal(2),
        amount=Decimal("122.00"),
        vat_rate="22",
        vat_amount=Decimal("22.00"),
    )
    return SiteOrder(
        ref="7",
        number="1000007",
        placed_at=AT,
        currency="RUB",
        amount=Decimal("183.00"),
        vat_included=True,
        counterparty_ref="c1",
        counterparty="ООО «Лад»",
        inn="7701234567",
        kpp="770101001",
        lines=(
            line,
            replace(line, ref="p2", sku="B", quantity=Decimal(1), amount=Decimal("61.00")),
        ),
    )
