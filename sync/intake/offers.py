"""Offers into rows of the mirror: identity, prices and stock, each with its own digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection as database
from django.utils.translation import gettext

from base.texts import sku_key
from sync.goods import plain_offers
from sync.goods.owning import owned
from sync.intake.book import Book
from sync.intake.classifier import add_stubs
from sync.intake.figures import check, plain
from sync.intake.parking import park
from sync.merging import Batch, Target, Touched, amend, fill, known, mark_seen, merge
from sync.models import Offer, OfferPrices, OfferStock, Parked, Product
from sync.models.mirror import REF_LENGTH
from sync.onec import commerceml
from sync.onec.commerceml import Item, OfferDigests
from sync.onec.records import OfferRecord
from sync.staging import dumps

OFFERS = Target(
    name="offer",
    model=Offer,
    staged=(
        "ref",
        "product_ref",
        "archived",
        "name",
        "sku",
        "sku_key",
        "barcode",
        "characteristics",
        "is_plain",
        "digest",
        "receipt",
    ),
    values={
        "product_id": "p.id",
        "name": "COALESCE(NULLIF(s.name, ''), NULLIF(t.name, ''), p.name)",
    },
    joins="JOIN sync_product p ON p.connection_id = s.connection_id AND p.ref = s.product_ref",
    returning=("ref", "product_id"),
    with_present=True,
)
MARKS = Target(
    name="offermark",
    model=Offer,
    staged=("ref", "archived", "digest", "receipt"),
    returning=("ref", "product_id"),
)
_TO_OFFER = "JOIN sync_offer o ON o.connection_id = s.connection_id AND o.ref = s.ref"
PRICES = Target(
    name="offerprices",
    model=OfferPrices,
    staged=("ref", "amounts", "digest", "receipt"),
    values={"offer_id": "o.id", "connection_id": "s.connection_id"},
    joins=_TO_OFFER,
    key=("offer_id",),
    returning=(),
)
STOCK = Target(
    name="offerstock",
    model=OfferStock,
    staged=("ref", "quantities", "digest", "receipt"),
    values={"offer_id": "o.id", "connection_id": "s.connection_id"},
    joins=_TO_OFFER,
    key=("offer_id",),
    returning=(),
)

_CENT = Decimal("0.01")

_NOTHING = OfferDigests(None, None, None, None)

_KNOWN = """
    SELECT o.ref, o.id, o.digest, o.receipt, o.archived,
        p.digest AS prices, p.receipt AS prices_at, s.digest AS stock, s.receipt AS stock_at
    FROM sync_offer o
    LEFT JOIN sync_offerprices p ON p.offer_id = o.id
    LEFT JOIN sync_offerstock s ON s.offer_id = o.id
    WHERE o.connection_id = {connection_id} AND o.ref"""


@dataclass(slots=True)
class Told:
    """One word about one offer: where it stands, what it tells and when it was told."""

    item: Item
    ref: str
    product_ref: str
    digests: OfferDigests
    receipt: int
    may_create: bool
    parked_pk: int = 0
    identity: bool = False
    prices: bool = False
    stock: bool = False
    mark: bool = False


@dataclass(slots=True)
class _Known:
    pk: int
    identity: tuple[int, int]
    archived: bool
    prices: tuple[int | None, int]
    stock: tuple[int | None, int]


@dataclass(slots=True)
class _Seen:
    """What a later file confirmed without changing it, by facet."""

    refs: list[str] = field(default_factory=list)
    prices: list[int] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)


class Offers:
    """The offers of a chunk. Read, then fill, then merge under the lock."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._known: dict[str, _Known] = {}
        self._seen = _Seen()
        self._records: list[tuple[Told, OfferRecord]] = []
        self._parked: list[Told] = []
        self._offers: dict[str, tuple[Any, ...]] = {}
        self._marks: list[tuple[Any, ...]] = []
        self._prices: list[tuple[Any, ...]] = []
        self._stock: list[tuple[Any, ...]] = []
        self._count_as_read = True
        self._words = 0
        self._changed: set[int] = set()

    def read(self, items: Sequence[Item]) -> bool:
        """Take the offers of a file; whether anything is to be written."""
        told: list[Told] = []
        for item in items:
            self.book.tally.read += 1
            ref, product_ref = item.ids()
            if not product_ref:
                self.book.reject(item, "an offer without Ид")
            elif len(ref) > REF_LENGTH:
                self.book.reject(item, "an identifier over 255 characters")
            else:
                told.append(
                    Told(
                        item,
                        ref,
                        product_ref,
                        item.offer_digests(),
                        self.book.receipt,
                        may_create=item.may_create,
                    )
                )
        return self._take(told)

    def read_parked(self, rows: Iterable[Parked]) -> bool:
        """Take offers that were kept aside; whether anything is to be written."""
        self._count_as_read = False
        told = []
        for row in rows:
            item = commerceml.from_xml("offer", row.element)
            told.append(
                Told(
                    item,
                    row.ref,
                    row.product_ref,
                    item.offer_digests(),
                    row.receipt,
                    may_create="i" in row.facets,
                    parked_pk=row.pk,
                )
            )
        return self._take(sorted(told, key=lambda each: each.receipt))

    def _take(self, told: Sequence[Told]) -> bool:
        if salt := self.book.offer_salt:
            for each in told:
                if (identity := each.digests.identity) is not None:
                    each.digests = each.digests._replace(identity=identity ^ salt)
        self._look_up({each.ref for each in told})
        words = self._last_words(told)
        for each in words:
            own = self._known.get(each.ref)
            if own is not None:
                self._compare(each, own)
        for facet in ("identity", "prices", "stock"):
            self.book.expect(facet, sum(getattr(each, facet) for each in words), len(words))
        for each in words:
            self._sort_out(each)
        self._park_unknown()
        self._name_places()
        for each, record in self._records:
            self._stage(each, record)
        self._words += len(self._records)
        has_news = bool(
            self._offers
            or self._marks
            or self._prices
            or self._stock
            or (self._parked and self._count_as_read)
            or (self.book.overtakes and (self._seen.refs or self._seen.prices or self._seen.stock))
        )
        if not has_news and self._count_as_read:
            self.book.tally.unchanged += self._words
        return has_news

    def _sort_out(self, told: Told) -> None:
        own = self._known.get(told.ref)
        if told.identity or told.prices or told.stock:
            self._extract(told)
        elif told.mark and own is not None:
            self._marks.append((told.ref, told.digests.archived, 0, told.receipt))
            self._words += 1
        else:
            self.book.tally.unchanged += self._count_as_read
            if own is None and told.digests == _NOTHING:
                words = gettext("the offer %(ref)s is not known, and the file tells nothing of it")
                self.book.warn(words % {"ref": told.ref})

    def _look_up(self, refs: set[str]) -> None:
        if not refs:
            return
        staging = self.book.staging
        with database.cursor() as cursor:
            select = _KNOWN.format(connection_id=self.book.connection.pk)
            cursor.execute(staging.by_ref(select), [staging.listed(list(refs))])
            for ref, pk, digest, receipt, archived, p_digest, p_at, s_digest, s_at in cursor:
                self._known[ref] = _Known(
                    pk,
                    (digest, receipt),
                    bool(archived),
                    (p_digest, p_at or 0),
                    (s_digest, s_at or 0),
                )

    def _last_words(self, told: Sequence[Told]) -> list[Told]:
        """The words about each offer, where a facet told more than once is told by the last."""
        latest: dict[tuple[str, str], Told] = {}
        for each in told:
            each.identity = each.digests.identity is not None
            each.prices = each.digests.prices is not None
            each.stock = each.digests.stock is not None
            each.mark = each.digests.archived is not None
        if len({each.ref for each in told}) == len(told):
            return list(told)
        for each in told:
            for facet in ("identity", "prices", "stock", "mark"):
                if not getattr(each, facet):
                    continue
                before = latest.get((each.ref, facet))
                if before is not None:
                    setattr(before, facet, False)
                    if before.item.ordinal and facet != "mark":
                        self.book.warn(
                            gettext("the identifier %(ref)s occurs more than once in the file")
                            % {"ref": each.ref}
                        )
                latest[each.ref, facet] = each
        return list(told)

    def _compare(self, told: Told, own: _Known) -> None:
        """Leave of what is told only what is news and not older than what is known."""
        receipt = told.receipt
        if told.identity:
            digest, at = own.identity
            if digest == told.digests.identity or at > receipt:
                told.identity = False
                self._seen.refs.append(told.ref)
        if told.prices:
            known_digest, at = own.prices
            if known_digest == told.digests.prices or at > receipt:
                told.prices = False
                self._seen.prices.append(own.pk)
        if told.stock:
            known_digest, at = own.stock
            if known_digest == told.digests.stock or at > receipt:
                told.stock = False
                self._seen.stock.append(own.pk)
        if told.mark:
            _digest, at = own.identity
            told.mark = own.archived != told.digests.archived and at <= receipt

    def _extract(self, told: Told) -> None:
        try:
            record = told.item.offer(identity=told.identity, prices=told.prices, stock=told.stock)
            check(record)
        except ValueError as error:
            self.book.reject(told.item, error)
        else:
            self._records.append((told, record))

    def _park_unknown(self) -> None:
        """Keep aside what speaks of unknown products, or of offers that it may not create."""
        new = [told for told, _record in self._records if told.ref not in self._known]
        if not new:
            return
        products = known(
            self.book.staging,
            Product,
            self.book.connection.pk,
            list({told.product_ref for told in new}),
        )
        created = {told.ref for told in new if told.product_ref in products and told.may_create}
        kept = []
        for told, record in self._records:
            if told.ref in self._known or told.ref in created:
                kept.append((told, record))
            else:
                self._parked.append(told)
        self._records = kept

    def _name_places(self) -> None:
        """Make rows for price types and warehouses that nobody has described yet."""
        book = self.book
        types: dict[str, str] = {}
        places: dict[str, None] = {}
        for _told, record in self._records:
            for price in record.prices or ():
                if price.price_type_ref not in book.price_types:
                    types.setdefault(price.price_type_ref, price.currency)
            for stock in record.stock or ():
                if stock.warehouse_ref not in book.warehouses:
                    places[stock.warehouse_ref] = None
        if not types and not places:
            return
        book.learn_places()
        types = {ref: told for ref, told in types.items() if ref not in book.price_types}
        unknown = [ref for ref in places if ref not in book.warehouses]
        if types or unknown:
            with book.writing() as batch:
                add_stubs(book, batch, types, unknown)
            book.learn_places()
            for ref in types:
                book.warn(gettext("prices of the price type %(ref)s, not described") % {"ref": ref})
            for ref in filter(None, unknown):
                book.warn(gettext("stock of the warehouse %(ref)s, not described") % {"ref": ref})

    def _stage(self, told: Told, record: OfferRecord) -> None:
        own = self._known.get(told.ref)
        digests = told.digests
        if record.identity is not None:
            it = record.identity
            self._offers[told.ref] = (
                told.ref,
                told.product_ref,
                bool(record.archived),
                (it.name or "")[:1000],
                it.sku[:255],
                sku_key(it.sku)[:255],
                it.barcode[:255],
                dumps(it.characteristics),
                told.ref == told.product_ref,
                digests.identity,
                told.receipt,
            )
        elif own is None:
            bare = (told.ref, told.product_ref, bool(digests.archived), "", "", "", "", "[]")
            is_plain = told.ref == told.product_ref
            self._offers.setdefault(told.ref, (*bare, is_plain, 0, told.receipt))
        elif told.mark:
            self._marks.append((told.ref, digests.archived, 0, told.receipt))
        if record.prices is not None:
            self._prices.append(
                (told.ref, self._amounts(told, record), digests.prices, told.receipt)
            )
            self.book.run.tells_prices = True
        if record.stock is not None:
            self._stock.append((told.ref, self._quantities(record), digests.stock, told.receipt))
            self.book.run.tells_stock = True

    def _amounts(self, told: Told, record: OfferRecord) -> str:
        found: dict[int, str] = {}
        for price in record.prices or ():
            pk, currency = self.book.price_types[price.price_type_ref]
            if (
                price.currency != currency
                and price.currency
                and currency
                and self.book.words.currency(price.currency) != currency
            ):
                self.book.warn(
                    gettext("the offer %(ref)s has a price in %(told)s, its type is in %(known)s")
                    % {"ref": told.ref, "told": price.currency, "known": currency}
                )
            found[pk] = f'"{pk}":"{price.amount.quantize(_CENT, ROUND_HALF_UP)}"'
        return f"{{{','.join(found.values())}}}"

    def _quantities(self, record: OfferRecord) -> str:
        places = self.book.warehouses
        found = {
            (pk := places[stock.warehouse_ref]): f'"{pk}":"{plain(stock.quantity)}"'
            for stock in record.stock or ()
            if stock.quantity
        }
        return f"{{{','.join(found.values())}}}"

    def fill(self) -> None:
        """Put the rows into the staging tables."""
        for target, rows in (
            (OFFERS, list(self._offers.values())),
            (MARKS, self._marks),
            (PRICES, self._prices),
            (STOCK, self._stock),
        ):
            if rows:
                fill(self.book.staging, target, rows)

    def merge(self, batch: Batch) -> list[str]:
        """Write what differs; refs of the products that got a new offer."""
        book = self.book
        staging, connection_id = book.staging, book.connection.pk
        if book.overtakes:
            mark_seen(staging, OFFERS, connection_id, self._seen.refs, book.receipt)
            mark_seen(staging, PRICES, connection_id, self._seen.prices, book.receipt)
            mark_seen(staging, STOCK, connection_id, self._seen.stock, book.receipt)
        touched: list[Touched] = []
        if self._offers:
            touched += merge(staging, owned(OFFERS, book.connection), batch)
        if self._marks:
            touched += amend(staging, MARKS, batch)
        created = {each.pk for each in touched if each.extra[0] not in self._known}
        changed = {each.pk for each in touched if each.changed}
        products = {each.extra[1] for each in touched if each.changed}
        for target, rows in ((PRICES, self._prices), (STOCK, self._stock)):
            if rows:
                facets = merge(staging, target, batch)
                changed.update(each.pk for each in facets if each.changed)
        self._changed = changed
        if products:
            batch.changes += _decide_sold(book, batch, products)
        if self._parked and self._count_as_read:
            self._park()
        if self._count_as_read:
            book.tally.created += len(created)
            book.tally.changed += len(changed - created)
            # an offer may be told of more than once: each word is counted
            book.tally.unchanged += self._words - len(created | changed)
        return [each.extra[0].partition("#")[0] for each in touched if each.pk in created]

    def _park(self) -> None:
        rows = []
        for told in self._parked:
            letters = "i" if told.may_create else ""
            letters += "p" if told.digests.prices is not None else ""
            letters += "s" if told.digests.stock is not None else ""
            rows.append((told.ref, told.product_ref, letters, told.item.xml(), told.receipt))
        park(self.book, rows)

    @property
    def parked_refs(self) -> set[str]:
        """Of the offers read, those kept aside."""
        return {told.ref for told in self._parked}

    @property
    def changed_refs(self) -> set[str]:
        """Of the offers known before, those that the merge changed."""
        return {ref for ref, own in self._known.items() if own.pk in self._changed}

    @property
    def left_parked(self) -> set[int]:
        """Of the offers kept aside that were read, those that must wait on."""
        return {told.parked_pk for told in self._parked}


def _decide_sold(book: Book, batch: Batch, products: set[int]) -> int:
    """Which plain offers of the products are sold, by the rule of the base."""
    staging = book.staging
    among = staging.among("product_id")
    listed = staging.listed(list(products))
    return plain_offers.decide(book.connection.plain_offers, batch, among, listed)
