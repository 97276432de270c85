"""Russian typography of the demonstration's texts: what must not be torn apart at a line's end."""

from __future__ import annotations

import re

_NO_BREAK = "\N{NO-BREAK SPACE}"
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_UNITS = re.compile(
    r"(?<=\d) (?=(?:мм|см|м|кг|г|Н|Вт|В|К|л|%|мл|штук|шт|дней|дня|градусов|циклов)\b|%)"
)
_SIGNS = re.compile(r" (?=[—×])|(?<=×) ")


def bound(text: str) -> str:
    """The text with no-break spaces inside numbers, before units, dashes and around "×"."""
    for pattern in (_THOUSANDS, _UNITS, _SIGNS):
        text = pattern.sub(_NO_BREAK, text)
    return text
