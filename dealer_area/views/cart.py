"""The cart and the checkout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from base import figures
from dealer_area import carting, ordering
from dealer_area.access import Capability, require
from dealer_area.buyers import Buyer, buyer_of, forget_buyer
from dealer_area.cart_forms import AddForm, ChoiceForm, PlacementForm, QuantityForm, decisions_in
from dealer_area.carting import Change, Taken
from dealer_area.checking import Check, CheckedLine, Decision, check_cart
from dealer_area.member_request import MemberRequest
from dealer_area.models import CartLine
from dealer_area.packing import plain
from dealer_area.pricing import DocumentAmounts, Money
from dealer_area.quoting import quote
from sync import reading
from sync.models import Offer

UNDO = "cart_undo"
"""Where the session keeps what was taken out last, with the membership it belongs to."""


@require_GET
@require(Capability.PLACE_ORDERS)
def cart(request: MemberRequest) -> HttpResponse:
    """The cart: lines, totals, and for whom it orders."""
    return render(request, "dealer_area/cart.html", _cart_words(request))


@require_POST
@require(Capability.PLACE_ORDERS)
def add(request: MemberRequest) -> HttpResponse:
    """Add an offer: fields `offer` and `quantity`, and `next` to come back to without script."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _said(request, _("Give the quantity as a number."), "bad")
    offer = reading.offers_by_ids([form.cleaned_data["offer"]]).get(form.cleaned_data["offer"])
    if offer is None or offer.connection_id not in buyer_of(request).visibility.connection_ids:
        raise Http404
    try:
        change = carting.add(
            membership=request.membership,
            offer=offer,
            quantity=form.cleaned_data["quantity"],
            by=request.user,
        )
    except carting.NotForSale:
        return _said(request, _("“%(name)s” cannot be ordered now.") % {"name": offer}, "bad")
    forget_buyer(request)
    return _said(request, _words_of(change, offer), "warn" if change.is_corrected else "ok", offer)


@require_http_methods(["GET", "POST"])
@require(Capability.PLACE_ORDERS)
def line(request: MemberRequest, pk: int) -> HttpResponse:
    """Another quantity of a line, or its removal (`remove`); read: how its price came about."""
    membership = request.membership
    before = get_object_or_404(CartLine, pk=pk, cart__membership=membership)
    if request.method != "POST":
        return _explain(request, pk)
    if "remove" in request.POST:
        with _line_there():
            _keep(request, [carting.remove(membership=membership, line_id=pk, by=request.user)])
        return _changed(request)
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _changed(request, _("Give the quantity as a number."))
    with _line_there():
        change = carting.set_quantity(
            membership=membership,
            line_id=pk,
            quantity=form.cleaned_data["quantity"],
            by=request.user,
        )
    if change.line is None:
        _keep(request, [Taken(before.offer_id, before.quantity, before.seen_price)])
        return _changed(request)
    _forget_taken(request)
    if not request.htmx:
        if change.is_corrected:
            messages.warning(request, _words_of(change, change.line.offer))
        return redirect("dealer:cart")
    forget_buyer(request)
    return _line_changed(request, change)


@contextmanager
def _line_there() -> Iterator[None]:
    """404 for a line that another tab takes out at this moment."""
    try:
        yield
    except CartLine.DoesNotExist as error:
        raise Http404 from error


def _explain(request: MemberRequest, pk: int) -> HttpResponse:
    buyer = buyer_of(request)
    one = next((each for each in buyer.cart_lines if each.pk == pk), None)
    if one is None:
        raise Http404
    quoted = quote([one.offer], buyer.terms, see_purchase=buyer.see_purchase)[one.offer_id]
    if quoted.purchase is None:
        raise Http404
    words = {"quote": quoted, "terms": buyer.terms, "buyer": buyer}
    return render(request, "dealer_area/_explanation.html", words)


def _line_changed(request: MemberRequest, change: Change) -> HttpResponse:
    """The line, the totals and the header's cart for htmx."""
    buyer = buyer_of(request)
    found = check_cart(buyer)
    one = next((each for each in found.lines if each.line == change.line), None)
    if one is None:
        raise Http404
    product = one.line.offer.product
    shown = _line_words(one, reading.pictures_of([product]))
    if change.is_corrected:
        shown |= {"state": "fixed", "note": _correction(change, product.unit)}
    words = {
        "buyer": buyer,
        "terms": buyer.terms,
        "totals": _totals(buyer, found.whole()),
        "line": shown,
        "words": _row_words(request),
    }
    return render(request, "dealer_area/_cart_line_changed.html", words)


@require_POST
@require(Capability.PLACE_ORDERS)
def clear(request: MemberRequest) -> HttpResponse:
    """Take every line out."""
    _keep(request, carting.clear(membership=request.membership, by=request.user))
    return _changed(request)


