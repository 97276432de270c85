"""Mirrored clients: partners, legal entities, agreements and contracts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sync.models.mirror import Mirrored
from sync.models.trade import PriceType, Warehouse


class Partner(Mirrored):
    """1C: Справочник.Партнеры. The client company as a whole."""

    name = models.CharField(_("name"), max_length=250)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class Counterparty(Mirrored):
    """1C: Справочник.Контрагенты. A legal entity, sole trader or person."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        SOLE_TRADER = "sole_trader", _("sole trader")
        PERSON = "person", pgettext_lazy("kind of counterparty", "person")

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="counterparties"
    )
    name = models.CharField(_("name"), max_length=250)
    full_name = models.CharField(_("full name"), max_length=500, blank=True)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("counterparty")
        verbose_name_plural = _("counterparties")

    def __str__(self) -> str:
        return self.name


class Organisation(Mirrored):
    """1C: Справочник.Организации. The supplier's own legal entity."""

    name = models.CharField(_("name"), max_length=250, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name or self.ref


class Agreement(Mirrored):
    """1C: Справочник.СоглашенияСКлиентами. Price type, warehouse and currency of a partner."""

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    name = models.CharField(_("name"), max_length=250)
    price_type = models.ForeignKey(
        PriceType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    warehouse = models.ForeignKey(
        Warehouse, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=10, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def __str__(self) -> str:
        return self.name


class Contract(Mirrored):
    """1C: Справочник.ДоговорыКонтрагентов. Limit and deferral of a counterparty.

    УНФ keeps the price type here, УТ in the agreement; either may be empty.
    """

    counterparty = models.ForeignKey(
        Counterparty, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    price_type = models.ForeignKey(
        PriceType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(_("number"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=250)
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=10, blank=True)
    credit_limit = models.DecimalField(
        _("credit limit"), max_digits=15, decimal_places=2, null=True, blank=True
    )
    deferral_days = models.PositiveIntegerField(_("deferral, days"), null=True, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")

    def __str__(self) -> str:
        return self.name
