"""Goods that a full load told nothing of: a person sees them and decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from base.figures import NBSP
from base.registers import quantity_words
from sync.models import Absence, Product, Run
from sync.runs import absence
from sync.screens.base import Screen
from sync.screens.schedules import person_of
from sync.tasks import QUEUE

PAGE = 50
RIGHT = "sync.change_run"


def _worded(row: Absence) -> Absence:
    """The row with its figures in words, for a template."""
    share = row.absent_count * 100 / max(1, row.known_count)
    row.absent_words = quantity_words(row.absent_count)  # type: ignore[attr-defined]
    row.known_words = quantity_words(row.known_count)  # type: ignore[attr-defined]
    row.share_words = f"{share:.0f}{NBSP}%" if share >= 1 else f"< 1{NBSP}%"  # type: ignore[attr-defined]
    return row


class AbsencesScreen(Screen, TemplateView):
    """What full loads have left out, the newest first."""

    permission_required = "sync.view_run"
    template_name = "sync/absences.html"
    page_title = gettext_lazy("Goods no longer told")
    header_icon = "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of them."""
        rows = Absence.objects.select_related("connection").order_by("-pk")
        page = Paginator(rows, PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            **kwargs, object_list=[_worded(row) for row in page], page_obj=page
        )


class AbsenceScreen(Screen, TemplateView):
    """One of them, with its goods."""

    permission_required = "sync.view_run"
    template_name = "sync/absence.html"
    header_icon = "view"

    def get_page_title(self) -> str:
        """How many goods it is about."""
        row = self.absence
        return ngettext(
            "%(count)s product was not told", "%(count)s goods were not told", row.absent_count
        ) % {"count": quantity_words(row.absent_count)}

    def get_crumbs(self) -> list[tuple[str, str]]:
        """The list of all."""
        return [(reverse("exchange:absences"), _("Goods no longer told"))]

    @property
    def absence(self) -> Absence:
        """The row of the address."""
        if not hasattr(self, "_absence"):
            rows = Absence.objects.select_related("connection", "decided_by")
            self._absence = _worded(get_object_or_404(rows, pk=self.kwargs["pk"]))
        return self._absence

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures and a page of goods."""
        row = self.absence
        ids = Absence.products.through.objects.filter(absence_id=row.pk).order_by("product_id")
        page = Paginator(ids.values_list("product_id", flat=True), PAGE).get_page(
            self.request.GET.get("p")
        )
        goods = Product.objects.select_related("category").filter(pk__in=list(page.object_list))
        return super().get_context_data(
            **kwargs,
            absence=row,
            goods=goods.only("sku", "name", "archived", "category__name").order_by("pk"),
            page_obj=page,
            work=_work(row),
            may_decide=self.request.user.has_perm(RIGHT),
        )


class DecideAbsence(Screen, View):
    """A person decides: hide, or leave as they are."""

    permission_required = RIGHT

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Once; whoever comes second is told so."""
        row = get_object_or_404(Absence, pk=pk)
        now = timezone.now()
        if request.POST.get("decision") == "hide":
            by = person_of(request)
            run = absence.hide(absence=row, by=by, at=now, queue=QUEUE.import_file)
            done = run is not None
            words = _("The goods are being hidden.")
        else:
            done = absence.leave(absence=row, by=person_of(request), at=now)
            words = _("The goods stay as they are.")
        if done:
            messages.success(request, words)
        else:
            messages.warning(request, _("This was decided already."))
        return redirect("exchange:absence", pk)


def _work(row: Absence) -> str:
    """What the worker still does about a decision, in words."""
    runs = Run.objects.filter(connection=row.connection, kind=absence.KIND).order_by("-pk")[:20]
    mine = ["absence", str(row.pk)]
    for run in runs:
        if run.only[:1] == [mine]:
            if run.state == Run.State.FAILED:
                return run.error
            if run.state == Run.State.DONE:
                return ""
            return _("The worker is hiding them: %(count)s so far.") % {"count": run.changed_count}
    return ""
