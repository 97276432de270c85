"""What fields of rows may hold, and what every row has."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sync.onec import values
from sync.onec.records import Record

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_EMPTY_DATE = ("0001-", "00010101")


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, str):
        if _NO_TEXT.search(value):
            raise ValueError("a text with characters that are no text")
        return value.strip()
    return value


def _ref(value: Any) -> Any:
    value = _text(value)
    return values.ref(value) if isinstance(value, str) else value


def _currency(value: Any) -> Any:
    value = _text(value)
    return values.currency(value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (str, int, Decimal)):
        return values.number(str(value))
    return value


def _day(value: Any) -> Any:
    value = _text(value)
    if not isinstance(value, str):
        raise ValueError("a date is expected")
    if not value or value.startswith(_EMPTY_DATE):
        return None
    found = values.day(value)
    if found is None:
        raise ValueError("a date is expected", value[:60])
    return found


def _moment(value: Any) -> Any:
    value = _text(value)
    if not isinstance(value, str):
        raise ValueError("a date and time are expected")
    if not value or value.startswith(_EMPTY_DATE):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a date and time are expected", value[:60]) from None


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral() else value


Text = Annotated[str, BeforeValidator(_text)]
Ref = Annotated[str, BeforeValidator(_ref), Field(max_length=255)]
Currency = Annotated[str, BeforeValidator(_currency), Field(max_length=10)]
_AMOUNT = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
Amount = Annotated[Decimal, BeforeValidator(_number), _AMOUNT]
Day = Annotated[
    date | None,
    BeforeValidator(_day),
    WithJsonSchema({"type": ["string", "null"], "format": "date"}),
]
Moment = Annotated[
    datetime | None, BeforeValidator(_moment), WithJsonSchema({"type": ["string", "null"]})
]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = bool | None


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=10_000)


class Pushed(Said):
    """What every row has."""

    ref: Ref = Field("", description="Идентификатор объекта в 1С (УникальныйИдентификатор)")
    version: Text = Field(
        "",
        max_length=100,
        description="ВерсияДанных объекта: строка с той же версией больше не разбирается",
    )

    about: ClassVar[str] = ""
    example: ClassVar[dict[str, Any]] = {}

    def record(self, zone: tzinfo) -> Record:
        """The record the row stands for. Raises ValueError with the reason why there is none."""
        raise NotImplementedError


def local(at: datetime | None, zone: tzinfo) -> datetime | None:
    """The moment as the base's own clock shows it, without a zone."""
    if at is None or at.tzinfo is None:
        return at
    try:
        return at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("a date and time are expected", at.isoformat()) from None
