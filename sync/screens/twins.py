"""Likely twins: goods of 1C under new identifiers, beside those the portal has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from base.figures import NOTHING
from base.media import signed_url
from base.registers import moment_words, money_words
from sync import pictures
from sync.goods import rebinding
from sync.models import Connection, Offer, Picture, PriceType, Product, ReceivedFile, Run, Twin
from sync.screens.base import Screen
from sync.screens.lists import ListView, bases, page_of, whole
from sync.tasks import bind_twins

VIEW = "sync.view_run"
CHANGE = "sync.change_run"
AT_ONCE = 1000
"""Pairs that one press of a button takes when they are chosen one by one."""
STATES = (
    ("", gettext_lazy("undecided")),
    (Twin.State.BOUND, gettext_lazy("bound")),
    (Twin.State.APART, gettext_lazy("two products")),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of a pair in words; `told` is when 1C spoke of it last."""

    product: Product
    price: str
    picture: str
    told: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with what it has in common."""

    twin: Twin
    old: Side
    new: Side
    whys: str
    same: frozenset[str]


def found_by(query: Any) -> QuerySet[Twin]:
    """Pairs by `base`, `state`, `sure`; those that leave little doubt first."""
    state = query.get("state", "")
    twins = Twin.objects.filter(state=state if state in Twin.State.values else Twin.State.WAITING)
    if base := whole(query.get("base")):
        twins = twins.filter(connection=base)
    if query.get("sure"):
        twins = twins.filter(is_sure=True)
    return twins.order_by("-is_sure", "pk")


def pairs_of(twins: Sequence[Twin]) -> list[Pair]:
    """Pairs side by side; a fixed number of queries for a page."""
    products = [product for twin in twins for product in (twin.old, twin.new)]
    prices = _prices(products)
    photos = _pictures(products)
    told = dict(
        ReceivedFile.objects.filter(pk__in={product.receipt for product in products}).values_list(
            "pk", "received_at"
        )
    )

    def side(product: Product) -> Side:
        return Side(
            product,
            price=prices.get(product.pk, NOTHING),
            picture=photos.get(product.pk, ""),
            told=moment_words(told.get(product.receipt) or product.changed_at),
        )

    labels = {value: str(label) for value, label in Twin.Why.choices}
    return [
        Pair(
            twin,
            side(twin.old),
            side(twin.new),
            whys=", ".join(labels[why] for why in twin.whys if why in labels),
            same=frozenset(twin.whys),
        )
        for twin in twins
    ]


def _prices(products: Sequence[Product]) -> dict[int, str]:
    """A price of each product, by the first price type it has: enough to recognise it by."""
    types = {str(each.pk): each for each in PriceType.objects.order_by("pk")}
    found: dict[int, str] = {}
    offers = Offer.objects.filter(product__in=products, prices__isnull=False)
    for offer in offers.select_related("prices").order_by("-is_plain", "pk"):
        for pk, amount in sorted(offer.prices.amounts.items(), key=lambda each: int(each[0])):
            if pk in types:
                kind = types[pk]
                words = f"{money_words(Decimal(amount), kind.currency)}, {kind}"
                found.setdefault(offer.product_id, words)
                break
    return found


def _pictures(products: Sequence[Product]) -> dict[int, str]:
    """Address of the main picture of each product."""
    names = {product.pictures[0]: product for product in products if product.pictures}
    known = {
        (row.connection_id, row.name): row
        for row in Picture.objects.filter(name__in=list(names), width__gt=0)
    }
    found = {}
    for product in products:
        if product.pictures:
            row = known.get((product.connection_id, product.pictures[0]))
            if row is not None:
                found[product.pk] = signed_url(pictures.size_name(row.path, "thumb"))
    return found


class TwinsView(ListView):
    """Pairs that wait for a person."""

    permission_required = VIEW
    page_title = gettext_lazy("Likely twins")
    header_icon = "copy"
    template_name = "sync/twins.html"
    sticky = "exchange-twins"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of pairs."""
        query = self.request.GET
        page = page_of(
            found_by(query).select_related("connection", "old", "new", "decided_by"),
            query.get("p"),
        )
        waiting = Twin.objects.filter(state=Twin.State.WAITING)
        if base := whole(query.get("base")):
            waiting = waiting.filter(connection=base)
        return super().get_context_data(
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            pairs=pairs_of(list(page.object_list)),
            sure=waiting.filter(is_sure=True).count(),
            chosen=query,
            is_filtered=any(query.get(name) for name in ("base", "state", "sure")),
            is_waiting=query.get("state", "") not in Twin.State.values
            or query.get("state") == Twin.State.WAITING,
            states=[(value, capfirst(str(label))) for value, label in STATES],
            bases=bases(),
            bindings=_bindings(),
            may_change=self.request.user.has_perm(CHANGE),
            **kwargs,
        )


def _bindings() -> dict[str, Any]:
    """Bindings that go on, and the last one."""
    runs = list(Run.objects.filter(kind="binding").order_by("-pk")[:3])
    return {"runs": runs, "is_open": any(run.finished_at is None for run in runs)}


class BindingsView(Screen, TemplateView):
    """How far bindings are, for the page that waits."""

    permission_required = VIEW
    template_name = "sync/_bindings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The last ones."""
        return {"bindings": _bindings(), **kwargs}


class TwinsActView(Screen, View):
    """Binding pairs into one product, or keeping them two."""

    permission_required = CHANGE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue the binding, or note the decision; then back to the list."""
        by: Any = request.user
        now = timezone.now()
        action = request.POST.get("action", "")
        if action == "sure":
            bases_with = Connection.objects.filter(
                pk__in=Twin.objects.filter(state=Twin.State.WAITING, is_sure=True).values(
                    "connection"
                )
            )
            if base := whole(request.POST.get("base")):
                bases_with = bases_with.filter(pk=base)
            for connection in bases_with:
                rebinding.enqueue(
                    connection=connection, twin_ids=None, by=by, at=now, queue=bind_twins.later
                )
            return self._back(request, _("The pairs are being bound."))
        one = whole(request.POST.get("one"))
        told = [whole(each) for each in request.POST.getlist("pair")]
        chosen = [one] if one else [pk for pk in told if pk]
        twins = Twin.objects.filter(pk__in=chosen[:AT_ONCE], state=Twin.State.WAITING)
        if not twins:
            messages.warning(request, _("Nothing was chosen."))
            return redirect("exchange:twins")
        if action == "apart":
            ids = [twin.pk for twin in twins]
            count = rebinding.keep_apart(twin_ids=ids, by=by, at=now)
            words = ngettext(
                "%(count)s pair stays two products", "%(count)s pairs stay two products", count
            )
            return self._back(request, words % {"count": count})
        for connection in Connection.objects.filter(pk__in={twin.connection_id for twin in twins}):
            ids = [twin.pk for twin in twins if twin.connection_id == connection.pk]
            rebinding.enqueue(
                connection=connection, twin_ids=ids, by=by, at=now, queue=bind_twins.later
            )
        return self._back(request, _("The pairs are being bound."))

    def _back(self, request: HttpRequest, words: str) -> HttpResponse:
        messages.success(request, words)
        return redirect("exchange:twins")
