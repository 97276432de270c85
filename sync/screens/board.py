"""The health board: are the data of each base fresh, and what waits for a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import TemplateView

from base.figures import NOTHING
from base.models import JobState
from base.registers import moment_words, quantity_words
from sync.models import Alarm, Run, Schedule
from sync.screens.base import Screen
from sync.screens.health import BaseHealth, Health, Line, health
from sync.screens.spans import ago_words, every_words, span_words
from sync.watching import schedule
from sync.watching.keeping import UNTIL_RESUMED

LEVELS = {
    "green": pgettext_lazy("exchange", "fresh"),
    "amber": pgettext_lazy("exchange", "late"),
    "red": pgettext_lazy("exchange", "alarm"),
    "new": pgettext_lazy("exchange", "has not come yet"),
    "paused": pgettext_lazy("exchange", "paused"),
    "off": pgettext_lazy("exchange", "off"),
}
"""Lights in words."""

COUNTS = (
    ("quarantine", gettext_lazy("in quarantine"), "exchange:quarantine", "", True),
    ("parked", gettext_lazy("parked offers"), "exchange:parked", "", False),
    ("waiting", gettext_lazy("orders wait for 1C"), "exchange:outbox", "", False),
    ("person", gettext_lazy("orders need a person"), "exchange:outbox", "state=person&", True),
    ("unimported", gettext_lazy("files not imported"), "exchange:uploads", "", True),
    ("unmapped", gettext_lazy("words of 1C not mapped"), "exchange:maps", "", True),
)
"""What waits: its field of `Counts`, words, list and filter there, and whether it is bad."""

JOBS = {
    "sync.tasks.sweep": gettext_lazy("Going on with exchanges that stopped"),
    "sync.tasks.fetch_due": gettext_lazy("Fetching what is due"),
    "sync.tasks.check_alarms": gettext_lazy("Looking for what is late"),
    "sync.tasks.clear_old": gettext_lazy("Removing old files of 1C"),
    "sync.tasks.prune": gettext_lazy("Forgetting old exchanges"),
    "sync.tasks.collect_pictures": gettext_lazy("Removing pictures without products"),
    "sync.tasks.reword_pending": gettext_lazy("Rewording units of goods"),
    "sync.channels.tending.tend_folders": gettext_lazy("Tidying folders of 1C"),
    "search.tasks.sweep_index": gettext_lazy("Bringing the search index up to date"),
    "catalog_pages.tasks.sweep_category_pages": gettext_lazy("Keeping pages of categories in step"),
    "portal.tasks.publish_scheduled": gettext_lazy("Publishing and withdrawing pages"),
    "portal.tasks.forget_old_sessions": gettext_lazy("Forgetting old sign-ins"),
}
"""Periodic tasks in words; what is not among them is a task of an earlier version, not shown."""

ALARM_SCREENS = {
    "late": "exchange:journal",
    "failed": "exchange:journal",
    "unconfirmed": "exchange:outbox",
    "person": "exchange:outbox",
    "repeats": "exchange:journal",
    "absence": "exchange:absences",
    "twins": "exchange:twins",
}
"""Where alarms lead to, by code."""

JOB_LATE = timedelta(hours=26)
"""A periodic task that has not ended well for so long is marked: each runs once a day at least."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of a chart and of its table."""

    pk: int
    ended: str
    words: str
    rows: int
    seconds: float
    failed: bool


class LineView:
    """A kind of data of a base in words."""

    def __init__(self, line: Line, at: datetime) -> None:
        self.at = at
        self.pk = line.schedule.pk
        self.schedule = line.schedule
        self.state = line.state
        self.name = capfirst(line.schedule.get_kind_display())
        self.rule = rule_words(line.schedule)
        self.channel = line.schedule.get_channel_display()
        self.is_fetched = line.schedule.channel in schedule.PULLS
        self.is_paused = line.state.level == "paused"
        until = line.schedule.paused_until
        self.is_held = until is not None and until > at
        self.runs = [run_row(run) for run in line.runs]
        self.last = line.last

    @property
    def light(self) -> str:
        """The light in a word; amber says why."""
        if self.state.level == "amber" and self.state.failed and not self.state.missed:
            return _("failed")
        return str(LEVELS[self.state.level])

    @property
    def age(self) -> str:
        """How long ago it came."""
        return NOTHING if self.state.age is None else ago_words(self.state.age)

    @property
    def succeeded(self) -> str:
        """When it came."""
        return moment_words(self.state.succeeded_at)

    @property
    def next(self) -> str:
        """When it comes again, or was to come; when a pause ends; empty when nobody knows."""
        until = self.schedule.paused_until
        if self.is_paused and until is not None and until < UNTIL_RESUMED:
            return _("paused until %(moment)s") % {"moment": moment_words(until)}
        if self.is_paused:
            return _("paused until resumed")
        if self.state.next_at is None:
            return ""
        words = moment_words(self.state.next_at)
        if self.state.next_at < self.at and not self.is_fetched:
            return _("was expected %(moment)s") % {"moment": words}
        return words

    @property
    def did(self) -> str:
        """What the last run did: rows, how long, how fast."""
        if self.last is None:
            return NOTHING
        seconds = seconds_of(self.last)
        if self.last.state == Run.State.FAILED:
            return f"{_('failed')}, {duration_words(seconds)}"
        words = [_("rows: %(count)s") % {"count": quantity_words(self.last.read_count)}]
        words.append(duration_words(seconds))
        if self.last.read_count and seconds >= 0.1:
            rate = quantity_words(round(self.last.read_count / seconds))
            words.append(_("%(rate)s rows/s") % {"rate": rate})
        return ", ".join(words)

    @property
    def run_url(self) -> str:
        """Where the last run is told of."""
        return run_url(self.last.pk) if self.last else ""

    @property
    def chart(self) -> str:
        """What the chart draws, the oldest run first."""
        runs = reversed(self.runs)
        return json.dumps(
            [[run.ended, run.rows, run.seconds, run.failed, run.words] for run in runs],
            ensure_ascii=False,
        )


