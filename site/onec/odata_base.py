"""A base of 1C as its OData shows it: tables that can be asked and changed, and virtual ones."""

from __future__ import annotations

import base64
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

OdataDialect = Literal["ut11", "unf"]
ODATA_DIALECTS: tuple[OdataDialect, ...] = ("ut11", "unf")

NOTHING = "00000000-0000-0000-0000-000000000000"
_SPACE = uuid.UUID("5a1c0de0-0000-4000-8000-00000000da7a")


def guid(*words: object) -> str:
    """An identifier made of words: the same words, the same identifier."""
    return str(uuid.uuid5(_SPACE, " ".join(map(str, words))))


@dataclass(frozen=True)
class Virtual:
    """A register with a virtual table: `Balance` of resources by dimensions, or `SliceLast`."""

    function: Literal["Balance", "SliceLast"]
    dimensions: tuple[str, ...]
    resources: tuple[str, ...] = ()


@dataclass
class Base:
    """A base that many may ask at once and one changes. Rows are dictionaries, as they are told."""

    dialect: OdataDialect
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    virtual: dict[str, Virtual] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    versions: int = 0

    def insert(self, entity: str, row: dict[str, Any]) -> None:
        """Write a new object or a new record."""
        with self.lock:
            if "Ref_Key" in row:
                row = {**row, "DataVersion": self._version()}
            self.rows.setdefault(entity, []).append(row)

    def change(self, entity: str, ref: str, fields: dict[str, Any]) -> None:
        """Change an object; it gets another DataVersion. Raises KeyError when there is none."""
        with self.lock:
            for row in self.rows.get(entity, []):
                if row.get("Ref_Key") == ref:
                    row.update(fields)
                    row["DataVersion"] = self._version()
                    return
        raise KeyError(ref)

    def remove(self, entity: str, fields: dict[str, Any]) -> int:
        """Take out the records that have these values, as when a document is no longer posted."""
        with self.lock:
            rows = self.rows.get(entity, [])
            left = [row for row in rows if any(row.get(k) != v for k, v in fields.items())]
            self.rows[entity] = left
            return len(rows) - len(left)

    def table(self, entity: str) -> list[dict[str, Any]]:
        """The rows of an entity as they are now. Raises KeyError for one that is not published."""
        with self.lock:
            return list(self.rows[entity])

    def balance(self, register: str, wanted: Sequence[str], until: str) -> list[dict[str, Any]]:
        """Sums of the resources by the wanted dimensions (all when none are), zeros left out."""
        virtual = self.virtual[register]
        kept = tuple(wanted) or virtual.dimensions
        sums: dict[tuple[Any, ...], dict[str, Decimal]] = {}
        shown: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in self.table(f"{register}_RecordType"):
            if not row["Active"] or (until and row["Period"] >= until):
                continue
            place = {
                name: value
                for name, value in row.items()
                if name.removesuffix("_Key").removesuffix("_Type") in kept
                or name.removesuffix("____Presentation") in kept
            }
            key = tuple(place.values())
            shown[key] = place
            own = sums.setdefault(key, dict.fromkeys(virtual.resources, Decimal(0)))
            sign = 1 if row["RecordType"] == "Receipt" else -1
            for name in virtual.resources:
                own[name] += sign * Decimal(str(row[name]))
        return [
            {**shown[key], **{f"{name}Balance": value for name, value in own.items()}}
            for key, own in sums.items()
            if any(own.values())
        ]

    def slice_last(self, register: str, until: str) -> list[dict[str, Any]]:
        """The latest record of each combination of dimensions."""
        dimensions = self.virtual[register].dimensions
        latest: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in sorted(self.table(register), key=lambda each: str(each["Period"])):
            if not until or row["Period"] <= until:
                latest[tuple(row[name] for name in dimensions)] = row
        return list(latest.values())

    def _version(self) -> str:
        self.versions += 1
        return base64.b64encode(self.versions.to_bytes(8, "big")).decode()
