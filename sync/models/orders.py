"""Orders on their way to 1C, and what 1C answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.exchange import Connection, ExchangeSession, Run


class OrderBatch(models.Model):
    """The orders given in one `query` answer. `success` of the same session confirms them.

    `numbers` are those of the orders in it: an order that was not confirmed is given again in a
    later batch too, and either batch may confirm it. A trial holds orders given in vain before.
    """

    session = models.ForeignKey(ExchangeSession, on_delete=models.CASCADE, related_name="batches")
    numbers = models.JSONField(default=list)
    is_trial = models.BooleanField(_("trial"), default=False)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of orders")
        verbose_name_plural = _("batches of orders")

    def __str__(self) -> str:
        return f"{self.given_at:%d.%m.%Y %H:%M}"


class OutboxOrder(models.Model):
    """An order to hand over to 1C, written in the transaction that placed it.

    `payload` is `sync.outbox.outbound.OutgoingOrder` as JSON. An order that fails the checks of its
    export "needs a person" and never blocks the others; one that a person holds back is not given
    out until he lets it go. `parent_number` is the portal's order when 1C gets it in parts.
    `not_before` keeps an order that 1C would not confirm away from the others for a while.
    `attempts` counts the times it was given since it waits, `lone_attempts` those of them that it
    was given alone because nobody confirmed it. `givings` are the last times it was given at all,
    oldest first: [{"batch": pk, "at": ISO time, "count": orders in that batch}].
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for 1C")
        GIVEN = "given", _("given to 1C")
        CONFIRMED = "confirmed", _("taken by 1C")
        PERSON = "person", _("needs a person")
        HELD = "held", _("held back by a person")

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="outbox")
    number = models.CharField(_("number"), max_length=11, unique=True)
    parent_number = models.CharField(_("part of the order"), max_length=11, blank=True)
    payload = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("times given"), default=0)
    lone_attempts = models.PositiveIntegerField(_("times given alone"), default=0)
    givings = models.JSONField(default=list, editable=False)
    batch = models.ForeignKey(
        OrderBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    error = models.TextField(_("error"), blank=True)
    queued_at = models.DateTimeField(_("queued"), auto_now_add=True)
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("order to 1C")
        verbose_name_plural = _("orders to 1C")
        indexes = (
            models.Index(fields=["connection", "state"], name="sync_outboxorder_state"),
            models.Index(
                fields=["parent_number"],
                name="sync_outboxorder_parent",
                condition=~models.Q(parent_number=""),
            ),
        )

    def __str__(self) -> str:
        return self.number


class RemoteOrder(models.Model):
    """1C: Документ.ЗаказКлиента. An order as 1C has it now; the customer's own is elsewhere.

    `lines` is a list of {"ref", "sku", "name", "unit", "quantity", "price", "amount", "vat_rate"}
    with decimals as text. `digest` hashes the content without the version: the same again is no
    news. `noticed_at` is empty until the owner of orders has been told of this state.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=50)
    ref = models.CharField(_("identifier in 1C"), max_length=255, blank=True)
    remote_number = models.CharField(_("number in 1C"), max_length=50, blank=True)
    remote_on = models.DateField(_("date in 1C"), null=True, blank=True)
    status = models.CharField(_("status in 1C"), max_length=150, blank=True)
    posted = models.BooleanField(_("posted"), null=True)
    deleted = models.BooleanField(_("marked for deletion"), null=True)
    cancelled = models.BooleanField(_("cancelled"), null=True)
    paid = models.BooleanField(_("paid"), null=True)
    shipped = models.BooleanField(_("shipped"), null=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=10, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=15, decimal_places=2, null=True, blank=True
    )
    comment = models.TextField(_("comment"), blank=True)
    lines = models.JSONField(default=list)
    requisites = models.JSONField(default=list)
    digest = models.BigIntegerField(default=0, editable=False)
    receipt = models.BigIntegerField(default=0, editable=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(_("changed"))
    noticed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("order in 1C")
        verbose_name_plural = _("orders in 1C")
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "number"], name="sync_remoteorder_connection_number"
            ),
        )

    def __str__(self) -> str:
        return self.number
