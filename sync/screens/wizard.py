"""Setting up a base of 1C: what it is, how it talks, what to type into 1C, whether it arrives.

The password is made with the base. It is kept sealed in the session of the person who made it, for
:data:`SHOWN_FOR` or until "I have written it down", so that the page can be printed and loaded
again; the database has its hash alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from base.secrets import Unsealable, seal, unseal
from sync.models import Connection
from sync.protocol import connections, contact, families
from sync.protocol.views import PROBE
from sync.registers.connection_form import FirstStep, SecondStep
from sync.screens.base import Screen
from sync.screens.schedules import person_of

SHOWN_FOR = timedelta(minutes=30)
"""How long a new password can be looked at by whoever made it."""

FROM_FIRST = ("name", "family")


def _kept_in(pk: int) -> str:
    return f"exchange-password-{pk}"


def keep_password(request: HttpRequest, connection: Connection, password: str) -> None:
    """Keep the password for the page that shows it."""
    until = (timezone.now() + SHOWN_FOR).timestamp()
    request.session[_kept_in(connection.pk)] = [seal(password), until]


def kept_password(request: HttpRequest, connection: Connection) -> str:
    """The password while it may be shown, else empty."""
    sealed, until = request.session.get(_kept_in(connection.pk), ("", 0))
    if not sealed or until < timezone.now().timestamp():
        request.session.pop(_kept_in(connection.pk), None)
        return ""
    try:
        return unseal(sealed)
    except Unsealable:
        return ""


class ConnectScreen(Screen, FormView[FirstStep]):
    """The first step: a name and a configuration."""

    permission_required = "sync.add_connection"
    template_name = "sync/wizard.html"
    form_class = FirstStep
    page_title = gettext_lazy("Connect a base of 1C")
    header_icon = "link"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the number of the step."""
        return super().get_context_data(**kwargs, step=1)

    def form_valid(self, form: FirstStep) -> HttpResponse:
        """On to the settings, what was said so far in the address: nothing is stored yet."""
        self.request.session["exchange-wizard"] = form.cleaned_data
        return redirect("exchange:connect-settings")


class SettingsScreen(Screen, FormView[SecondStep]):
    """The second step: settings, filled in for the configuration."""

    permission_required = "sync.add_connection"
    template_name = "sync/wizard.html"
    form_class = SecondStep
    page_title = gettext_lazy("Connect a base of 1C")
    header_icon = "link"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Back to the first step for whoever has not been there."""
        if self.has_permission() and "exchange-wizard" not in request.session:
            return redirect("exchange:connect")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What the configuration wants, and a user name that is free."""
        first = self.request.session["exchange-wizard"]
        return {
            **families.preset(first["family"]),
            **first,
            "time_zone": "Europe/Moscow",
            "user": connections.free_user(f"1c-{first['family']}"),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the number of the step and the configuration in words."""
        family = self.request.session["exchange-wizard"]["family"]
        words = dict(Connection.Family.choices).get(family, family)
        return super().get_context_data(**kwargs, step=2, family=words)

    def form_valid(self, form: SecondStep) -> HttpResponse:
        """Make the base and show what to type into 1C."""
        password = connections.new_password()
        made = connections.create_connection(
            **form.cleaned_data, password=password, by=person_of(self.request)
        )
        del self.request.session["exchange-wizard"]
        keep_password(self.request, made, password)
        return redirect("exchange:connected", made.pk)


class _OneBase(Screen):
    """A screen of one base."""

    permission_required = "sync.view_connection"
    header_icon = "link"

    @property
    def connection(self) -> Connection:
        """The base of the address."""
        if not hasattr(self, "_connection"):
            self._connection = get_object_or_404(Connection, pk=self.kwargs["pk"])
        return self._connection

    def get_page_title(self) -> str:
        """The name of the base."""
        return self.connection.name

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """The list of bases."""
        return [(reverse("sync_connection_modeladmin_index"), _("1C bases"))]


class ConnectedScreen(_OneBase, TemplateView):
    """The third step, and what is looked at later: credentials, the check, the last contact."""

    template_name = "sync/connected.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What to type, and how far 1C has come."""
        base = self.connection
        address = self.request.build_absolute_uri(reverse("sync:exchange"))
        check = self.request.build_absolute_uri(reverse("sync:exchange-check"))
        may_change = self.request.user.has_perm("sync.change_connection")
        return super().get_context_data(
            **kwargs,
            base=base,
            step=3,
            address=address,
            check=check,
            check_path=reverse("sync:exchange-check"),
            probe=PROBE,
            password=kept_password(self.request, base) if may_change else "",
            may_change=may_change,
            guide=families.guide(base.family),
            **_contact(base),
        )


class ContactFragment(_OneBase, View):
    """How far 1C has come, alone: the page asks for it again and again."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The fragment."""
        return render(request, "sync/_contact.html", _contact(self.connection))


class SheetScreen(_OneBase, View):
    """What to type into 1C, as a text to be saved or sent to whoever looks after 1C."""

    permission_required = "sync.change_connection"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The text; with the password only while that may be shown."""
        base = self.connection
        context = {
            "base": base,
            "address": request.build_absolute_uri(reverse("sync:exchange")),
            "password": kept_password(request, base),
            "guide": families.guide(base.family),
        }
        text = render_to_string("sync/connected.txt", context)
        return HttpResponse(
            text.replace("\n", "\r\n").encode("utf-8-sig"),
            content_type="text/plain; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="1c-{base.pk}.txt"',
                "Cache-Control": "no-store",
            },
        )


class ForgetScreen(_OneBase, View):
    """The password was written down."""

    permission_required = "sync.change_connection"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it no more."""
        request.session.pop(_kept_in(self.connection.pk), None)
        return redirect("exchange:connected", pk)


class NewPasswordScreen(_OneBase, View):
    """A new password in place of one that was lost."""

    permission_required = "sync.change_connection"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it and show it."""
        password = connections.new_password()
        connections.set_password(
            connection=self.connection, password=password, by=person_of(request)
        )
        keep_password(request, self.connection, password)
        return redirect("exchange:connected", pk)


def _contact(base: Connection) -> dict[str, Any]:
    return {
        "signs": contact.signs(base),
        "refusal": contact.last_refusal(base),
        "asked_at": timezone.now(),
    }
