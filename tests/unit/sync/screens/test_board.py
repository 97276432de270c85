"""The health board: what it shows, to whom, and at what cost."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import override
from huey.contrib import djhuey

from base.models import JobState
from dealer_area.roles import GroupName
from sync.models import Connection, Run
from sync.screens.board import JOBS, duration_words
from sync.watching import alarms, keeping, schedule
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOARD = "/cms/exchange/"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


def make_base(**changed: Any) -> Connection:
    made: Connection = ConnectionFactory(**changed)
    schedule.ensure_schedules(made)
    return made


def ran(base: Connection, kind: str, ago: timedelta, **changed: Any) -> Run:
    values = {
        "state": Run.State.DONE,
        "started_at": AT - ago - timedelta(seconds=4),
        "finished_at": AT - ago,
        "read_count": 1000,
    } | changed
    return Run.objects.create(connection=base, kind=kind, **values)


def page(client: Client, address: str = BOARD) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def row_of(text: str, base: Connection, kind: str) -> str:
    """The HTML of one kind of data."""
    pk = base.schedules.get(kind=kind).pk
    found = re.search(rf'<tr id="line-{pk}">.*?</tr>\s*(?=<tr id|</tbody>\s*</table>)', text, re.S)
    assert found
    return found[0]


def test_a_kind_shows_its_light_and_its_last_run(client: Client) -> None:
    base = make_base()
    run = ran(base, "stock", 3 * MINUTE)
    text = row_of(page(client), base, "stock")
    assert 'data-level="green"' in text
    assert "250" in text  # rows in a second
    assert reverse("exchange:run", args=[run.pk]) in text


def test_the_chart_has_its_data_and_a_table(client: Client) -> None:
    base = make_base()
    ran(base, "stock", 8 * MINUTE)
    ran(base, "stock", 3 * MINUTE, state=Run.State.FAILED, read_count=0)
    text = row_of(page(client), base, "stock")
    told = re.search(r'data-runs="([^"]*)"', text)
    assert told
    runs = json.loads(unescape(told[1]))
    assert [(rows, seconds, failed) for _ended, rows, seconds, failed, _words in runs] == [
        (1000, 4.0, False),
        (0, 4.0, True),
    ]
    assert text.count("<tr") == 1 + 1 + 2
    assert "<details" in text


def test_open_alarms_stand_on_top(client: Client) -> None:
    base = make_base()
    alarms.open_alarm(connection=base, code="late", level="red", text="<b>нет</b>", at=AT)
    text = page(client)
    assert "&lt;b&gt;нет" in text
    assert text.index("&lt;b&gt;нет") < text.index(f'id="base-{base.pk}"')


def test_the_board_alone_has_no_frame(client: Client) -> None:
    make_base()
    text = page(client, f"{BOARD}?part=1")
    assert "<html" not in text
    assert "xch-base" in text


def test_without_a_base_it_says_so(client: Client) -> None:
    assert "xch-empty" in page(client)


def test_a_paused_kind_offers_to_resume_it(client: Client) -> None:
    base = make_base()
    row = base.schedules.get(kind="stock")
    keeping.pause(schedule=row, until=keeping.UNTIL_RESUMED, by=None, at=AT)
    text = row_of(page(client), base, "stock")
    assert reverse("exchange:schedule-act", args=[row.pk, "resume"]) in text
    assert reverse("exchange:schedule-act", args=[row.pk, "pause"]) not in text
    assert 'data-level="paused"' in text


def test_only_what_we_fetch_can_be_run_now(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(schedule.PULLS, "odata", lambda *_args: None)
    base = make_base()
    base.schedules.filter(kind="contracts").update(channel="odata")
    text = page(client)
    for kind, can in (("contracts", True), ("stock", False)):
        pk = base.schedules.get(kind=kind).pk
        assert (reverse("exchange:schedule-act", args=[pk, "run"]) in text) is can


def test_without_the_right_to_change_there_are_no_buttons() -> None:
    make_base()
    client = signed_in(GroupName.INTEGRATION)
    text = page(client)
    assert "schedules/" in text
    finance = signed_in(GroupName.FINANCE)
    assert finance.get(BOARD).status_code in {302, 403}


def test_tasks_that_fail_or_rest_are_marked(client: Client) -> None:
    JobState.objects.create(name="sync.tasks.sweep", started_at=AT, succeeded_at=AT, finished_at=AT)
    JobState.objects.create(
        name="search.tasks.sweep_index", started_at=AT, failures=2, error="<OSError>"
    )
    JobState.objects.create(name="sync.tasks.of_an_earlier_version", started_at=AT, failures=9)
    JobState.objects.create(
        name="sync.tasks.prune",
        started_at=AT - timedelta(days=3),
        succeeded_at=AT - timedelta(days=3),
    )
    jobs = page(client).split('class="xch-base xch-jobs"')[1]
    assert re.findall(r'data-level="(\w+)"', jobs) == ["red", "amber", "green"]
    assert "&lt;OSError&gt;" in jobs
    assert "tasks." not in jobs


def test_every_periodic_task_has_a_name_in_both_languages() -> None:
    autodiscover_modules("tasks")
    queue: Any = djhuey.HUEY
    registered = {
        f"{type(each).__module__}.{type(each).__name__}" for each in queue._registry.periodic_tasks
    }
    # tests register tasks of their own
    assert {name for name in registered if not name.startswith("tests.")} == set(JOBS)
    for name, words in JOBS.items():
        with override("en"):
            english = str(words)
        with override("ru"):
            assert re.search("[а-я]", str(words)), name
        assert re.fullmatch("[A-Z][a-z0-9C -]+", english), name


def test_bases_are_in_the_order_in_which_they_need_a_person(client: Client) -> None:
    make_base(name="А новая")
    make_base(name="Б выключена", is_active=False)
    fine, late, alarmed = (make_base(name=name) for name in ("В", "Г", "Д"))
    make_base(name="Е стоит", is_paused=True)
    ran(fine, "stock", MINUTE)
    ran(late, "contract", 70 * MINUTE)
    alarms.open_alarm(connection=alarmed, code="disk", level="red", text="x", at=AT)
    names = re.findall(r'id="base-title-\d+">([^<]+)<', page(client))
    assert names == ["Д", "Г", "В", "Е стоит", "А новая", "Б выключена"]


def test_the_page_costs_the_same_for_one_base_and_for_many(client: Client) -> None:
    def fill(count: int) -> int:
        for _number in range(count):
            base = make_base()
            for kind in ("stock", "contract", "balance"):
                ran(base, kind, MINUTE)
        with CaptureQueriesContext(connection) as queries:
            page(client, f"{BOARD}?part=1")
        return len(queries)

    page(client)
    assert fill(1) == fill(5)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0 "), (0.42, "0,4 "), (9.96, "10 "), (75, "1 ")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration_words(seconds).replace("\xa0", " ").startswith(words)
