"""Bank statements handed in by finance staff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dealer_area.roles import GroupName
from sync.models import Connection, Payment, ReceivedFile, Run
from sync.runs import running
from sync.screens import statements
from sync.tasks import QUEUE
from tests.factories import statement
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
PAGE = "/cms/exchange/statements/"


@pytest.fixture
def base(settings: Any, tmp_path: Path) -> Connection:
    settings.EXCHANGE_ROOT = tmp_path
    return ConnectionFactory()


def sent(base: Connection, body: str = "", name: str = "kl_to_1c.txt") -> dict[str, Any]:
    content = (body or statement.text(statement.document())).encode("cp1251")
    return {"connection": base.pk, "file": SimpleUploadedFile(name, content)}


@pytest.mark.parametrize(
    ("group", "may"),
    [
        (GroupName.FINANCE, True),
        (GroupName.INTEGRATION, True),
        (GroupName.SALES, False),
        (GroupName.CATALOGUE, False),
    ],
)
def test_finance_hands_statements_in(base: Connection, group: GroupName, may: bool) -> None:
    client = signed_in(group)
    assert client.get(PAGE).status_code == (200 if may else 302)
    answer = client.post(PAGE, sent(base))
    assert answer["Location"] == (PAGE if may else "/cms/")
    assert Run.objects.filter(kind="bank").exists() is may


def test_a_statement_is_taken_and_shown(base: Connection) -> None:
    client = signed_in(GroupName.FINANCE)
    client.post(PAGE, sent(base))
    run = Run.objects.get()
    assert (run.trigger, run.file.channel if run.file else "") == (
        Run.Trigger.PERSON,
        ReceivedFile.Channel.PERSON,
    )
    assert run.by is not None
    running.process(run.pk, queue=QUEUE)
    assert Payment.objects.get().number == "17"
    shown = client.get(PAGE)
    assert "kl_to_1c.txt" in shown.content.decode()
    assert shown.context["lost"] == 1


def test_of_several_bases_none_is_chosen_beforehand(base: Connection) -> None:
    client = signed_in(GroupName.FINANCE)
    single = client.get(PAGE).content.decode()
    assert f'<option value="{base.pk}">' in single
    assert '<option value=""' not in single
    ConnectionFactory(name="Вторая")
    assert '<option value="" selected>выберите базу</option>' in client.get(PAGE).content.decode()
    answer = client.post(PAGE, sent(base) | {"connection": ""})
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_what_is_wrong_is_said_beside_the_form(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(GroupName.FINANCE)
    assert client.post(PAGE, {"connection": base.pk}).status_code == 422
    assert client.post(PAGE, {**sent(base), "connection": base.pk + 1}).status_code == 422
    assert client.post(PAGE, sent(base, name="virus.php")).status_code == 422
    monkeypatch.setattr(statements, "LARGEST", 10)
    assert client.post(PAGE, sent(base)).status_code == 422
    assert not Run.objects.exists()
