"""Forms of a base of 1C: what may stand in its settings, with errors that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from base.secrets import seal
from sync.channels import access
from sync.goods import plain_offers
from sync.models import Connection
from sync.protocol import connections
from sync.protocol.connections import BadAddress
from sync.protocol.families import VERSIONS

HELP: Mapping[str, Any] = MappingProxyType(
    {
        "user": gettext_lazy(
            "1C signs in with it. Change it before it is typed into 1C, later in both places."
        ),
        "time_zone": gettext_lazy(
            "Times in 1C's files are read by it. Change it if 1C's server lives by another zone."
        ),
        "use_zip": gettext_lazy(
            "1C then packs its files. Tick it if files are large and the way to the portal is slow."
        ),
        "file_limit": gettext_lazy(
            "1C cuts larger files into parts. Make it smaller if a proxy refuses large requests;"
            " 0: files are not cut."
        ),
        "charset": gettext_lazy(
            "Of the files with orders. Change it if 1C shows question marks instead of letters."
        ),
        "tells_session_key": gettext_lazy(
            "Untick it if an old 1C stops with an error right after signing in."
        ),
        "auto_import_minutes": gettext_lazy(
            "Make it smaller if the program sends files and never asks for their import;"
            " 0: a person decides."
        ),
        "absence_limit": gettext_lazy(
            "If a full load lacks more goods than this, a person is asked before they are hidden."
            " Raise it if the range changes much at a time."
        ),
        "picture_quota_mb": gettext_lazy(
            "Set it if the disk is small and the base has many pictures; 0: without a limit."
        ),
        "split_orders": gettext_lazy(
            "Change it if 1C keeps orders of one customer apart by warehouse or VAT rate."
        ),
        "unconfirmed_hours": gettext_lazy(
            "Raise it if 1C takes orders seldom, for instance not at weekends."
        ),
        "responsible": gettext_lazy("E-mail addresses, one a line; empty: the administrators."),
    }
)
"""What a setting is for and when to change it, by field."""

MAPPED = ("pack_multiple", "min_quantity", "brand", "series")
"""Keys of `Connection.field_map`."""

LEAST_LIMIT = 10_000
"""Bytes. A smaller limit would make thousands of requests of one file."""


def version_field() -> forms.ChoiceField:
    """The choice of the version in which orders are written."""
    return forms.ChoiceField(
        label=capfirst(gettext_lazy("CommerceML version of orders")),
        required=False,
        choices=[(each, each or gettext_lazy("the portal's own choice")) for each in VERSIONS],
        help_text=gettext_lazy("For a 1C that names none itself."),
    )


def addresses_field() -> forms.CharField:
    """Where 1C may come from."""
    return forms.CharField(
        label=capfirst(gettext_lazy("allowed addresses")),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Addresses or networks that 1C may come from, one a line: 203.0.113.7, 10.0.0.0/8,"
            " 2001:db8::/32. Empty: from anywhere."
        ),
    )


class CheckedSettings:
    """What the forms of a base check alike."""

    cleaned_data: dict[str, Any]

    def clean_time_zone(self) -> str:
        """A zone of the system's list: 1C's times are read by it."""
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError(_("There is no such time zone; an example: Europe/Moscow."))
        return zone

    def clean_allowed_addresses(self) -> str:
        """Addresses and networks as they are written, one a line."""
        text: str = self.cleaned_data["allowed_addresses"]
        try:
            found = connections.networks(text)
        except BadAddress as error:
            raise ValidationError(
                _(
                    "Line %(line)s: “%(text)s” is neither an address nor a network. Examples:"
                    " 203.0.113.7, 10.0.0.0/8, 2001:db8::/32."
                )
                % {"line": error.line, "text": error.text}
            ) from error
        return "\n".join(
            str(each.network_address) if each.num_addresses == 1 else str(each) for each in found
        )

    def clean_file_limit(self) -> int:
        """Nothing, or enough to be of use."""
        limit: int = self.cleaned_data["file_limit"]
        if 0 < limit < LEAST_LIMIT:
            raise ValidationError(
                _("At least %(least)s bytes, or 0 so that files are not split.")
                % {"least": LEAST_LIMIT}
            )
        return limit

    def clean_user(self) -> str:
        """A name that is not taken and that HTTP can carry."""
        user: str = self.cleaned_data["user"].strip()
        if ":" in user:
            raise ValidationError(_("A user name has no colon: HTTP parts it from the password."))
        taken = Connection.objects.filter(user=user)
        own = getattr(self, "instance", None)
        if own is not None and own.pk is not None:
            taken = taken.exclude(pk=own.pk)
        if taken.exists():
            raise ValidationError(_("Another base has this user name."))
        return user


def _mapped(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=250)


class ConnectionForm(CheckedSettings, WagtailAdminModelForm):
    """A base of 1C; its password is made here and shown once.

    `field_map` is written as one plain field for each of its keys.
    """

    pack_multiple = _mapped(gettext_lazy("pack multiple"))
    min_quantity = _mapped(gettext_lazy("minimum quantity"))
    brand = _mapped(gettext_lazy("brand"))
    series = _mapped(gettext_lazy("series"))
    schema_version = version_field()
    allowed_addresses = addresses_field()
    new_password = forms.BooleanField(
        label=capfirst(gettext_lazy("make a new password")),
        required=False,
        help_text=gettext_lazy("It is shown once, after saving. The old one stops working."),
    )
    new_odata_password = forms.CharField(
        label=capfirst(gettext_lazy("password of OData")),
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Empty: the one that is kept stays. It is never shown."),
    )
    made_password = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in MAPPED:
            self.fields[key].initial = self.instance.field_map.get(key, "")
        for key in HELP.keys() & self.fields.keys():
            self.fields[key].help_text = HELP[key]

    def clean_responsible(self) -> str:
        """E-mail addresses, one a line."""
        lines = str(self.cleaned_data["responsible"]).replace(",", "\n").splitlines()
        found = [line.strip() for line in lines if line.strip()]
        for number, address in enumerate(found, start=1):
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(
                    _("Line %(line)s: “%(text)s” is no e-mail address.")
                    % {"line": number, "text": address}
                ) from error
        return "\n".join(found)

    def clean_odata_url(self) -> str:
        """The address of a published base, without what is added to it."""
        url: str = self.cleaned_data["odata_url"].strip()
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValidationError(
                _(
                    "The address of the base begins with http:// or https://, for example"
                    " https://1c.example.ru/trade"
                )
            )
        return url.rstrip("/")

    def clean_folder(self) -> str:
        """A folder below the one that is set for the installation."""
        told: str = self.cleaned_data["folder"].strip().replace("\\", "/")
        folder = PurePosixPath(told)
        if told and (folder.is_absolute() or ".." in folder.parts or ":" in told):
            raise ValidationError(
                _("The folder lies inside that of the installation: a name like “ut11”.")
            )
        return str(folder) if told else ""

    def clean_absence_limit(self) -> int:
        """A share."""
        limit: int = self.cleaned_data["absence_limit"]
        if limit > 100:
            raise ValidationError(_("A share is between 0 and 100 %."))
        return limit

    def clean(self) -> dict[str, Any]:
        """The password of OData is not sent to another computer than it was typed for."""
        cleaned = super().clean() or self.cleaned_data
        old, new = self.initial.get("odata_url") or "", cleaned.get("odata_url") or ""
        is_kept = self.instance.odata_password and not cleaned.get("new_odata_password")
        if is_kept and new and access.moves(old, new):
            self.add_error(
                "new_odata_password",
                _("The address names another computer: type the password for it."),
            )
        return cleaned

    def save(self, commit: bool = True) -> Connection:
        """Save; a new password is made when it was asked for."""
        words = {key: self.cleaned_data[key].strip() for key in MAPPED}
        self.instance.field_map = {key: name for key, name in words.items() if name}
        if self.cleaned_data.get("new_odata_password"):
            self.instance.odata_password = seal(self.cleaned_data["new_odata_password"])
        connection: Connection = super().save(commit=commit)
        if commit and "plain_offers" in self.changed_data:
            plain_offers.apply_rule(connection=connection, by=self.for_user, at=timezone.now())
        if self.cleaned_data.get("new_password"):
            self.made_password = connections.new_password()
            connections.set_password(
                connection=connection, password=self.made_password, by=self.for_user
            )
        return connection


class FirstStep(forms.Form):
    """What the base is called, and which configuration it is."""

    name = forms.CharField(
        label=capfirst(gettext_lazy("name")),
        max_length=120,
        help_text=gettext_lazy("As your people call it: “УТ 11, Москва”."),
    )
    family = forms.ChoiceField(
        label=capfirst(gettext_lazy("configuration of 1C")),
        choices=Connection.Family.choices,
        widget=forms.RadioSelect,
        initial=Connection.Family.UT11,
    )


class SecondStep(CheckedSettings, forms.ModelForm[Connection]):
    """How it talks: filled in for the configuration, to be changed where that is known better."""

    schema_version = version_field()
    allowed_addresses = addresses_field()

    class Meta:
        model = Connection
        fields = (
            "name",
            "family",
            "user",
            "time_zone",
            "allowed_addresses",
            "use_zip",
            "file_limit",
            "charset",
            "schema_version",
            "tells_session_key",
            "auto_import_minutes",
            "absence_limit",
        )
        widgets = {"name": forms.HiddenInput, "family": forms.HiddenInput}
        help_texts = dict(HELP)

    def save(self, commit: bool = True) -> Connection:
        """The base is made by a verb of its own, with its password."""
        raise NotImplementedError("use connections.create_connection")
