"""Fields that CommerceML does not have, found among the properties and requisites of goods.

`Connection.field_map` names for each field the property or requisite that fills it, in any case;
a list of names is tried in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from base.texts import name_key
from sync.models import Connection, Property, PropertyValue
from sync.onec import values
from sync.reading import is_dictionary

NUMBERS = ("pack_multiple", "min_quantity")
TEXTS = ("brand", "series")
Told = Sequence[tuple[str, Sequence[str]]]
"""Pairs of a property's ref, or a requisite's name, with its values."""

_FOURTH = Decimal("0.0001")
_LIMIT = Decimal(10) ** 9


@dataclass(frozen=True)
class Fields:
    """The mapped fields of one base, ready to be looked up in goods.

    `properties` leads from a property's ref, `requisites` from a requisite's name key, to the
    fields it may fill with its rank among the names listed for that field.
    """

    properties: Mapping[str, tuple[tuple[str, int], ...]]
    requisites: Mapping[str, tuple[tuple[str, int], ...]]
    readable: Mapping[str, str]

    def of(self, properties: Told, requisites: Told) -> dict[str, str]:
        """The first told value of each mapped field, as text."""
        ranked: dict[str, tuple[int, str]] = {}
        if self.properties:
            for ref, told in properties:
                for field, rank in self.properties.get(ref, ()):
                    self._take(
                        ranked, field, rank, self.readable.get(told[0], told[0]) if told else ""
                    )
        if self.requisites:
            for name, told in requisites:
                for field, rank in self.requisites.get(name_key(name), ()):
                    self._take(ranked, field, rank, told[0] if told else "")
        return {field: text for field, (_rank, text) in ranked.items()}

    @staticmethod
    def _take(ranked: dict[str, tuple[int, str]], field: str, rank: int, text: str) -> None:
        if text and (field not in ranked or ranked[field][0] > rank):
            ranked[field] = (rank, text)


def fields_of(connection: Connection) -> Fields:
    """The map of a base joined with its properties and their dictionaries. At most two queries."""
    wanted: dict[str, list[tuple[str, int]]] = {}
    for field, names in connection.field_map.items():
        if field in NUMBERS or field in TEXTS:
            for rank, name in enumerate([names] if isinstance(names, str) else names):
                wanted.setdefault(name_key(str(name)), []).append((field, rank))
    if not wanted:
        return Fields({}, {}, {})
    properties: dict[str, tuple[tuple[str, int], ...]] = {}
    dictionaries: list[str] = []
    for known in Property.objects.filter(connection=connection):
        if fields := wanted.get(name_key(known.name)):
            properties[known.ref] = tuple(fields)
            if is_dictionary(known):
                dictionaries.append(known.ref)
    readable: dict[str, str] = {}
    if dictionaries:
        readable = dict(
            PropertyValue.objects.filter(
                connection=connection, property_ref__in=dictionaries
            ).values_list("ref", "value")
        )
    return Fields(properties, {key: tuple(each) for key, each in wanted.items()}, readable)


def positive(text: str | None) -> Decimal:
    """A quantity of a property: 1 for anything that is not a positive number of sane size."""
    number = values.lenient_number(text)
    if number is None or not 0 < number < _LIMIT:
        return Decimal(1)
    return number.quantize(_FOURTH, ROUND_HALF_UP) or Decimal(1)
