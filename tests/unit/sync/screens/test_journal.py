"""The journal's screens: who sees them, what they show, taking files once more."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dealer_area.roles import GroupName
from sync.channels import odata
from sync.models import Connection, Product, ReceivedFile, Run, Schedule
from sync.runs import importing
from sync.screens import files, journal, runs
from tests.factories.admin import signed_in
from tests.factories.commerceml import goods, message, product, store, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(name="УТ 11")


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


def text_of(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"exchange:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


class Queued:
    """The queue of the screens, kept still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ids: list[int] = []
        monkeypatch.setattr(runs, "QUEUE", self)
        monkeypatch.setattr(files, "QUEUE", self)

    def import_file(self, run_id: int) -> None:
        self.ids.append(run_id)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queued:
    return Queued(monkeypatch)


GETS = ("journal", "journal-export", "upload")
OF_RUN = ("run", "run-state")


@pytest.mark.parametrize("name", [*GETS, *OF_RUN, "file-download", "run-changes"])
def test_integration_sees_it_and_sales_do_not(base: Connection, client: Client, name: str) -> None:
    run = take(base, goods(product("p1")))
    assert run.file is not None
    args: dict[str, list[Any]] = {
        **{each: [] for each in GETS},
        **{each: [run.pk] for each in OF_RUN},
        "file-download": [run.file.pk],
        "run-changes": [run.pk, "product"],
    }
    address = reverse(f"exchange:{name}", args=args[name])
    answer = client.get(address)
    assert answer.status_code == 200
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert signed_in(GroupName.SALES).get(address).status_code == 302
    assert Client().get(address).status_code == 302


def test_who_only_sees_runs_starts_none(base: Connection, queue: Queued) -> None:
    from django.contrib.auth.models import Permission

    from tests.factories.base import StaffFactory

    person = StaffFactory()
    for codename in ("access_admin", "view_run"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    reader = Client()
    reader.force_login(person)
    run = take(base, goods(product("p1")))
    assert run.file is not None
    page = text_of(reader, "run", run.pk)
    assert reverse("exchange:run-replay", args=[run.pk]) not in page
    assert reverse("exchange:file-download", args=[run.file.pk]) not in page
    assert reader.post(reverse("exchange:run-replay", args=[run.pk])).status_code == 302
    assert reader.get(reverse("exchange:upload")).status_code == 302
    assert reader.get(reverse("exchange:file-download", args=[run.file.pk])).status_code == 302
    assert queue.ids == []


def test_an_empty_journal(client: Client) -> None:
    assert "jr-table" not in text_of(client, "journal")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=failed", {"bad"}),
        ("?state=done", {"good", "trouble"}),
        ("?trouble=1", {"bad", "trouble"}),
        ("?kind=catalog", {"good", "trouble", "bad"}),
        ("?kind=order", set()),
        ("?kind=nonsense&state=nonsense&base=x&since=x", {"good", "trouble", "bad"}),
        ("?q=ood", {"good"}),
        ("?since=2000-01-01", {"good", "trouble", "bad"}),
        ("?until=2000-01-01", set()),
        ("?since=9999-99-99", {"good", "trouble", "bad"}),
        ("?trigger=person", set()),
    ],
)
def test_filters(base: Connection, query: str, found: set[str]) -> None:
    from django.http import QueryDict

    for title, state, rejected in (
        ("good", Run.State.DONE, 0),
        ("trouble", Run.State.DONE, 2),
        ("bad", Run.State.FAILED, 0),
    ):
        Run.objects.create(
            connection=base, kind="catalog", title=title, state=state, rejected_count=rejected
        )
    shown = journal.found_by(QueryDict(query[1:]))
    assert {run.title for run in shown} == found


def test_the_last_filters_are_remembered_until_they_are_reset(client: Client) -> None:
    address = reverse("exchange:journal")
    client.get(f"{address}?state=failed&p=2&q=")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?state=failed")
    assert client.get(f"{address}?all=1").status_code == 200
    assert client.get(address).status_code == 200


