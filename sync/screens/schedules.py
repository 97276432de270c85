"""Schedules under the hands of staff: run now, pause, resume, on, off, other times."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from base.models import User
from base.registers import moment_words
from sync.models import Connection, Schedule
from sync.screens.base import BOARD, Screen
from sync.screens.board import rule_words
from sync.screens.spans import span_words
from sync.watching import keeping, schedule, timing

PERIOD_MOST = 31 * 1440
SHOWN_TIMES = 5
"""Times to come that the form names."""


class ScheduleForm(forms.Form):
    """Times of a schedule. Raises nothing: what is wrong stands at its field."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        help_text=gettext_lazy("What 1C sends is only watched; the portal fetches the others."),
    )
    period = forms.IntegerField(
        label=gettext_lazy("Every, minutes"),
        min_value=1,
        max_value=PERIOD_MOST,
        help_text=gettext_lazy(
            "60 is once an hour, 1440 once a day; more than a day in whole days only."
        ),
    )
    window_from = forms.TimeField(
        label=gettext_lazy("Not before"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Both empty: the whole day. The window may pass midnight."),
    )
    window_to = forms.TimeField(
        label=gettext_lazy("Not after"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    alarm_after = forms.IntegerField(
        label=gettext_lazy("Alarm after missed times"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("The light is amber from the first missed time, red from this one."),
    )
    is_on = forms.BooleanField(label=gettext_lazy("On"), required=False)

    def __init__(self, *args: Any, row: Schedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = channels_of(row)

    def clean_period(self) -> int:
        """A period of more than a day is whole days."""
        period: int = self.cleaned_data["period"]
        if period > 1440 and period % 1440:
            raise forms.ValidationError(
                _("More than a day: a multiple of 1440 minutes."), code="days"
            )
        return period

    def clean(self) -> dict[str, Any]:
        """A window has two ends; a period within it is no longer than the window."""
        cleaned = super().clean() or {}
        begin, end = cleaned.get("window_from"), cleaned.get("window_to")
        for name, told, other in (("window_to", end, begin), ("window_from", begin, end)):
            if name not in self.errors and told is None and other is not None:
                self.add_error(name, _("Give both ends of the window, or none."))
        return cleaned


def channels_of(row: Schedule) -> list[tuple[str, Any]]:
    """Channels that this base can use, the one in use among them."""
    connection = row.connection
    able = {Schedule.Channel.PUSH.value, row.channel}
    if connection.odata_url:
        able.add(Schedule.Channel.ODATA.value)
    if connection.folder:
        able.add(Schedule.Channel.FOLDER.value)
    return [choice for choice in Schedule.Channel.choices if choice[0] in able]


def person_of(request: HttpRequest) -> User | None:
    """Who pressed the button."""
    return request.user if isinstance(request.user, User) else None


class ScheduleView(Screen, FormView[ScheduleForm]):
    """The form of one schedule, with words of what it means."""

    permission_required = "sync.change_schedule"
    form_class = ScheduleForm
    template_name = "sync/schedule.html"
    header_icon = "date"

    @cached_property
    def row(self) -> Schedule:
        """The schedule, with its base."""
        return get_object_or_404(
            Schedule.objects.select_related("connection"), pk=self.kwargs["pk"]
        )

    def get_page_title(self) -> str:
        """Kind of data and base."""
        kind = capfirst(self.row.get_kind_display())
        return f"{kind}: {self.row.connection}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The schedule that the form is of."""
        return {**super().get_form_kwargs(), "row": self.row}

    def get_initial(self) -> dict[str, Any]:
        """Its values."""
        names = ScheduleForm.base_fields
        return {name: getattr(self.row, name) for name in names}

    def form_valid(self, form: ScheduleForm) -> HttpResponse:
        """Set the times and go back to the board."""
        keeping.change(
            schedule=self.row, by=person_of(self.request), at=timezone.now(), **form.cleaned_data
        )
        messages.success(self.request, _("The schedule is changed."))
        return redirect(f"{reverse(BOARD)}#base-{self.row.connection_id}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form and what the schedule means as it is."""
        at = timezone.now()
        rule = schedule.rule_of(self.row)
        zone = schedule.zone_of(self.row.connection)
        times = []
        moment = at
        for _number in range(SHOWN_TIMES):
            moment = timing.next_time(rule, moment)
            times.append(moment.astimezone(zone).strftime("%d.%m %H:%M"))
        alarm_after = self.row.alarm_after
        return super().get_context_data(
            row=self.row,
            rule=rule_words(self.row),
            times=times,
            zone=self.row.connection.time_zone,
            amber=span_words(rule.period + rule.grace),
            red=span_words(rule.period * alarm_after + rule.grace),
            has_window=rule.window is not None,
            is_fetched=self.row.channel in schedule.PULLS,
            board_url=reverse(BOARD),
            **kwargs,
        )


class ScheduleActionView(Screen, View):
    """One press on a schedule: `run`, `pause-day`, `pause`, `resume`, `on`, `off`."""

    permission_required = "sync.change_schedule"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, action: str) -> HttpResponseBase:
        """Do it and go back to the board."""
        row = get_object_or_404(Schedule.objects.select_related("connection"), pk=pk)
        at, by = timezone.now(), person_of(request)
        match action:
            case "run":
                self._run(row)
            case "pause-day":
                until = schedule.tomorrow(row.connection, at)
                keeping.pause(schedule=row, until=until, by=by, at=at)
                words = _("Paused until %(moment)s.") % {"moment": moment_words(until)}
                messages.success(request, words)
            case "pause":
                keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=by, at=at)
                messages.success(request, _("Paused until resumed."))
            case "resume":
                keeping.resume(schedule=row, by=by, at=at)
                messages.success(request, _("Resumed: what is missed is counted from now."))
            case "on" | "off":
                keeping.switch(schedule=row, is_on=action == "on", by=by, at=at)
                messages.success(request, _("Turned on.") if action == "on" else _("Turned off."))
            case _:
                raise Http404
        return redirect(f"{reverse(BOARD)}#base-{row.connection_id}")

    def _run(self, row: Schedule) -> None:
        try:
            is_put = schedule.run_now(schedule=row, by=person_of(self.request), at=timezone.now())
        except schedule.NotOurs:
            messages.error(self.request, _("1C sends this itself: start the exchange in 1C."))
            return
        if is_put:
            messages.success(
                self.request, _("Put into the queue: the row shows it in some seconds.")
            )
        else:
            messages.info(
                self.request, _("It is in the queue or being fetched already: the row shows it.")
            )


class BaseActionView(Screen, View):
    """One press on a base: `pause`, `resume`."""

    permission_required = "sync.change_connection"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, action: str) -> HttpResponseBase:
        """Do it and go back to the board."""
        connection = get_object_or_404(Connection, pk=pk)
        at, by = timezone.now(), person_of(request)
        if action == "pause":
            keeping.pause_base(connection=connection, by=by, at=at)
            messages.success(
                request, _("The base is paused: 1C is told so, and nothing is taken from it.")
            )
        elif action == "resume":
            keeping.resume_base(connection=connection, by=by, at=at)
            messages.success(request, _("The base is resumed."))
        else:
            raise Http404
        return redirect(f"{reverse(BOARD)}#base-{connection.pk}")
