"""What words and objects of 1C are taken for: price types, warehouses, units, currencies.

Statuses of orders belong to those above (`Trading`). What nobody has said yet is "unmapped": the
data are taken all the same, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from base.models import User
from sync import ports
from sync.goods import aliases
from sync.goods.aliases import is_iso
from sync.goods.rewording import reword_later
from sync.merging import Batch
from sync.models import Agreement, Alias, Connection, Contract, OfferPrices, PriceType, Warehouse
from sync.staging import staging

TABS = ("price_types", "warehouses", "units", "currencies", "statuses")
"""The maps of a base."""

COUNTS_KEPT = 24 * 3600
"""Seconds for which counts of prices are kept; another price makes them anew at once."""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A status of 1C and what it means: a code of `Trading.status_choices`, empty when unmapped."""

    pk: int
    name: str
    meaning: str


class Trading(Protocol):
    """What the app of dealers knows of the maps."""

    status_right: str
    """The right to say what a status means."""

    def dealers_by_price_type(self, connection_id: int) -> Mapping[int, int]:
        """How many dealers buy by a price type of their card, by its pk."""

    def statuses(self, connection_id: int) -> Sequence[StatusRow]:
        """Statuses of 1C, unmapped ones first."""

    def status_choices(self) -> Sequence[tuple[str, str]]:
        """Code and words of what a status may mean."""

    def unmapped_statuses(self, connection_ids: Collection[int]) -> Mapping[int, int]:
        """How many statuses of a base mean nothing yet."""

    def set_status(
        self, *, connection_id: int, pk: int, meaning: str, by: User | None, at: datetime
    ) -> bool:
        """Say what a status means; whether that is new. ValueError for what cannot be."""


_trading: list[Trading] = []


def use_trading(trading: Trading) -> None:
    """Fill the port; called once by the app above."""
    _trading[:] = [trading]


def trading() -> Trading | None:
    """What the app of dealers knows, None without one."""
    return _trading[0] if _trading else None


@dataclass(frozen=True, slots=True)
class PriceTypeRow:
    """A price type with how much it is used: prices of offers, and who buys by it."""

    price_type: PriceType
    prices: int
    agreements: int
    contracts: int
    dealers: int

    @property
    def asks(self) -> tuple[str, ...]:
        """What a person has still to say: "name", "currency", "vat"."""
        return questions_of(self.price_type)

    @property
    def is_used(self) -> bool:
        """Whether any dealer's prices come from it."""
        return bool(self.price_type.is_default or self.agreements or self.contracts or self.dealers)


def questions_of(price_type: PriceType) -> tuple[str, ...]:
    """What 1C has not said of a price type and no person has answered yet."""
    found = []
    if not price_type.name and not price_type.title:
        found.append("name")
    if price_type.currency and not is_iso(price_type.currency):
        found.append("currency")
    if price_type.has_vat_inside is None:
        found.append("vat")
    return tuple(found)


def price_type_rows(connection: Connection) -> list[PriceTypeRow]:
    """Current price types of a base, those that ask something first. Five queries at most."""
    counts = prices_by_type(connection)
    agreements = _by_price_type(Agreement, connection)
    contracts = _by_price_type(Contract, connection)
    port = trading()
    dealers = port.dealers_by_price_type(connection.pk) if port else {}
    rows = [
        PriceTypeRow(
            each,
            counts.get(str(each.pk), 0),
            agreements.get(each.pk, 0),
            contracts.get(each.pk, 0),
            dealers.get(each.pk, 0),
        )
        for each in PriceType.objects.current().filter(connection=connection).order_by("pk")
    ]
    return sorted(rows, key=lambda row: (not row.asks, str(row.price_type).casefold()))


def warehouse_rows(connection: Connection) -> list[Warehouse]:
    """Current warehouses of a base, those without a name first. One query."""
    rows = Warehouse.objects.current().filter(connection=connection).order_by("pk")
    return sorted(rows, key=lambda row: (not is_nameless(row), str(row).casefold()))


def is_nameless(warehouse: Warehouse) -> bool:
    """Whether nobody has named the warehouse; the row of totals needs no name."""
    return bool(warehouse.ref) and not warehouse.name and not warehouse.title


