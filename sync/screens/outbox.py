"""Orders to 1C: what waits, what 1C would not take and why, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.models import ModelLogEntry

from base.figures import NOTHING
from base.registers import BoundedPaginator, moment_words, money_words
from sync.models import Connection, OrderBatch, OutboxOrder, RemoteOrder
from sync.onec import exchange_files
from sync.onec.outgoing import OutgoingOrder
from sync.outbox import outbound, resending
from sync.screens import lists
from sync.screens.base import Screen
from sync.screens.spans import span_words

State = OutboxOrder.State

PER_PAGE = 50
AT_ONCE = 500
"""Orders that one press of a button takes."""

SHOWN_XML = 60_000
"""Characters of an order's XML on its page; the file has all of them."""

EXPORT_CHUNK = 500
LATE = "late"
"""Filter: waits longer than its base allows."""

VIEW = "sync.view_outboxorder"
CHANGE = "sync.change_outboxorder"

VERBS: dict[str, Callable[..., list[OutboxOrder]]] = {
    "check": resending.check_again,
    "send": resending.send_again,
    "hold": resending.hold_back,
    "release": resending.let_go,
}

LOOKS = {
    State.WAITING: "",
    State.GIVEN: "",
    State.CONFIRMED: "primary",
    State.PERSON: "ob-red",
    State.HELD: "ob-amber",
}
"""Look of the status of a state."""

REMEDIES: dict[str, Any] = {
    "party_name": gettext_lazy(
        "Give the counterparty a name in 1C and let 1C send it, then check the order again."
    ),
    "party_ref": gettext_lazy(
        "Bind the dealer's legal entity to a counterparty of 1C, then check the order again."
    ),
    "party_inn": gettext_lazy(
        "Put the INN right in the card of the counterparty in 1C or in the dealer's legal entity,"
        " then check the order again."
    ),
    "currency": gettext_lazy(
        "Name the currency of the price type, then hold the order back and ask the dealer to order"
        " anew."
    ),
    "line_ref": gettext_lazy(
        "The product has no identifier of 1C. Bind it to the product in 1C, then check the order"
        " again. Sent as it is, 1C would make a new item."
    ),
    "line_name": gettext_lazy("Give the product a name in 1C, then check the order again."),
}
"""What to do about a fault; the others are faults of the portal itself."""

OF_PORTAL = gettext_lazy(
    "The figures of the order do not agree: an error of the portal. Hold the order back and show"
    " it to whoever looks after the portal."
)
IN_VAIN = gettext_lazy(
    "Look into the journal of 1C at the time of the last exchange: it names what could not be"
    " written (a closed period, a missing item, a locked card). Mend it there, then send the order"
    " again."
)


@dataclass(frozen=True, slots=True)
class Row:
    """An order of the list in words."""

    row: OutboxOrder
    look: str
    waits: str
    is_late: bool
    is_silent: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Giving:
    """One time that an order was given."""

    at: str
    batch: str
    count: int
    session: str
    confirmed: str


def found_by(query: Any) -> QuerySet[OutboxOrder]:
    """Orders by `state`, `base`, `q` (a number or its beginning), `late`; those waiting longest
    first when they wait, else the newest first."""
    orders = OutboxOrder.objects.select_related("connection").annotate(
        since=Coalesce("decided_at", "queued_at")
    )
    state = query.get("state", "")
    if state in State.values:
        orders = orders.filter(state=state)
    base = lists.whole(query.get("base"))
    if base is not None:
        orders = orders.filter(connection=base)
    text = lists.phrase(query.get("q"), 11)
    if text:
        orders = orders.filter(Q(number__startswith=text) | Q(parent_number__startswith=text))
    if query.get("late"):
        orders = orders.filter(_late(timezone.now()))
    if state in {State.WAITING, State.GIVEN, State.PERSON, State.HELD} or query.get("late"):
        return orders.order_by("since", "pk")
    return orders.order_by("-pk")


def _late(at: datetime) -> Q:
    wanted = Q(pk__in=[])
    for pk, hours in Connection.objects.values_list("pk", "unconfirmed_hours"):
        wanted |= Q(connection=pk, since__lt=at - timedelta(hours=hours))
    return wanted & Q(state__in=[State.WAITING, State.GIVEN])


def _silent(orders: Sequence[OutboxOrder], at: datetime) -> set[int]:
    """Confirmed orders of which 1C has told nothing since it was given them, for longer than it
    may take to confirm one."""
    taken = [
        row
        for row in orders
        if row.state == State.CONFIRMED
        and row.given_at is not None
        and at - row.given_at > timedelta(hours=row.connection.unconfirmed_hours)
    ]
    told = dict(
        (
            ((copy.connection_id, copy.number), copy.changed_at)
            for copy in RemoteOrder.objects.filter(
                connection__in={row.connection_id for row in taken},
                number__in=[row.number for row in taken],
            ).only("connection_id", "number", "changed_at")
        )
        if taken
        else ()
    )
    return {
        row.pk
        for row in taken
        if (heard := told.get((row.connection_id, row.number))) is None
        or (row.given_at is not None and heard < row.given_at)
    }


