"""Following orders: the list and the page of an order as a member may see them.

Whoever may not see purchase prices is shown retail ones throughout, and of 1C's changes only
those that are no prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from base import figures
from dealer_area.comparing import Bought, ChangeKind, LineChange, differences, remote_line
from dealer_area.hearing import own_lines
from dealer_area.models import Membership, Order, OrderEvent, OrderLine, OrderPart
from dealer_area.models.orders import OrderQuerySet
from dealer_area.pricing import LineAmounts, Money, Price, Step, StepKind, document_amounts
from dealer_area.pricing import line_amounts as amounts_of
from dealer_area.statuses import WAY
from sync.models import OutboxOrder, RemoteOrder

Status = Order.Status

MINUTE = timedelta(minutes=1)

MOVES = frozenset({OrderEvent.Kind.PLACED, OrderEvent.Kind.STATUS})
"""Events by which an order came to a status."""

OPTIONAL = frozenset({Status.IN_PRODUCTION, Status.PARTLY_SHIPPED})
"""Steps that not every order goes through: shown when it did."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list. `remote_total` is 1C's, where it differs and may be shown."""

    order: Order
    total: Money | None
    remote_total: Money | None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line at the prices the person may see.

    `purchase` and `retail` with their trails are there for whoever may see how they came about.
    """

    line: OrderLine
    price: Price | None
    amount: Money | None
    purchase: Price | None = None
    retail: Price | None = None

    @property
    def explain(self) -> str:
        """Id of the popover that explains the price."""
        return f"why-{self.line.position}"


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A line that 1C changed. `was` and `now` say only what differs, empty where there is no line.

    `difference` is None for whoever may not see prices.
    """

    change: LineChange
    is_quantity: bool
    is_price: bool
    was: str
    now: str
    difference: Money | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the order's way, as the component takes it."""

    label: str
    note: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of the order's history, as the component takes it."""

    label: str
    at: datetime
    by: str
    note: str
    state: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """A part that 1C has under a number of its own; `amount` is None for who may not see prices."""

    part: OrderPart
    lines: int
    amount: Money | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything the page of an order shows.

    `totals` are the customer's own; `remote_total` is 1C's when its lines differ and may be
    shown. `waits_since` is there until 1C has said that it holds the order as it is now, any part
    of it; `needs_person` when it could not be handed over by itself.
    """

    order: Order
    lines: tuple[ShownLine, ...]
    total: Money
    vat: Money
    vat_rates: tuple[Decimal, ...]
    changes: tuple[ShownChange, ...]
    remote_total: Money | None
    difference: Money | None
    steps: tuple[StepView, ...]
    events: tuple[EventView, ...]
    parts: tuple[PartView, ...]
    waits_since: datetime | None
    needs_person: bool

    @property
    def waits_just_now(self) -> bool:
        """Whether it waits for less than a minute: ages are told in whole ones."""
        return self.waits_since is not None and timezone.now() - self.waits_since < MINUTE


def wanted(membership: Membership, *, status: str, text: str) -> OrderQuerySet:
    """The member's orders of a status ("" for any) whose number, here or in 1C, holds `text`, or
    that of a part."""
    found = Order.objects.for_membership(membership)
    if status in Status.values:
        found = found.filter(status=status)
    asked = text.strip()
    if asked:
        # 1C's numbers carry capitals, and the database folds no Russian ones
        found = found.filter(
            Q(number__contains=asked)
            | Q(remote_number__contains=asked)
            | Q(remote_number__contains=asked.upper())
            | Q(pk__in=OrderPart.objects.filter(number__contains=asked).values("order_id"))
        )
    return found


def rows_of(orders: Iterable[Order], *, see_purchase: bool) -> list[OrderRow]:
    """Rows of a list in its order; one query more for whatever the own amounts do not say."""
    shown = list(orders)
    if not see_purchase:
        totals = _retail_totals(shown)
        return [OrderRow(order, totals.get(order.pk), None) for order in shown]
    remote = _remote_totals(order for order in shown if order.is_changed_by_onec)
    return [
        OrderRow(
            order,
            Money(order.amount, order.currency),
            remote.get((order.connection_id, order.number)),
        )
        for order in shown
    ]


def page_of(order: Order, *, see_purchase: bool) -> OrderPage:
    """The page of an order: six queries, however many lines."""
    lines = list(OrderLine.objects.filter(order=order).select_related("offer__product"))
    shown = tuple(_shown_line(order, line, see_purchase=see_purchase) for line in lines)
    if see_purchase:
        total, vat = order.amount, order.vat_amount
    else:
        sums = document_amounts(filter(None, (_retail_amounts(order, line) for line in lines)))
        total, vat = sums.total, sums.vat_amount
    parts = list(order.parts.all())
    copies = _copies(order, parts)
    changes = _changes(order, lines, parts, copies)
    remote_total = None
    if see_purchase and changes:
        remote_total = _told_total(order, parts, copies)
    events = list(order.events.select_related("by"))
    waits_since, needs_person = _handing_over(order)
    return OrderPage(
        order=order,
        lines=shown,
        total=Money(total, order.currency),
        vat=Money(vat, order.currency),
        vat_rates=tuple(sorted({line.vat_rate for line in lines if line.vat_rate is not None})),
        changes=tuple(
            shown_change
            for change in changes
            if (shown_change := _shown_change(order, change, see_purchase=see_purchase))
        ),
        remote_total=remote_total,
        difference=Money(remote_total.amount - total, order.currency) if remote_total else None,
        steps=_steps(order, events),
        events=_events(events, see_purchase=see_purchase),
        parts=tuple(
            PartView(
                part,
                lines=len(part.positions),
                amount=Money(part.amount, order.currency) if see_purchase else None,
            )
            for part in parts
        ),
        waits_since=waits_since,
        needs_person=needs_person,
    )


def _copies(order: Order, parts: Sequence[OrderPart]) -> dict[str, RemoteOrder]:
    """1C's copies of the order or of its parts, by number."""
    numbers = [part.number for part in parts] or [order.number]
    found = RemoteOrder.objects.filter(connection=order.connection_id, number__in=numbers)
    return {each.number: each for each in found}


