"""One run: how far it is, what it did and would do, its files, taking them once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from base.figures import NOTHING
from base.registers import quantity_words
from sync.files import receiving
from sync.intake.book import KEPT_REJECTIONS
from sync.models import ReceivedFile, Run
from sync.models.exchange import KINDS
from sync.runs import quarantine, replaying, tracing
from sync.runs.rehearsing import KEPT_DIFFERENCES, MODELS, name_in
from sync.screens import remedies
from sync.screens.base import Screen
from sync.screens.journal import CHANGE, VIEW, row_of, span
from sync.screens.lists import page_of
from sync.tasks import QUEUE

State = Run.State
SHOWN = 100
"""Files and refused objects on the page of a run."""


class RunScreen(Screen):
    """What belongs to one run."""

    permission_required = VIEW
    header_icon = "history"
    kwargs: dict[str, Any]

    @property
    def run(self) -> Run:
        """The run of the address."""
        if not hasattr(self, "_run"):
            found = Run.objects.select_related("connection", "by", "file__session")
            self._run: Run = get_object_or_404(found, pk=self.kwargs["pk"])
        return self._run

    def get_page_title(self) -> str:
        """The run by its number."""
        return _("Run № %(number)s") % {"number": self.run.pk}

    def get_page_subtitle(self) -> str:
        """What it took."""
        return f"{capfirst(str(KINDS.get(self.run.kind, self.run.kind)))} {self.run.title}".strip()

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the journal."""
        return ((reverse("exchange:journal"), _("Journal")),)


class RunView(RunScreen, TemplateView):
    """One run."""

    template_name = "sync/run.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything that is known of it."""
        run = self.run
        user = self.request.user
        may_see_refused = user.has_perm("sync.view_rejection")
        refused = _refusals(run, in_full=may_see_refused)
        return super().get_context_data(
            **progress(run),
            is_failed=run.state == State.FAILED,
            differences=[
                _difference(each) for each in run.differences if each["action"] != "rejected"
            ],
            kept_differences=KEPT_DIFFERENCES,
            warnings=run.warnings,
            refused=refused,
            kept_rejections=KEPT_REJECTIONS if run.rejected_count > KEPT_REJECTIONS else 0,
            traces=[] if run.is_rehearsal else tracing.traces(run),
            files=_files(run),
            may_change=user.has_perm(CHANGE),
            may_download=user.has_perm("sync.view_receivedfile"),
            may_see_refused=may_see_refused,
            can_replay=replaying.can_replay(run.file) and run.state in {State.DONE, State.FAILED},
            **kwargs,
        )


class RunStateView(RunScreen, TemplateView):
    """How far a run is, for the page that waits."""

    template_name = "sync/_run_state.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """State, timings and counts."""
        return {**progress(self.run), **kwargs}


def progress(run: Run) -> dict[str, Any]:
    """State, timings and counts of a run for `_run_state.html`."""
    waited = (run.started_at or run.finished_at or timezone.now()) - run.queued_at
    return {
        "run": run,
        "row": row_of(run),
        "is_open": run.state in {State.QUEUED, State.RUNNING},
        "times": [
            (_("queued"), _seconds(run.queued_at)),
            (_("waited"), span(max(waited, timedelta()))),
            (_("started"), _seconds(run.started_at)),
            (_("finished"), _seconds(run.finished_at)),
        ],
        "counts": [
            (_("read"), run.read_count),
            (_("created"), run.created_count),
            (_("changed"), run.changed_count),
            (_("unchanged"), run.unchanged_count),
            (_("parked"), run.parked_count),
            (_("rejected"), run.rejected_count),
            (_("warnings"), run.warning_count),
        ],
    }


def _seconds(at: datetime | None) -> str:
    return NOTHING if at is None else f"{timezone.localtime(at):%d.%m.%Y %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dry run would change of an object, in words."""

    kind: str
    ref: str
    name: str
    action: str
    fields: list[tuple[str, str, str]]


ACTIONS = {
    "created": gettext_lazy("would be created"),
    "changed": gettext_lazy("would be changed"),
}


