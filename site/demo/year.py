"""A year of orders as a plan: who orders what and when, by season and habit.

Pure and reproducible: the same seed, day and goods give the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from demo.assortment import Assortment, Entry, Item
from demo.company import DEALERS, Company, Person

SEASON = {
    1: 0.6,
    2: 0.9,
    3: 1.2,
    4: 1.15,
    5: 0.8,
    6: 0.85,
    7: 0.85,
    8: 1.05,
    9: 1.3,
    10: 1.4,
    11: 1.2,
    12: 1.1,
}
"""Orders in a month against an average one: kitchens are renewed in spring and before New Year."""

_RUSH = 1.5
_MOST_LINES = 14
_FAVOURITES = 18
_COMMENTS = (
    "Отгрузка до пятницы, монтаж назначен.",
    "Позвоните за час до приезда, въезд со двора.",
    "Упаковать фасады отдельно, пожалуйста.",
    "Для образцов в салон.",
    "К заказу прошлой недели, можно одной машиной.",
    "Довоз: на объекте не хватило.",
)


class Fate(StrEnum):
    """What became of an order in 1C."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    MAKING = "making"
    PART = "part"
    SHIPPED = "shipped"
    STRANGE = "strange"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """An offer and a number of its packs."""

    item: Item
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order. `at` is local time of the supplier; no two orders share it.

    `is_changed`: 1C gave less of something or took a line out.
    """

    at: datetime
    company: Company
    person: Person
    outlet: int
    contract: str
    lines: tuple[PlannedLine, ...]
    fate: Fate
    is_changed: bool
    comment: str


_OPEN: Mapping[int, tuple[tuple[Fate, bool], ...]] = {
    # days ago -> what the newest orders are at
    0: ((Fate.WAITING, False), (Fate.WAITING, False), (Fate.ACCEPTED, False)),
    1: ((Fate.WAITING, False), (Fate.CONFIRMED, False), (Fate.ACCEPTED, False)),
    2: ((Fate.CONFIRMED, True), (Fate.MAKING, False), (Fate.CONFIRMED, False)),
    4: ((Fate.STRANGE, False), (Fate.CANCELLED, False), (Fate.MAKING, True)),
    6: ((Fate.PART, False), (Fate.MAKING, False), (Fate.PART, True)),
    9: ((Fate.SHIPPED, False), (Fate.SHIPPED, True), (Fate.PART, False)),
}


def plan_year(assortment: Assortment, now: datetime) -> tuple[PlannedOrder, ...]:
    """The orders of the twelve months before `now` (the supplier's local time), oldest first."""
    chance = random.Random(f"{assortment.seed}/year")  # noqa: S311 - not for secrets
    entries = tuple(assortment.entries())
    planned = []
    for company in DEALERS:
        store = assortment.ref("store", company.store) if company.store else ""
        planned += _Buying(company, store, entries, chance).plan(now)
    planned.sort(key=lambda order: order.at)
    return tuple(_apart(planned))


def _apart(planned: Iterable[PlannedOrder]) -> Iterator[PlannedOrder]:
    """The orders with moments of their own, by which they are known again after a break."""
    used: set[datetime] = set()
    for order in planned:
        at = order.at
        while at in used:
            at += timedelta(seconds=1)
        used.add(at)
        yield replace(order, at=at)


class _Buying:
    """How one dealer buys."""

    def __init__(
        self, company: Company, store: str, entries: Sequence[Entry], chance: random.Random
    ) -> None:
        self.company = company
        self.store = store
        self.chance = chance
        self.shelves: dict[str, list[tuple[Entry, Item]]] = {}
        for entry in entries:
            for item in entry.items:
                if entry.good.pace and self._has(item):
                    self.shelves.setdefault(entry.good.category[0], []).append((entry, item))
        self.favourites = [self._pick() for _ in range(_FAVOURITES)]

    def plan(self, now: datetime) -> list[PlannedOrder]:
        """The dealer's orders, in any order."""
        first = now.date() - timedelta(days=364)
        days = [first + timedelta(days=n) for n in range(355)]
        days = [day for day in days if day.weekday() < 6]
        weights = [self._weight(day) for day in days]
        chosen = sorted(self.chance.choices(days, weights, k=self.company.habits.orders))
        orders = [self._order(self._moment(day), *self._past_fate()) for day in chosen]
        for ago, fates in _OPEN.items():
            moment = self._moment(now.date() - timedelta(days=ago))
            if not ago:
                # none lies ahead of the clock
                moment = now - timedelta(seconds=self.chance.randint(900, 7200))
            fate = fates[0] if self.company is DEALERS[0] else self.chance.choice(fates)
            orders.append(self._order(moment.replace(microsecond=0), *fate))
        return orders

    def _weight(self, day: date) -> float:
        rush = _RUSH if day.month in self.company.habits.rush else 1.0
        return SEASON[day.month] * rush * (0.35 if day.weekday() == 5 else 1.0)

    def _past_fate(self) -> tuple[Fate, bool]:
        luck = self.chance.random()
        if luck < 0.04:
            return Fate.CANCELLED, False
        return Fate.CLOSED, luck > 0.93

    def _order(self, at: datetime, fate: Fate, is_changed: bool) -> PlannedOrder:
        outlet = self.chance.randrange(len(self.company.outlets))
        paper = self.chance.choice(
            [paper.number for party in self.company.parties for paper in party.contracts]
        )
        lines = self._lines()
        return PlannedOrder(
            at=at,
            company=self.company,
            person=self._person(outlet),
            outlet=outlet,
            contract=paper,
            lines=lines,
            fate=fate,
            is_changed=is_changed and len(lines) > 2,
            comment=self.chance.choice(_COMMENTS) if self.chance.random() < 0.22 else "",
        )

    def _moment(self, day: date) -> datetime:
        minutes = self.chance.randint(8 * 60 + 20, 17 * 60 + 50)
        return datetime.combine(day, time(minutes // 60, minutes % 60, self.chance.randrange(60)))

    def _person(self, outlet: int) -> Person:
        """Sellers order for their own outlet; the buyer for any."""
        people = self.company.people
        sellers = [p for p in people if p.role == "seller" and p.outlet == outlet]
        buyer = next(p for p in people if p.role == "buyer")
        return sellers[0] if sellers and self.chance.random() < 0.4 else buyer

    def _lines(self) -> tuple[PlannedLine, ...]:
        count = min(_MOST_LINES, 1 + int(self.chance.expovariate(1 / 5.5)))
        chosen: dict[str, PlannedLine] = {}
        for _ in range(count):
            is_usual = self.chance.random() < self.company.habits.favourites
            entry, item = self.chance.choice(self.favourites) if is_usual else self._pick()
            packs = max(
                1,
                round(entry.good.pace * self.company.habits.scale * self.chance.uniform(0.3, 1.7)),
            )
            if float(entry.good.price) * entry.good.pack > 20_000:
                packs = 1
            least = max(entry.good.minimum, entry.good.pack)
            chosen[item.ref] = PlannedLine(item, max(least, packs * entry.good.pack))
        return tuple(chosen.values())

    def _pick(self) -> tuple[Entry, Item]:
        names, weights = zip(*self.company.habits.tastes, strict=True)
        name = self.chance.choices(names, weights)[0]
        return self.chance.choice(self.shelves[name])

    def _has(self, item: Item) -> bool:
        """Whether the dealer's warehouse has it: shops order what they are shown."""
        return any(not self.store or ref == self.store for ref, _quantity in item.stock)
