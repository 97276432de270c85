"""Puts the planned year into the portal: orders as people place them, answers as 1C gives them."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from dealer_area import carting, ordering
from dealer_area.models import Membership, Order, OrderLine, Outlet
from dealer_area.packing import fitting_into
from dealer_area.quoting import prices_of
from dealer_area.terms import available_contracts, entity_of, terms_for
from demo.company import email_of
from demo.year import Fate, PlannedOrder
from sync import reading
from sync.models import Connection, Contract, Offer, Run
from sync.onec.records import RemoteLineRecord, RemoteOrderRecord
from sync.onec.values import fingerprint
from sync.runs import inbound

AT_ONCE = 4
"""Orders in one transaction: the portal is open meanwhile, and nobody waits long for it."""
BREATH = 0.02
"""Seconds between transactions: SQLite's waiting writers ask from time to time only."""

RECENT_DAYS = 10
OLD_STEP_DAYS = 3

_CENT = Decimal("0.01")
_FEWER = Decimal("0.75")


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where a person of the demonstration sits: membership, outlets and contracts to choose."""

    membership: Membership
    outlets: Mapping[str, Outlet]
    contracts: Mapping[str, Contract]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What 1C says of an order at a moment."""

    at: datetime
    order: Order
    status: str
    posted: bool = True
    cancelled: bool = False
    paid: bool = False
    shipped: bool = False
    is_changed: bool = False


