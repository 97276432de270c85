"""Reading the mirror in bulk: each question is a fixed number of queries, whatever the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.db.models import Max, Q

from base.media import signed_url
from base.texts import name_key, sort_key
from sync.models import (
    Category,
    ChangeBatch,
    Connection,
    Offer,
    Picture,
    Product,
    Property,
    PropertyValue,
    Run,
    Schedule,
    Warehouse,
)
from sync.pictures import is_picture, size_name
from sync.visibility import Visibility
from sync.watching import schedule

_NOTHING = Decimal(0)


def mirror_version() -> int:
    """Number of the newest change batch: equal numbers, equal mirror. One query."""
    return ChangeBatch.objects.aggregate(newest=Max("pk"))["newest"] or 0


def offers_of(product_ids: Collection[int]) -> dict[int, list[Offer]]:
    """Sold offers of the products with prices and stock joined, by product. One query.

    The plain offer comes first, then by name. A product without a sold offer is absent.
    """
    found: dict[int, list[Offer]] = {}
    if not product_ids:
        return found
    offers = Offer.objects.sold().with_facets().filter(product_id__in=product_ids)
    for offer in sorted(offers, key=lambda each: (not each.is_plain, sort_key(each.name), each.pk)):
        found.setdefault(offer.product_id, []).append(offer)
    return found


def offers_by_ids(offer_ids: Collection[int]) -> dict[int, Offer]:
    """Offers in any state with product, prices and stock joined. One query."""
    if not offer_ids:
        return {}
    offers = Offer.objects.with_facets().filter(pk__in=offer_ids)
    return {offer.pk: offer for offer in offers}


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture of a product: signed addresses of its sizes, and its own size in pixels.

    `thumb_url` is 160, `url` 480 and `large_url` 1200 pixels at most. The figures are 0 for a
    picture that lies elsewhere on the web.
    """

    path: str
    width: int
    height: int

    @property
    def url(self) -> str:
        """Address of the size for a card."""
        return signed_url(size_name(self.path, "card"))

    @property
    def thumb_url(self) -> str:
        """Address of the size for a row."""
        return signed_url(size_name(self.path, "thumb"))

    @property
    def large_url(self) -> str:
        """Address of the size for a gallery."""
        return signed_url(size_name(self.path, "large"))