def _told_total(
    order: Order, parts: Sequence[OrderPart], copies: Mapping[str, RemoteOrder]
) -> Money | None:
    """What 1C's copies come to; a part it has told nothing of counts as ordered."""
    if not parts:
        copy = copies.get(order.number)
        return Money(copy.amount, order.currency) if copy and copy.amount is not None else None
    total = Decimal(0)
    for part in parts:
        copy = copies.get(part.number)
        total += part.amount if copy is None or copy.amount is None else copy.amount
    return Money(total, order.currency)


def _handing_over(order: Order) -> tuple[datetime | None, bool]:
    """Since when the order waits for 1C, if it does, and whether a person has to look.

    It also waits when it was sent anew: 1C may be silent about an order that it has closed.
    """
    rows = list(
        OutboxOrder.objects.filter(Q(number=order.number) | Q(parent_number=order.number)).exclude(
            state=OutboxOrder.State.CONFIRMED
        )
    )
    since = min((row.decided_at or row.queued_at for row in rows), default=None)
    if since is None and order.status == Status.SUBMITTED:
        since = order.placed_at
    return since, any(row.state == OutboxOrder.State.PERSON for row in rows)


def _shown_line(order: Order, line: OrderLine, *, see_purchase: bool) -> ShownLine:
    if see_purchase:
        trail = tuple(
            Step(StepKind(kind), label, Decimal(amount)) for kind, label, amount in line.trail
        )
        before_markup = tuple(step for step in trail if step.kind is not StepKind.MARKUP)
        purchase = Price(line.price, order.currency, before_markup)
        retail = None
        if line.retail_price is not None:
            retail = Price(line.retail_price, order.currency, trail)
        return ShownLine(line, purchase, Money(line.amount, order.currency), purchase, retail)
    amounts = _retail_amounts(order, line)
    if amounts is None or line.retail_price is None:
        return ShownLine(line, None, None)
    return ShownLine(
        line, Price(line.retail_price, order.currency), Money(amounts.amount, order.currency)
    )


def _retail_amounts(order: Order, line: OrderLine) -> LineAmounts | None:
    if line.retail_price is None:
        return None
    return amounts_of(line.retail_price, line.quantity, line.vat_rate, order.vat_included)


def _retail_totals(orders: Sequence[Order]) -> dict[int, Money]:
    by_pk = {order.pk: order for order in orders}
    amounts: dict[int, list[LineAmounts]] = {}
    for line in OrderLine.objects.filter(order__in=by_pk).only(
        "order_id", "retail_price", "quantity", "vat_rate"
    ):
        found = _retail_amounts(by_pk[line.order_id], line)
        if found is not None:
            amounts.setdefault(line.order_id, []).append(found)
    return {
        pk: Money(document_amounts(found).total, by_pk[pk].currency)
        for pk, found in amounts.items()
    }


def _remote_totals(orders: Iterable[Order]) -> dict[tuple[int, str], Money]:
    changed = list(orders)
    if not changed:
        return {}
    parts: dict[int, list[OrderPart]] = {}
    for part in OrderPart.objects.filter(order__in=changed):
        parts.setdefault(part.order_id, []).append(part)
    numbers = {order.number for order in changed}
    numbers |= {part.number for own in parts.values() for part in own}
    copies: dict[int, dict[str, RemoteOrder]] = {}
    for copy in RemoteOrder.objects.filter(
        connection__in={order.connection_id for order in changed}, number__in=numbers
    ).only("connection_id", "number", "amount"):
        copies.setdefault(copy.connection_id, {})[copy.number] = copy
    found = {}
    for order in changed:
        told = _told_total(order, parts.get(order.pk, ()), copies.get(order.connection_id, {}))
        if told is not None and told.amount != order.amount:
            found[order.connection_id, order.number] = told
    return found


