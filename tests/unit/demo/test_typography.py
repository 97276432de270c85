"""Numbers, units and dashes are not torn apart."""

from __future__ import annotations

import pytest

from demo.typography import bound


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80 000 циклов", "80~000~циклов"),
        ("плита 16 мм и 3 м", "плита 16~мм и 3~м"),
        ("600 × 20 мм", "600~×~20~мм"),
        ("НДС 22 %", "НДС 22~%"),
        ("низ — шалфей", "низ~— шалфей"),
        ("2 механизма", "2 механизма"),
        ("три двери", "три двери"),
    ],
)
def test_bound(text: str, expected: str) -> None:
    assert bound(text) == expected.replace("~", "\N{NO-BREAK SPACE}")