class BaseView:
    """A base in words."""

    def __init__(self, base: BaseHealth, at: datetime) -> None:
        self.connection = base.connection
        self.level = base.level
        self.light = LEVELS[base.level]
        self.lines = [LineView(line, at) for line in base.lines]
        self.waiting = [
            CountView(
                str(name),
                getattr(base.counts, field),
                f"{reverse(screen)}?{narrowed}base={base.connection.pk}",
                is_bad,
            )
            for field, name, screen, narrowed, is_bad in COUNTS
        ]


@dataclass(frozen=True, slots=True)
class CountView:
    """How much of something waits, and where it is listed."""

    name: str
    number: int
    url: str
    is_bad: bool

    @property
    def words(self) -> str:
        """The number."""
        return quantity_words(self.number)


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An open alarm in words, and where a person can do something about it."""

    alarm: Alarm
    since: str
    age: str

    @property
    def url(self) -> str:
        """The screen of what is wrong; empty where there is none."""
        screen = ALARM_SCREENS.get(self.alarm.code)
        return f"{reverse(screen)}?base={self.alarm.connection_id}" if screen else ""


@dataclass(frozen=True, slots=True)
class JobView:
    """A periodic task of the worker in words."""

    job: JobState
    name: str
    level: str
    light: str
    succeeded: str
    took: str


class BoardView(Screen, TemplateView):
    """The board; `?part=1` gives what its script swaps, without the frame."""

    template_name = "sync/board.html"
    page_title = gettext_lazy("Health of the exchange")
    header_icon = "site"

    def get_template_names(self) -> list[str]:
        """The board alone where only it is asked for."""
        return ["sync/_board.html" if self.request.GET.get("part") else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Bases, alarms, tasks; and what the person may do."""
        found = health(timezone.now())
        user = self.request.user
        return super().get_context_data(
            **board_context(found),
            may_run=user.has_perm("sync.change_schedule"),
            may_pause=user.has_perm("sync.change_connection"),
            **kwargs,
        )


def board_context(found: Health) -> dict[str, Any]:
    """The board in words."""
    return {
        "at": timezone.localtime(found.at),
        "bases": [BaseView(base, found.at) for base in found.bases],
        "alarms": [
            AlarmView(alarm, moment_words(alarm.opened_at), span_words(found.at - alarm.opened_at))
            for alarm in found.alarms
        ],
        "jobs": [job_view(job, found) for job in found.jobs if job.name in JOBS],
    }


def job_view(job: JobState, found: Health) -> JobView:
    """A periodic task and its light."""
    level = "green"
    if job.failures:
        level = "red"
    elif job.succeeded_at is None or found.at - job.succeeded_at > JOB_LATE:
        level = "amber"
    light = {"green": _("works"), "amber": _("has not run for long"), "red": _("fails")}[level]
    took = NOTHING
    if job.finished_at is not None and job.finished_at >= job.started_at:
        took = duration_words((job.finished_at - job.started_at).total_seconds())
    return JobView(job, str(JOBS[job.name]), level, light, moment_words(job.succeeded_at), took)


def rule_words(row: Schedule) -> str:
    """When it is to come: `every 5 min`, `once a day, 01:00-05:00`."""
    words = every_words(row.period)
    if row.window_from is not None and row.window_to is not None:
        window = f"{row.window_from:%H:%M}\N{EN DASH}{row.window_to:%H:%M}"
        return f"{words}, {window}"
    return words


def run_row(run: Run) -> RunRow:
    """A run as its chart and table tell it."""
    failed = run.state == Run.State.FAILED
    moment = timezone.localtime(run.finished_at) if run.finished_at else None
    ended = f"{moment:%d.%m %H:%M}" if moment else NOTHING
    seconds = seconds_of(run)
    words = str(_("failed")) if failed else duration_words(seconds)
    return RunRow(run.pk, ended, words, run.read_count, round(seconds, 2), failed)


def seconds_of(run: Run) -> float:
    """How long a run that ended took."""
    if run.finished_at is None or run.started_at is None:
        return 0.0
    return max((run.finished_at - run.started_at).total_seconds(), 0.0)


def duration_words(seconds: float) -> str:
    """How long it took: fractions of a second below ten."""
    if seconds < 10:
        return _("%(count)s s") % {"count": quantity_words(Decimal(f"{seconds:.1f}"))}
    return span_words(timedelta(seconds=seconds))


def run_url(pk: int) -> str:
    """Where a run is told of."""
    return reverse("exchange:run", args=[pk])