def _difference(told: dict[str, Any]) -> Difference:
    kind = str(told["kind"])
    model = MODELS.get(kind)
    names = (
        {each.name: str(each.verbose_name) for each in model._meta.fields}
        if model is not None
        else {}
    )
    return Difference(
        kind=quarantine.kind_words(kind),
        ref=told["ref"],
        name=told["name"],
        action=str(ACTIONS.get(told["action"], told["action"])),
        fields=[
            (names.get(field, field), old or NOTHING, new or NOTHING)
            for field, (old, new) in told["fields"].items()
        ],
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused object in words. A dry run tells `fragment`, the others `became` and `url`."""

    kind: str
    ref: str
    name: str
    line: int
    reason: str
    remedy: str
    became: str = ""
    fragment: str = ""
    url: str = ""


def _refusals(run: Run, *, in_full: bool) -> list[Refusal]:
    """The first refused objects: those of a dry run are told by the run itself.

    What arrived is for those alone who may see the quarantine (`in_full`).
    """
    if run.is_rehearsal:
        told = [each for each in run.differences if each["action"] == "rejected"]
        return [
            Refusal(
                quarantine.kind_words(each["kind"]),
                each["ref"],
                each["name"],
                each["line"],
                each["reason"],
                remedies.remedy(each["reason_key"]),
                fragment=each["fragment"] if in_full else "",
            )
            for each in told
        ]
    return [
        Refusal(
            quarantine.kind_words(row.kind),
            row.ref,
            name_in(row.fragment),
            row.line,
            row.reason,
            remedies.remedy(row.reason_key),
            became=row.get_resolution_display(),
            url=reverse("exchange:rejection", args=[row.pk]) if in_full else "",
        )
        for row in run.rejections.order_by("pk")[:SHOWN]
    ]


def _files(run: Run) -> list[tuple[ReceivedFile, str, bool]]:
    """Files that came together, with their size in words and whether they are still there."""
    if run.file is None:
        return []
    own = [run.file]
    others = receiving.upload_of(run.file).exclude(pk=run.file.pk).order_by("pk")[: SHOWN - 1]
    return [
        (file, size_words(file.size), bool(file.path) and file.removed_at is None)
        for file in (*own, *others)
    ]


def size_words(size: int) -> str:
    """Bytes in words."""
    return quantity_words(-(-size // 1024), _("KB"))


class RunChangesView(RunScreen, TemplateView):
    """Rows of a kind that are as the run left them."""

    template_name = "sync/run_changes.html"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the run."""
        own = (reverse("exchange:run", args=[self.run.pk]), super().get_page_title())
        return (*super().get_crumbs(), own)

    def get_page_title(self) -> str:
        """The kind."""
        model = tracing.TRACED.get(self.kwargs["kind"])
        return capfirst(str(model._meta.verbose_name_plural)) if model is not None else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of them."""
        try:
            rows = tracing.changed_by(self.run, self.kwargs["kind"])
        except KeyError as error:
            raise Http404 from error
        if any(each.name == "offer" for each in rows.model._meta.fields):
            rows = rows.select_related("offer__product")
        page = page_of(rows, self.request.GET.get("p"))
        return super().get_context_data(
            run=self.run,
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            rows=[_changed(row) for row in page.object_list],
            **kwargs,
        )


def _changed(row: Any) -> tuple[str, str, str]:
    """Name, identifier and address of a row; an offer stands for its prices and stock."""
    own = getattr(row, "offer", row)
    model = type(own)._meta
    try:
        link = reverse(f"sync_{model.model_name}_modeladmin_inspect", args=[own.pk])
    except NoReverseMatch:
        link = ""
    return str(own), str(getattr(own, "ref", "") or getattr(own, "number", "")), link


class RunReplayView(RunScreen, View):
    """Taking a run's file once more, really or without effect."""

    permission_required = CHANGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new run, and the way to it."""
        try:
            again = replaying.replay(
                run_or_file=self.run,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                queue=QUEUE,
                only=[(str(kind), str(ref)) for kind, ref in self.run.only],
                rehearsal="dry" in request.POST,
            )
        except replaying.Gone as gone:
            messages.error(request, str(gone))
            return redirect("exchange:run", pk=pk)
        except replaying.Waiting as waiting:
            messages.info(request, str(waiting))
            again = waiting.run
        return redirect("exchange:run", pk=again.pk)
