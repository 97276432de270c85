"""Which runs bring which kind of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from sync.models import Run, Schedule

Kind = Schedule.Kind

GOODS_NAME = "import"
STOCK_NAMES = ("offers", "rests")
PRICE_NAMES = ("offers", "prices")
"""How 1C calls its files."""


@dataclass(frozen=True, slots=True)
class Source:
    """Runs of one kind that bring data, those of exchange files only when they tell the `facet`.

    Goods and offers come as files of one kind: "goods" are those that tell neither stock nor
    prices and are not called as 1C calls files of offers, or are called as it calls files of
    goods, for those may tell all. A file that failed has told nothing: its name says what it was
    to tell.
    """

    run_kind: str
    facet: str = ""

    @property
    def condition(self) -> Q:
        """What else must be true of such a run."""
        not_offers = ~_named(*STOCK_NAMES, *PRICE_NAMES)
        goods = Q(tells_stock=False, tells_prices=False) & not_offers
        return {
            "": Q(),
            "stock": Q(tells_stock=True),
            "prices": Q(tells_prices=True),
            "goods": goods | _named(GOODS_NAME),
        }[self.facet]

    def has(self, run: Run) -> bool:
        """Whether the run is one of these."""
        if run.kind != self.run_kind:
            return False
        failed = run.state == Run.State.FAILED
        if self.facet == "stock":
            return run.tells_stock or (failed and _is_named(run, STOCK_NAMES))
        if self.facet == "prices":
            return run.tells_prices or (failed and _is_named(run, PRICE_NAMES))
        if self.facet == "goods" and GOODS_NAME not in run.title:
            tells = run.tells_stock or run.tells_prices
            return not tells and not _is_named(run, STOCK_NAMES + PRICE_NAMES)
        return True


def _named(*names: str) -> Q:
    found = Q()
    for name in names:
        found |= Q(title__contains=name)
    return found


def _is_named(run: Run, names: Sequence[str]) -> bool:
    return any(name in run.title for name in names)


SOURCES: Mapping[str, Sequence[Source]] = {
    Kind.CATALOGUE: [Source("catalog", "goods")],
    Kind.STOCK: [Source("catalog", "stock"), Source("stock")],
    Kind.PRICES: [Source("catalog", "prices"), Source("price")],
    Kind.COUNTERPARTIES: [Source("partner"), Source("counterparty")],
    Kind.CONTRACTS: [Source("agreement"), Source("contract")],
    Kind.STATUSES: [Source("sale"), Source("order"), Source("status")],
    Kind.SETTLEMENTS: [Source("settlement"), Source("balance")],
    Kind.PAYMENTS: [Source("payment"), Source("bank")],
}
"""Which runs bring a kind of data."""

SOURCES_MOST = max(map(len, SOURCES.values()))


def run_kinds(kind: str) -> list[str]:
    """Kinds of the runs that bring a kind of data."""
    return [source.run_kind for source in SOURCES[kind]]


def brings(kind: str, run: Run) -> bool:
    """Whether the run is one that brings this kind of data."""
    return any(source.has(run) for source in SOURCES[kind])
