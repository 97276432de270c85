"""What a run remembers while it takes a file: its base, its counts, what it refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from sync.goods.aliases import Words
from sync.goods.owning import OF_OFFERS, mark
from sync.intake.reasons import key_of
from sync.merging import Batch
from sync.models import Connection, Parked, PriceType, Rejection, Run, Warehouse
from sync.onec import values
from sync.onec.commerceml import Item, fragment
from sync.onec.elements import child_text
from sync.staging import Staging

KEPT_REJECTIONS = 10_000
"""Rejected objects that a run describes; the rest it only counts, and says so."""
KEPT_WARNINGS = 50
RULES = 3
"""Changes when the same element begins to give other fields: all goods are then read anew."""


@dataclass(slots=True)
class Tally:
    """What became of the objects of a chunk."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    parked: int = 0
    rejected: int = 0
    warning: int = 0

    def add_to(self, run: Run) -> None:
        """Add the counts to those of the run in memory, and start anew."""
        for each in fields(self):
            name = f"{each.name}_count"
            setattr(run, name, getattr(run, name) + getattr(self, each.name))
            setattr(self, each.name, 0)


@dataclass
class Book:
    """One run's view of its base, and the books it keeps for it.

    `receipt` is the number under which the run's words are told from earlier and later ones.
    `overtakes` is whether an earlier file of the base is still waiting or being taken.
    `has_refused` is whether objects of the base wait in quarantine. `at` is the moment of what is
    told, now unless given. `expected` are the facets that were news in most objects of the last
    chunk.
    """

    connection: Connection
    run: Run
    receipt: int
    staging: Staging
    tally: Tally = field(default_factory=Tally)
    rejections: list[Rejection] = field(default_factory=list)
    price_types: dict[str, tuple[int, str]] = field(default_factory=dict)
    warehouses: dict[str, int] = field(default_factory=dict)
    overtakes: bool = False
    has_parked: bool = False
    has_refused: bool = False
    changed: bool = False
    order_ids: list[int] = field(default_factory=list)
    at: datetime | None = None
    expected: set[str] = field(default_factory=set)
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        """Read what the run needs to know of its base."""
        self.words = Words(self.connection.pk)
        self.learn_places()
        self.look_back()
        self.has_parked = Parked.objects.filter(connection=self.connection).exists()
        self.has_refused = Rejection.objects.filter(
            resolved_at=None, run__connection=self.connection
        ).exists()

    @property
    def salt(self) -> int:
        """Mixed into the digests of goods: other rules give other fields for the same element."""
        text = f"{RULES} {sorted(self.connection.field_map.items())}{mark(self.connection)}"
        return _number(text)

    @property
    def offer_salt(self) -> int:
        """Mixed into the digests of offers' own words; 0 while 1C owns them all."""
        text = mark(self.connection, OF_OFFERS)
        return _number(text) if text else 0

    def now(self) -> datetime:
        """The moment written into rows."""
        return self.at or timezone.now()

    @contextmanager
    def writing(self, fill: Callable[[], None] = lambda: None) -> Iterator[Batch]:
        """A transaction that alone may change the mirror, with its batch; `fill` goes before."""
        with self.staging.locked(fill):
            batch = Batch(self.run, self.now())
            yield batch
            self.changed |= batch.settle()

    def learn_places(self) -> None:
        """Read price types and warehouses anew."""
        self.price_types = {
            ref: (pk, currency)
            for ref, pk, currency in PriceType.objects.filter(
                connection=self.connection
            ).values_list("ref", "pk", "currency")
        }
        self.warehouses = dict(
            Warehouse.objects.filter(connection=self.connection).values_list("ref", "pk")
        )

    def look_back(self) -> None:
        """See whether an earlier file is still unfinished."""
        self.overtakes = (
            Run.objects.filter(
                connection=self.connection,
                state__in=[Run.State.QUEUED, Run.State.RUNNING],
                file_id__lt=self.receipt,
                is_rehearsal=False,
            )
            .exclude(pk=self.run.pk)
            .exists()
        )

    def expect(self, facet: str, news: int, told: int) -> None:
        """Note of how many objects of a chunk the facet was news: more will be like them."""
        if 2 * news > told:
            self.expected.add(facet)
        else:
            self.expected.discard(facet)

    def reject(self, item: Item, error: ValueError | str) -> None:
        """Note an object that cannot be taken, with its reason and its own XML."""
        kind, ref = names_of(item)[0]
        self.refuse(kind, ref, reason(error), line=item.line, xml=fragment(item.element))

    def refuse(self, kind: str, ref: str, why: str, *, line: int = 0, xml: str = "") -> None:
        """Note an object of any channel that cannot be taken."""
        self.tally.rejected += 1
        ref, why, xml = values.storable(ref), values.storable(why), values.storable(xml)
        described = self.run.rejected_count + self.tally.rejected
        if described <= KEPT_REJECTIONS:
            self.rejections.append(
                Rejection(
                    run=self.run,
                    line=line,
                    kind=kind[:30],
                    ref=ref[:255],
                    reason=why[:1000],
                    reason_key=key_of(why),
                    fragment=xml,
                )
            )

    def warn(self, text: str) -> None:
        """Note something that a person should know of an object that was taken all the same."""
        self.tally.warning += 1
        text = values.storable(text)
        if len(self.run.warnings) < KEPT_WARNINGS and text not in self.run.warnings:
            self.run.warnings.append(text[:300])

    def close_chunk(self, position: int | None) -> None:
        """Save counts, refused objects and the place reached, in the transaction of the chunk."""
        if self.rejections and not self.run.is_rehearsal:
            Rejection.objects.bulk_create(self.rejections)
            self.rejections = []
            self.has_refused = True
        self.words.keep(self.now())
        self.tally.add_to(self.run)
        if position is not None:
            self.run.position = position
        self.run.save(update_fields=_COUNTED)


_COUNTED = [
    "position",
    *(f"{each.name}_count" for each in fields(Tally)),
    "warnings",
    "tells_stock",
    "tells_prices",
]


def names_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Kind and identifier of an object of a file; a document goes by its number and its Ид."""
    kind = str(item.kind)
    if kind in {"product", "offer"}:
        return ((kind, item.ids()[0]),)
    ref = values.ref(item.ref)
    number = child_text(item.element, "Номер") if kind == "document" else ""
    return ((kind, number), (kind, ref)) if number else ((kind, ref),)


def reason(error: ValueError | str) -> str:
    """Words for a person about a refusal: the first argument is translated, the others follow.

    They can be kept whatever 1C told: texts with characters that are none are mended.
    """
    if isinstance(error, str):
        return values.storable(gettext(error))
    told = [str(each) for each in error.args] or [type(error).__name__]
    first, *rest = told
    return values.storable(": ".join([gettext(first), *rest]))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
