"""The journal: every run, what it did, the files it took, and taking them once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages

from base.figures import NOTHING
from base.registers import moment_words, quantity_words
from sync import quarantine, receiving, replaying, tracing, uploading
from sync.channels import odata
from sync.intake.book import KEPT_REJECTIONS
from sync.models import Connection, ReceivedFile, Run, Schedule
from sync.models.exchange import KINDS
from sync.readers import READERS
from sync.receiving import Refused
from sync.rehearsing import KEPT_DIFFERENCES, MODELS
from sync.screens.base import Screen
from sync.screens.lists import ListView, bases, day, page_of, spreadsheet, whole
from sync.spans import span_words
from sync.tasks import QUEUE

State = Run.State
VIEW = "sync.view_run"
CHANGE = "sync.change_run"
SHOWN = 100
"""Files and refused objects on the page of a run."""

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

LOOKS = {
    State.QUEUED: "",
    State.RUNNING: "",
    State.DONE: "primary",
    State.FAILED: "exchange-bad",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A run in words."""

    run: Run
    kind: str
    look: str
    took: str
    rate: str
    who: str


def row_of(run: Run) -> Row:
    """A run in words; `connection` and `by` are joined."""
    took = _took(run)
    seconds = took.total_seconds() if took is not None else 0
    rate = run.read_count / seconds if seconds >= 0.05 else 0
    return Row(
        run,
        kind=str(KINDS.get(run.kind, run.kind)),
        look=LOOKS[State(run.state)],
        took=_span(took),
        rate=quantity_words(round(rate)) if rate and run.read_count else NOTHING,
        who=str(run.by) if run.by is not None else run.get_trigger_display(),
    )


def _took(run: Run) -> timedelta | None:
    if run.started_at is None:
        return None
    return (run.finished_at or timezone.now()) - run.started_at


def _span(span: timedelta | None) -> str:
    if span is None:
        return NOTHING
    if span < timedelta(seconds=1):
        return _("less than 1 s")
    return span_words(span)


def found_by(query: Mapping[str, str]) -> QuerySet[Run]:
    """Runs by `base`, `kind`, `state`, `trigger`, `since`, `until`, `trouble`, `dry`, `q`."""
    runs = Run.objects.order_by("-pk")
    if base := whole(query.get("base")):
        runs = runs.filter(connection=base)
    for name, known in (("kind", KINDS), ("state", State.values), ("trigger", Run.Trigger.values)):
        if (value := query.get(name)) and value in known:
            runs = runs.filter(**{name: value})
    if since := day(query.get("since")):
        runs = runs.filter(queued_at__gte=since)
    if until := day(query.get("until"), after=True):
        runs = runs.filter(queued_at__lt=until)
    if query.get("trouble"):
        runs = runs.filter(Q(state=State.FAILED) | Q(rejected_count__gt=0) | Q(warning_count__gt=0))
    if query.get("dry"):
        runs = runs.filter(is_rehearsal=True)
    if words := query.get("q", "").strip()[:200]:
        found = Q(title__contains=words) | Q(title__contains=words.lower())
        runs = runs.filter(found | Q(pk=whole(words)) if whole(words) else found)
    return runs


class JournalView(ListView):
    """All runs, the newest first."""

    permission_required = VIEW
    page_title = gettext_lazy("Journal")
    header_icon = "history"
    template_name = "sync/journal.html"
    sticky = "exchange-journal"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of runs and the filters."""
        query = self.request.GET
        page = page_of(
            found_by(query).select_related("connection", "by").defer("differences", "only"),
            query.get("p"),
        )
        return super().get_context_data(
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            rows=[row_of(run) for run in page.object_list],
            chosen=query,
            is_filtered=any(value for name, value in query.items() if name not in {"p", "all"}),
            bases=bases(),
            kinds=[(kind, capfirst(str(words))) for kind, words in KINDS.items()],
            states=[(value, capfirst(str(label))) for value, label in State.choices],
            triggers=[(value, capfirst(str(label))) for value, label in Run.Trigger.choices],
            may_change=self.request.user.has_perm(CHANGE),
            **kwargs,
        )


class JournalExport(Screen, View):
    """The journal as a spreadsheet, as the filters have it."""

    permission_required = VIEW

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """All runs that were found."""
        headings = [
            "№",
            _("1C base"),
            _("kind"),
            _("what"),
            _("state"),
            _("dry run"),
            _("started by"),
            _("queued"),
            _("started"),
            _("finished"),
            _("seconds"),
            _("read"),
            _("created"),
            _("changed"),
            _("unchanged"),
            _("parked"),
            _("rejected"),
            _("warnings"),
            _("error"),
        ]
        return spreadsheet("exchange-journal.csv", headings, _exported(found_by(request.GET)))


def _exported(runs: QuerySet[Run]) -> Iterator[Sequence[object]]:
    last: int | None = None
    runs = runs.select_related("connection", "by").defer("differences", "only", "warnings")
    while rows := list((runs if last is None else runs.filter(pk__lt=last))[:1000]):
        last = rows[-1].pk
        for run in rows:
            row, took = row_of(run), _took(run)
            yield (
                run.pk,
                run.connection.name,
                row.kind,
                run.title,
                run.get_state_display(),
                _("yes") if run.is_rehearsal else _("no"),
                row.who,
                moment_words(run.queued_at),
                moment_words(run.started_at),
                moment_words(run.finished_at),
                "" if took is None else round(took.total_seconds(), 1),
                run.read_count,
                run.created_count,
                run.changed_count,
                run.unchanged_count,
                run.parked_count,
                run.rejected_count,
                run.warning_count,
                run.error,
            )


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
        refused = run.rejections.order_by("pk").defer("fragment")[:SHOWN]
        return super().get_context_data(
            **progress(run),
            differences=[_difference(each) for each in run.differences],
            kept_differences=KEPT_DIFFERENCES,
            warnings=run.warnings,
            refused=refused,
            refused_more=run.rejected_count > len(refused),
            kept_rejections=KEPT_REJECTIONS if run.rejected_count > KEPT_REJECTIONS else 0,
            open_refusals=run.rejections.filter(resolved_at=None).count(),
            traces=[] if run.is_rehearsal else tracing.traces(run),
            files=_files(run),
            may_change=user.has_perm(CHANGE),
            may_download=user.has_perm("sync.view_receivedfile"),
            may_see_refused=user.has_perm("sync.view_rejection"),
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
            (_("waited"), _span(max(waited, timedelta()))),
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
    "rejected": gettext_lazy("would be refused"),
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
        return redirect("exchange:run", pk=again.pk)


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

    base = forms.ModelChoiceField(
        Connection.objects.order_by("name"), label=gettext_lazy("1C base"), empty_label=None
    )
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
