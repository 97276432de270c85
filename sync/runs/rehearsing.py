"""A dry run: the code of a real one, each chunk taken back, and what it would have changed told.

Nothing is left of it but its own row: no row of the mirror, no receipt, no change batch, no
refusal in quarantine, no news for followers. Chunks are smaller than those of a real run, because
here the lock is held while objects are parsed too. What a chunk made is gone when the next one
comes: an offer whose product is new in an earlier chunk of the file counts as parked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from sync.intake.book import Book, Tally
from sync.models import (
    Agreement,
    Category,
    ChangeBatch,
    Contract,
    Counterparty,
    Offer,
    OfferPrices,
    OfferStock,
    Organisation,
    Partner,
    Payment,
    PriceType,
    Product,
    Property,
    PropertyValue,
    Rejection,
    RemoteOrder,
    Run,
    SettlementBalance,
    SettlementEntry,
    Warehouse,
)
from sync.staging import staging

SMALLER = 4
"""A chunk of a dry run has so many times fewer objects than one of a real run."""
KEPT_DIFFERENCES = 500
"""Differences that a dry run tells, and refusals beside them; the rest it only counts."""
SHOWN = 300
"""Characters of a value."""

Difference = dict[str, Any]
"""`kind`, `ref`, `name`, `action` and `fields`: field to what it was and what it becomes.

Where `action` is "rejected": no fields, but `line`, `reason`, `reason_key` and the beginning of
what arrived, `fragment`."""
_NAME = re.compile(r"<Наименование>([^<]{1,200})</Наименование>|\"name\": ?\"([^\"]{1,200})\"")
_Row = dict[str, str]
"""Field to what it says, in words."""

MODELS: Mapping[str, type[models.Model]] = {
    "category": Category,
    "property": Property,
    "property_value": PropertyValue,
    "price_type": PriceType,
    "warehouse": Warehouse,
    "product": Product,
    "offer": Offer,
    "partner": Partner,
    "counterparty": Counterparty,
    "organisation": Organisation,
    "agreement": Agreement,
    "contract": Contract,
    "balance": SettlementBalance,
    "settlement": SettlementEntry,
    "payment": Payment,
    "document": RemoteOrder,
}
"""Kinds of objects, as refusals name them too, and the tables they go to."""

_FACETS: tuple[type[OfferPrices | OfferStock], ...] = (OfferPrices, OfferStock)
_QUIET = frozenset(
    {
        "id",
        "connection",
        "ref",
        "key",
        "digest",
        "receipt",
        "changed_in",
        "changed_at",
        "noticed_at",
        "run",
        "file",
        "slot",
        "is_default",
        "category_refs",
        "category_pending",
        "requisites",
        "lines",
    }
)


@contextmanager
def taken_back(rehearsal: Rehearsal | None, book: Book) -> Iterator[None]:
    """Around a chunk: nothing for a real run, for a dry one what makes it dry."""
    if rehearsal is None:
        yield
    else:
        with rehearsal.chunk(book):
            yield


class Rehearsal:
    """What a dry run has found so far."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._refused: int = sum(each["action"] == "rejected" for each in run.differences)

    @property
    def _room(self) -> int:
        """Differences that are still told; refused objects take none of their places."""
        return KEPT_DIFFERENCES - (len(self.run.differences) - self._refused)

    @contextmanager
    def chunk(self, book: Book) -> Iterator[None]:
        """A transaction for the whole chunk, taken back at its end; then its counts are saved."""
        # temporary tables made inside go with the transaction
        book.staging = staging(book.connection.pk)
        with transaction.atomic():
            yield
            after = self._written()
            transaction.set_rollback(True)
        before = self._present(after)
        for name, row in after.items():
            self._note(name, row, before.get(name))
        for refused in book.rejections:
            self._refuse(refused)
        book.rejections.clear()
        book.order_ids.clear()
        book.changed = False
        book.learn_places()
        self.run.save(update_fields=_SAVED)

    def _written(self) -> dict[tuple[str, str], _Row]:
        """What the chunk has written, by kind and identifier; no more than is still told."""
        room = self._room
        found: dict[tuple[str, str], _Row] = {}
        if room <= 0:
            return found
        numbers = list(ChangeBatch.objects.filter(run=self.run).values_list("pk", flat=True))
        for kind, model in MODELS.items():
            written = _of_run(model, self.run, numbers)
            if written is not None:
                for row, words in _in_words(_joined(model, written)[:room]):
                    found[kind, _ref(row)] = words
        for facet in _FACETS:
            names = _names(facet, self.run.connection_id)
            for own in facet.objects.filter(changed_in__in=numbers).select_related(
                "offer__product"
            )[:room]:
                name = ("offer", own.offer.ref)
                found.setdefault(name, {"": _title(own.offer)}).update(_facet_words(own, names))
        return found

    def _present(self, after: Mapping[tuple[str, str], _Row]) -> dict[tuple[str, str], _Row]:
        """The same objects as they are."""
        refs: dict[str, list[str]] = {}
        for kind, ref in after:
            refs.setdefault(kind, []).append(ref)
        base = self.run.connection_id
        found: dict[tuple[str, str], _Row] = {}
        for kind, own in refs.items():
            model = MODELS[kind]
            wanted = model._default_manager.filter(
                connection_id=base, **{f"{_key(model)}__in": own}
            )
            for row, words in _in_words(_joined(model, wanted)):
                found[kind, _ref(row)] = words
        for facet in _FACETS:
            names = _names(facet, base)
            for told in facet.objects.filter(
                connection_id=base, offer__ref__in=refs.get("offer", [])
            ).select_related("offer"):
                found["offer", told.offer.ref].update(_facet_words(told, names))
        return found

    def _note(self, name: tuple[str, str], after: _Row, before: _Row | None) -> None:
        kind, ref = name
        told = {
            field: [(before or {}).get(field, ""), value]
            for field, value in after.items()
            if field
            and value != (before or {}).get(field, "")
            # a new object says no to everything that nobody asked
            and (before is not None or value != gettext("no"))
        }
        # a facet's row is the whole list: a price that it leaves out is gone
        facets = {key.partition(": ")[0] for key in after if ": " in key}
        for field, value in (before or {}).items():
            if field not in after and ": " in field and field.partition(": ")[0] in facets:
                told[field] = [value, ""]
        if told or before is None:
            self._add(kind, ref, after[""], "changed" if before else "created", told)

    def _add(self, kind: str, ref: str, title: str, action: str, told: dict[str, Any]) -> None:
        if self._room > 0:
            self.run.differences.append(
                {"kind": kind, "ref": ref, "name": title[:200], "action": action, "fields": told}
            )

    def _refuse(self, refused: Rejection) -> None:
        """Tell of a refused object: quarantine has no row of it."""
        if self._refused < KEPT_DIFFERENCES:
            self._refused += 1
            self.run.differences.append(
                {
                    "kind": refused.kind,
                    "ref": refused.ref,
                    "name": name_in(refused.fragment),
                    "action": "rejected",
                    "fields": {},
                    "line": refused.line,
                    "reason": refused.reason,
                    "reason_key": refused.reason_key,
                    "fragment": refused.fragment[:SHOWN],
                }
            )


