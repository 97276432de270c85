"""Goods into rows of the mirror."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from base.texts import name_key, sku_key
from sync.goods.owning import owned
from sync.intake.book import Book
from sync.intake.classifier import count
from sync.intake.fields import fields_of, positive
from sync.merging import Batch, Target, Touched, amend, fill, known, mark_seen, merge
from sync.models import Category, Product
from sync.models.mirror import REF_LENGTH
from sync.onec.commerceml import Item
from sync.onec.records import ProductRecord
from sync.onec.values import requisite_key
from sync.staging import dumps

PRODUCTS = Target(
    name="product",
    model=Product,
    staged=(
        "ref",
        "archived",
        "name",
        "name_key",
        "full_name",
        "sku",
        "sku_key",
        "barcode",
        "code",
        "item_type",
        "unit",
        "unit_told",
        "country",
        "brand",
        "series",
        "weight",
        "description",
        "vat_rate",
        "pack_multiple",
        "min_quantity",
        "category_ref",
        "category_refs",
        "category_pending",
        "properties",
        "requisites",
        "pictures",
        "digest",
        "receipt",
    ),
    values={
        "category_id": "c.id",
        "description": "COALESCE(s.description, t.description, '')",
        "pictures": "COALESCE(s.pictures, t.pictures, '[]')",
    },
    joins=(
        "LEFT JOIN sync_category c ON c.connection_id = s.connection_id AND c.ref = s.category_ref"
    ),
    with_present=True,
)
MARKS = Target(
    name="productmark",
    model=Product,
    staged=("ref", "archived", "digest", "receipt"),
)
PLACES = Target(
    name="productplace",
    model=Product,
    staged=("ref", "category_ref", "category_pending", "digest", "receipt"),
    values={"category_id": "c.id"},
    joins=PRODUCTS.joins,
)
MAPPED = Target(
    name="productfields",
    model=Product,
    staged=("ref", "brand", "series", "pack_multiple", "min_quantity", "digest", "receipt"),
)

_FOURTH = Decimal("0.0001")
_CENT = Decimal("0.01")
_WEIGHT_LIMIT = Decimal(10) ** 11
# These have columns of their own.
_NOT_KEPT = frozenset({"полноенаименование", "описаниевформатеhtml"})


class Goods:
    """The goods of a chunk. Read, then fill, then merge under the lock."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fields = fields_of(book.connection)
        self.target = owned(PRODUCTS, book.connection)
        self._rows: list[tuple[Any, ...]] = []
        self._marks: list[tuple[Any, ...]] = []
        self._known: dict[str, tuple[Any, ...]] = {}
        self._same: list[str] = []

    def read(self, items: Sequence[Item]) -> bool:
        """Pass over what is known by its digest, take the others apart; whether to write."""
        book = self.book
        salt = book.salt
        told = {
            ref: (item, item.digest() ^ salt) for ref, item in self._last_of_each(items).items()
        }
        self._known = known(
            book.staging, Product, book.connection.pk, list(told), "digest", "receipt"
        )
        news: list[tuple[Item, int]] = []
        for ref, (item, digest) in told.items():
            own = self._known.get(ref)
            if own is not None and (own[0] == digest or own[1] > book.receipt):
                self._same.append(ref)
            else:
                news.append((item, digest))
        book.tally.unchanged += len(self._same)
        book.expect("product", len(news), len(told))
        records: list[tuple[ProductRecord, int]] = []
        for item, digest in news:
            try:
                records.append((item.product(), digest))
            except ValueError as error:
                book.reject(item, error)
        categories = known(
            book.staging,
            Category,
            book.connection.pk,
            list({ref for record, _digest in records for ref in record.category_refs}),
        )
        for record, digest in records:
            if record.name is not None:
                self._rows.append(self._row(record, digest, categories))
            elif record.ref in self._known:
                self._marks.append((record.ref, record.archived, digest, book.receipt))
            else:
                # a mark on something we never had
                book.tally.unchanged += 1
        return bool(self._rows or self._marks or (book.overtakes and self._same))

    def _last_of_each(self, items: Sequence[Item]) -> dict[str, Item]:
        """One item a product: the last of equal identifiers, the first of variants with `#`."""
        found: dict[str, Item] = {}
        written: dict[str, str] = {}
        for item in items:
            self.book.tally.read += 1
            full, ref = item.ids()
            if not ref:
                self.book.reject(item, "a product without Ид")
                continue
            if len(ref) > REF_LENGTH:
                self.book.reject(item, "an identifier over 255 characters")
                continue
            if ref in found:
                self.book.tally.unchanged += 1
                if written[ref] == full:
                    self.book.warn(
                        gettext("the identifier %(ref)s occurs more than once in the file")
                        % {"ref": full}
                    )
                elif full != ref:
                    continue
            found[ref] = item
            written[ref] = full
        return found

    def _row(
        self, record: ProductRecord, digest: int, categories: dict[str, tuple[Any, ...]]
    ) -> tuple[Any, ...]:
        mapped = self.fields.of(record.properties, record.requisites)
        name = str(record.name)[:1000]
        if len(str(record.name)) > 1000 or len(record.sku) > 255:
            self.book.warn(
                gettext("the name or the article of the product %(ref)s is too long: it was cut")
                % {"ref": record.ref[:60]}
            )
        category, pending = place(record.category_refs, categories)
        return (
            record.ref,
            record.archived,
            name,
            name_key(name)[:1000],
            record.full_name[:2000],
            record.sku[:255],
            sku_key(record.sku)[:255],
            record.barcode[:255],
            record.code[:255],
            record.item_type[:120],
            self.book.words.unit(record.unit)[:100],
            record.unit[:100],
            record.country[:250],
            (mapped.get("brand") or record.brand or record.manufacturer)[:250],
            mapped.get("series", "")[:250],
            _weight(record.weight),
            record.description,
            None if record.vat_rate is None else record.vat_rate.quantize(_CENT, ROUND_HALF_UP),
            positive(mapped.get("pack_multiple")),
            positive(mapped.get("min_quantity")),
            category,
            dumps(record.category_refs),
            pending,
            dumps(record.properties),
            dumps([each for each in record.requisites if _is_kept(each[0])]),
            None if record.pictures is None else dumps([each[:500] for each in record.pictures]),
            digest,
            self.book.receipt,
        )

    def fill(self) -> None:
        """Put the rows into the staging tables."""
        if self._rows:
            fill(self.book.staging, self.target, self._rows)
        if self._marks:
            fill(self.book.staging, MARKS, self._marks)

    def merge(self, batch: Batch) -> list[str]:
        """Write what differs; refs of the products that are new."""
        book = self.book
        if book.overtakes:
            mark_seen(book.staging, PRODUCTS, book.connection.pk, self._same, book.receipt)
        touched: list[Touched] = []
        if self._rows:
            touched = merge(book.staging, self.target, batch)
            count(book, touched, len(self._rows), self._known, of_ref=0)
        if self._marks:
            marked = amend(book.staging, MARKS, batch)
            count(book, marked, len(self._marks), self._known, of_ref=0)
        return [each.extra[0] for each in touched if each.extra[0] not in self._known]