def word_rows(connection: Connection, kind: str) -> list[Alias]:
    """Words of 1C of a kind, those that mean nothing yet first. One query."""
    rows = Alias.objects.filter(connection=connection, kind=kind).order_by("pk")
    return sorted(rows, key=lambda row: (bool(row.means), row.told.casefold()))


def status_rows(connection: Connection) -> list[StatusRow]:
    """Statuses of orders that a base tells, those that mean nothing yet first. One query."""
    port = trading()
    return list(port.statuses(connection.pk)) if port else []


def prices_by_type(connection: Connection) -> dict[str, int]:
    """How many offers have a price of each type, by its pk as text.

    One query that knows whether prices have changed; only then another one goes over them.
    """
    rows = OfferPrices.objects.filter(connection=connection)
    newest = rows.aggregate(newest=Max("changed_in"))["newest"] or 0
    key = f"prices-by-type:{connection.pk}:{newest}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        keys = (
            "jsonb_object_keys(amounts) AS key"
            if database.vendor == "postgresql"
            else "json_each(amounts)"
        )
        sql = f"""
            SELECT key, count(*) FROM sync_offerprices, {keys}
            WHERE connection_id = %s GROUP BY key
        """  # noqa: S608
        with database.cursor() as cursor:
            cursor.execute(sql, [connection.pk])
            found = {str(each): int(count) for each, count in cursor.fetchall()}
        cache.set(key, found, COUNTS_KEPT)
    return found


