"""Files: saving one as it arrived, giving the portal one, asking 1C for a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin import messages

from sync.channels import odata
from sync.files import receiving
from sync.files.readers import READERS
from sync.files.receiving import Refused
from sync.models import Connection, ReceivedFile, Schedule
from sync.models.exchange import KINDS
from sync.runs import uploading
from sync.screens.base import Screen
from sync.screens.journal import CHANGE, VIEW
from sync.screens.lists import choose_base
from sync.tasks import QUEUE

RECORDS = (
    "partner",
    "counterparty",
    "agreement",
    "contract",
    "status",
    "settlement",
    "balance",
    "payment",
    "price",
    "stock",
)
"""Kinds of records that a file of JSON may hold."""


class PullRehearseView(Screen, View):
    """Asking 1C by OData for a dry run."""

    permission_required = CHANGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask in the background, then to the dry runs of the journal."""
        schedule = get_object_or_404(Schedule, pk=pk, channel=Schedule.Channel.ODATA)
        odata.rehearse.later(schedule.pk, _pk(request))
        messages.success(request, _("1C is being asked. The dry run appears here when it answers."))
        return HttpResponseRedirect(f"{reverse('exchange:journal')}?dry=1")


def _pk(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


class FileDownloadView(Screen, View):
    """A file as it arrived: always saved, never shown by the browser."""

    permission_required = "sync.view_receivedfile"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The bytes, read from the disk while they are sent."""
        file = get_object_or_404(ReceivedFile, pk=pk)
        path = receiving.full_path(file)
        if not file.path or file.removed_at is not None or not path.is_file():
            words = _("The content of “%(name)s” is no longer on the disk.")
            messages.error(request, words % {"name": file.name})
            run = file.runs.order_by("-pk").first()
            if run is not None and request.user.has_perm(VIEW):
                return redirect("exchange:run", pk=run.pk)
            raise Http404
        name = file.name.rpartition("/")[2].removesuffix(f"~{file.pk}") or f"file-{file.pk}"
        answer = FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=name,
            content_type="application/octet-stream",
        )
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer["Cache-Control"] = "private, no-store"
        return answer


class UploadForm(forms.Form):
    """A file of 1C that a person has."""

    base = forms.ModelChoiceField(Connection.objects.none(), label=gettext_lazy("1C base"))
    kind = forms.ChoiceField(label=gettext_lazy("what is in it"))
    file = forms.FileField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy(
            "CommerceML as XML or in a ZIP archive; records as JSON; a bank statement as text."
        ),
    )
    rehearsal = forms.BooleanField(
        label=gettext_lazy("dry run: only tell what would change"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_base(self.fields["base"], Connection.objects.order_by("name"))
        kinds = ["catalog", "sale", *RECORDS]
        if ReceivedFile.Kind.STATEMENT in READERS:
            kinds.append("bank")
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, capfirst(str(KINDS[kind]))) for kind in kinds
        ]


class UploadView(Screen, FormView[UploadForm]):
    """Giving the portal a file as if 1C had sent it."""

    permission_required = CHANGE
    page_title = gettext_lazy("File from a person")
    header_icon = "upload"
    template_name = "sync/upload.html"
    form_class = UploadForm

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the journal."""
        return ((reverse("exchange:journal"), _("Journal")),)

    def form_valid(self, form: UploadForm) -> HttpResponse:
        """Store the file; then to its run, or to the journal when there are several."""
        told = form.cleaned_data
        try:
            runs = uploading.upload(
                connection=told["base"],
                kind=told["kind"],
                name=told["file"].name,
                content=told["file"].chunks(),
                rehearsal=told["rehearsal"],
                by=self.request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                queue=QUEUE,
            )
        except Refused as refused:
            form.add_error("file", str(refused))
            return self.form_invalid(form)
        if len(runs) == 1:
            return redirect("exchange:run", pk=runs[0].pk)
        messages.success(self.request, _("Files of the archive: %(count)s") % {"count": len(runs)})
        query = urlencode({"trigger": "person", "base": told["base"].pk})
        return HttpResponseRedirect(f"{reverse('exchange:journal')}?{query}")