def test_a_list_costs_the_same_for_more_rows(base: Connection, client: Client) -> None:
    counts = []
    client.get(reverse("exchange:journal"))
    for _time in range(2):
        for _each in range(10):
            Run.objects.create(connection=base, kind="catalog")
        with CaptureQueriesContext(database) as queries:
            client.get(reverse("exchange:journal"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_run_tells_what_it_did(base: Connection, client: Client) -> None:
    run = take(base, goods(product("p1", "Ручка"), product("bad", "")))
    page = text_of(client, "run", run.pk)
    assert "Товар без наименования" in page
    assert reverse("exchange:run-changes", args=[run.pk, "product"]) in page
    assert "data-poll" not in page
    assert "Ручка" in text_of(client, "run-changes", run.pk, "product")
    assert client.get(f"/cms/exchange/journal/{run.pk}/changes/nonsense/").status_code == 404


def rehearsed(base: Connection, content: bytes) -> Run:
    run = store(base, content)
    Run.objects.filter(pk=run.pk).update(is_rehearsal=True)
    importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    return run


def test_a_failed_dry_run_says_what_failed_and_what_to_do(base: Connection, client: Client) -> None:
    run = rehearsed(base, message(goods(product("p1")))[:-40])
    assert run.state == Run.State.FAILED
    page = text_of(client, "run", run.pk)
    assert "Пробный прогон не удался" in page
    assert run.error in page
    assert "Что делать" in page
    assert "Загрузить другой файл" in page
    assert "Повторить пробный прогон" in page
    for wrong in ("Ничего не изменится", "Загрузить файл повторно", "по-настоящему"):
        assert wrong not in page


def test_a_dry_run_shows_each_refused_object_with_its_reason(
    base: Connection, client: Client
) -> None:
    take(base, goods(product("p1")))
    nameless = "<Товар><Наименование>Петля</Наименование></Товар>"
    refused = (nameless, product("bad", ""), "<Товар/>")
    run = rehearsed(base, message(goods(product("p1"), *refused)))
    assert run.state == Run.State.DONE
    page = text_of(client, "run", run.pk)
    for words in ("Петля", "bad", "без названия и идентификатора", "Товар без наименования"):
        assert words in page
    assert "Ничего не изменится; отклонённые объекты перечислены выше." in page
    assert "Загрузить файл по-настоящему" in page
    assert reverse("exchange:quarantine") + "?run" not in page
    assert "Как пришло" in page
    # what arrived is for those who may see the quarantine
    Permission.objects.get(codename="view_rejection").group_set.clear()
    assert "Как пришло" not in text_of(client, "run", run.pk)


def test_a_dry_run_that_fails_for_its_refused_objects_names_them(
    base: Connection, client: Client
) -> None:
    run = rehearsed(base, message(goods(product("bad", ""))))
    assert run.state == Run.State.FAILED
    assert "bad: " in run.error
    page = text_of(client, "run", run.pk)
    assert "Товар без наименования" in page
    assert "Ничего не изменится" not in page


def test_a_dry_run_that_would_change_nothing(base: Connection, client: Client) -> None:
    take(base, goods(product("p1")))
    page = text_of(client, "run", rehearsed(base, message(goods(product("p1")))).pk)
    assert "Ничего не изменится." in page
    assert "Пробный прогон не удался" not in page


def test_a_run_that_goes_on_is_looked_at_again(base: Connection, client: Client) -> None:
    run = store(base, message(goods(product("p1"))))
    assert f'data-poll="{reverse("exchange:run-state", args=[run.pk])}"' in text_of(
        client, "run", run.pk
    )
    assert "data-poll" in text_of(client, "run-state", run.pk)
    Run.objects.update(state=Run.State.DONE, finished_at=timezone.now())
    assert "data-poll" not in text_of(client, "run-state", run.pk)


def test_a_file_is_saved_and_never_shown(base: Connection, client: Client) -> None:
    run = take(base, goods(product("p1")))
    assert run.file is not None
    ReceivedFile.objects.update(name="webdata/страница.html")
    answer = client.get(reverse("exchange:file-download", args=[run.file.pk]))
    assert b"".join(answer.streaming_content) == message(goods(product("p1")))  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "html" in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_file_that_is_gone_is_told_in_words(base: Connection, client: Client) -> None:
    run = take(base, goods(product("p1")))
    assert run.file is not None
    (Path(settings.EXCHANGE_ROOT) / run.file.path).unlink()
    answer = client.get(reverse("exchange:file-download", args=[run.file.pk]))
    assert answer["Location"] == reverse("exchange:run", args=[run.pk])
    answer = client.post(reverse("exchange:run-replay", args=[run.pk]))
    assert answer["Location"] == reverse("exchange:run", args=[run.pk])
    assert Run.objects.count() == 1


@pytest.mark.parametrize("dry", [False, True])
def test_a_file_is_taken_once_more(
    base: Connection, client: Client, queue: Queued, dry: bool
) -> None:
    run = take(base, goods(product("p1")))
    client.post(reverse("exchange:run-replay", args=[run.pk]), {"dry": "1"} if dry else {})
    again = Run.objects.latest("pk")
    assert queue.ids == [again.pk]
    assert (again.file, again.kind, again.trigger, again.is_rehearsal) == (
        run.file,
        "catalog",
        Run.Trigger.PERSON,
        dry,
    )
    assert again.by is not None


def test_the_spreadsheet(base: Connection, client: Client) -> None:
    Run.objects.create(connection=base, kind="catalog", title="=cmd()")
    answer = client.get(reverse("exchange:journal-export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff№;")
    assert "'=cmd()" in text
    assert "УТ 11" in text


def upload(client: Client, base: Connection, name: str, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, content)
    fields = {"base": base.pk, "kind": "catalog", "file": file, **more}
    return client.post(reverse("exchange:upload"), fields)


def test_a_person_gives_a_file(base: Connection, client: Client, queue: Queued) -> None:
    content = message(goods(product("p1", "Ручка")))
    answer = upload(client, base, "import.xml", content, rehearsal="on")
    run = Run.objects.get()
    assert answer["Location"] == reverse("exchange:run", args=[run.pk])
    assert (run.is_rehearsal, run.trigger, queue.ids) == (True, Run.Trigger.PERSON, [run.pk])
    assert run.file is not None
    assert run.file.channel == ReceivedFile.Channel.PERSON
    from sync.runs import importing

    importing.import_run(run.pk, owner="worker")
    run.refresh_from_db()
    assert (run.state, run.created_count) == (Run.State.DONE, 1)
    assert not Product.objects.exists()


def test_an_archive_makes_a_run_for_each_exchange_file(
    base: Connection, client: Client, queue: Queued
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("offers0_1.xml", message(goods()))
        archive.writestr("import0_1.xml", message(goods(product("p1"))))
        archive.writestr("import_files/a.jpg", b"\xff\xd8\xff")
    upload(client, base, "all.zip", packed.getvalue())
    made = Run.objects.order_by("pk")
    assert [run.title for run in made] == ["import0_1.xml", "offers0_1.xml"]
    assert queue.ids == [run.pk for run in made]
    from sync.runs import running

    class Quiet:
        def import_file(self, run_id: int) -> None: ...

        def make_sizes(self, picture_id: int) -> None: ...

    running.process(made[0].pk, queue=Quiet())  # type: ignore[arg-type]
    assert Product.objects.get().ref == "p1"


@pytest.mark.parametrize("name", ["virus.exe", "broken.zip"])
def test_a_wrong_file_is_refused_in_words(
    base: Connection, client: Client, queue: Queued, name: str
) -> None:
    answer = upload(client, base, name, b"MZ")
    assert answer.status_code == 200
    assert "error-message" in answer.content.decode()
    assert not Run.objects.exists()


def test_records_as_json(base: Connection, client: Client, queue: Queued) -> None:
    upload(client, base, "partners.json", b'{"records": []}', kind="partner")
    run = Run.objects.get()
    assert (run.kind, run.file.kind if run.file else "") == ("partner", ReceivedFile.Kind.PUSH)


def test_1c_is_asked_for_a_dry_run(
    base: Connection, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(odata.rehearse, "later", lambda *told: asked.append(told))
    fetched = Schedule.objects.create(
        connection=base, kind=Schedule.Kind.CONTRACTS, channel=Schedule.Channel.ODATA
    )
    sent = Schedule.objects.create(
        connection=base, kind=Schedule.Kind.STOCK, channel=Schedule.Channel.PUSH
    )
    answer = client.post(reverse("exchange:pull-rehearse", args=[fetched.pk]))
    assert answer["Location"] == reverse("exchange:journal") + "?dry=1"
    assert [pk for pk, _by in asked] == [fetched.pk]
    assert client.post(reverse("exchange:pull-rehearse", args=[sent.pk])).status_code == 404
    sales = signed_in(GroupName.SALES)
    assert sales.post(reverse("exchange:pull-rehearse", args=[fetched.pk])).status_code == 302
    assert len(asked) == 1
