"""What is owed: balances, movements and payments, as 1C and the bank tell them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.exchange import Connection, ReceivedFile
from sync.models.mirror import Mirrored
from sync.models.partners import Contract, Counterparty, Organisation


class Settled(Mirrored):
    """A row of the settlements with one client, under one contract, in one currency.

    Amounts are in `currency`, the contract's own; `base_amount` is the same in the currency of
    1C's books, where 1C tells it. Amounts of different currencies are never added.
    """

    counterparty = models.ForeignKey(
        Counterparty, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contract = models.ForeignKey(
        Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=10, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    base_amount = models.DecimalField(
        _("amount in the currency of the books"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
    )
    document_ref = models.CharField(max_length=255, blank=True)
    document_name = models.CharField(_("document"), max_length=250, blank=True)
    document_number = models.CharField(_("number"), max_length=50, blank=True)
    document_on = models.DateField(_("date"), null=True, blank=True)
    order_number = models.CharField(_("order"), max_length=50, blank=True)

    class Meta(Mirrored.Meta):
        abstract = True


class SettlementBalance(Settled):
    """1C: остаток регистра взаиморасчётов. What is owed now for one document.

    УТ: РасчетыСКлиентамиПоСрокам, УНФ: РасчетыСПокупателями. `amount` above zero is the client's
    debt, below zero his advance. A row that a whole telling leaves out is archived: it is settled.
    """

    due_on = models.DateField(_("due"), null=True, blank=True)
    as_of = models.DateTimeField(_("as of"))

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("settlement balance")
        verbose_name_plural = _("settlement balances")
        indexes = (
            *Mirrored.Meta.indexes,
            models.Index(fields=["contract", "due_on"], name="sync_balance_contract"),
            models.Index(fields=["counterparty", "due_on"], name="sync_balance_party"),
        )

    def __str__(self) -> str:
        return f"{self.document_name or self.document_number or self.ref}: {self.amount}"


class SettlementEntry(Settled):
    """1C: движение регистра взаиморасчётов. A shipment, payment, return or correction.

    `amount` is signed: above zero the client owes more, below zero less.
    """

    class Kind(models.TextChoices):
        SHIPMENT = "shipment", _("shipment")
        PAYMENT = "payment", _("payment")
        RETURN = "return", _("return")
        CORRECTION = "correction", _("correction")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CORRECTION)
    moved_at = models.DateTimeField(_("when"))

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("settlement entry")
        verbose_name_plural = _("settlement entries")
        indexes = (
            *Mirrored.Meta.indexes,
            models.Index(fields=["contract", "moved_at"], name="sync_entry_contract"),
            models.Index(fields=["counterparty", "moved_at"], name="sync_entry_party"),
        )

    def __str__(self) -> str:
        return f"{self.document_name or self.document_number or self.ref}: {self.amount}"


class Payment(models.Model):
    """Money received: 1C's payment document, or a line of a bank statement.

    `key` is 1C's identifier, else what makes a payment that one: number, date and sum of a
    document; our account, number, date, sum and payer's account of a statement. The same key again
    is the same payment. `order_number` is the order it names, `counterparty` the payer, where they
    could be told.
    """

    class Source(models.TextChoices):
        ONEC = "onec", _("1C")
        BANK = "bank", _("bank")

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    source = models.CharField(_("told by"), max_length=10, choices=Source)
    number = models.CharField(_("number"), max_length=50, blank=True)
    paid_on = models.DateField(_("date"))
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=10, blank=True)
    payer_name = models.CharField(_("payer"), max_length=500, blank=True)
    payer_inn = models.CharField(_("INN of the payer"), max_length=12, blank=True)
    payer_account = models.CharField(_("account of the payer"), max_length=34, blank=True)
    our_account = models.CharField(_("our account"), max_length=34, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    order_number = models.CharField(_("order"), max_length=50, blank=True)
    counterparty = models.ForeignKey(
        Counterparty, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    file = models.ForeignKey(
        ReceivedFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.BigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = (
            models.UniqueConstraint(fields=["connection", "key"], name="sync_payment_key"),
        )
        indexes = (
            models.Index(
                fields=["order_number"],
                name="sync_payment_order",
                condition=~models.Q(order_number=""),
            ),
            models.Index(fields=["counterparty", "-paid_on"], name="sync_payment_party"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.paid_on:%d.%m.%Y}: {self.amount}"
