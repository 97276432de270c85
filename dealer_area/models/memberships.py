"""Who works for which dealer, and invitations to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dealer_area.models.dealers import Dealer, Outlet


class Role(models.TextChoices):
    """Presets of capabilities; `dealer_area.access.PRESETS` says which."""

    DIRECTOR = "director", _("director")
    HEAD = "head", _("head of department")
    BUYER = "buyer", _("buyer")
    SELLER = "seller", _("seller")
    ACCOUNTANT = "accountant", _("accountant")


class Membership(models.Model):
    """A person at a dealer.

    `granted` and `revoked` list single capabilities that the director gave or took besides the
    role. `outlets` limits the person to some outlets; none means all.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    dealer = models.ForeignKey(
        Dealer, verbose_name=_("dealer"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    granted = models.JSONField(_("given besides the role"), default=list, blank=True)
    revoked = models.JSONField(_("taken from the role"), default=list, blank=True)
    outlets = models.ManyToManyField(
        Outlet, verbose_name=_("outlets"), blank=True, related_name="memberships"
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "dealer"], name="dealer_area_membership_user_dealer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.dealer}"


class Invitation(models.Model):
    """A letter that lets a person in once. Only the hash of its token is kept."""

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    outlets = models.ManyToManyField(Outlet, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email