def unmapped_by_tab(connection_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How much of each map of the bases waits for a person: by base, then by name of `TABS`.

    Four queries for any number of bases.
    """
    found = {pk: dict.fromkeys(TABS, 0) for pk in connection_ids}
    for each in PriceType.objects.current().filter(connection__in=found):
        found[each.connection_id]["price_types"] += bool(questions_of(each))
    nameless = Warehouse.objects.current().filter(connection__in=found, name="", title="")
    for connection_id in nameless.exclude(ref="").values_list("connection", flat=True):
        found[connection_id]["warehouses"] += 1
    silent = Alias.objects.filter(connection__in=found, means="")
    tabs = {Alias.Kind.UNIT: "units", Alias.Kind.CURRENCY: "currencies"}
    counted = silent.values_list("connection", "kind").annotate(count=Count("pk")).order_by()
    for connection_id, kind, count in counted:
        found[connection_id][tabs[Alias.Kind(kind)]] += count
    if port := trading():
        for connection_id, count in port.unmapped_statuses(list(found)).items():
            found[connection_id]["statuses"] += count
    return found


def unmapped_counts(connection_ids: Collection[int]) -> dict[int, int]:
    """How much in the maps of each base waits for a person, all maps together. Four queries."""
    return {pk: sum(tabs.values()) for pk, tabs in unmapped_by_tab(connection_ids).items()}


@dataclass(frozen=True, slots=True)
class PriceTypeAnswers:
    """What a person says about a price type. `vat_inside` counts only while 1C is silent."""

    title: str = ""
    vat_inside: bool | None = None
    is_default: bool = False


@transaction.atomic
def set_price_type(
    *, price_type: PriceType, answers: PriceTypeAnswers, by: User | None, at: datetime
) -> bool:
    """Write a person's answers about a price type; whether anything is new.

    The default is taken from the base's former one.
    """
    row = PriceType.objects.select_for_update().get(pk=price_type.pk)
    wanted = {
        "title": _title(answers.title),
        "is_default": answers.is_default,
        "vat_answer": answers.vat_inside if row.vat_included is None else row.vat_answer,
    }
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return False
    if changed.get("is_default"):
        others = PriceType.objects.filter(connection=row.connection_id, is_default=True)
        others.exclude(pk=row.pk).update(is_default=False)
    PriceType.objects.filter(pk=row.pk).update(**changed)
    log(instance=row, action="sync.map", user=by, data={"fields": changed}, timestamp=at)
    return True


def set_warehouse(
    *, warehouse: Warehouse, title: str, is_sold_from: bool, by: User | None, at: datetime
) -> bool:
    """Name a warehouse and say whether dealers buy from it; whether anything is new.

    The search follows by the change batch; everything else asks at once.
    """
    with staging(warehouse.connection_id).locked(lambda: None):
        row = Warehouse.objects.get(pk=warehouse.pk)
        wanted = {"title": _title(title), "is_sold_from": is_sold_from}
        changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changed:
            return False
        batch = Batch(None, at)
        batch.changes = Warehouse.objects.filter(pk=row.pk).update(
            **changed, changed_in=batch.number, changed_at=at
        )
        batch.settle()
        log(instance=row, action="sync.map", user=by, data={"fields": changed}, timestamp=at)
        transaction.on_commit(ports.tell_mirror_changed)
    return True


def set_word(*, alias: Alias, means: str, by: User | None, at: datetime) -> bool:
    """Say what a word of 1C means, or with nothing that it stands for itself; whether it is new.

    A currency is a code of ISO 4217; price types told in that word have it at once. Goods get the
    unit by the worker (`rewording`). Raises ValidationError for a word that cannot be.
    """
    word = _meant(alias.kind, means)
    if alias.kind == Alias.Kind.UNIT:
        return _set_unit(alias, word, by, at)
    with staging(alias.connection_id).locked(lambda: None):
        row = Alias.objects.get(pk=alias.pk)
        if row.means == word:
            return False
        Alias.objects.filter(pk=row.pk).update(means=word)
        batch = Batch(None, at)
        told = Q(currency_told=row.told) | Q(currency_told="", currency=row.told[:10])
        code = (word or aliases.usual(row.kind, row.told))[:10]
        batch.changes = (
            PriceType.objects.filter(told, connection=row.connection_id)
            .exclude(currency=code)
            .update(
                currency=code,
                # one that an older portal took in did not keep 1C's word
                currency_told=row.told,
                changed_in=batch.number,
                changed_at=at,
            )
        )
        batch.settle()
        _log_word(row, word, by, at)
        transaction.on_commit(ports.tell_mirror_changed)
    return True


@transaction.atomic
def _set_unit(alias: Alias, word: str, by: User | None, at: datetime) -> bool:
    row = Alias.objects.select_for_update().get(pk=alias.pk)
    if row.means == word:
        return False
    Alias.objects.filter(pk=row.pk).update(means=word, is_pending=True)
    _log_word(row, word, by, at)
    reword_later.later(row.pk)
    return True


@transaction.atomic
def add_word(
    *, connection: Connection, kind: str, told: str, means: str, by: User | None, at: datetime
) -> Alias:
    """List a word of 1C that the portal takes for another one by itself, to say what it means.

    Raises ValidationError when it is listed already or means nothing.
    """
    told = told.strip()[:100]
    word = _meant(kind, means)
    if not told or not word:
        raise ValidationError(_("Both words are needed."))
    if Alias.objects.filter(connection=connection, kind=kind, told=told).exists():
        raise ValidationError(_("This word is in the list already."))
    made = Alias.objects.create(connection=connection, kind=kind, told=told, seen_at=at)
    set_word(alias=made, means=word, by=by, at=at)
    made.refresh_from_db()
    return made


def _log_word(row: Alias, word: str, by: User | None, at: datetime) -> None:
    log(
        instance=row.connection,
        action="sync.word",
        user=by,
        data={"kind": row.kind, "told": row.told, "before": row.means, "after": word},
        timestamp=at,
    )


def _meant(kind: str, means: str) -> str:
    word = " ".join(means.split())
    if kind != Alias.Kind.CURRENCY:
        return word[:100]
    code = word.upper()
    if code and not is_iso(code):
        raise ValidationError(_("A currency is three Latin letters: RUB, USD, KZT."))
    return code


def _title(text: str) -> str:
    return " ".join(text.split())[:250]


def _by_price_type(model: type[Agreement | Contract], connection: Connection) -> dict[int, int]:
    rows = model.objects.current().filter(connection=connection, price_type__isnull=False)
    return dict(rows.values_list("price_type").annotate(count=Count("pk")).order_by())