def rows_of(orders: Iterable[OutboxOrder], at: datetime) -> list[Row]:
    """Orders in words; one query more, whatever their number."""
    shown = list(orders)
    silent = _silent(shown, at)
    found = []
    for row in shown:
        since = row.decided_at or row.queued_at
        waits = at - since if row.state != State.CONFIRMED else None
        limit = timedelta(hours=row.connection.unconfirmed_hours)
        found.append(
            Row(
                row,
                look=LOOKS[State(row.state)],
                waits=span_words(waits) if waits is not None else NOTHING,
                is_late=row.state in {State.WAITING, State.GIVEN}
                and waits is not None
                and waits > limit,
                is_silent=row.pk in silent,
                reason=row.error.partition("\n")[0],
            )
        )
    return found


class OutboxScreen(Screen):
    """What the screens of orders to 1C have in common."""

    permission_required: str | Sequence[str] = VIEW
    header_icon = "upload"

    request: HttpRequest

    def decide(self, orders: Iterable[int]) -> None:
        """Do with the orders what the form says, if the person may."""
        if not self.request.user.has_perm(CHANGE):
            raise PermissionDenied
        verb = VERBS.get(self.request.POST.get("action", ""))
        wanted = list(orders)
        if verb is None or not wanted:
            messages.warning(self.request, _("Nothing was chosen."))
            return
        known = 0
        if verb is resending.send_again:
            known = OutboxOrder.objects.filter(pk__in=wanted, state=State.CONFIRMED).count()
        done = verb(orders=wanted, by=self.request.user, at=timezone.now())
        words = ngettext(
            "%(count)s order was changed.", "%(count)s orders were changed.", len(done)
        ) % {"count": len(done)}
        left = len(wanted) - len(done)
        if left:
            words += " " + ngettext(
                "%(count)s was in a state in which there is nothing to decide.",
                "%(count)s were in a state in which there is nothing to decide.",
                left,
            ) % {"count": left}
        person = sum(row.state == State.PERSON for row in done)
        if person:
            words += " " + ngettext(
                "%(count)s still needs a person.", "%(count)s still need a person.", person
            ) % {"count": person}
        if known:
            words += " " + ngettext(
                "1C had %(count)s of them already: it will be written over there.",
                "1C had %(count)s of them already: they will be written over there.",
                known,
            ) % {"count": known}
        is_plain = not (left or person or known)
        (messages.success if is_plain else messages.warning)(self.request, words)


class OutboxList(OutboxScreen, TemplateView):
    """The list with its filters; what is chosen in it is decided at once."""

    template_name = "sync/outbox.html"
    page_title = gettext_lazy("Orders to 1C")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of orders, counts by state, the filters as they are."""
        at = timezone.now()
        query = self.request.GET
        paginator: Paginator[Any] = BoundedPaginator(found_by(query), PER_PAGE)
        page = paginator.get_page(query.get("p"))
        counts = dict(
            OutboxOrder.objects.order_by().values_list("state").annotate(count=Count("pk"))
        )
        late = (
            OutboxOrder.objects.annotate(since=Coalesce("decided_at", "queued_at"))
            .filter(_late(at))
            .count()
        )
        return super().get_context_data(
            rows=rows_of(page.object_list, at),
            page=page,
            pages=paginator.get_elided_page_range(page.number),
            states=[
                (state.value, state.label, counts.get(state.value, 0), LOOKS[state])
                for state in (
                    State.PERSON,
                    State.HELD,
                    State.WAITING,
                    State.GIVEN,
                    State.CONFIRMED,
                )
            ],
            late=late,
            bases=lists.bases(),
            chosen=query,
            is_filtered=any(query.get(name) for name in ("state", "base", "q", "late")),
            may_change=self.request.user.has_perm(CHANGE),
            at_once=AT_ONCE,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The chosen orders, or all that the filters find, and back to the list."""
        if request.POST.get("all"):
            wanted = list(found_by(request.GET).values_list("pk", flat=True)[:AT_ONCE])
        else:
            wanted = lists.wholes(request.POST.getlist("order")[:AT_ONCE])
        self.decide(wanted)
        return redirect(request.get_full_path())


class OutboxExport(OutboxScreen, View):
    """The list, filtered as it is, as CSV."""

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """A file that opens in a spreadsheet."""
        headings = (
            _("Number"),
            _("Part of the order"),
            _("1C base"),
            _("State"),
            _("Waits since"),
            _("Times given"),
            _("Given"),
            _("Confirmed"),
            _("Reason"),
        )
        name = f"orders-to-1c-{timezone.localdate():%Y-%m-%d}.csv"
        return lists.spreadsheet(name, headings, _cells(found_by(request.GET)))