@require_POST
@require(Capability.PLACE_ORDERS)
def undo(request: MemberRequest) -> HttpResponse:
    """Put back what was taken out last."""
    carting.restore(membership=request.membership, taken=_kept(request), by=request.user)
    _forget_taken(request)
    return _changed(request)


@require_POST
@require(Capability.PLACE_ORDERS)
def choice(request: MemberRequest) -> HttpResponse:
    """For whom the cart orders; `checkout` goes on to the checkout."""
    membership = request.membership
    form = ChoiceForm(membership, carting.cart_of(membership), request.POST)
    if not form.is_valid():
        words = {**_cart_words(request), "form": form}
        template = "dealer_area/_cart.html" if request.htmx else "dealer_area/cart.html"
        return render(request, template, words, status=422)
    carting.choose(membership=membership, by=request.user, **form.cleaned_data)
    _forget_taken(request)
    if "checkout" in request.POST:
        return redirect("dealer:checkout")
    return _changed(request)


@require_http_methods(["GET", "POST"])
@require(Capability.PLACE_ORDERS)
def checkout(request: MemberRequest) -> HttpResponse:
    """The last look: differences to decide about, totals, and the button that orders."""
    if request.method == "POST":
        return _decide(request)
    buyer = buyer_of(request)
    if not buyer.cart_lines:
        return redirect("dealer:cart")
    found = check_cart(buyer)
    return render(
        request, "dealer_area/checkout.html", _checkout_words(buyer, found, found.proposals())
    )


def _decide(request: MemberRequest) -> HttpResponse:
    form = PlacementForm(request.POST)
    if not form.is_valid():
        return redirect("dealer:checkout")
    placed = ordering.order_of_key(request.membership, form.key())
    if placed is not None:
        return redirect("dealer:order", number=placed.number)
    buyer = buyer_of(request)
    if buyer.cart is None or not buyer.cart_lines:
        messages.warning(request, _("The cart is empty: it was changed in another window."))
        return redirect("dealer:cart")
    found = check_cart(buyer)
    decisions = decisions_in(request.POST, found)
    if "recount" in request.POST:
        template = "dealer_area/_checkout.html" if request.htmx else "dealer_area/checkout.html"
        return render(request, template, _checkout_words(buyer, found, decisions))
    try:
        order = ordering.place_order(
            cart=buyer.cart,
            placement_key=form.key(),
            accepted=decisions,
            by=request.user,
            at=timezone.now(),
        )
    except ordering.NeedsDecisions as refusal:
        words = _checkout_words(buyer, refusal.check, decisions)
        words["has_changed"] = True
        return render(request, "dealer_area/checkout.html", words, status=422)
    except ordering.CannotPlace as refusal:
        messages.error(request, _reason(refusal))
        return redirect("dealer:cart")
    _forget_taken(request)
    messages.success(request, _("Order %(number)s is placed") % {"number": order.number})
    return redirect("dealer:order", number=order.number)


def _reason(refusal: ordering.CannotPlace) -> str:
    if isinstance(refusal, ordering.NotChosen):
        return _("Choose the outlet, the legal entity and the contract you order for.")
    if isinstance(refusal, ordering.StaleForm):
        return _("The cart was changed in another window. Look through it and order again.")
    if isinstance(refusal, ordering.EmptyCart):
        return _("Nothing is left to order: all lines were taken out.")
    return _("The amount is too large. Split the order into several.")


def _cart_words(request: MemberRequest) -> dict[str, Any]:
    buyer = buyer_of(request)
    membership = request.membership
    found = check_cart(buyer)
    pictures = reading.pictures_of({each.line.offer.product for each in found.lines})
    return {
        "buyer": buyer,
        "terms": buyer.terms,
        "check": found,
        "lines": [_line_words(each, pictures) for each in found.lines],
        "words": _row_words(request),
        "totals": _totals(buyer, found.whole()),
        "form": ChoiceForm(membership, buyer.cart) if found.lines else None,
        "undo": _undo_words(request),
    }


def _line_words(
    checked: CheckedLine, pictures: Mapping[int, Sequence[reading.PictureView]]
) -> dict[str, Any]:
    """A line as `_cart_line.html` takes it."""
    product = checked.line.offer.product
    pack = plain(product.pack_multiple)
    return {
        "checked": checked,
        "pk": str(checked.line.pk),
        "url": reverse("dealer:cart-line", args=[checked.line.pk]),
        "picture": next(iter(pictures.get(product.pk, ())), None),
        # a field takes a point, whatever the language
        "value": str(plain(checked.line.quantity)),
        "step": str(pack),
        "min": str(plain(product.min_quantity)),
        "pack": pack if pack != 1 else None,
    }


