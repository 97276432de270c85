"""Forms of the registers of dealers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from base.texts import name_key
from dealer_area import tasks
from dealer_area.models import Invitation, Membership, Outlet, StatusMap


class DealerForm(WagtailAdminModelForm):
    """A dealer; everything of 1C in it belongs to one base, which does not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["connection"].disabled = True
            price_type = self.fields["price_type"]
            price_type.queryset = price_type.queryset.filter(
                connection=self.instance.connection_id, archived=False
            )

    def clean(self) -> dict[str, Any]:
        """Partner and price type are of the dealer's base."""
        found: dict[str, Any] = super().clean()
        base = found.get("connection")
        for name in ("partner", "price_type"):
            chosen = found.get(name)
            if base and chosen and chosen.connection_id != base.pk:
                self.add_error(name, _("This object belongs to another base of 1C."))
        return found

    def is_valid(self) -> bool:
        """Also the rows: nothing that orders may refer to is deleted, and the base is the same."""
        return bool(super().is_valid()) and self._rows_are_valid()

    def _rows_are_valid(self) -> bool:
        if any(form.instance.pk for rows in self.formsets.values() for form in rows.deleted_forms):
            self.add_error(None, _("Switch off what is not needed instead of deleting it."))
            return False
        base = self.cleaned_data["connection"]
        for form in self.formsets["legal_entities"].forms:
            counterparty = form.cleaned_data.get("counterparty")
            if counterparty and counterparty.connection_id != base.pk:
                form.add_error("counterparty", _("This object belongs to another base of 1C."))
                return False
        return True


class MembershipForm(WagtailAdminModelForm):
    """Role, outlets and access of a person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outlets = self.fields["outlets"]
        outlets.queryset = Outlet.objects.filter(dealer=self.instance.dealer_id)
        outlets.widget = forms.CheckboxSelectMultiple(choices=outlets.choices)
        outlets.help_text = _("None ticked: all outlets of the company, those opened later too.")

    class Meta:
        model = Membership
        fields = ("role", "outlets", "is_active")


class InvitationForm(WagtailAdminModelForm):
    """Whom the supplier's people invite."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dealer = self.fields["dealer"]
        dealer.label = _("Dealer")
        dealer.queryset = dealer.queryset.filter(is_active=True)

    class Meta:
        model = Invitation
        fields = ("dealer", "email", "name", "role")


class StatusMapForm(WagtailAdminModelForm):
    """A status of 1C; equal names in another case are one."""

    def clean(self) -> dict[str, Any]:
        """The name is new for its base."""
        found: dict[str, Any] = super().clean()
        self.instance.name_key = name_key(found.get("name") or "")
        others = StatusMap.objects.filter(
            connection=found.get("connection"), name_key=self.instance.name_key
        ).exclude(pk=self.instance.pk)
        if others.exists():
            self.add_error("name", _("This status is in the list already."))
        return found

    def save(self, commit: bool = True) -> StatusMap:
        """Write it; orders that wait in this status follow."""
        found: StatusMap = super().save(commit)
        if commit:
            tasks.take_status_again.later(found.pk)
        return found