class OutboxOrderScreen(OutboxScreen, TemplateView):
    """One order: when it was given, what 1C gets, what is wrong with it, what was decided."""

    template_name = "sync/outbox_order.html"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return ((reverse("exchange:outbox"), _("Orders to 1C")),)

    def get_page_title(self) -> str:
        """With the number."""
        return _("Order %(number)s to 1C") % {"number": self.order.number}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the order first: its number is in the title."""
        if request.user.has_perm(VIEW):
            self.order = get_object_or_404(
                OutboxOrder.objects.select_related("connection", "decided_by"), pk=kwargs["pk"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything the page shows."""
        at = timezone.now()
        row = self.order
        order, faults = outbound.checked(row)
        xml = outbound.preview(row, at=at).decode(row.connection.charset, "replace")
        copy = RemoteOrder.objects.filter(connection=row.connection_id, number=row.number).first()
        family = OutboxOrder.objects.filter(
            Q(parent_number=row.parent_number) if row.parent_number else Q(parent_number=row.number)
        )
        return super().get_context_data(
            shown=rows_of([row], at)[0],
            order=order,
            total=money_words(order.amount, order.currency) if order else NOTHING,
            remedies=_remedies(row, order),
            errors=row.error.splitlines() or faults,
            givings=_givings(row),
            lines=_lines(order),
            xml=xml[:SHOWN_XML],
            is_cut=len(xml) > SHOWN_XML,
            copy=copy,
            family=family.exclude(pk=row.pk).order_by("pk"),
            history=_history(row),
            may_change=self.request.user.has_perm(CHANGE),
            may_hold=row.state in {State.WAITING, State.GIVEN, State.PERSON},
            is_confirmed=row.state == State.CONFIRMED,
            is_held=row.state == State.HELD,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Decide, and back to the page."""
        self.decide([self.order.pk])
        return redirect("exchange:outbox-order", pk=self.order.pk)


class OutboxXml(OutboxScreen, View):
    """The order as 1C gets it, as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bytes in the base's encoding; an order that is not readable has none: 404."""
        row = get_object_or_404(OutboxOrder.objects.select_related("connection"), pk=pk)
        body = outbound.preview(row, at=timezone.now())
        if not body:
            return HttpResponse(status=404)
        response = HttpResponse(
            body, content_type=f"application/xml; charset={row.connection.charset}"
        )
        response["Content-Disposition"] = f'attachment; filename="order-{row.number}.xml"'
        return response


def _remedies(row: OutboxOrder, order: OutgoingOrder | None) -> list[str]:
    if row.state != State.PERSON:
        return []
    kinds = dict.fromkeys(fault.kind for fault in exchange_files.faults(order)) if order else {}
    found = dict.fromkeys(str(REMEDIES.get(kind, OF_PORTAL)) for kind in kinds)
    if order is None:
        found[str(OF_PORTAL)] = None
    if not found:
        found[str(IN_VAIN)] = None
    return list(found)


def _givings(row: OutboxOrder) -> list[Giving]:
    batches = (
        OrderBatch.objects.select_related("session")
        .filter(pk__in=[each["batch"] for each in row.givings])
        .in_bulk()
    )
    found = []
    for each in reversed(row.givings):
        batch = batches.get(each["batch"])
        session = batch.session if batch else None
        found.append(
            Giving(
                at=moment_words(datetime.fromisoformat(each["at"])),
                batch=f"№ {each['batch']}",
                count=each["count"],
                session=" ".join(filter(None, (session.address, session.client))) or NOTHING
                if session
                else NOTHING,
                confirmed=moment_words(batch.confirmed_at) if batch else NOTHING,
            )
        )
    return found


def _lines(order: OutgoingOrder | None) -> list[tuple[str, ...]]:
    if order is None:
        return []
    return [
        (
            line.sku,
            line.name,
            f"{line.quantity.normalize():f} {line.unit}",
            money_words(line.amount, order.currency),
            line.offer_ref or NOTHING,
        )
        for line in order.lines
    ]


def _history(row: OutboxOrder) -> list[tuple[str, str, str]]:
    entries = (
        ModelLogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(OutboxOrder), object_id=str(row.pk)
        )
        .select_related("user")
        .order_by("-timestamp")[:50]
    )
    return [
        (
            moment_words(entry.timestamp),
            str(resending.ACTIONS.get(entry.action, entry.action)),
            str(entry.user) if entry.user else _("the portal"),
        )
        for entry in entries
    ]


def _cells(orders: QuerySet[OutboxOrder]) -> Iterator[list[str]]:
    """Rows of the export, read a part at a time."""
    start = 0
    while chunk := list(orders[start : start + EXPORT_CHUNK]):
        for row in chunk:
            yield [
                row.number,
                row.parent_number,
                row.connection.name,
                str(row.get_state_display()),
                moment_words(row.decided_at or row.queued_at),
                str(row.attempts),
                moment_words(row.given_at) if row.given_at else "",
                moment_words(row.confirmed_at) if row.confirmed_at else "",
                row.error.replace("\n", " "),
            ]
        start += EXPORT_CHUNK
