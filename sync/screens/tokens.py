"""Keys of programs that push records: who has one, a new one shown once, revoking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from base.models import User
from base.registers import moment_words
from sync.models import Connection, Token
from sync.protocol import tokens
from sync.screens.base import Screen
from sync.screens.lists import whole

VIEW = "sync.view_token"
ADD = "sync.add_token"
CHANGE = "sync.change_token"
SOON = timedelta(days=14)
"""A key that ends so soon is pointed out."""


class _TokenChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Keys by their names and bases."""

    def label_from_instance(self, obj: Any) -> str:
        """What it is for, and its base."""
        return f"{obj.name} — {obj.connection}"


class IssueForm(forms.Form):
    """What a new key is for. Choosing a key to replace is choosing its base."""

    connection = forms.ModelChoiceField(queryset=Connection.objects.order_by("name"))
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=120,
        help_text=gettext_lazy("The program and where it runs: people find the key by this."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Valid to and including"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: until it is revoked."),
    )
    replaces = _TokenChoice(
        label=gettext_lazy("Instead of"),
        required=False,
        queryset=Token.objects.none(),
        empty_label=gettext_lazy("of none: an additional key"),
        help_text=gettext_lazy(
            "The old key stays valid for seven days beside the new one: time to change it in 1C."
        ),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at
        self.fields["connection"].label = capfirst(_("1C base"))
        field = self.fields["replaces"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Token.objects.filter(revoked_at=None).select_related("connection")

    def clean_expires_on(self) -> date | None:
        """A key is for the time to come."""
        told: date | None = self.cleaned_data["expires_on"]
        if told is not None and told < timezone.localdate(self._at):
            raise forms.ValidationError(_("This day is over."), code="past")
        return told

    def clean(self) -> dict[str, Any]:
        """A key is changed for another of the same base."""
        cleaned = super().clean() or {}
        old, base = cleaned.get("replaces"), cleaned.get("connection")
        if old is not None and base is not None and old.connection_id != base.pk:
            self.add_error("replaces", _("This is a key of another base."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Row:
    """A key of the list in words."""

    token: Token
    state: str
    look: str
    is_valid: bool
    created: str
    used: str
    until: str


class TokensView(Screen, FormView[IssueForm]):
    """All keys, and a form for a new one. Its secret stands in the answer to the form alone."""

    permission_required = VIEW
    template_name = "sync/tokens.html"
    page_title = gettext_lazy("Keys of programs")
    header_icon = "key"
    form_class = IssueForm

    def get_initial(self) -> dict[str, Any]:
        """The key to replace, when one was chosen, else the only base."""
        told = whole(self.request.GET.get("replaces"))
        old = Token.objects.filter(pk=told).first() if told is not None else None
        if old is not None:
            return {"replaces": old.pk, "connection": old.connection_id, "name": old.name}
        bases = list(Connection.objects.values_list("pk", flat=True)[:2])
        return {"connection": bases[0]} if len(bases) == 1 else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the moment."""
        return {**super().get_form_kwargs(), "at": timezone.now()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Issue a key, for those who may."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: IssueForm) -> HttpResponse:
        """Show the new key. The answer is kept nowhere, and nothing leads back to it."""
        told = form.cleaned_data
        _token, secret = tokens.issue_token(
            connection=told["connection"],
            name=told["name"],
            by=_person(self.request),
            at=timezone.now(),
            expires_at=_end_of(told["expires_on"]),
            replaces=told["replaces"],
        )
        answer = self.render_to_response(
            self.get_context_data(
                secret=secret,
                issued=told["name"],
                address=self.request.build_absolute_uri(reverse("push:partners")),
                form=IssueForm(at=timezone.now(), initial=self.get_initial()),
            )
        )
        answer["Cache-Control"] = "no-store"
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The keys, those that open something first."""
        at = timezone.now()
        found = Token.objects.select_related("connection", "created_by").order_by("-pk")
        rows = sorted((_row(each, at) for each in found), key=lambda row: not row.is_valid)
        person = self.request.user
        return super().get_context_data(
            rows=rows,
            may_add=person.has_perm(ADD),
            may_change=person.has_perm(CHANGE),
            docs=reverse("push-docs") if person.has_perm("sync.view_connection") else "",
            **kwargs,
        )


class RevokeView(Screen, View):
    """Make a key open nothing any more."""

    permission_required = CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revoke it and go back to the list."""
        token = get_object_or_404(Token, pk=pk)
        tokens.revoke_token(token=token, by=_person(request), at=timezone.now())
        messages.success(
            request, _("The key “%(name)s” opens nothing any more.") % {"name": token.name}
        )
        return redirect("exchange:tokens")


def _row(token: Token, at: datetime) -> Row:
    valid = tokens.is_valid(token, at)
    if token.revoked_at is not None:
        state, look = _("revoked"), ""
    elif not valid:
        state, look = _("expired"), ""
    elif token.expires_at is not None and token.expires_at < at + SOON:
        state, look = _("ends soon"), "exchange-warn"
    else:
        state, look = _("valid"), "primary"
    return Row(
        token=token,
        state=state,
        look=look,
        is_valid=valid,
        created=moment_words(token.created_at),
        used=moment_words(token.used_at) if token.used_at else "",
        until=moment_words(token.revoked_at or token.expires_at)
        if token.revoked_at or token.expires_at
        else "",
    )


def _person(request: HttpRequest) -> User:
    """Who asks: a screen lets nobody in who is not signed in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _end_of(day: date | None) -> datetime | None:
    """The end of a day by the clock of the portal."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
