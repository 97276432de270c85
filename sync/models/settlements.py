"""What is owed: balances, movements and payments, as 1C and the bank tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.exchange import Connection, ReceivedFile
from sync.models.mirror import Mirrored, MirrorQuerySet
from sync.models.partners import Contract, Counterparty, Organisation

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Owed:
    """What stands open in one currency: `debt` and `overdue` are owed to us, `advance` by us."""

    currency: str
    debt: Decimal = _NOTHING
    overdue: Decimal = _NOTHING
    advance: Decimal = _NOTHING

    @property
    def balance(self) -> Decimal:
        """Above zero the client owes."""
        return self.debt - self.advance


@dataclass(slots=True)
class Statement:
    """The movements of a period in one currency, in order, and the balances around them."""

    currency: str
    opening: Decimal = _NOTHING
    closing: Decimal = _NOTHING
    entries: list[SettlementEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Debtor:
    """What a counterparty owes in one currency, advances left out; without a name: of nobody."""

    name: str
    inn: str
    currency: str
    debt: Decimal
    overdue: Decimal


class BalanceQuerySet(MirrorQuerySet):
    """Reading what is owed."""

    def by_currency(self, on: date) -> Mapping[str, Owed]:
        """What these balances come to on a day, by currency, never added across. One query.

        What is due on the day itself is not overdue yet.
        """
        found: dict[str, Owed] = {}
        rows = self.current().values_list("currency", "amount", "due_on")
        for currency, amount, due_on in rows:
            own = found.get(currency, Owed(currency))
            debt, advance = max(amount, _NOTHING), max(-amount, _NOTHING)
            late = debt if due_on is not None and due_on < on else _NOTHING
            found[currency] = Owed(
                currency, own.debt + debt, own.overdue + late, own.advance + advance
            )
        return dict(sorted(found.items()))

    def debtors(self, on: date, limit: int) -> list[Debtor]:
        """The largest debtors among these balances, by overdue debt and then by debt. One query.

        What is due on the day itself is not overdue yet.
        """
        late = models.Sum("amount", filter=models.Q(due_on__lt=on), default=_NOTHING)
        rows = (
            self.current()
            .filter(amount__gt=0)
            .values("counterparty", "currency", "counterparty__name", "counterparty__inn")
            .annotate(debt=models.Sum("amount"), overdue=late)
            .order_by("-overdue", "-debt", "counterparty__name", "counterparty", "currency")
        )
        return [
            Debtor(
                each["counterparty__name"] or "",
                each["counterparty__inn"] or "",
                each["currency"],
                each["debt"],
                each["overdue"],
            )
            for each in rows[:limit]
        ]


class EntryQuerySet(MirrorQuerySet):
    """Reading movements."""

    def statement(self, start: datetime, until: datetime) -> Mapping[str, Statement]:
        """Movements from `start` up to, and without, `until`, by currency. Two queries.

        The opening balance is the sum of all movements before: it is as whole as what 1C told.
        """
        found: dict[str, Statement] = {}
        current = self.current()
        before = current.filter(moved_at__lt=start).values_list("currency", "amount")
        for currency, amount in before.iterator():
            own = found.setdefault(currency, Statement(currency))
            own.opening += amount
            own.closing += amount
        period = current.filter(moved_at__gte=start, moved_at__lt=until)
        for entry in period.order_by("moved_at", "pk"):
            own = found.setdefault(entry.currency, Statement(entry.currency))
            own.closing += entry.amount
            own.entries.append(entry)
        return dict(sorted(found.items()))


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

    objects: ClassVar[models.Manager[Any]] = BalanceQuerySet.as_manager()

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

    `amount` is signed: above zero the client owes more, below zero less. `origin` is the channel
    that told it, empty where none did: what a channel no longer tells withdraws its own rows only.
    """

    class Kind(models.TextChoices):
        SHIPMENT = "shipment", _("shipment")
        PAYMENT = "payment", _("payment")
        RETURN = "return", _("return")
        CORRECTION = "correction", _("correction")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CORRECTION)
    moved_at = models.DateTimeField(_("when"))
    origin = models.CharField(
        _("told by"), max_length=10, choices=ReceivedFile.Channel, default="", blank=True
    )

    objects: ClassVar[models.Manager[Any]] = EntryQuerySet.as_manager()

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
