"""Reading what a program asks of 1C's OData: the path, `$filter`, `$orderby`, `$select`, `$top`.

OData v3 in 1C's own dialect: `guid'…'`, `datetime'…'`, `cast(guid'…','Table')`, functions of
registers with arguments by name. Identifiers are ordered as a database of 1C does, by the bytes in
which it keeps them, which is not the order of their letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Condition = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<guid>guid'[0-9a-fA-F-]*')|(?P<time>datetime'[^']*')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<mark>[(),])|(?P<word>[^\W\d][\w/]*))"
)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATH = re.compile(r"(?P<entity>[^/(]+)(?:/(?P<function>\w+)(?:\((?P<arguments>.*)\))?)?")
_ARGUMENT = re.compile(r"(?:^|,)\s*(Period|StartPeriod|EndPeriod|Condition|Dimensions)=")


class WrongQuestionError(Exception):
    """A question that 1C refuses, with its code and words."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status


@dataclass(frozen=True)
class Asked:
    """What stands in the path: the entity, a function of it and its arguments."""

    entity: str
    function: str
    arguments: Mapping[str, str]


def read_path(path: str) -> Asked:
    """The path below `standard.odata/`, unquoted."""
    found = _PATH.fullmatch(path.strip("/"))
    if found is None:
        raise WrongQuestionError("6", f"Сегмент пути {path} не найден!")
    return Asked(found["entity"], found["function"] or "", _arguments(found["arguments"] or ""))


def _arguments(text: str) -> dict[str, str]:
    """Arguments by name. A condition holds quotes of its own between its own two."""
    parts = _ARGUMENT.split(text)
    return {
        name: value.strip().removeprefix("datetime").removeprefix("'").removesuffix("'")
        for name, value in zip(parts[1::2], parts[2::2], strict=True)
    }


def ordered(rows: Sequence[Row], orderby: str) -> list[Row]:
    """Rows in the order asked for."""
    result = list(rows)
    for each in reversed([part for part in orderby.split(",") if part.strip()]):
        name, _space, way = each.strip().partition(" ")
        for row in result[:1]:
            field_of(row, name)
        result.sort(key=lambda row: sort_key(row.get(name)), reverse=way.strip() == "desc")
    return result


def selected(rows: Sequence[Row], select: str) -> list[dict[str, Any]]:
    """Rows with the fields asked for; presentations only come when they are."""
    names = [name.strip() for name in select.split(",") if name.strip()]
    if not names or names == ["*"]:
        return [
            {name: value for name, value in row.items() if not name.endswith("____Presentation")}
            for row in rows
        ]
    return [{name: field_of(row, name) for name in names} for row in rows]


def field_of(row: Row, name: str) -> Any:
    """A field of a row; WrongQuestionError for one that the table does not have."""
    try:
        return row[name]
    except KeyError:
        raise WrongQuestionError("14", f"Поле {name} не найдено") from None


def sort_key(value: Any) -> Any:
    """What values of one field are compared by."""
    if isinstance(value, str) and _GUID.fullmatch(value):
        first, second, third, fourth, fifth = value.split("-")
        return fourth + fifth + third + second + first
    return value


def condition(text: str) -> Condition:
    """A `$filter` as a test of rows. Raises WrongQuestionError for one that cannot be read."""
    return _Reader(text).whole()


class _Reader:
    """Reads a filter from left to right: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise WrongQuestionError("7", f"Ошибка разбора $filter: {text[place:][:60]}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()
        self.place = 0

    def whole(self) -> Condition:
        test = self._either()
        if self.place < len(self.tokens):
            raise WrongQuestionError("7", f"Ошибка разбора $filter: {self.tokens[self.place][1]}")
        return test

    def _either(self) -> Condition:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Condition:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Condition:
        if self._takes("not"):
            test = self._one()
            return lambda row: not test(row)
        if self._takes("("):
            test = self._either()
            self._expect(")")
            return test
        name = self._next()[1]
        word = self._next()[1]
        value = self._value()
        compare = _COMPARE.get(word)
        if compare is None:
            raise WrongQuestionError("7", f"Неизвестная операция {word}")
        return lambda row: compare(sort_key(field_of(row, name)), sort_key(value))

    def _value(self) -> Any:
        kind, text = self._next()
        match kind:
            case "guid":
                return text[5:-1].lower()
            case "time":
                return text[9:-1]
            case "text":
                return text[1:-1].replace("''", "'")
            case "number":
                return Decimal(text)
            case "word" if text in {"true", "false"}:
                return text == "true"
            case "word" if text == "cast":
                self._expect("(")
                value = self._value()
                self._expect(",")
                self._value()
                self._expect(")")
                return value
            case _:
                raise WrongQuestionError("7", f"Ошибка разбора $filter: {text}")

    def _next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise WrongQuestionError("7", "Ошибка разбора $filter: неожиданный конец")
        self.place += 1
        return self.tokens[self.place - 1]

    def _takes(self, text: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place][1] == text:
            self.place += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise WrongQuestionError("7", f"Ошибка разбора $filter: ожидалось {text}")


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
}