class Year:
    """The planned orders of one base of 1C. Whatever of it is done already is passed over."""

    def __init__(self, connection: Connection, plan: Sequence[PlannedOrder]) -> None:
        self.connection = connection
        self.plan = plan
        self.zone = ZoneInfo(connection.time_zone)
        self.offers: dict[str, Offer] = {}
        self.desks: dict[tuple[str, str], _Desk] = {}
        self.chosen: dict[int, tuple[int, int, str]] = {}

    def place(self, report: Callable[[str], None]) -> int:
        """Place the orders; how many were placed now."""
        done = self._placed()
        missing = [order for order in self.plan if self._moment(order) not in done]
        if not missing:
            return 0
        self._read_offers(missing)
        placed = 0
        for start in range(0, len(missing), AT_ONCE):
            with transaction.atomic():
                placed += sum(self._place(order) for order in missing[start : start + AT_ONCE])
            time.sleep(BREATH)
            if start // AT_ONCE % 20 == 19:
                report(f"  {start + AT_ONCE} of {len(missing)} orders placed")
        for desk in self.desks.values():
            self._tidy(desk)
        return placed

    def answer(self, now: datetime) -> int:
        """Tell what 1C answered until `now`, many answers in a message; how many were told now."""
        messages: dict[datetime, list[_Answer]] = defaultdict(list)
        for answer in self._answers():
            messages[self._told_at(answer.at, now)].append(answer)
        lines: dict[int, list[OrderLine]] = defaultdict(list)
        for line in OrderLine.objects.filter(order__connection=self.connection):
            lines[line.order_id].append(line)
        told = set(
            Run.objects.filter(connection=self.connection, kind="order").values_list(
                "started_at", flat=True
            )
        )
        for at in sorted(set(messages) - told):
            inbound.ingest(
                connection=self.connection,
                kind="order",
                records=[_record(each, lines[each.order.pk]) for each in messages[at]],
                at=at,
            )
        return len(set(messages) - told)

    def _told_at(self, at: datetime, now: datetime) -> datetime:
        """When the message with an answer came: of recent ones within the hour, of old ones later.

        A year told hour by hour would keep the first start waiting.
        """
        local = at.astimezone(self.zone)
        if now - at < timedelta(days=RECENT_DAYS):
            return min(local.replace(minute=0, second=0) + timedelta(hours=1), now)
        days = -local.toordinal() % OLD_STEP_DAYS
        return local.replace(hour=19, minute=0, second=0) + timedelta(days=days)

    def _placed(self) -> dict[datetime, Order]:
        orders = Order.objects.filter(connection=self.connection)
        return {order.placed_at: order for order in orders}

    def _moment(self, order: PlannedOrder) -> datetime:
        return order.at.replace(tzinfo=self.zone)

    def _read_offers(self, orders: Sequence[PlannedOrder]) -> None:
        refs = {line.item.ref for order in orders for line in order.lines}
        found = Offer.objects.filter(connection=self.connection, ref__in=refs)
        offers = reading.offers_by_ids(list(found.values_list("pk", flat=True)))
        self.offers = {offer.ref: offer for offer in offers.values()}

    def _desk(self, order: PlannedOrder) -> _Desk:
        key = order.company.key, order.person.mailbox
        if key not in self.desks:
            membership = Membership.objects.select_related("user", "dealer__connection").get(
                user__email=email_of(order.person, order.company), dealer__name=order.company.name
            )
            self.desks[key] = _Desk(
                membership,
                {outlet.name: outlet for outlet in Outlet.objects.for_membership(membership)},
                {row.number: row for row in available_contracts(membership.dealer)},
            )
        return self.desks[key]

    def _place(self, order: PlannedOrder) -> bool:
        """Fill the person's cart and order it; False when nothing of it can be bought."""
        desk = self._desk(order)
        by = desk.membership.user
        contract = desk.contracts[order.contract]
        terms = terms_for(desk.membership, contract)
        taken = []
        for line in order.lines:
            offer = self.offers.get(line.item.ref)
            price = prices_of(offer, terms)[0] if offer and terms else None
            if offer is None or price is None or terms is None:
                continue
            quantity = min(Decimal(line.quantity), _available(offer, terms.warehouse_id))
            quantity = fitting_into(
                quantity, offer.product.pack_multiple, offer.product.min_quantity
            )
            if quantity > 0:
                taken.append(carting.Taken(offer.pk, quantity, price.amount))
        if not taken:
            return False
        self._choose(desk, order, contract)
        carting.restore(membership=desk.membership, taken=taken, by=by)
        cart = carting.cart_of(desk.membership)
        ordering.place_order(
            cart=cart,
            placement_key=cart.placement_key,
            accepted={},
            by=by,
            at=self._moment(order),
        )
        return True

    def _choose(self, desk: _Desk, order: PlannedOrder, contract: Contract) -> None:
        """Make the cart of the person, empty since his last order, stand for this one."""
        outlet = desk.outlets[order.company.outlets[order.outlet][0]]
        membership = desk.membership
        wanted = outlet.pk, contract.pk, order.comment
        if self.chosen.get(membership.pk) == wanted:
            return
        if membership.pk not in self.chosen:
            carting.clear(membership=membership, by=membership.user)
        carting.choose(
            membership=membership,
            outlet=outlet,
            legal_entity=entity_of(contract),
            contract=contract,
            comment=order.comment,
            by=membership.user,
        )
        self.chosen[membership.pk] = outlet.pk, contract.pk, ""

    def _tidy(self, desk: _Desk) -> None:
        """Leave the person's cart as a new one is: for the first outlet and contract."""
        contract = next(iter(desk.contracts.values()))
        carting.choose(
            membership=desk.membership,
            outlet=next(iter(desk.outlets.values())),
            legal_entity=entity_of(contract),
            contract=contract,
            comment="",
            by=desk.membership.user,
        )

    def _answers(self) -> Iterator[_Answer]:
        placed = self._placed()
        for planned in self.plan:
            order = placed.get(self._moment(planned))
            if order is not None:
                yield from _life(order, planned)


