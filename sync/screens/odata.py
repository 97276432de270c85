"""OData of a base: where it is, whether it answers, and what is fetched by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin import messages

from sync.channels import access, asking
from sync.channels.probing import Probe, probe
from sync.models import Connection, Schedule
from sync.screens.base import Screen

RIGHT = "sync.change_connection"


class AccessForm(forms.Form):
    """How the base is reached. The password is never shown: an empty field keeps it."""

    address = forms.CharField(
        label=gettext_lazy("Address of the base"),
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={"placeholder": "https://1c.example.ru/trade", "inputmode": "url"}
        ),
        help_text=gettext_lazy(
            "As it is published on the web server; “/odata/standard.odata” is added by itself. "
            "The portal must reach it, by a VPN if need be."
        ),
    )
    user = forms.CharField(
        label=gettext_lazy("User of 1C"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("One of its own, with rights to read only."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if connection.odata_password:
            self.fields["password"].help_text = _(
                "It is set and cannot be shown. Leave the field empty to keep it."
            )

    def clean_address(self) -> str:
        """The address of a base, or none."""
        address: str = self.cleaned_data["address"].strip()
        if address:
            try:
                asking.checked_address(address)
            except ValueError as error:
                raise forms.ValidationError(str(error), code="address") from error
        return address

    def save(self, *, by: Any) -> bool:
        """Keep it; False, with words at the field, when the password is needed anew."""
        try:
            access.set_access(
                connection=self.connection, by=by, at=timezone.now(), **self.cleaned_data
            )
        except access.PasswordNeeded:
            self.add_error(
                "password",
                _("The address names another computer: type the password for it."),
            )
            return False
        return True


@dataclass(frozen=True)
class KindRow:
    """A kind of data that OData can bring."""

    kind: str
    label: str
    is_fetched: bool
    schedule: int | None


class AllOdataView(Screen, View):
    """Leads to the OData of the first base."""

    permission_required = RIGHT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """There is always one, or one is to be made first."""
        base = Connection.objects.order_by("-odata_url", "pk").first()
        if base is None:
            return redirect("exchange:connect")
        return redirect("exchange:odata-of", pk=base.pk)


class OdataView(Screen, FormView[AccessForm]):
    """The form, with what the base answered when it has just been tried."""

    permission_required = RIGHT
    template_name = "sync/odata.html"
    header_icon = "globe"
    form_class = AccessForm

    @cached_property
    def base(self) -> Connection:
        """The base of the address."""
        found: Connection = get_object_or_404(Connection, pk=self.kwargs["pk"])
        return found

    def get_page_title(self) -> str:
        """Whose OData it is."""
        return _("OData: %(base)s") % {"base": self.base.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The base with the rest."""
        return {**super().get_form_kwargs(), "connection": self.base}

    def get_initial(self) -> dict[str, Any]:
        """What is kept, the password left out."""
        return {"address": self.base.odata_url, "user": self.base.odata_user}

    def form_valid(self, form: AccessForm) -> HttpResponse:
        """Keep it and, when asked so, try it at once."""
        if not form.save(by=self.request.user):
            return self.form_invalid(form)
        if "test" in self.request.POST and self.base.odata_url:
            again = AccessForm(connection=self.base, initial=self.get_initial())
            return self.render_to_response(
                self.get_context_data(form=again, probes=probe(self.base))
            )
        messages.success(self.request, _("The access by OData is saved."))
        return redirect("exchange:odata-of", pk=self.base.pk)

    def form_invalid(self, form: AccessForm) -> HttpResponse:
        """The form with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The bases to choose among, the kinds, and what was answered."""
        probes: list[Probe] = kwargs.pop("probes", [])
        return super().get_context_data(
            base=self.base,
            bases=list(Connection.objects.order_by("pk").values_list("pk", "name")),
            kinds=_kinds(self.base),
            missing=[each for each in probes if each.ok is False],
            is_there=any(each.ok for each in probes),
            # what a person has to see to comes first
            probes=sorted(probes, key=lambda each: (each.ok is not False, not each.needed)),
            **kwargs,
        )


class OdataKindsView(Screen, View):
    """Which kinds are fetched by OData."""

    permission_required = RIGHT

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Keep the choice."""
        base = get_object_or_404(Connection, pk=pk)
        kinds = [kind for kind in request.POST.getlist("kinds") if kind in access.KINDS]
        if kinds and not base.odata_url:
            messages.error(request, _("First say where the base is."))
        else:
            by: Any = request.user
            access.choose_kinds(connection=base, kinds=kinds, by=by, at=timezone.now())
            messages.success(request, _("The choice is saved."))
        return redirect("exchange:odata-of", pk=pk)


def _kinds(connection: Connection) -> list[KindRow]:
    rows = {row.kind: row for row in connection.schedules.all()}
    found = []
    for kind in access.KINDS:
        row = rows.get(kind)
        is_fetched = row is not None and row.channel == Schedule.Channel.ODATA
        label = capfirst(str(Schedule.Kind(kind).label))
        found.append(KindRow(kind, label, is_fetched, row.pk if row else None))
    return found
