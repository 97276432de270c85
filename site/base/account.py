"""The page of one's own account in the admin, with the one name that our people have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView, BaseSettingsPanel, NameEmailSettingsPanel

from base.models import User


class NameForm(forms.ModelForm[User]):
    """Name and phone; the address is changed by an administrator."""

    class Meta:
        model = User
        fields = ("name", "phone")


class NamePanel(BaseSettingsPanel):
    """Takes the place of Wagtail's first and last name, which our people do not have."""

    name = "person"
    title = _("Name and phone")
    order = 100
    form_class = NameForm


class OwnAccountView(AccountView):
    """Wagtail's page with our panel."""

    def get_panels(self) -> list[BaseSettingsPanel]:
        """Wagtail's panels without the one of names, and ours first."""
        found: list[Any] = super().get_panels()
        others = [panel for panel in found if not isinstance(panel, NameEmailSettingsPanel)]
        own = NamePanel(self.request, self.request.user, None)
        return [own, *others]


own_account = require_admin_access(OwnAccountView.as_view())
