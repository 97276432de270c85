"""Who may change whom at a dealer.

The installation itself (`by=None`) and the supplier's people with the right to memberships may do
everything. A member who manages people gives no more than he has himself, keeps to his own
outlets, and touches neither himself nor anybody who has more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from base.models import User
from dealer_area.access import PRESETS, Capability, capabilities_of, entitlement_of
from dealer_area.models import Dealer, Membership, Outlet, Role

STAFF_PERMISSION = "dealer_area.change_membership"


class CompanyError(Exception):
    """What was asked cannot be done; its text is for the person who asked."""


class NotAllowed(CompanyError):
    """The person may not do this."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What a person may give at one dealer.

    `outlet_ids` limits him to outlets, empty means all. `user_id` is a member's own id: he does
    not change himself; None for who acts from outside.
    """

    dealer_id: int
    capabilities: frozenset[Capability]
    outlet_ids: frozenset[int] = frozenset()
    user_id: int | None = None

    def check_giving(self, role: Role, outlets: Collection[Outlet]) -> None:
        """Raise NotAllowed or CompanyError unless role and outlets may be given."""
        if any(outlet.dealer_id != self.dealer_id for outlet in outlets):
            raise CompanyError(_("This outlet belongs to another company."))
        if not self.covers(PRESETS[role]):
            raise NotAllowed(_("You cannot give a role with more rights than you have yourself."))
        if not self._covers_outlets(outlets):
            raise NotAllowed(_("You can only choose among the outlets you work for yourself."))

    def check_capabilities(self, wanted: Collection[Capability]) -> None:
        """Raise NotAllowed unless the capabilities may be given."""
        if not self.covers(wanted):
            raise NotAllowed(_("You cannot give a right that you do not have yourself."))

    def check_touching(self, membership: Membership) -> None:
        """Raise NotAllowed unless the member may be changed."""
        if membership.user_id == self.user_id:
            raise NotAllowed(
                _("Nobody changes his own rights: ask another director or your manager.")
            )
        if not self.covers(entitlement_of(membership)):
            raise NotAllowed(_("This person has more rights than you have yourself."))
        if not self._covers_outlets(membership.outlets.all()):
            raise NotAllowed(_("This person works for outlets that are not yours."))

    def may_touch(self, membership: Membership) -> bool:
        """Whether the member may be changed. No query when his outlets are loaded."""
        try:
            self.check_touching(membership)
        except NotAllowed:
            return False
        return True

    def roles(self) -> list[Role]:
        """Roles that may be given."""
        return [role for role in Role if self.covers(PRESETS[role])]

    def covers(self, wanted: Collection[Capability]) -> bool:
        """Whether each of the capabilities may be given."""
        return frozenset(wanted) <= self.capabilities

    def _covers_outlets(self, outlets: Collection[Outlet]) -> bool:
        if not self.outlet_ids:
            return True
        return bool(outlets) and {outlet.pk for outlet in outlets} <= self.outlet_ids


def authority_over(dealer: Dealer, by: User | None) -> Authority:
    """What `by` may give at a dealer. Raises NotAllowed for who may give nothing."""
    if by is None:
        return Authority(dealer.pk, frozenset(Capability))
    member = Membership.objects.usable().of(by).filter(dealer=dealer).first()
    if member is not None and Capability.MANAGE_PEOPLE in capabilities_of(member):
        return authority_of(member)
    if by.is_active and by.is_staff and by.has_perm(STAFF_PERMISSION):
        return Authority(dealer.pk, frozenset(Capability))
    raise NotAllowed(_("You have no right to manage people of this company."))


def authority_of(manager: Membership) -> Authority:
    """What a member who manages people may give at his dealer."""
    return Authority(
        manager.dealer_id,
        capabilities_of(manager),
        frozenset(outlet.pk for outlet in manager.outlets.all()),
        manager.user_id,
    )
