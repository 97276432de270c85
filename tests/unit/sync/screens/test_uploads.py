"""Uploads of the catalogue: what nobody asked to import, and which were everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dealer_area.roles import GroupName
from sync.models import ExchangeSession, Run
from sync.runs import leftovers
from sync.runs.running import Queue
from sync.screens import uploads
from tests.factories.admin import staff
from tests.factories.commerceml import goods, product
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory
from tests.unit.sync.files.test_loads import put
from tests.unit.sync.runs.test_leftovers import send

pytestmark = pytest.mark.django_db
LIST = "exchange:uploads"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    quiet = Queue(import_file=lambda _pk: None, make_sizes=lambda _pk: None)
    monkeypatch.setattr(uploads, "QUEUE", quiet)


@pytest.fixture
def client() -> Client:
    """A browser of a person who may start runs."""
    return signed_in_with("sync.change_run")


def signed_in_with(*rights: str) -> Client:
    person = staff(GroupName.INTEGRATION)
    for right in rights:
        person.user_permissions.add(Permission.objects.get(codename=right.partition(".")[2]))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def session() -> ExchangeSession:
    return ExchangeSessionFactory(upload=1)


@pytest.mark.gotcha(7)
def test_what_nobody_asked_for_is_listed_and_imported_by_a_button(
    client: Client, session: ExchangeSession
) -> None:
    send(session)
    text = client.get(reverse(LIST)).content.decode()
    assert "import.xml" in text
    key = f"{session.pk}-1"
    answer = client.post(reverse("exchange:upload-import", args=[key]))
    assert answer["Location"] == reverse(LIST)
    run = Run.objects.get()
    assert (run.trigger, run.state) == (Run.Trigger.PERSON, Run.State.QUEUED)
    assert leftovers.waiting(at=timezone.now()) == []
    client.post(reverse("exchange:upload-import", args=[key]))
    assert Run.objects.count() == 1


@pytest.mark.gotcha(23)
def test_a_person_says_that_uploads_were_everything(
    client: Client, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    second = ExchangeSessionFactory(connection=session.connection, upload=1)
    put(second, "import0_2.xml", goods(product("p2")), settings)
    text = client.get(reverse(LIST)).content.decode()
    keys = [f"{session.pk}-1", f"{second.pk}-1"]
    assert all(f'value="{key}"' in text for key in keys)
    answer = client.post(reverse("exchange:uploads-whole"), {"upload": keys})
    assert answer["Location"] == reverse("exchange:absences")
    run = Run.objects.get(kind="absence")
    assert run.only == [["upload", f"{session.pk}:1"], ["upload", f"{second.pk}:1"]]
    assert run.connection == session.connection


def test_what_cannot_be_everything(client: Client, session: ExchangeSession, settings: Any) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings)
    other = ExchangeSessionFactory(connection=ConnectionFactory(), upload=1)
    put(other, "import0_1.xml", goods(product("p1")), settings)
    target = reverse("exchange:uploads-whole")
    both = [f"{session.pk}-1", f"{other.pk}-1"]
    assert client.post(target, {"upload": both})["Location"] == reverse(LIST)
    assert client.post(target, {})["Location"] == reverse(LIST)
    assert client.post(target, {"upload": ["x", "1-y"]})["Location"] == reverse(LIST)
    assert client.post(target, {"upload": ["999999-1"]}).status_code == 404
    assert not Run.objects.filter(kind="absence").exists()


def test_an_upload_with_a_failure_cannot_be_ticked(
    client: Client, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", goods(product("p1")), settings, Run.State.FAILED)
    (upload,) = client.get(reverse(LIST)).context["uploads"]
    assert not upload.is_done


def test_a_list_costs_the_same_for_more_rows(
    client: Client, session: ExchangeSession, settings: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        one = ExchangeSessionFactory(connection=session.connection, upload=1)
        put(one, "import.xml", goods(product("p1")), settings)
        send(ExchangeSessionFactory(connection=session.connection, upload=1))
    client.get(reverse(LIST))
    with django_assert_max_num_queries(25):
        client.get(reverse(LIST))


def test_rights() -> None:
    viewer = signed_in_with()
    viewer.get(reverse(LIST))
    other = Client()
    other.force_login(staff(GroupName.SALES))
    assert other.get(reverse(LIST)).status_code in {302, 403}
    for name, args in (("uploads-whole", []), ("upload-import", ["1-1"])):
        assert other.post(reverse(f"exchange:{name}", args=args)).status_code in {302, 403}
