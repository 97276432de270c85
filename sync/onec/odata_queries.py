"""How 1C's OData is asked: what a part of the data is, and the address that asks for a page of it.

1C speaks OData v3: identifiers are written `guid'…'`, times `datetime'…'`, a reference `X` comes
as `X_Key`, one that may point at several tables as `X` with `X_Type`. Virtual tables of registers
are functions, `AccumulationRegister_X/Balance(…)`; there is no such entity as `X_Balance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import quote

PartName = Literal[
    "partner",
    "counterparty",
    "agreement",
    "contract",
    "balance",
    "settlement",
    "status",
    "price",
    "stock",
    "payment",
]

EMPTY = "00000000-0000-0000-0000-000000000000"
"""The reference of 1C that points at nothing."""

PAGE = 1000
"""Rows in one answer."""

WIDEST = 16_000
"""Rows in one answer at most, where all rows of one key must come together."""

QUESTION = 2000
"""Characters behind the "?" at most: IIS, which publishes many bases, takes 2048."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table that the rows of a part refer to, joined on our side.

    `of` are the fields of the rows that hold the references; none, and the whole table is asked
    for. `type` is the entity that a composite reference must point at. `key` is the field by which
    the table is found, its own identifier unless told. A part is not taken without the tables it
    `needs`; without another one it only knows less.
    """

    name: str
    entities: tuple[str, ...]
    fields: tuple[str, ...]
    of: tuple[str, ...] = ()
    type: str = ""
    key: str = "Ref_Key"
    casts_to: str = ""
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of records and where 1C keeps it.

    `entities` are the names it goes by in releases of 1C: the first one that the base publishes
    is asked. `names` are our names of fields with 1C's. `key` is what pages are cut by; it is
    unique but where `repeats`. `since` is the field of time that limits it, `days` how far back.
    A `whole` part tells everything there is: what it leaves out is no more.
    """

    name: PartName
    entities: tuple[str, ...]
    names: Mapping[str, str]
    function: str = ""
    dimensions: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    key: str = "Ref_Key"
    repeats: bool = False
    since: str = ""
    days: int = 0
    whole: bool = False
    filter: str = ""
    lookups: tuple[Lookup, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of 1C to be selected, each once."""
        own = (self.key, *self.extra, *self.names.values())
        return tuple(dict.fromkeys(name for name in own if name))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a family of configurations keeps its data: the parts of each kind of a schedule."""

    name: Literal["ut11", "unf"]
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)


def address(
    entity: str,
    part: Part,
    *,
    top: int,
    after: object = None,
    again: bool = False,
    since: datetime | None = None,
    selects: bool = True,
) -> str:
    """The question for one page, relative to `standard.odata/`.

    `after` is the last key that is known; `again` asks for its rows once more. `since` limits the
    part where it has a field for that.
    """
    conditions = [part.filter] if part.filter else []
    if part.since and since is not None:
        conditions.append(f"{part.since} ge {literal(since)}")
    if after is not None:
        word = "ge" if again else "gt"
        conditions.append(f"{part.key} {word} {_key_literal(part.key, after)}")
    options = {
        "$format": "json",
        "$filter": " and ".join(conditions),
        "$orderby": part.key,
        "$top": str(top),
        "$select": ",".join(part.fields) if selects else "",
    }
    return _address(_called(entity, part.function, part.dimensions), options)


def lookup_addresses(
    entity: str, lookup: Lookup, refs: Sequence[str], *, selects: bool = True
) -> Iterator[str]:
    """The questions for rows of a table by their identifiers, as many in one as it can hold."""
    select = ",".join((lookup.key, *lookup.fields)) if selects else ""

    def asked(wanted: str) -> str:
        return _address(entity, {"$format": "json", "$filter": wanted, "$select": select})

    head = len(asked("").partition("?")[2])
    each = len(asked(f" or {_condition(lookup, EMPTY)}").partition("?")[2]) - head
    size = max((QUESTION - head) // each, 1)
    for place in range(0, len(refs), size):
        yield asked(" or ".join(_condition(lookup, ref) for ref in refs[place : place + size]))


def probe_address(entity: str, function: str = "", dimensions: Sequence[str] = ()) -> str:
    """The question for one row: whether the base answers at all."""
    return _address(_called(entity, function, dimensions), {"$format": "json", "$top": "1"})


def literal(value: datetime | str) -> str:
    """A time or an identifier as OData v3 writes it."""
    if isinstance(value, datetime):
        return f"datetime'{value:%Y-%m-%dT%H:%M:%S}'"
    return f"guid'{value}'"


def _key_literal(key: str, value: object) -> str:
    return f"datetime'{value}'" if key == "Period" else literal(str(value))


def _condition(lookup: Lookup, ref: str) -> str:
    own = literal(ref)
    return f"{lookup.key} eq " + (f"cast({own},'{lookup.casts_to}')" if lookup.casts_to else own)


def _called(entity: str, function: str, dimensions: Sequence[str]) -> str:
    if not function:
        return entity
    arguments = f"Dimensions='{','.join(dimensions)}'" if dimensions else ""
    return f"{entity}/{function}({arguments})"


def _address(path: str, options: Mapping[str, str]) -> str:
    asked = "&".join(f"{name}={quote(value, safe=',')}" for name, value in options.items() if value)
    return f"{quote(path, safe='/()=,')}?{asked}"
