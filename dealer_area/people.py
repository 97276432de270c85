"""What the pages about a company's people show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dealer_area.access import PRESETS, Capability, entitlement_of, known
from dealer_area.authority import authority_of
from dealer_area.models import Invitation, Membership, Outlet, Role


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the list of people. `given` and `taken` are words for differences from the role."""

    membership: Membership
    outlets: str
    given: tuple[str, ...]
    taken: tuple[str, ...]
    is_self: bool
    can_be_changed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation that was not accepted yet."""

    invitation: Invitation
    outlets: str
    is_expired: bool


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A capability and, for each role in order, whether the role has it."""

    capability: str
    has: tuple[bool, ...]


def people_of(manager: Membership) -> list[Person]:
    """Everybody at the manager's dealer, active people first. Two queries and the manager's own."""
    authority = authority_of(manager)
    return [
        Person(
            membership=one,
            outlets=outlet_words(one.outlets.all()),
            given=_words(entitlement_of(one) - PRESETS[Role(one.role)]),
            taken=_words(PRESETS[Role(one.role)] & known(one.revoked)),
            is_self=one.pk == manager.pk,
            can_be_changed=authority.may_touch(one),
        )
        for one in Membership.objects.for_dealer(manager.dealer)
    ]


def waiting_at(manager: Membership, at: datetime) -> list[Waiting]:
    """Invitations of the manager's dealer that nobody accepted yet, newest first."""
    return [
        Waiting(
            invitation=one,
            outlets=outlet_words(one.outlets.all()),
            is_expired=one.expires_at <= at,
        )
        for one in Invitation.objects.for_dealer(manager.dealer).waiting()
    ]


def role_rows() -> list[RoleRow]:
    """What each role may do, one row for each capability."""
    return [
        RoleRow(str(capability.label), tuple(capability in PRESETS[role] for role in Role))
        for capability in Capability
    ]


def outlet_words(outlets: Collection[Outlet]) -> str:
    """Names of the outlets a person is limited to, or that there is no limit."""
    return ", ".join(outlet.name for outlet in outlets) or _("all outlets")


def _words(capabilities: Collection[Capability]) -> tuple[str, ...]:
    return tuple(str(one.label) for one in Capability if one in capabilities)