def _changes(
    order: Order,
    lines: Sequence[OrderLine],
    parts: Sequence[OrderPart],
    copies: Mapping[str, RemoteOrder],
) -> list[LineChange]:
    if not order.is_changed_by_onec:
        return []
    everything = frozenset(line.position for line in lines)
    of_parts = [(part.number, frozenset(part.positions)) for part in parts]
    found = []
    for number, positions in of_parts or [(order.number, everything)]:
        copy = copies.get(number)
        if copy is not None and copy.lines:
            own = [line for line in lines if line.position in positions]
            found += differences(own_lines(own), [remote_line(raw) for raw in copy.lines])
    return found


def _shown_change(order: Order, change: LineChange, *, see_purchase: bool) -> ShownChange | None:
    if not see_purchase and change.kind is ChangeKind.PRICE:
        return None
    is_whole = change.kind in {ChangeKind.REMOVED, ChangeKind.ADDED}
    is_quantity = is_whole or change.kind in {ChangeKind.QUANTITY, ChangeKind.BOTH}
    is_price = see_purchase and (is_whole or change.kind in {ChangeKind.PRICE, ChangeKind.BOTH})

    def words(line: Bought | None) -> str:
        if line is None:
            return ""
        language = get_language() or ""
        told = []
        if is_quantity:
            told.append(figures.quantity_text(line.quantity, language, line.unit))
        if is_price:
            told.append(figures.money_text(line.price, order.currency, language))
        return " × ".join(told)

    return ShownChange(
        change,
        is_quantity=is_quantity,
        is_price=is_price,
        was=words(change.own),
        now=words(change.remote),
        difference=Money(change.difference, order.currency) if see_purchase else None,
    )


def _steps(order: Order, events: Sequence[OrderEvent]) -> tuple[StepView, ...]:
    """The way of the order with the day of each step; a cancelled one ends where it was."""
    reached = {event.status: event.at for event in reversed(events) if event.kind in MOVES}
    if order.status == Status.CANCELLED:
        way = [status for status in WAY if status in reached]
        done = [
            StepView(capfirst(str(status.label)), _day(reached.get(status)), True, False)
            for status in way
        ]
        last = StepView(
            capfirst(str(Status.CANCELLED.label)), _day(reached.get(Status.CANCELLED)), False, True
        )
        return (*done, last)
    if order.status not in WAY:
        return ()
    current = WAY.index(Status(order.status))
    return tuple(
        StepView(
            label=capfirst(str(status.label)),
            note=_day(reached.get(status)),
            is_done=position < current,
            is_current=position == current,
        )
        for position, status in enumerate(WAY)
        if status not in OPTIONAL or status in reached
    )


def _events(events: Sequence[OrderEvent], *, see_purchase: bool) -> tuple[EventView, ...]:
    """The history, newest first; the newest status is the current one."""
    current = next((each.pk for each in events if each.kind in MOVES), None)
    return tuple(
        EventView(
            label=_label(event, see_purchase=see_purchase),
            at=event.at,
            by=str(event.by) if event.by else _("as 1C says"),
            note="",
            state=_state(event),
            is_current=event.pk == current,
        )
        for event in events
    )


def _label(event: OrderEvent, *, see_purchase: bool) -> str:
    match event.kind:
        case OrderEvent.Kind.PLACED:
            return _("Placed and sent to 1C")
        case OrderEvent.Kind.PAID:
            return _("Paid in full")
        case OrderEvent.Kind.UNKNOWN_STATUS:
            return _("Status in 1C: “%(name)s”") % {"name": event.note}
        case OrderEvent.Kind.CHANGED:
            count = int(event.note or 0)
            if not count:
                return _("1C has the lines as ordered again")
            if not see_purchase:
                # the number would count changes of prices, too
                return _("1C changed the order")
            return ngettext("1C changed %(count)s line", "1C changed %(count)s lines", count) % {
                "count": count
            }
    return capfirst(str(Status(event.status).label))


def _state(event: OrderEvent) -> str:
    if event.status == Status.CANCELLED and event.kind == OrderEvent.Kind.STATUS:
        return "bad"
    is_warning = event.kind in {OrderEvent.Kind.CHANGED, OrderEvent.Kind.UNKNOWN_STATUS}
    return "warn" if is_warning else ""


def _day(at: datetime | None) -> str:
    return figures.moment_text(timezone.localtime(at), timezone.localtime()) if at else ""
