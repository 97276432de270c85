"""Groups, properties, dictionaries, price types and warehouses into rows of the mirror."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection as database
from django.utils.translation import gettext

from base.texts import name_key
from sync.goods.aliases import is_iso
from sync.intake.book import Book
from sync.merging import Batch, Target, Touched, fill, known, mark_seen, merge
from sync.models import Category, PriceType, Property, PropertyValue, Warehouse
from sync.models.mirror import REF_LENGTH
from sync.models.trade import SLOTS
from sync.onec import commerceml
from sync.onec.commerceml import Item
from sync.onec.values import fingerprint

KINDS = ("category", "property", "property_value", "price_type", "warehouse")

CATEGORIES = Target(
    name="category",
    model=Category,
    staged=("ref", "archived", "name", "name_key", "parent_ref", "digest", "receipt"),
    values={
        "name": "COALESCE(s.name, t.name, '')",
        "name_key": "COALESCE(s.name_key, t.name_key, '')",
    },
    with_present=True,
)
PROPERTIES = Target(
    name="property",
    model=Property,
    staged=("ref", "archived", "name", "value_type", "for_offers", "digest", "receipt"),
    values={"name": "COALESCE(s.name, t.name, '')"},
    with_present=True,
)
PROPERTY_VALUES = Target(
    name="propertyvalue",
    model=PropertyValue,
    staged=("ref", "archived", "property_ref", "value", "digest", "receipt"),
    # one entry may serve several properties: it stays with the first
    values={"property_ref": "COALESCE(t.property_ref, s.property_ref)"},
    with_present=True,
)
PRICE_TYPES = Target(
    name="pricetype",
    model=PriceType,
    staged=(
        "ref",
        "archived",
        "name",
        "currency",
        "currency_told",
        "vat_included",
        "digest",
        "receipt",
    ),
    values={
        "name": "COALESCE(s.name, t.name, '')",
        "currency": "COALESCE(NULLIF(s.currency, ''), t.currency, '')",
        "currency_told": "COALESCE(NULLIF(s.currency_told, ''), t.currency_told, '')",
        "vat_included": "COALESCE(s.vat_included, t.vat_included)",
    },
    with_present=True,
)
WAREHOUSES = Target(
    name="warehouse",
    model=Warehouse,
    staged=("ref", "archived", "name", "address", "digest", "receipt"),
    values={
        "name": "COALESCE(s.name, t.name, '')",
        "address": "COALESCE(NULLIF(s.address, ''), t.address, '')",
    },
    with_present=True,
)
TARGETS = {
    "category": CATEGORIES,
    "property": PROPERTIES,
    "property_value": PROPERTY_VALUES,
    "price_type": PRICE_TYPES,
    "warehouse": WAREHOUSES,
}


class Classifier:
    """The classifier objects of a chunk. Read, then fill, then merge under the lock."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._rows: dict[str, dict[str, tuple[Any, ...]]] = {}
        self._staged: dict[str, list[tuple[Any, ...]]] = {}
        self._known: dict[str, dict[str, tuple[Any, ...]]] = {}
        self._same: dict[str, list[str]] = {}

    def read(self, items: Sequence[Item]) -> bool:
        """Take the fields out and compare with what is known; whether anything is to be written."""
        for item in items:
            try:
                for ref, row in _rows(item):
                    self._note(item.kind, ref, row)
            except ValueError as error:
                self.book.tally.read += 1
                self.book.reject(item, error)
        for kind, rows in self._rows.items():
            target = TARGETS[kind]
            found = known(
                self.book.staging,
                target.model,
                self.book.connection.pk,
                list(rows),
                "digest",
                "receipt",
            )
            self._known[kind] = found
            staged = self._staged[kind] = []
            for ref, row in rows.items():
                own = found.get(ref)
                if own is not None and (own[0] == row[-1] or own[1] > self.book.receipt):
                    self.book.tally.unchanged += 1
                    self._same.setdefault(kind, []).append(ref)
                else:
                    told = self._priced(row) if kind == "price_type" else row
                    staged.append((ref, *told, self.book.receipt))
        return any(self._staged.values()) or (self.book.overtakes and bool(self._same))

    def _priced(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row of a price type with the currency that is meant before the one that is told."""
        archived, name, told, *rest = row
        return archived, name, meant(self.book, told), told, *rest

    def _note(self, kind: str, ref: str, row: tuple[Any, ...]) -> None:
        if len(ref) > REF_LENGTH:
            raise ValueError("an identifier over 255 characters", ref[:60])
        self.book.tally.read += 1
        rows = self._rows.setdefault(kind, {})
        if ref in rows:
            # the last one wins; an equal one is no news, nor is an entry of two dictionaries
            self.book.tally.unchanged += 1
            if rows[ref] != row and kind != "property_value":
                self.book.warn(
                    gettext("the identifier %(ref)s occurs more than once in the file")
                    % {"ref": ref}
                )
        rows[ref] = row

    def fill(self) -> None:
        """Put the rows into the staging tables."""
        for kind, rows in self._staged.items():
            if rows:
                fill(self.book.staging, TARGETS[kind], rows)

    def merge(self, batch: Batch) -> None:
        """Write what differs."""
        book = self.book
        for kind in KINDS:
            target = TARGETS[kind]
            if book.overtakes:
                same = self._same.get(kind, [])
                mark_seen(book.staging, target, book.connection.pk, same, book.receipt)
            if not self._staged.get(kind):
                continue
            touched = merge(book.staging, target, batch)
            count(book, touched, len(self._staged[kind]), self._known[kind], of_ref=0)
            if kind == "category":
                batch.changes += _join_parents(book, batch)
            elif kind == "price_type":
                give_slots()
        if any(self._staged.get(kind) for kind in ("price_type", "warehouse")):
            book.learn_places()


def count(
    book: Book,
    touched: Iterable[Touched],
    staged: int,
    before: dict[str, tuple[Any, ...]],
    *,
    of_ref: int,
) -> None:
    """Count written rows as created, changed or unchanged; `of_ref` is where the ref stands."""
    created = changed = 0
    for each in touched:
        if each.extra[of_ref] not in before:
            created += 1
        elif each.changed:
            changed += 1
    book.tally.created += created
    book.tally.changed += changed
    book.tally.unchanged += staged - created - changed


def add_stubs(
    book: Book, batch: Batch, price_types: dict[str, str], warehouses: Sequence[str]
) -> None:
    """Rows for price types (with the currency their prices told) and warehouses yet undescribed."""
    if price_types:
        rows = [
            (ref, False, None, meant(book, told), told[:100], None, 0, 0)
            for ref, told in price_types.items()
        ]
        fill(book.staging, PRICE_TYPES, rows)
        merge(book.staging, PRICE_TYPES, batch)
        give_slots()
    if warehouses:
        fill(book.staging, WAREHOUSES, [(ref, False, None, "", 0, 0) for ref in warehouses])
        merge(book.staging, WAREHOUSES, batch)


def meant(book: Book, told: str) -> str:
    """The currency that a price type is in; a word that nobody knows stays, with a warning."""
    found = book.words.currency(told)
    if told and not is_iso(found):
        book.warn(gettext("the currency %(told)s is not known") % {"told": told})
    return found[:10]


def give_slots() -> None:
    """Give the search engine's price fields to types without one, in order of appearance."""
    waiting = list(PriceType.objects.filter(slot=None, archived=False).order_by("pk"))
    if not waiting:
        return
    taken = set(PriceType.objects.exclude(slot=None).values_list("slot", flat=True))
    free = (slot for slot in range(SLOTS) if slot not in taken)
    for price_type, slot in zip(waiting, free, strict=False):
        PriceType.objects.filter(pk=price_type.pk).update(slot=slot)


def _join_parents(book: Book, batch: Batch) -> int:
    """Tie each group to the parent it names, also one that came later; how many moved."""
    params = {
        "connection": book.connection.pk,
        "number": batch.number,
        "at": database.ops.adapt_datetimefield_value(batch.at),
    }
    moved = 0
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE sync_category
            SET parent_id = NULL, changed_in = %(number)s, changed_at = %(at)s
            WHERE connection_id = %(connection)s AND parent_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM sync_category p
                WHERE p.id = sync_category.parent_id AND p.ref = sync_category.parent_ref
            )
            """,
            params,
        )
        moved += int(cursor.rowcount)
        cursor.execute(
            """
            UPDATE sync_category
            SET parent_id = p.id, changed_in = %(number)s, changed_at = %(at)s
            FROM sync_category p
            WHERE sync_category.connection_id = %(connection)s AND sync_category.parent_ref <> ''
                AND sync_category.parent_id IS NULL AND p.connection_id = %(connection)s
                AND p.ref = sync_category.parent_ref
            """,
            params,
        )
        moved += int(cursor.rowcount)
    return moved


def _rows(item: Item) -> Iterable[tuple[str, tuple[Any, ...]]]:
    """`(ref, (values..., digest))` of each object of an item."""
    if item.kind == "category":
        for group in commerceml.category_records(item.element):
            name = group.name[:250] if group.name is not None else None
            key = name_key(name)[:250] if name is not None else None
            yield _with_digest(group.ref, group.archived, name, key, group.parent_ref)
    elif item.kind == "property":
        known_as = commerceml.property_record(item.element)
        yield _with_digest(
            known_as.ref,
            known_as.archived,
            known_as.name[:250] if known_as.name is not None else None,
            known_as.value_type[:20],
            known_as.for_offers,
        )
    elif item.kind == "property_value":
        entry = commerceml.property_value_record(item.element)
        if entry is not None:
            value = entry.value[:1000]
            yield entry.ref, (False, entry.property_ref, value, _digest(value))
    elif item.kind == "price_type":
        told = commerceml.price_type_record(item.element)
        yield _with_digest(
            told.ref,
            told.archived,
            told.name[:250] if told.name is not None else None,
            told.currency[:100],
            told.vat_included,
        )
    elif item.kind == "warehouse":
        place = commerceml.warehouse_record(item.element)
        yield _with_digest(
            place.ref,
            place.archived,
            place.name[:250] if place.name is not None else None,
            place.address[:500],
        )


def _with_digest(ref: str, *values: Any) -> tuple[str, tuple[Any, ...]]:
    return ref, (*values, _digest(*values))


def _digest(*values: Any) -> int:
    return fingerprint(repr(values).encode())
