"""Who may do what at a dealer: capabilities, the presets of the roles, the membership in use.

A role is a preset; single capabilities are given or taken besides (`Membership.granted`,
`Membership.revoked`). Rules in words: docs/features/access.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from base.models import User
from dealer_area.models import Membership, Role
from sync.models import Connection
from sync.visibility import Visibility

P = ParamSpec("P")

SESSION_KEY = "membership"
"""Where the session keeps the membership in use: a default, never the right itself."""

FORM_FIELD = "membership"
"""The field by which every form that writes says for which membership it was filled in."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Capability(models.TextChoices):
    """What a member may do or see. Kept by value in memberships: never rename a value."""

    SEE_PURCHASE_PRICES = "see_purchase_prices", _("sees purchase prices")
    PLACE_ORDERS = "place_orders", _("places orders")
    APPROVE = "approve", _("approves orders of others")
    MANAGE_PEOPLE = "manage_people", _("invites people and gives rights")
    MANAGE_LEGAL_ENTITIES = "manage_legal_entities", _("manages outlets and legal entities")
    MANAGE_MARKUP = "manage_markup", _("sets the markup of the salon")
    SEE_SETTLEMENTS = "see_settlements", _("sees settlements and documents")
    SEE_ALL_ORDERS = "see_all_orders", _("sees orders of colleagues")


PRESETS: Mapping[Role, frozenset[Capability]] = {
    Role.DIRECTOR: frozenset(Capability),
    Role.HEAD: frozenset(
        {
            Capability.SEE_PURCHASE_PRICES,
            Capability.PLACE_ORDERS,
            Capability.APPROVE,
            Capability.SEE_ALL_ORDERS,
        }
    ),
    Role.BUYER: frozenset({Capability.SEE_PURCHASE_PRICES, Capability.PLACE_ORDERS}),
    Role.SELLER: frozenset({Capability.PLACE_ORDERS}),
    # whoever keeps the documents sees the sums in them
    Role.ACCOUNTANT: frozenset(
        {
            Capability.SEE_PURCHASE_PRICES,
            Capability.SEE_SETTLEMENTS,
            Capability.SEE_ALL_ORDERS,
        }
    ),
}
"""Capabilities of each role before single ones are given or taken (PRODUCT, The people)."""


def capabilities_of(membership: Membership) -> frozenset[Capability]:
    """What a member may do now; nothing at all when he, his dealer or his account is inactive."""
    if not (membership.is_active and membership.dealer.is_active and membership.user.is_active):
        return frozenset()
    return entitlement_of(membership)


def entitlement_of(membership: Membership) -> frozenset[Capability]:
    """What a member may do while he is active: his role, what was given, less what was taken."""
    given = PRESETS[Role(membership.role)] | known(membership.granted)
    return given - known(membership.revoked)


def can(membership: Membership, capability: Capability) -> bool:
    """Whether a member has the capability."""
    return capability in capabilities_of(membership)


def known(values: Iterable[str]) -> frozenset[Capability]:
    """The capabilities among `values`; a value of a later or earlier version gives nothing."""
    return frozenset(Capability(value) for value in values if value in Capability.values)


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The memberships the signed-in person can use, oldest first; one query per request."""
    found = cast("list[Membership] | None", getattr(request, "_memberships", None))
    if found is None:
        user = request.user
        found = list(Membership.objects.usable().of(user)) if user.is_authenticated else []
        request._memberships = found  # type: ignore[attr-defined]
    return found


def membership_of(request: HttpRequest) -> Membership | None:
    """The membership in use: the one the form was made for, the session's choice, else the oldest.

    A choice that is no longer usable gives way to the oldest usable one; None when there is none.
    """
    chosen = cast("Membership | None", getattr(request, "membership", None))
    if chosen is not None:
        return chosen
    found = memberships_of(request)
    if not found:
        return None
    wanted = request.session.get(SESSION_KEY)
    return next((one for one in found if one.pk == wanted), found[0])


def use_membership(request: HttpRequest, pk: int) -> Membership:
    """Make one's own membership the session's choice. 404 for any other."""
    for membership in memberships_of(request):
        if membership.pk == pk:
            request.session[SESSION_KEY] = pk
            request.membership = membership  # type: ignore[attr-defined]
            return membership
    raise Http404


View: TypeAlias = Callable[Concatenate[Any, P], HttpResponseBase]
"""A view; its request may be annotated as the narrower `member_request.MemberRequest`."""


def require(*capabilities: Capability) -> Callable[[View[P]], View[P]]:
    """Let a view be used by members who have all of `capabilities`; it finds `request.membership`.

    Without a membership or a capability the answer is 403. A form that writes has to name its
    membership (`FORM_FIELD`): its own tab's one is used even when another tab switched since; one
    that is not the person's is 404, none at all is 400. Objects of other dealers are the view's
    matter: it asks a QuerySet that does not find them.
    """
    needed = frozenset(capabilities)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = _named(request) or membership_of(request)
            if membership is None or not needed <= capabilities_of(membership):
                raise PermissionDenied
            request.membership = membership  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return cast("View[P]", guarded)

    return decorate


def _named(request: HttpRequest) -> Membership | None:
    """The membership a form that writes was filled in for."""
    if request.method in SAFE_METHODS or not memberships_of(request):
        return None
    value = request.POST.get(FORM_FIELD, "")
    if not value:
        raise BadRequest("The form does not say for which membership it was filled in.")
    for membership in memberships_of(request):
        if str(membership.pk) == value:
            return membership
    raise Http404


def visibility_of(membership: Membership | None, user: User) -> Visibility:
    """Whose goods a person sees: his dealer's base of 1C; staff without a dealer see every base."""
    if membership is not None:
        return Visibility(connection_ids=frozenset({membership.dealer.connection_id}))
    if user.is_staff:
        active = Connection.objects.filter(is_active=True).values_list("pk", flat=True)
        return Visibility(connection_ids=frozenset(active))
    return Visibility(connection_ids=frozenset())
