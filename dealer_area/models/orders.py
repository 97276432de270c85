"""Orders: a snapshot of what was bought, under which terms, and what happened to it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dealer_area.models.dealers import Dealer, LegalEntity, Outlet
from dealer_area.models.memberships import Membership
from sync.models import Connection, Contract, Offer


class OrderNumber(models.Model):
    """The sequence of order numbers: digits only, at most 11, one for the whole portal."""

    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("order number")
        verbose_name_plural = _("order numbers")

    def __str__(self) -> str:
        return str(self.last)


class OrderQuerySet(models.QuerySet["Order"]):
    """Reading orders: the one door to them."""

    def for_dealer(self, dealer: Dealer) -> Self:
        """All orders of a dealer: for the supplier's people."""
        return self.filter(dealer=dealer)

    def for_membership(self, membership: Membership) -> Self:
        """Orders a member may see: all of the dealer, or his own and those of his outlets."""
        # the rights are decided above the models
        from dealer_area.access import Capability, capabilities_of

        capabilities = capabilities_of(membership)
        found = self.filter(dealer_id=membership.dealer_id)
        if not capabilities:
            return found.none()
        if Capability.SEE_ALL_ORDERS in capabilities:
            return found
        outlets = [outlet.pk for outlet in membership.outlets.all()]
        return found.filter(
            models.Q(placed_by_id=membership.user_id) | models.Q(outlet_id__in=outlets)
        )

    def listed(self) -> Self:
        """With everything a list shows joined."""
        return self.select_related("outlet", "legal_entity", "contract", "placed_by")


class Order(models.Model):
    """An order of a dealer. Money is in `currency`; `amount` is what is to be paid, VAT included.

    `placement_key` makes placing idempotent. Lines are snapshots and are never changed by 1C;
    1C's own copy is `sync.RemoteOrder`, and `change_digest` hashes how its lines differ from the
    customer's as the history told it last (0: they do not), so that nothing is told twice.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        AWAITING_APPROVAL = "waiting", _("awaiting approval")
        RETURNED = "returned", _("returned")
        SUBMITTED = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted by 1C")
        CONFIRMED = "confirmed", _("confirmed")
        IN_PRODUCTION = "making", _("in production")
        PARTLY_SHIPPED = "part", _("partly shipped")
        SHIPPED = "shipped", _("shipped")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    number = models.CharField(_("number"), max_length=11, unique=True)
    placement_key = models.UUIDField(unique=True)
    connection = models.ForeignKey(
        Connection, verbose_name=_("1C base"), on_delete=models.PROTECT, related_name="+"
    )
    dealer = models.ForeignKey(
        Dealer, verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="orders"
    )
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="orders"
    )
    legal_entity = models.ForeignKey(
        LegalEntity, verbose_name=_("legal entity"), on_delete=models.PROTECT, related_name="orders"
    )
    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="+"
    )
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("placed by"),
        on_delete=models.PROTECT,
        related_name="orders",
    )
    placed_at = models.DateTimeField(_("placed"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SUBMITTED)
    currency = models.CharField(_("currency"), max_length=10)
    vat_included = models.BooleanField(_("VAT included"))
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    vat_amount = models.DecimalField(_("VAT"), max_digits=15, decimal_places=2)
    comment = models.TextField(_("comment"), blank=True)
    remote_number = models.CharField(_("number in 1C"), max_length=50, blank=True)
    remote_status = models.CharField(_("status in 1C"), max_length=150, blank=True)
    is_paid = models.BooleanField(_("paid"), default=False)
    is_changed_by_onec = models.BooleanField(_("changed by 1C"), default=False)
    heard_at = models.DateTimeField(_("heard of from 1C"), null=True, blank=True)
    change_digest = models.BigIntegerField(default=0, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-placed_at", "-id")
        indexes = (
            models.Index(fields=["dealer", "-placed_at"], name="dealer_area_order_recent"),
            models.Index(fields=["connection", "number"], name="dealer_area_order_remote"),
        )

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """A line as it was bought. `price` is for one unit; `trail` explains how it came about.

    `retail_price` is what the salon saw. `vat_rate` None is "without VAT". `amount` is price by
    quantity; VAT is inside it or on top, as the order says.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    offer_ref = models.CharField(max_length=511)
    sku = models.CharField(_("article"), max_length=255, blank=True)
    name = models.CharField(_("name"), max_length=1000)
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4)
    price = models.DecimalField(_("price"), max_digits=15, decimal_places=2)
    retail_price = models.DecimalField(
        _("retail price"), max_digits=15, decimal_places=2, null=True
    )
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2, null=True)
    vat_amount = models.DecimalField(_("VAT"), max_digits=15, decimal_places=2)
    trail = models.JSONField(default=list)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=["order", "position"], name="dealer_area_orderline_position"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="dealer_area_orderline_quantity"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


class OrderPart(models.Model):
    """A part of an order that 1C takes in parts, under a number of its own.

    `positions` are those of its lines. The warehouse is the one it was given to 1C with, whatever
    the terms say later. What 1C says of it is kept here as the order keeps what 1C
    says of a whole one; the order's own state is made of its parts' (`dealer_area.parting`).
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parts")
    number = models.CharField(_("number"), max_length=11, unique=True)
    place = models.PositiveIntegerField(_("part"))
    positions = models.JSONField(default=list)
    warehouse_ref = models.CharField(max_length=255, blank=True, editable=False)
    warehouse_name = models.CharField(_("warehouse"), max_length=250, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    status = models.CharField(
        _("status"), max_length=10, choices=Order.Status, default=Order.Status.SUBMITTED
    )
    remote_number = models.CharField(_("number in 1C"), max_length=50, blank=True)
    remote_status = models.CharField(_("status in 1C"), max_length=150, blank=True)
    is_paid = models.BooleanField(_("paid"), default=False)

    class Meta:
        verbose_name = _("part of an order")
        verbose_name_plural = _("parts of orders")
        ordering = ("place",)
        constraints = (
            models.UniqueConstraint(fields=["order", "place"], name="dealer_area_orderpart_place"),
        )

    def __str__(self) -> str:
        return self.number


class OrderEvent(models.Model):
    """What happened to an order, in the words of its history. `by` is empty for 1C."""

    class Kind(models.TextChoices):
        PLACED = "placed", _("placed")
        STATUS = "status", _("status changed")
        CHANGED = "changed", _("changed by 1C")
        PAID = "paid", _("paid")
        UNKNOWN_STATUS = "unknown", _("unknown status of 1C")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Order.Status, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.order} {self.kind}"


class StatusMap(models.Model):
    """Which of our statuses a status name of 1C means; `name_key` by `base.texts.name_key`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("status in 1C"), max_length=150)
    name_key = models.CharField(max_length=150, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=Order.Status, blank=True, help_text=_("Empty: unknown.")
    )

    class Meta:
        verbose_name = _("status of 1C")
        verbose_name_plural = _("statuses of 1C")
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "name_key"], name="dealer_area_statusmap_name"
            ),
        )

    def __str__(self) -> str:
        return self.name
