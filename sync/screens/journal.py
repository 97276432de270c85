"""The journal: every run, what it did, the files it took, and taking them once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import (
    HttpRequest,
    HttpResponseBase,
)
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from base.figures import NOTHING
from base.registers import moment_words, quantity_words
from sync.models import Run
from sync.models.exchange import KINDS
from sync.screens.base import Screen
from sync.screens.lists import ListView, bases, day, page_of, phrase, spreadsheet, whole
from sync.screens.spans import span_words

State = Run.State
VIEW = "sync.view_run"
CHANGE = "sync.change_run"

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
        took=span(took),
        rate=quantity_words(round(rate)) if rate and run.read_count else NOTHING,
        who=str(run.by) if run.by is not None else run.get_trigger_display(),
    )


def _took(run: Run) -> timedelta | None:
    if run.started_at is None:
        return None
    return (run.finished_at or timezone.now()) - run.started_at


def span(span: timedelta | None) -> str:
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
    if text := phrase(query.get("q"), 200):
        found = Q(title__contains=text) | Q(title__contains=text.lower())
        runs = runs.filter(found | Q(pk=whole(text)) if whole(text) else found)
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
