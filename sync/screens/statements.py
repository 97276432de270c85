"""Bank statements: a person hands them in, and sees what became of the last ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages

from sync.files.receiving import Refused
from sync.models import Connection, Payment, Run
from sync.runs import uploading
from sync.screens.base import Screen
from sync.screens.lists import choose_base
from sync.tasks import QUEUE

SHOWN = 20
LARGEST = 50 * 1024 * 1024
"""Bytes of a statement: one of a year has a few millions."""

VIEW = "sync.view_payment"
ADD = "sync.add_payment"


class StatementForm(forms.Form):
    """The base whose money it is, and the file."""

    connection = forms.ModelChoiceField(
        label=gettext_lazy("1C base"), queryset=Connection.objects.none()
    )
    file = forms.FileField(
        label=gettext_lazy("statement"),
        help_text=gettext_lazy("A text in the format 1CClientBankExchange, as the bank gives it."),
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bases = Connection.objects.filter(is_active=True).order_by("name")
        choose_base(self.fields["connection"], bases)

    def clean_file(self) -> Any:
        """No larger than a statement can be."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than any statement."))
        return file


class StatementsScreen(Screen, TemplateView):
    """The form, and the last statements by whatever channel."""

    permission_required = VIEW
    template_name = "sync/statements.html"
    page_title = gettext_lazy("Bank statements")
    header_icon = "table"

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The last runs with what they brought, and money that nobody could place."""
        runs = Run.objects.filter(kind="bank").select_related("connection", "file", "by")
        return super().get_context_data(
            form=kwargs.pop("form", None) or StatementForm(),
            runs=runs.order_by("-pk")[:SHOWN],
            is_open=any(run.state in {"queued", "running"} for run in runs.order_by("-pk")[:SHOWN]),
            lost=Payment.objects.filter(source="bank", order_number="").count(),
            payments=reverse("sync_payment_modeladmin_index"),
            may_add=self.request.user.has_perm(ADD),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Store the statement and queue it, or say what is wrong with it."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        form = StatementForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                uploading.upload(
                    connection=form.cleaned_data["connection"],
                    kind="bank",
                    name=file.name,
                    content=file.chunks(),
                    rehearsal=False,
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                    queue=QUEUE,
                )
            except Refused as refused:
                form.add_error("file", str(refused))
            else:
                messages.success(
                    request, _("The statement “%(name)s” is being taken.") % {"name": file.name}
                )
                return redirect("exchange:statements")
        return self.render_to_response(self.get_context_data(form=form), status=422)