def _row_words(request: MemberRequest) -> dict[str, str]:
    """What is the same in every line of the cart, said once."""
    return {
        "membership": str(request.membership.pk),
        "price": _("Price"),
        "explain": _("How this price came about"),
        "quantity": _("Quantity"),
        "less": _("Less"),
        "more": _("More"),
        "pack": _("pack"),
        "recount": _("Recount"),
        "remove": _("Remove"),
    }


def _checkout_words(
    buyer: Buyer, found: Check, decisions: Mapping[int, Decision]
) -> dict[str, Any]:
    undecided = {each.line.pk for each in found.undecided(decisions)}
    bought = {each.line.pk: quantity for each, quantity in found.bought(decisions)}
    chosen = {**found.proposals(), **decisions}
    pictures = reading.pictures_of({each.line.offer.product for each in found.troubled})
    return {
        "buyer": buyer,
        "terms": buyer.terms,
        "cart": buyer.cart,
        "decisions": [
            {
                "checked": each,
                "choice": chosen[each.line.pk].choice,
                "picture": next(iter(pictures.get(each.line.offer.product_id, ())), None),
            }
            for each in found.troubled
        ],
        "settled": [each for each in found.lines if not each.troubles],
        "undecided": undecided,
        "bought_count": len(bought),
        "totals": _totals(buyer, found.amounts(decisions)),
    }


def _totals(buyer: Buyer, amounts: DocumentAmounts | None) -> dict[str, Money] | None:
    if buyer.terms is None or amounts is None:
        return None
    currency = buyer.terms.currency
    net = amounts.total - (Decimal(0) if buyer.terms.vat_included else amounts.vat_amount)
    return {
        "goods": Money(net, currency),
        "vat": Money(amounts.vat_amount, currency),
        "total": Money(amounts.total, currency),
    }


def _changed(request: MemberRequest, error: str = "") -> HttpResponse:
    """The cart anew: the part of the page for htmx, the way back to it otherwise."""
    forget_buyer(request)
    if request.htmx:
        response = render(
            request, "dealer_area/_cart.html", {**_cart_words(request), "swap_header": True}
        )
        return _toast(response, error, "bad") if error else response
    if error:
        messages.error(request, error)
    return redirect("dealer:cart")


def _said(
    request: MemberRequest, text: str, state: str, offer: Offer | None = None
) -> HttpResponse:
    """What became of adding: a toast and the header's cart, or a message on the page before."""
    if not request.htmx:
        level = {"ok": messages.SUCCESS, "warn": messages.WARNING}.get(state, messages.ERROR)
        messages.add_message(request, level, text)
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = reverse("dealer:cart")
        return redirect(back)
    in_cart = carting.quantities(buyer_of(request), [offer.pk]) if offer else {}
    words = {"offer": offer, "in_cart": in_cart.get(offer.pk) if offer else None}
    return _toast(render(request, "dealer_area/_added.html", words), text, state)


def _toast(response: HttpResponse, text: str, state: str) -> HttpResponse:
    toast = {"text": text, "state": state}
    if state != "bad":
        toast |= {"url": reverse("dealer:cart"), "action": _("To the cart")}
    return trigger_client_event(response, "toast", toast)


def _words_of(change: Change, offer: Offer) -> str:
    unit = offer.product.unit
    text = _("In the cart: %(name)s, %(quantity)s") % {
        "name": offer.name or offer.product.name,
        "quantity": _quantity(change.quantity, unit),
    }
    return f"{text}. {_correction(change, unit)}" if change.is_corrected else text


def _correction(change: Change, unit: str) -> str:
    return _("Sold in packs: %(quantity)s instead of %(asked)s") % {
        "quantity": _quantity(change.quantity, unit),
        "asked": _quantity(change.asked, unit),
    }


def _quantity(value: Decimal, unit: str) -> str:
    return figures.quantity_text(value, get_language() or "", unit)


def _keep(request: MemberRequest, taken: Any) -> None:
    request.session[UNDO] = {
        "membership": request.membership.pk,
        "lines": [each.packed() for each in taken],
    }


def _forget_taken(request: MemberRequest) -> None:
    """The offer to put lines back ends with the next change."""
    if UNDO in request.session:
        del request.session[UNDO]


def _kept(request: MemberRequest) -> list[Taken]:
    kept = request.session.get(UNDO) or {}
    if kept.get("membership") != request.membership.pk:
        return []
    return [Taken.unpacked(each) for each in kept["lines"]]


def _undo_words(request: MemberRequest) -> str:
    """What can be put back, in words; empty when nothing can."""
    count = len(_kept(request))
    if not count:
        return ""
    return ngettext(
        "%(count)s line was taken out of the cart",
        "%(count)s lines were taken out of the cart",
        count,
    ) % {"count": count}