def pictures_of(products: Iterable[Product]) -> dict[int, list[PictureView]]:
    """Pictures of the products in 1C's order, the main one first. One query.

    Left out are those that have not arrived, whose sizes are not made yet, or that are no picture.
    """
    listed = {product.pk: product for product in products if product.pictures}
    wanted: dict[int, set[str]] = {}
    for product in listed.values():
        wanted.setdefault(product.connection_id, set()).update(product.pictures)
    if not wanted:
        return {}
    of_bases = Q()
    for connection_id, names in wanted.items():
        of_bases |= Q(connection_id=connection_id, name__in=names)
    rows = {
        (connection_id, name): PictureView(path, width, height)
        for connection_id, name, path, width, height in Picture.objects.filter(
            of_bases, width__gt=0
        ).values_list("connection_id", "name", "path", "width", "height")
    }
    found: dict[int, list[PictureView]] = {}
    for product in listed.values():
        views = [
            view
            for name in product.pictures
            if (view := rows.get((product.connection_id, name))) is not None
        ]
        if views:
            found[product.pk] = views
    return found


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a product that is no picture: a drawing, an instruction."""

    url: str
    name: str


def attached_to(product: Product) -> tuple[list[PictureView], list[FileView]]:
    """Pictures of a product as `pictures_of` gives them, and files among them that are none.

    Both in 1C's order, with one query.
    """
    if not product.pictures:
        return [], []
    rows = {
        each.name: each
        for each in Picture.objects.filter(
            connection_id=product.connection_id, name__in=product.pictures
        )
    }
    pictures = []
    files = []
    for name in product.pictures:
        row = rows.get(name)
        if row is None:
            continue
        if row.width:
            pictures.append(PictureView(row.path, row.width, row.height))
        elif not is_picture(row.path):
            files.append(FileView(url=signed_url(row.path), name=PurePosixPath(name).name))
    return pictures, files


def characteristics_of(products: Iterable[Product]) -> dict[int, list[tuple[str, str]]]:
    """Properties of the products, name and readable value, in 1C's order. At most two queries.

    Several values are joined by ", "; a value of a dictionary that has not come yet and a
    property without a name are left out.
    """
    listed = [product for product in products if product.properties]
    if not listed:
        return {}
    connection_ids = {product.connection_id for product in listed}
    refs = {ref for product in listed for ref, _told in product.properties}
    names: dict[tuple[int, str], Property] = {
        (each.connection_id, each.ref): each
        for each in Property.objects.current().filter(
            connection_id__in=connection_ids, ref__in=refs
        )
    }
    from_dictionary = {
        value
        for product in listed
        for ref, told in product.properties
        if (known := names.get((product.connection_id, ref))) and is_dictionary(known)
        for value in told
    }
    readable: dict[tuple[int, str], str] = {}
    if from_dictionary:
        readable = {
            (connection_id, ref): value
            for connection_id, ref, value in PropertyValue.objects.filter(
                connection_id__in=connection_ids, ref__in=from_dictionary
            ).values_list("connection_id", "ref", "value")
        }
    found: dict[int, list[tuple[str, str]]] = {}
    for product in listed:
        pairs = []
        for ref, told in product.properties:
            known = names.get((product.connection_id, ref))
            if known is None or not known.name:
                continue
            if is_dictionary(known):
                told = [readable.get((product.connection_id, value), "") for value in told]
            if text := ", ".join(value for value in told if value):
                pairs.append((known.name, text))
        if pairs:
            found[product.pk] = pairs
    return found


def mapped_names(connection: Connection) -> frozenset[str]:
    """Names, as keys, of the properties that fill fields of goods by the map of the base.

    Brand, series, pack and minimum are shown and filtered by as fields; they need not be told
    again as properties.
    """
    told = ([names] if isinstance(names, str) else names for names in connection.field_map.values())
    return frozenset(name_key(str(name)) for names in told for name in names)


def is_dictionary(known: Property) -> bool:
    """Whether the values of the property are references into its dictionary."""
    return bool(known.value_type == "Справочник")


def warehouses(connection_id: int) -> dict[int, Warehouse]:
    """Warehouses of a base by pk, archived ones too. One query."""
    return {each.pk: each for each in Warehouse.objects.filter(connection_id=connection_id)}


def sellable(quantities: Mapping[str, str] | None, closed: Collection[str]) -> dict[str, Decimal]:
    """Stock that counts for dealers, by key of the warehouse: nothing below zero.

    `quantities` is that of `OfferStock`; `closed` are the keys of the warehouses that dealers do
    not buy from, made by `closed_keys` or `closed_warehouses`. Every reader for buyers asks here.
    """
    return {
        key: max(Decimal(told), _NOTHING)
        for key, told in (quantities or {}).items()
        if key not in closed
    }


def closed_keys(warehouses: Iterable[Warehouse]) -> frozenset[str]:
    """Of the warehouses, the keys of those that dealers do not buy from."""
    return frozenset(str(each.pk) for each in warehouses if not each.is_sold_from)


def closed_warehouses() -> frozenset[str]:
    """Keys of the warehouses of all bases that dealers do not buy from. One query."""
    return closed_keys(Warehouse.objects.filter(is_sold_from=False).only("is_sold_from"))


@dataclass(frozen=True, slots=True)
class Freshness:
    """When 1C last told stock and prices; `None` while it never has.

    `stock_state` and `prices_state` are what the schedules say of it (`schedule.punctuality`):
    "fresh", "old" when a time was missed, "stale" when it is an alarm, empty when they say nothing.
    """

    stock_at: datetime | None
    prices_at: datetime | None
    stock_state: str = ""
    prices_state: str = ""


_WORST = ("stale", "old", "fresh", "")


def freshness(connection_ids: Collection[int], now: datetime) -> Freshness:
    """The oldest word among the bases: all of them are at least as fresh. One query.

    A base that has never told stock, or prices, is not asked for them.
    """
    kinds = (Schedule.Kind.STOCK, Schedule.Kind.PRICES)
    rows = schedule.with_success(
        Schedule.objects.filter(connection_id__in=connection_ids).select_related("connection"),
        *kinds,
        field="finished_at",
    )
    told: dict[str, list[tuple[datetime, str]]] = {kind: [] for kind in kinds}
    for row in rows:
        moment = max(schedule.successes(row), default=None)
        if moment is not None:
            told[row.kind].append((moment, schedule.punctuality(row, moment, now)))
    (stock_at, stock_state), (prices_at, prices_state) = (_oldest(told[kind]) for kind in kinds)
    return Freshness(stock_at, prices_at, stock_state, prices_state)


def _oldest(told: Sequence[tuple[datetime, str]]) -> tuple[datetime | None, str]:
    """The oldest moment and the worst state."""
    moment = min((moment for moment, _state in told), default=None)
    state = min((state for _moment, state in told), key=_WORST.index, default="")
    return moment, state


def exchange_health(now: datetime) -> dict[str, Any]:
    """Age and outcome of the last run, and what is late, for `/readyz`; it never raises.

    `ok` is False when the last finished run of an active base failed, or when data are so late
    that it is an alarm. `late` counts kinds of data by level and names the kinds, not the bases.
    """
    try:
        last = (
            Run.objects.filter(
                connection__is_active=True, finished_at__isnull=False, is_rehearsal=False
            )
            .order_by("-finished_at")
            .values("finished_at", "state", "kind")
            .first()
        )
        waiting = Run.objects.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING]).count()
        bases = list(Connection.objects.filter(is_active=True).values_list("pk", flat=True))
        states = schedule.states(bases, now)
    except Exception as error:
        return {"ok": False, "age_seconds": None, "last_run": None, "error": type(error).__name__}
    found: dict[str, Any] = {
        "ok": True,
        "age_seconds": None,
        "last_run": None,
        "bases": len(bases),
        "waiting": waiting,
        "late": {
            level: sorted({kind for (_base, kind), state in states.items() if state.level == level})
            for level in ("amber", "red")
        },
    }
    if last is not None and last["finished_at"] is not None:
        found["ok"] = last["state"] == Run.State.DONE and not found["late"]["red"]
        found["age_seconds"] = int((now - last["finished_at"]).total_seconds())
        found["last_run"] = last["finished_at"].isoformat()
        found["kind"] = last["kind"]
    return found


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category and those below it, sorted by name. Roots have depth 0."""

    id: int
    name: str
    children: tuple[CategoryNode, ...]
    depth: int

    def walk(self) -> Iterator[CategoryNode]:
        """The node itself, then everything below it, in the order of the tree."""
        yield self
        for child in self.children:
            yield from child.walk()


