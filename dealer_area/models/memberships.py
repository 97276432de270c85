"""Who works for which dealer, and invitations to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealer_area.models.dealers import Dealer, Outlet

if TYPE_CHECKING:
    from base.models import User


class Role(models.TextChoices):
    """Presets of capabilities; `dealer_area.access.PRESETS` says which."""

    DIRECTOR = "director", _("director")
    HEAD = "head", _("head of department")
    BUYER = "buyer", _("buyer")
    SELLER = "seller", _("seller")
    ACCOUNTANT = "accountant", _("accountant")


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reading memberships."""

    def usable(self) -> Self:
        """Those that let in: the membership, its dealer and its person are all active."""
        return self.filter(is_active=True, dealer__is_active=True, user__is_active=True)

    def of(self, user: User) -> Self:
        """Memberships of a person, the oldest first, with dealer and base of 1C joined."""
        return (
            self.filter(user=user)
            .select_related("user", "dealer", "dealer__connection")
            .order_by("pk")
        )

    def for_dealer(self, dealer: Dealer) -> Self:
        """Everybody at a dealer, active people first, with person and outlets loaded."""
        return (
            self.filter(dealer=dealer)
            .select_related("user", "dealer")
            .prefetch_related("outlets")
            .order_by("-is_active", "pk")
        )

    def directors(self, dealer: Dealer) -> Self:
        """The directors of a dealer who can sign in."""
        return self.usable().filter(dealer=dealer, role=Role.DIRECTOR)


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
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

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


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reading invitations."""

    def open_at(self, at: datetime) -> Self:
        """Those that still let in at `at`: not accepted, not cancelled, not expired."""
        return self.filter(
            accepted_at=None, cancelled_at=None, expires_at__gt=at, dealer__is_active=True
        )

    def for_dealer(self, dealer: Dealer) -> Self:
        """Invitations to a dealer, the newest first, with outlets loaded."""
        return self.filter(dealer=dealer).prefetch_related("outlets").order_by("-invited_at", "-pk")

    def waiting(self) -> Self:
        """Neither accepted nor cancelled; an expired one still waits to be sent again."""
        return self.filter(accepted_at=None, cancelled_at=None)


class Invitation(models.Model):
    """A letter that lets a person in once. Only the hash of its token is kept."""

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("first and last name"), max_length=150, blank=True)
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

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email
