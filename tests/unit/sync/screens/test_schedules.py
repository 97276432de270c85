"""Buttons and the form of schedules."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dealer_area.roles import GroupName
from sync.models import Connection, Schedule
from sync.watching import keeping, schedule
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FORM = {
    "channel": "push",
    "period": "15",
    "window_from": "08:00",
    "window_to": "20:00",
    "alarm_after": "2",
    "is_on": "on",
}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory()
    schedule.ensure_schedules(made)
    return made


@pytest.fixture
def row(base: Connection) -> Schedule:
    found: Schedule = base.schedules.get(kind="stock")
    return found


def press(client: Client, row: Schedule, action: str) -> int:
    answer = client.post(reverse("exchange:schedule-act", args=[row.pk, action]))
    row.refresh_from_db()
    return int(answer.status_code)


def send(client: Client, row: Schedule, **changed: str) -> Any:
    answer = client.post(reverse("exchange:schedule", args=[row.pk]), {**FORM, **changed})
    row.refresh_from_db()
    return answer


def test_each_button_does_what_it_says(client: Client, row: Schedule) -> None:
    assert press(client, row, "pause-day") == 302
    assert row.paused_until == datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
    press(client, row, "pause")
    assert row.paused_until == keeping.UNTIL_RESUMED
    press(client, row, "resume")
    assert row.paused_until == AT
    press(client, row, "off")
    assert not row.is_on
    press(client, row, "on")
    assert row.is_on
    assert press(client, row, "explode") == 404


def test_run_now_starts_what_we_fetch(
    client: Client, row: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(schedule.fetch, "later", lambda *args: started.append(args))
    press(client, row, "run")
    assert started == []
    monkeypatch.setitem(schedule.PULLS, "push", lambda *_args: None)
    press(client, row, "run")
    ((pk, trigger, by),) = started
    assert (pk, trigger) == (row.pk, "person")
    assert by is not None


def test_a_base_is_paused_and_resumed(client: Client, base: Connection) -> None:
    for action, paused in (("pause", True), ("resume", False)):
        client.post(reverse("exchange:base-act", args=[base.pk, action]))
        base.refresh_from_db()
        assert base.is_paused is paused
    assert client.post(reverse("exchange:base-act", args=[base.pk, "sell"])).status_code == 404


def test_a_look_changes_nothing(client: Client, row: Schedule) -> None:
    assert client.get(reverse("exchange:schedule-act", args=[row.pk, "off"])).status_code == 405


@pytest.mark.parametrize("name", ["exchange:schedule", "exchange:schedule-act"])
def test_without_the_right_nothing_is_changed(row: Schedule, name: str) -> None:
    client = signed_in(GroupName.CATALOGUE)
    arguments = [row.pk] if name == "exchange:schedule" else [row.pk, "off"]
    assert client.post(reverse(name, args=arguments), FORM).status_code in {302, 403}
    row.refresh_from_db()
    assert (row.is_on, row.period) == (True, 5)


def test_the_form_sets_the_times(client: Client, row: Schedule) -> None:
    assert send(client, row).status_code == 302
    assert (row.period, row.window_from, row.window_to) == (15, time(8), time(20))
    assert (row.alarm_after, row.is_on) == (2, True)
    send(client, row, window_from="", window_to="")
    assert (row.window_from, row.window_to) == (None, None)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": "0"}, "period"),
        ({"period": "1500"}, "period"),
        ({"period": "каждый час"}, "period"),
        ({"period": "99999999"}, "period"),
        ({"window_to": ""}, "window_to"),
        ({"window_from": ""}, "window_from"),
        ({"window_from": "25:00"}, "window_from"),
        ({"alarm_after": "0"}, "alarm_after"),
        ({"channel": "odata"}, "channel"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    client: Client, row: Schedule, changed: dict[str, str], field: str
) -> None:
    answer = send(client, row, **changed)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert row.period == 5


def test_channels_are_those_that_the_base_has(
    client: Client, base: Connection, row: Schedule
) -> None:
    Connection.objects.filter(pk=base.pk).update(odata_url="http://1c/ut", folder="ut")
    answer = client.get(reverse("exchange:schedule", args=[row.pk]))
    choices = answer.context["form"].fields["channel"].choices
    assert [choice for choice, _label in choices] == ["push", "odata", "folder"]


def test_the_form_says_when_the_next_times_are(client: Client, base: Connection) -> None:
    row = base.schedules.get(kind="prices")
    answer = client.get(reverse("exchange:schedule", args=[row.pk]))
    assert answer.context["times"][0] == "25.11 01:00"


def test_an_unknown_schedule_is_404(client: Client) -> None:
    assert client.get(reverse("exchange:schedule", args=[10**6])).status_code == 404