def name_in(fragment: str) -> str:
    """The name of an object, taken out of what arrived; empty where it has none."""
    found = _NAME.search(fragment)
    return found[1] or found[2] if found else ""


_SAVED = [
    "position",
    *(f"{each.name}_count" for each in fields(Tally)),
    "warnings",
    "tells_stock",
    "tells_prices",
    "differences",
]


def _of_run(model: type[models.Model], run: Run, numbers: list[int]) -> models.QuerySet[Any] | None:
    """Rows that the run has written in the open transaction."""
    rows: models.QuerySet[Any] = model._default_manager.order_by("pk")
    if any(each.name == "changed_in" for each in model._meta.fields):
        return rows.filter(changed_in__in=numbers) if numbers else None
    if model is Payment:
        return rows.filter(file=run.file) if run.file is not None else None
    return rows.filter(run=run)


def _joined(model: type[models.Model], rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    names = [
        each.name
        for each in model._meta.fields
        if isinstance(each, models.ForeignKey) and each.name not in _QUIET
    ]
    return rows.select_related(*names) if names else rows


def _key(model: type[models.Model]) -> str:
    """The field that an object is told by."""
    return {Payment: "key", RemoteOrder: "number"}.get(model, "ref")


def _ref(row: models.Model) -> str:
    return str(getattr(row, _key(type(row))))


def _title(row: Any) -> str:
    return str(row) if str(row) != row.ref or not hasattr(row, "product") else str(row.product)


def _in_words(rows: Iterable[Any]) -> list[tuple[Any, _Row]]:
    """Rows, each with its fields in words and its title under the empty name."""
    found = list(rows)
    properties = _Properties(each for each in found if isinstance(each, Product))
    return [(row, _words(row, properties)) for row in found]


def _words(row: Any, properties: _Properties) -> _Row:
    told = {"": str(row)}
    for each in row._meta.fields:
        if each.name in _QUIET or each.name.endswith("_key"):
            continue
        if isinstance(row, Product) and each.name == "properties":
            told.update(properties.words(row))
        else:
            told[each.name] = _text(getattr(row, each.name))
    return told


class _Properties:
    """Names of the properties that some products have, and of their values. Two queries."""

    def __init__(self, products: Iterable[Product]) -> None:
        rows = list(products)
        told = [each for row in rows for each in row.properties]
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        if told:
            base = rows[0].connection_id
            refs = {ref for ref, _values in told}
            raw = {value for _ref, values in told for value in values}
            self._names = dict(
                Property.objects.filter(connection_id=base, ref__in=refs).values_list("ref", "name")
            )
            self._values = dict(
                PropertyValue.objects.filter(connection_id=base, ref__in=raw).values_list(
                    "ref", "value"
                )
            )

    def words(self, row: Product) -> _Row:
        """One field for each property of the product."""
        label = gettext("property")
        return {
            f"{label}: {self._names.get(ref) or ref}": ", ".join(
                self._values.get(value, value) for value in values
            )[:SHOWN]
            for ref, values in row.properties
        }


def _names(facet: type[OfferPrices | OfferStock], connection_id: int) -> dict[str, str]:
    """Names of price types or warehouses of the base, by pk as text."""
    places: Any = PriceType.objects if facet is OfferPrices else Warehouse.objects
    return {str(each.pk): str(each) for each in places.filter(connection_id=connection_id)}


def _facet_words(row: OfferPrices | OfferStock, names: Mapping[str, str]) -> _Row:
    """Prices or stock, one field for each price type or warehouse, by their names."""
    if isinstance(row, OfferPrices):
        label, told = gettext("price"), row.amounts
    else:
        label, told = gettext("stock"), row.quantities
    return {f"{label}: {names.get(pk, pk)}": str(value) for pk, value in told.items()}


def _text(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        return ", ".join(
            ": ".join(map(str, each)) if isinstance(each, list) else str(each) for each in value
        )[:SHOWN]
    if hasattr(value, "astimezone"):
        return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
    return str(value)[:SHOWN]