def category_tree(visibility: Visibility) -> tuple[CategoryNode, ...]:
    """The visible categories as a forest sorted by name. One query.

    A category whose parent is archived is hidden with it; one whose parent has not come yet
    stands at the root. A ring of parents, which a moved branch may make until its other end
    arrives, is cut at its smallest id.
    """
    rows = list(
        Category.objects.filter(connection_id__in=visibility.connection_ids).values_list(
            "id", "name", "parent_id", "archived"
        )
    )
    below: dict[int | None, list[tuple[str, int, str]]] = {}
    for pk, name, parent_id, archived in rows:
        if not archived:
            below.setdefault(parent_id, []).append((sort_key(name), pk, name))
    tree = _forest(below.get(None, []), below, 0, set())
    placed = {node.id for root in tree for node in root.walk()}
    parents = {pk: parent_id for pk, _name, parent_id, _archived in rows}
    cut = [
        entry
        for entries in below.values()
        for entry in entries
        if entry[1] not in placed and entry[1] == _smallest_of_ring(entry[1], parents)
    ]
    if cut:
        tree = _forest([*below.get(None, []), *cut], below, 0, set())
    return tree


def _smallest_of_ring(pk: int, parents: dict[int, int | None]) -> int | None:
    """The smallest id of the ring that `pk` is on, `None` when it is on none."""
    ring = [pk]
    above = parents.get(pk)
    while above is not None and above not in ring:
        ring.append(above)
        above = parents.get(above)
    return min(ring) if above == pk else None


def _forest(
    entries: list[tuple[str, int, str]],
    below: dict[int | None, list[tuple[str, int, str]]],
    depth: int,
    above: set[int],
) -> tuple[CategoryNode, ...]:
    return tuple(
        CategoryNode(pk, name, _forest(below.get(pk, []), below, depth + 1, above | {pk}), depth)
        for _key, pk, name in sorted(entries)
        if pk not in above
    )


def ancestors(tree: Iterable[CategoryNode], category_id: int) -> tuple[CategoryNode, ...]:
    """The way from the root down to the category, itself last; empty when it is not visible."""
    for node in tree:
        if node.id == category_id:
            return (node,)
        if way := ancestors(node.children, category_id):
            return (node, *way)
    return ()
