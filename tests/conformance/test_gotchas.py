"""Which failure modes of the exchange are covered, and by which tests.

The numbers are those of :data:`GOTCHAS`. A test that covers one says so by
``@pytest.mark.gotcha(number, ...)``; each of them is covered by one at least.
``pytest tests/conformance/test_gotchas.py -s`` prints the table.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

GOTCHAS = {
    1: "no credentials reach the script",
    2: "init of other than two lines",
    3: "a file in many requests",
    4: "appending across sessions",
    5: "the same bytes again after a broken upload",
    6: "an archive under a temporary name, import by the names inside",
    7: "only the archive comes, import never does",
    8: "a step longer than the client's time-out",
    9: "polling without a pause",
    10: "anything printed besides the keyword",
    11: "line breaks that are none",
    12: "an empty answer to orders: the same orders for weeks",
    13: "import of orders that is never asked for",
    14: "an order list that does not begin with its declaration",
    15: "the charset of the order list",
    16: "a declared encoding that is not the bytes'",
    17: "a byte order mark",
    18: "two exchanges at once",
    19: "unsafe file names",
    20: "entity bombs",
    21: "success for other orders than were given",
    22: "one file taken for the whole catalogue",
    23: "a full export of one group",
    24: "three spellings of deletion",
    25: "a deleted offer without anything else",
    26: "new identifiers for the same goods",
    27: "duplicates at every load",
    28: "an identifier twice in one file",
    29: "a catalogue identifier shared by unrelated bases",
    30: "a portion without a classifier, a classifier alone",
    31: "a file name that lies",
    32: "namespaces, and success that imported nothing",
    33: "characteristics inside the catalogue",
    34: "a characteristic told apart from its product",
    35: "a stock delta without warehouse rows",
    36: "stock in four spellings, negative stock",
    37: "offers before goods",
    38: "a price type that nobody described",
    39: "an identifier that is long and no GUID",
    40: "currencies in words",
    41: "coefficients and unit codes that are none",
    42: "a dictionary in parts",
    43: "a manufacturer under a new identifier each time",
    44: "a description that never arrives",
    45: "pictures: lists, and new content under an old name",
    46: "content edited by hand is written over",
    47: "memory",
    48: "dates that are none",
    49: "files that no schema allows",
    50: "some objects fail",
    51: "an order number over 11 characters",
    52: "one bad order blocks all",
    53: "a line without an identifier of 1C",
    54: "all customers under one identifier",
    55: "a sole trader sent as a company",
    56: "VAT added on top",
    57: "organisation, warehouse and agreement stay empty",
    58: "УТ never tells a status",
    59: "requisite names vary",
    60: "the echo of our own status",
    61: "a document without an identifier",
    62: "an order changed in 1C",
    63: "a payment imported twice",
    64: "an order closed in 1C is passed over in silence",
    65: "cancelled, marked for deletion, not posted",
    66: "empty dates and amounts",
    67: "the status list's tag with a Latin letter",
    68: "OData balances asked for as an entity",
    69: "bank statements that overlap",
    70: "settlements in two currencies",
}


def test_every_failure_mode_is_covered() -> None:
    found = covering()
    print("\n".join(_table(found)))  # noqa: T201 - this is what the table is for
    assert set(GOTCHAS) == set(found) == set(range(1, 71))


def covering() -> dict[int, list[str]]:
    """Tests by the number of what they cover."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, numbers in _marked(path):
            for number in numbers:
                found.setdefault(number, []).append(f"{path.relative_to(TESTS)}::{test}")
    return found


def _marked(path: Path) -> Iterator[tuple[str, list[int]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.gotcha":
                yield node.name, [ast.literal_eval(argument) for argument in mark.args]


def _table(found: dict[int, list[str]]) -> Iterator[str]:
    for number, title in sorted(GOTCHAS.items()):
        yield f"{number:2} {title}"
        yield from (f"     {test}" for test in found.get(number, []))
