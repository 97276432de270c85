"""Who is looking: the person's membership, rights, terms and cart, found out once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from django.http import HttpRequest

from base.models import User
from dealer_area.access import Capability, capabilities_of, membership_of, visibility_of
from dealer_area.models import Cart, CartLine, Membership
from dealer_area.terms import Terms, terms_for
from search.viewer import Viewer
from sync.visibility import Visibility


@dataclass(frozen=True)
class Buyer:
    """What a screen needs to know about the person to show goods to him.

    `membership` is None for the supplier's staff: they see goods without prices. `terms` are those
    of the contract chosen in the cart. `see_purchase` and `see_retail` say which prices he is
    shown. Cart and its lines are read once, when first asked for.
    """

    user: User
    membership: Membership | None
    capabilities: frozenset[Capability]
    cart: Cart | None
    terms: Terms | None
    visibility: Visibility
    viewer: Viewer

    @property
    def see_purchase(self) -> bool:
        """Whether he may learn what the dealer pays."""
        return Capability.SEE_PURCHASE_PRICES in self.capabilities

    @property
    def see_retail(self) -> bool:
        """Whether the salon's price is his matter: he sells by it or decides about it."""
        return self.membership is not None and (
            not self.see_purchase or Capability.MANAGE_MARKUP in self.capabilities
        )

    @property
    def can_order(self) -> bool:
        """Whether he may fill a cart and place an order."""
        return Capability.PLACE_ORDERS in self.capabilities

    @cached_property
    def cart_lines(self) -> tuple[CartLine, ...]:
        """Lines of the cart in the order of adding, offers with product, prices and stock joined.

        One query, none without a cart.
        """
        if self.cart is None:
            return ()
        return tuple(CartLine.objects.of(self.cart))


def buyer_of(request: HttpRequest) -> Buyer:
    """The person of a request; the same value until `forget_buyer`.

    Three queries after the membership at most: the cart, a default contract, a price type.
    """
    found = cast("Buyer | None", getattr(request, "_buyer", None))
    if found is None:
        membership = membership_of(request)
        found = _look(cast("User", request.user), membership)
        request._buyer = found  # type: ignore[attr-defined]
    return found


def forget_buyer(request: HttpRequest) -> None:
    """Find the buyer out anew: his cart or its contract has changed within this request."""
    request.__dict__.pop("_buyer", None)


def buyer_for(membership: Membership) -> Buyer:
    """The buyer that a member is, outside of a request."""
    return _look(membership.user, membership)


def _look(user: User, membership: Membership | None) -> Buyer:
    cart = Cart.objects.of(membership) if membership else None
    terms = terms_for(membership, cart.contract if cart else None) if membership else None
    visibility = visibility_of(membership, user)
    return Buyer(
        user=user,
        membership=membership,
        capabilities=capabilities_of(membership) if membership else frozenset(),
        cart=cart,
        terms=terms,
        visibility=visibility,
        viewer=Viewer(
            visibility=visibility,
            price_slot=terms.price_slot if terms else None,
        ),
    )
