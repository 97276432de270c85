"""Forms about a company's people. They offer only what the manager may give."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dealer_area.access import Capability, entitlement_of
from dealer_area.authority import authority_of
from dealer_area.models import Invitation, Membership, Outlet, Role


class OutletsField(forms.ModelMultipleChoiceField[Outlet]):
    """Outlets out of those that are offered."""

    def clean(self, value: Any) -> Any:
        """Refuse what is not offered before a database is asked, which may not hold the number."""
        offered = {str(one.pk) for one in self.queryset or ()}
        strange = [one for one in value or () if str(one) not in offered]
        if strange:
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": strange[0]},
            )
        return super().clean(value)


class PlaceForm(forms.Form):
    """A role and the outlets to work for."""

    role = forms.TypedChoiceField(
        label=_("Role"), coerce=Role, widget=forms.Select(attrs={"class": "input"})
    )
    outlets = OutletsField(
        label=_("Outlets"),
        queryset=Outlet.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all outlets of the company, those opened later too."),
    )

    def __init__(self, manager: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authority = authority_of(manager)
        role, outlets = self.fields["role"], self.fields["outlets"]
        assert isinstance(role, forms.TypedChoiceField)  # noqa: S101
        assert isinstance(outlets, OutletsField)  # noqa: S101
        role.choices = [(one.value, capfirst(one.label)) for one in authority.roles()]
        outlets.queryset = Outlet.objects.for_membership(manager)
        if authority.outlet_ids:
            outlets.required = True
            outlets.help_text = _("You can only choose among the outlets you work for yourself.")


class InviteForm(PlaceForm):
    """Whom to write to, and what he will be."""

    email = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_("The letter with the link goes there; it is the sign-in name as well."),
    )
    name = forms.CharField(
        label=_("First and last name"),
        max_length=Invitation._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    field_order = ("email", "name", "role", "outlets")


class CapabilitiesForm(forms.Form):
    """Single capabilities of a member."""

    capabilities = forms.TypedMultipleChoiceField(
        label=_("Rights"),
        coerce=Capability,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, manager: Membership, member: Membership, *args: Any, **kwargs: Any) -> None:
        own = entitlement_of(member)
        kwargs.setdefault("initial", {"capabilities": [one.value for one in own]})
        super().__init__(*args, **kwargs)
        field = self.fields["capabilities"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101
        offered = authority_of(manager).capabilities
        field.choices = [(one.value, capfirst(one.label)) for one in Capability if one in offered]


class AcceptForm(forms.Form):
    """Who the invited person is and his password."""

    name = forms.CharField(
        label=_("First and last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
        help_text=_("At least 10 characters; not only digits, no common word, not your address."),
    )
