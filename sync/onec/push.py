"""Records that a program in 1C pushes as JSON: the body taken apart, each row by itself.

A body is `{"records": [...], "complete": false}`. It is walked once without building more than
one row; a row of wrong types is told with its reason and takes nothing else with it. Numbers never
pass through a float.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from pydantic import ValidationError

from sync.onec import values
from sync.onec.pushed.entities import ENTITIES, model_of
from sync.onec.pushed.fields import Pushed
from sync.onec.records import Row, WholeRecord
from sync.onec.stream import BadFile

__all__ = ["ENTITIES", "Survey", "read", "survey"]

FRAGMENT = 2000
LARGEST = 40
"""Digits before or behind the point of a number at most, as in `values.number`."""
_SPACE = re.compile(r"[ \t\r\n]*")
_WORDS = {
    "missing": "a field is missing",
    "extra_forbidden": "an unknown field",
    "string_type": "a text is expected",
    "string_too_long": "a text too long",
    "too_long": "a text too long",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "decimal_type": "not a number",
    "decimal_parsing": "not a number",
    "list_type": "a list is expected",
    "tuple_type": "a list is expected",
    "model_type": "an object is expected",
    "model_attributes_type": "an object is expected",
    "literal_error": "an unknown value",
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What a sound body holds: rows, and whether it calls itself whole."""

    count: int
    complete: bool


def survey(raw: bytes) -> Survey:
    """Walk through a body. Raises BadFile with the line and the column of what breaks it."""
    walk = _Walk(_decoded(raw))
    count = sum(1 for _row in walk.rows())
    return Survey(count, walk.complete)


def read(file: BinaryIO, kind: str, zone: tzinfo) -> Iterator[Row]:
    """The rows of a stored body, one by one, and a WholeRecord behind them if it was whole.

    `kind` is that of the run. Raises BadFile as `survey` does.
    """
    walk = _Walk(_decoded(file.read()))
    position = 0
    for position, (value, fragment) in enumerate(walk.rows(), start=1):
        yield _row(position, kind, value, fragment, zone)
    if walk.complete:
        whole = WholeRecord(tuple(walk.counterparty_refs))
        yield Row(position + 1, "balance", "", "", whole)


def _row(position: int, kind: str, value: Any, fragment: str, zone: tzinfo) -> Row:
    told = value if isinstance(value, dict) else {}
    kind, model = model_of(kind, told)
    ref = _name(told)
    version = _plain(told.get("version")).strip()
    shown = fragment if len(fragment) <= FRAGMENT else fragment[: FRAGMENT - 1] + "…"
    if model is None:
        return Row(
            position,
            kind,
            ref[:255],
            version,
            None,
            ("an unknown kind of document", _plain(told.get("kind"))[:60]),
            shown,
        )
    try:
        pushed: Pushed = model.model_validate(value)
        record = pushed.record(zone)
    except ValidationError as error:
        return Row(position, kind, ref[:255], version, None, _why(error), shown)
    except ValueError as error:
        reasons = tuple(str(each) for each in error.args)
        return Row(position, kind, ref[:255], version, None, reasons, shown)
    return Row(position, kind, getattr(record, "ref", "") or ref, version, record, (), shown)


def _name(told: dict[str, Any]) -> str:
    """What a row is known by: its identifier, else its number."""
    named = (_plain(told.get(key)).strip() for key in ("ref", "number", "remote_number"))
    return values.ref(next(filter(None, named), ""))


def _why(error: ValidationError) -> tuple[str, ...]:
    first = error.errors(include_url=False)[0]
    where = values.storable(".".join(str(each) for each in first["loc"]))
    own = first.get("ctx", {}).get("error")
    if isinstance(own, ValueError):
        reason, *rest = (str(each) for each in own.args)
        return (reason, ", ".join(filter(None, (where, *rest))))
    reason = _WORDS.get(first["type"], "a value that does not fit")
    return (reason, where) if where else (reason,)


def _plain(value: Any) -> str:
    """A text to show or to find by, whatever was told in its place."""
    if isinstance(value, (str, Decimal)):
        return values.storable(str(value))
    return ""


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile("the body is not in UTF-8", line=line) from None


def _constant(text: str) -> Any:
    raise ValueError(text)


def _exact(text: str) -> Decimal | str:
    """A number as it stands; one that nobody can calculate with stays the text it was.

    So it is refused where a number is expected, with its row alone, and nobody ever writes the
    digits of "1e999999999" out.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return value if abs(value.adjusted()) <= LARGEST else text


_DECODER = json.JSONDecoder(
    parse_float=_exact, parse_int=_exact, parse_constant=_constant, strict=True
)


class _Walk:
    """One body on the way through it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.complete = False
        self.counterparty_refs: list[str] = []
        self._seen: set[str] = set()

    def rows(self) -> Iterator[tuple[Any, str]]:
        """Each row with its own text; what stands beside the rows is kept."""
        self._expect("{")
        first = True
        while not self._is_next("}"):
            if not first:
                self._expect(",")
            first = False
            name = self._value()
            if not isinstance(name, str):
                raise self._broken("a name in quotes is expected")
            if name in self._seen:
                raise self._broken("a field told twice", name[:60])
            self._seen.add(name)
            self._expect(":")
            if name == "records":
                yield from self._records()
            else:
                self._take(name, self._value())
        if self._peek():
            raise self._broken("something stands behind the end of the body")
        if "records" not in self._seen:
            raise BadFile("the body has no records")

    def _records(self) -> Iterator[tuple[Any, str]]:
        self._expect("[")
        first = True
        while not self._is_next("]"):
            if not first:
                self._expect(",")
            first = False
            self._peek()
            start = self._at
            value = self._value()
            yield value, self._text[start : min(self._at, start + 2 * FRAGMENT)]

    def _take(self, name: str, value: Any) -> None:
        if name == "complete" and isinstance(value, bool):
            self.complete = value
        elif (
            name == "counterparty_refs"
            and isinstance(value, list)
            and all(isinstance(each, str) for each in value)
        ):
            self.counterparty_refs = self._named(value)
        elif name in {"complete", "counterparty_refs"}:
            raise self._broken("a value that does not fit", name)
        else:
            raise self._broken("an unknown field", name[:60])

    def _named(self, refs: list[str]) -> list[str]:
        """The clients of a telling. None at all is not everybody: that is said by no list."""
        named = [ref for each in refs if (ref := values.ref(each))]
        if not named:
            raise self._broken("counterparty_refs names no client")
        if any(values.storable(each) != each for each in named):
            raise self._broken("a text with characters that are no text", "counterparty_refs")
        return named

    def _value(self) -> Any:
        self._peek()
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise self._broken() from None
        except RecursionError:
            raise self._broken("the JSON is nested too deeply") from None
        except ValueError as error:
            raise self._broken("not a number", str(error)[:60]) from None
        return value

    def _peek(self) -> str:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _is_next(self, sign: str) -> bool:
        found = self._peek() == sign
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._is_next(sign):
            raise self._broken()

    def _broken(self, reason: str = "the JSON is broken", *details: str) -> BadFile:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - (self._text.rfind("\n", 0, self._at) + 1) + 1
        return BadPlace(reason, *details, line=line, column=column)


class BadPlace(BadFile):
    """A body that breaks off or is none; `column` counts from 1, like `line`."""

    def __init__(self, reason: str, *details: str, line: int, column: int) -> None:
        super().__init__(reason, *details, line=line)
        self.column = column
