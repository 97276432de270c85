"""The register of people: everybody who can sign in, dealers' and the supplier's."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.models import User
from base.registers import Register, Section, flag, moment, text


class PeopleRegister(Register):
    """Who can sign in. Accounts are changed in the settings, memberships among the dealers."""

    model = User
    menu_icon = "user"
    menu_order = 320
    menu_label = gettext_lazy("Accounts")
    list_display = ("person", "email", "phone", "staff", "active", "seen")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "~name")
    ordering = ("-pk",)
    inspect_view_fields = ("person", "email", "phone", "staff", "active", "joined", "seen")
    person = text("name", gettext_lazy("first and last name"))
    staff = flag("is_staff", gettext_lazy("supplier's person"))
    active = flag("is_active", gettext_lazy("active"))
    joined = moment("joined_at", gettext_lazy("joined"))
    seen = moment("last_login", gettext_lazy("last signed in"))

    def sections(self, instance: User) -> Iterable[Section]:
        """Groups of the supplier's people."""
        rows = [(group.name,) for group in instance.groups.order_by("name")]
        yield Section(_("Groups"), (_("name"),), rows, _("Member of no group."))
