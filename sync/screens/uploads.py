"""Uploads of the catalogue: what nobody asked to import, and which were the whole catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from sync.files import uploads
from sync.files.receiving import Refused
from sync.models import Connection
from sync.runs import absence, leftovers
from sync.screens.base import Screen
from sync.screens.schedules import person_of
from sync.tasks import QUEUE

PAGE = 30
RIGHT = "sync.change_run"


class UploadsScreen(Screen, TemplateView):
    """Both lists."""

    permission_required = "sync.view_run"
    template_name = "sync/uploads.html"
    page_title = gettext_lazy("Uploads of 1C")
    header_icon = "upload"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leftovers, then a page of uploads."""
        page = Paginator(uploads.found(), PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            **kwargs,
            leftovers=leftovers.waiting(at=timezone.now()),
            uploads=uploads.described(list(page.object_list)),
            page_obj=page,
            list_url=self.request.path,
            may_run=self.request.user.has_perm(RIGHT),
        )


class ImportUpload(Screen, View):
    """Import what nobody asked for."""

    permission_required = RIGHT

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Into the queue with it."""
        now = timezone.now()
        found = next((each for each in leftovers.waiting(at=now) if each.key == key), None)
        if found is None:
            messages.info(request, _("The upload is being imported already."))
            return redirect("exchange:uploads")
        try:
            runs = leftovers.take(upload=found, by=person_of(request), at=now, queue=QUEUE)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            words = ngettext(
                "%(count)s file is in the queue.", "%(count)s files are in the queue.", len(runs)
            )
            messages.success(request, words % {"count": len(runs)})
        return redirect("exchange:uploads")


class WholeCatalogue(Screen, View):
    """A person says which uploads were the whole catalogue."""

    permission_required = RIGHT

    def post(self, request: HttpRequest) -> HttpResponse:
        """Compare with them; the base is that of all of them."""
        told = uploads.parse(request.POST.getlist("upload"))
        if not told:
            messages.error(request, _("Tick at least one upload."))
            return redirect("exchange:uploads")
        bases = list(Connection.objects.filter(sessions__in=[one for one, _n in told]).distinct())
        if not bases:
            raise Http404
        if len(bases) > 1:
            messages.error(request, _("These uploads are of different bases."))
            return redirect("exchange:uploads")
        absence.tell_whole(
            connection=bases[0],
            uploads=told,
            by=person_of(request),
            at=timezone.now(),
            queue=QUEUE.import_file,
        )
        messages.success(request, _("The uploads are being compared with the goods of the base."))
        return redirect("exchange:absences")
