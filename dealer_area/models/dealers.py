"""Dealer companies, their outlets and legal entities."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from sync.models import Connection, Counterparty, Partner, PriceType

if TYPE_CHECKING:
    from dealer_area.models.memberships import Membership


class Dealer(ClusterableModel):
    """A client company group. Orders from one base of 1C.

    `markup_percent` is added to the purchase price for the salon's retail price.
    `price_type` serves contracts that name none.
    """

    name = models.CharField(_("name"), max_length=250)
    connection = models.ForeignKey(
        Connection, verbose_name=_("1C base"), on_delete=models.PROTECT, related_name="+"
    )
    partner = models.OneToOneField(
        Partner,
        verbose_name=_("partner in 1C"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dealer",
    )
    price_type = models.ForeignKey(
        PriceType,
        verbose_name=_("price type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    markup_percent = models.DecimalField(
        _("markup, %"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(999)],
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("dealer")
        verbose_name_plural = _("dealers")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(markup_percent__gte=0), name="dealer_area_dealer_markup"
            ),
        )

    def __str__(self) -> str:
        return self.name


class OutletQuerySet(models.QuerySet["Outlet"]):
    """Reading outlets."""

    def for_membership(self, membership: Membership) -> Self:
        """Active outlets a member works for: those he is limited to, else all of the dealer."""
        found = self.filter(dealer_id=membership.dealer_id, is_active=True)
        own = [outlet.pk for outlet in membership.outlets.all()]
        return found.filter(pk__in=own) if own else found


class Outlet(models.Model):
    """A salon or a shop where people work; an order is made for one."""

    dealer = ParentalKey(
        Dealer, verbose_name=_("dealer"), on_delete=models.CASCADE, related_name="outlets"
    )
    name = models.CharField(_("name"), max_length=150)
    address = models.CharField(_("address"), max_length=300, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class LegalEntityQuerySet(models.QuerySet["LegalEntity"]):
    """Reading legal entities."""

    def for_dealer(self, dealer: Dealer) -> Self:
        """Active legal entities of a dealer with their counterparties joined."""
        return self.filter(dealer=dealer, is_active=True).select_related("counterparty")


class LegalEntity(models.Model):
    """A legal entity of a dealer; `counterparty` is empty until 1C knows it."""

    dealer = ParentalKey(
        Dealer, verbose_name=_("dealer"), on_delete=models.CASCADE, related_name="legal_entities"
    )
    counterparty = models.OneToOneField(
        Counterparty,
        verbose_name=_("counterparty in 1C"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="legal_entity",
    )
    name = models.CharField(_("name"), max_length=250)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = LegalEntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
