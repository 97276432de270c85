"""Carts. A cart belongs to a membership; what it orders for is chosen in it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealer_area.models.dealers import LegalEntity, Outlet
from dealer_area.models.memberships import Membership
from sync.models import FACET_FIELDS, Contract, Offer


class CartQuerySet(models.QuerySet["Cart"]):
    """Reading carts."""

    def of(self, membership: Membership) -> Cart | None:
        """The cart of a member with its contract and terms joined, None before the first line."""
        return (
            self.filter(membership=membership)
            .select_related(
                "legal_entity",
                "contract__price_type",
                "contract__agreement__price_type",
                "contract__agreement__warehouse",
            )
            .first()
        )


class Cart(models.Model):
    """A cart in use. `placement_key` is sent with the checkout form: one key, one order.

    It is another one after each change, so that it names what the checkout has shown.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="carts")
    outlet = models.ForeignKey(
        Outlet, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    legal_entity = models.ForeignKey(
        LegalEntity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    contract = models.ForeignKey(
        Contract, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    comment = models.TextField(_("comment"), blank=True, max_length=1000)
    placement_key = models.UUIDField(unique=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CartQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = (
            models.UniqueConstraint(fields=["membership"], name="dealer_area_cart_membership"),
        )

    def __str__(self) -> str:
        return str(self.membership)


class CartLineQuerySet(models.QuerySet["CartLine"]):
    """Reading lines of carts."""

    def of(self, cart: Cart) -> Self:
        """Lines in the order of adding, offers with product, prices and stock joined."""
        return (
            self.filter(cart=cart)
            .select_related("offer__product", "offer__prices", "offer__stock")
            .only(
                "cart",
                "offer",
                "quantity",
                "seen_price",
                "added_at",
                *(f"offer__{field}" for field in FACET_FIELDS),
            )
            .order_by("pk")
        )


class CartLine(models.Model):
    """An offer and how much of it.

    `seen_price` is the purchase price shown last: checkout compares with it.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4)
    seen_price = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = CartLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = (
            models.UniqueConstraint(fields=["cart", "offer"], name="dealer_area_cartline_offer"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="dealer_area_cartline_quantity"
            ),
        )

    def __str__(self) -> str:
        return f"{self.offer} × {self.quantity}"
