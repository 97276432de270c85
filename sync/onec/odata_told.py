"""Values of one row of OData, by our names, with the tables that the row refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync.onec import values
from sync.onec.odata_queries import EMPTY


@dataclass(frozen=True, slots=True)
class Told:
    """A row, our names of its fields, and tables by name and identifier."""

    row: Mapping[str, Any]
    names: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @property
    def own_ref(self) -> str:
        """The object's own identifier."""
        return reference(self.row.get("Ref_Key"))

    def text(self, name: str) -> str:
        """A field as text, empty when it is not told."""
        return text(self._value(name))

    def ref(self, name: str) -> str:
        """A field that refers to an object; empty when it refers to none.

        A reference that may point at several tables has no `_Key` in its name, and releases of
        1C differ in which ones may.
        """
        value = self._value(name)
        if value is None:
            field = self.names.get(name, "")
            bare = field.removesuffix("_Key")
            value = self.row.get(bare if bare != field else f"{field}_Key")
        return reference(value)

    def number(self, name: str) -> Decimal | None:
        """A field as a number. Raises ValueError for one that is none."""
        value = self._value(name)
        return None if value is None else values.number(str(value))

    def flag(self, name: str) -> bool | None:
        """A field as yes or no, None when it is not told."""
        return flag_of(self._value(name))

    def joined(self, table: str, ref: str) -> Mapping[str, Any] | None:
        """The row of a table that a reference points at, None when that is not known."""
        return self.tables.get(table, {}).get(ref) if ref else None

    def _value(self, name: str) -> Any:
        return self.row.get(self.names.get(name, ""))


def reference(value: object) -> str:
    """An identifier in lower case; empty for the one of zeros and for what is none."""
    told = values.ref(value) if isinstance(value, str) else ""
    return "" if told == EMPTY else told


def text(value: object) -> str:
    """Any value as text."""
    return "" if value is None else str(value).strip()


def flag_of(value: object) -> bool | None:
    """Yes or no, which 1C writes as a boolean and some of its releases as text."""
    if isinstance(value, bool) or value is None:
        return value
    return values.told_flag(str(value))


def currency_of(row: Mapping[str, Any] | None) -> str:
    """ISO code of a currency out of its row in the catalogue of currencies; empty without one.

    1C writes the letters into the name and the number into the code; older bases have "руб." there.
    """
    if row is None:
        return ""
    name = text(row.get("Description"))
    if len(name) == 3 and name.isascii() and name.isalpha():
        return values.currency(name)
    by_code = values.CURRENCIES.get(text(row.get("Code")).lower())
    return by_code or values.currency(name)
