"""Goods that a full load left out: a person sees and decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dealer_area.roles import GroupName
from sync.models import Absence, Run
from sync.runs.running import Queue
from sync.screens import absence
from tests.factories.admin import staff
from tests.factories.sync import ConnectionFactory, ProductFactory
from tests.unit.sync.screens.test_uploads import signed_in_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    queue = Queue(import_file=lambda _pk: None, make_sizes=lambda _pk: None)
    monkeypatch.setattr(absence, "QUEUE", queue)


@pytest.fixture
def client() -> Client:
    return signed_in_with("sync.change_run")


@pytest.fixture
def row() -> Absence:
    base = ConnectionFactory()
    made = Absence.objects.create(
        connection=base, known_count=200, absent_count=60, found_at=timezone.now()
    )
    goods = [
        ProductFactory(connection=base, name=f"Петля {n:02}", sku=f"П-{n:02}") for n in range(60)
    ]
    made.products.set(goods)
    return made


def test_the_list_and_one_of_it(client: Client, row: Absence) -> None:
    target = reverse("exchange:absence", args=[row.pk])
    text = client.get(reverse("exchange:absences")).content.decode()
    assert target in text
    assert "30\xa0%" in text
    page = client.get(target)
    assert len(page.context["goods"]) == absence.PAGE
    assert "Петля 00" in page.content.decode()
    assert "Петля 59" in client.get(f"{target}?p=2").content.decode()


def test_leave(client: Client, row: Absence) -> None:
    target = reverse("exchange:absence-decide", args=[row.pk])
    assert client.post(target, {"decision": "leave"}).status_code == 302
    row.refresh_from_db()
    assert row.state == Absence.State.KEPT
    assert not Run.objects.exists()


def test_hide_is_work_for_the_worker(client: Client, row: Absence) -> None:
    target = reverse("exchange:absence-decide", args=[row.pk])
    for _ in range(2):
        client.post(target, {"decision": "hide"})
    run = Run.objects.get()
    assert (run.kind, run.state, run.trigger) == ("absence", Run.State.QUEUED, Run.Trigger.PERSON)
    page = client.get(reverse("exchange:absence", args=[row.pk]))
    assert page.context["work"]
    Run.objects.update(state=Run.State.FAILED, error="файла нет")
    page = client.get(reverse("exchange:absence", args=[row.pk]))
    assert "файла нет" in page.content.decode()


def test_rights(row: Absence) -> None:
    other = Client()
    other.force_login(staff(GroupName.SALES))
    assert other.get(reverse("exchange:absences")).status_code in {302, 403}
    assert other.get(reverse("exchange:absence", args=[row.pk])).status_code in {302, 403}
    target = reverse("exchange:absence-decide", args=[row.pk])
    assert other.post(target, {"decision": "hide"}).status_code in {302, 403}
    row.refresh_from_db()
    assert row.state == Absence.State.WAITING


def test_what_is_not_there(client: Client) -> None:
    assert client.get(reverse("exchange:absence", args=[99])).status_code == 404
    assert client.post(reverse("exchange:absence-decide", args=[99])).status_code == 404