@lru_cache(maxsize=1024)
def _is_kept(requisite: str) -> bool:
    return requisite_key(requisite) not in _NOT_KEPT


def place(refs: Sequence[str], categories: dict[str, Any]) -> tuple[str | None, bool]:
    """The first known group, and whether one before it is still to come."""
    for ref in refs:
        if ref in categories:
            return ref, ref != refs[0]
    return None, bool(refs)


def place_pending(book: Book) -> Iterator[tuple[Target, list[tuple[Any, ...]]]]:
    """Rows that put products into groups which came after them, in portions."""
    found = Product.objects.filter(connection=book.connection, category_pending=True)
    for products in _portions(
        found.order_by("pk").values_list("pk", "ref", "category_refs", "digest", "receipt")
    ):
        categories = known(
            book.staging,
            Category,
            book.connection.pk,
            list({ref for _pk, _ref, refs, _digest, _receipt in products for ref in refs}),
        )
        rows = []
        for _pk, ref, refs, digest, receipt in products:
            category, pending = place(refs, categories)
            if category is not None:
                rows.append((ref, category, pending, digest, receipt))
        if rows:
            yield PLACES, rows


def fill_mapped(book: Book) -> Iterator[tuple[Target, list[tuple[Any, ...]]]]:
    """Rows that fill mapped fields anew from the properties that products have, in portions.

    A brand that no property tells stays what the goods themselves told.
    """
    fields = fields_of(book.connection)
    target = owned(MAPPED, book.connection)
    found = Product.objects.filter(connection=book.connection)
    for products in _portions(
        found.order_by("pk").values_list(
            "pk", "ref", "brand", "properties", "requisites", "digest", "receipt"
        )
    ):
        rows = []
        for _pk, ref, brand, properties, requisites, digest, receipt in products:
            mapped = fields.of(properties, requisites)
            rows.append(
                (
                    ref,
                    (mapped.get("brand") or brand)[:250],
                    mapped.get("series", "")[:250],
                    positive(mapped.get("pack_multiple")),
                    positive(mapped.get("min_quantity")),
                    digest,
                    receipt,
                )
            )
        yield target, rows


def _portions(found: Any, size: int = 1000) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in portions by primary key, their first column; each is read when asked for."""
    last = 0
    while portion := list(found.filter(pk__gt=last)[:size]):
        last = portion[-1][0]
        yield portion


def _weight(told: Decimal | None) -> Decimal | None:
    if told is None or not 0 <= told < _WEIGHT_LIMIT:
        return None
    return told.quantize(_FOURTH, ROUND_HALF_UP)
