"""The panel of the admin's first screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.models import Connection, Run
from sync.screens.panels import SHOWN_BASES, HealthPanel
from sync.watching import alarms, schedule
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def make_base(**changed: Any) -> Connection:
    made: Connection = ConnectionFactory(**changed)
    schedule.ensure_schedules(made)
    return made


def test_each_base_has_its_worst_light_and_what_is_late(django_assert_num_queries: Any) -> None:
    late, fine = make_base(name="А"), make_base(name="Б")
    make_base(name="В", is_active=False)
    for base, minutes in ((late, 8), (fine, 2)):
        moment = AT - timedelta(minutes=minutes)
        Run.objects.create(connection=base, kind="stock", state="done", finished_at=moment)
    alarms.open_alarm(connection=fine, code="disk", level="red", text="полный диск", at=AT)
    with django_assert_num_queries(4):
        panel = HealthPanel(AT)
    first, second = panel.rows
    assert (first["base"], first["level"], first["alarms"]) == (fine, "red", ["полный диск"])
    assert (second["base"], second["level"], len(second["late"])) == (late, "amber", 1)
    html = panel.render_html({})
    assert "полный диск" in html
    assert f"/cms/exchange/#base-{late.pk}" in html


def test_many_bases_are_cut_and_none_is_said(django_assert_num_queries: Any) -> None:
    assert HealthPanel(AT).rows == []
    assert "xch-light" not in HealthPanel(AT).render_html({})
    for number in range(SHOWN_BASES + 3):
        make_base(name=f"База {number:02}")
    with django_assert_num_queries(4):
        panel = HealthPanel(AT)
    assert (len(panel.rows), panel.more) == (SHOWN_BASES, 3)


def test_a_base_in_need_is_not_cut_off() -> None:
    for number in range(SHOWN_BASES):
        make_base(name=f"База {number:02}")
    last = make_base(name="Я")
    alarms.open_alarm(connection=last, code="disk", level="red", text="x", at=AT)
    assert HealthPanel(AT).rows[0]["base"] == last