def _life(order: Order, planned: PlannedOrder) -> Iterator[_Answer]:
    """What 1C says of the order in its life, as far as its fate goes."""
    fate, start = planned.fate, order.placed_at
    if fate is Fate.WAITING:
        return
    taken = _Answer(start + timedelta(minutes=20), order, "", posted=False)
    yield taken
    if fate is Fate.ACCEPTED:
        return
    if fate is Fate.CANCELLED:
        yield replace(taken, at=start + timedelta(days=1), status="Отменен", cancelled=True)
        return
    confirmed = replace(
        taken,
        at=start + timedelta(hours=20),
        status="К обеспечению",
        posted=True,
        is_changed=planned.is_changed,
    )
    yield confirmed
    if fate is Fate.CONFIRMED:
        return
    if fate is Fate.STRANGE:
        yield replace(confirmed, at=start + timedelta(days=2), status="Комплектация 2")
        return
    making = replace(
        confirmed, at=start + timedelta(days=1, hours=3), status="Ожидается обеспечение"
    )
    yield making
    if fate is Fate.MAKING:
        return
    if fate is Fate.PART:
        yield replace(making, at=start + timedelta(days=4), status="В процессе отгрузки", paid=True)
        return
    shipped = replace(
        making,
        at=start + timedelta(days=5 + order.pk % 4),
        status="Ожидается оплата (после отгрузки)",
        shipped=True,
    )
    yield shipped
    if fate is Fate.CLOSED:
        later = timedelta(days=6 + order.pk % 9)
        yield replace(shipped, at=shipped.at + later, status="Закрыт", paid=True)


def _record(answer: _Answer, lines: Sequence[OrderLine]) -> RemoteOrderRecord:
    """The order as 1C has it at that moment."""
    order = answer.order
    remote = _changed(lines) if answer.is_changed else [_line(line) for line in lines]
    total = sum((line.amount or Decimal(0) for line in remote), Decimal(0))
    number = f"СФ00-{int(order.number) % 1_000_000:06d}"
    at = answer.at
    told = repr(
        (
            order.number,
            answer.status,
            answer.posted,
            answer.cancelled,
            answer.paid,
            answer.shipped,
            remote,
        )
    )
    return RemoteOrderRecord(
        ref=hashlib.blake2b(order.number.encode(), digest_size=16).hexdigest(),
        number=order.number,
        ordered_on=order.placed_at.date(),
        operation="Заказ товара",
        role="Продавец",
        currency=order.currency,
        amount=total,
        comment="",
        remote_number=number,
        remote_on=order.placed_at.date(),
        status=answer.status,
        status_code="",
        posted=answer.posted,
        deleted=False,
        cancelled=answer.cancelled,
        paid=answer.paid,
        paid_number=f"ПП-{order.number[-4:]}" if answer.paid else "",
        paid_on=at.date() if answer.paid else None,
        shipped=answer.shipped,
        shipped_number=f"УПД-{order.number[-4:]}" if answer.shipped else "",
        shipped_on=at.date() if answer.shipped else None,
        counterparty=None,
        lines=tuple(remote),
        requisites=(("номерпо1с", number), ("проведен", str(answer.posted).lower())),
        changed_at=None,
        digest=fingerprint(told.encode()),
    )


def _line(line: OrderLine) -> RemoteLineRecord:
    return RemoteLineRecord(
        ref=line.offer_ref,
        product_ref=line.offer_ref.partition("#")[0],
        sku=line.sku,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
        vat_rate=line.vat_rate,
        is_service=False,
    )


def _changed(lines: Sequence[OrderLine]) -> list[RemoteLineRecord]:
    """The first line is cut by a quarter, the second costs less, the last is struck out."""
    told = [_line(line) for line in lines[:-1]]
    if told and (fewer := (told[0].quantity * _FEWER).quantize(Decimal(1))) > 0:
        told[0] = replace(told[0], quantity=fewer, amount=_money(told[0].price * fewer))
    if len(told) > 1:
        price = _money(told[1].price * Decimal("0.97"))
        told[1] = replace(told[1], price=price, amount=_money(price * told[1].quantity))
    return told


def _available(offer: Offer, warehouse_id: int | None) -> Decimal:
    stock = getattr(offer, "stock", None)
    quantities = stock.quantities if stock else {}
    if warehouse_id is not None:
        return Decimal(quantities.get(str(warehouse_id), 0))
    return sum((Decimal(quantity) for quantity in quantities.values()), Decimal(0))


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
