"""Records pushed over real HTTP; a worker that is killed over them goes on where it was."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from sync.files.outcomes import read
from sync.files.receiving import full_path
from sync.models import (
    ChangeBatch,
    Connection,
    Contract,
    Counterparty,
    ReceivedFile,
    RemoteOrder,
    Run,
    SettlementBalance,
    Version,
)
from sync.onec.records import SettlementRecord
from sync.protocol.tokens import issue_token
from sync.runs import inbound, running
from sync.tasks import QUEUE
from tests.factories.sync import ConnectionFactory
from tests.integration.sync.test_killed import killed, points

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.timeout(600),
]
ROOT = "/api/1c/v1/"
ROWS = 5_000
KILLS = 8
OLD = SettlementRecord("old", "c1", "k1", "", "RUB", Decimal(7))


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INDEX_ROOT = tmp_path / "index"


@contextmanager
def program(live_server: Any, base: Connection) -> Iterator[httpx.Client]:
    """A program in 1C with a key of the base."""
    _token, secret = issue_token(connection=base, name="1С", by=None, at=timezone.now())
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=live_server.url, headers=headers, timeout=60) as client:
        yield client


def balances(count: int) -> bytes:
    """Balances of many clients; each hundredth row is a bad one."""
    rows = [
        {
            "ref": f"b{n}",
            "version": f"v{n}",
            "counterparty_ref": f"c{n % 50}",
            "contract_ref": f"k{n % 50}",
            "currency": "RUB",
            "amount": f"{n}.40" if n % 100 else "много",
            "due_on": "2026-12-04",
        }
        for n in range(count)
    ]
    return json.dumps({"records": rows, "complete": True}).encode()


def state(base: Connection) -> dict[str, object]:
    """Everything the base has of money, without numbers of rows."""
    run = Run.objects.filter(connection=base).latest("pk")
    assert run.file is not None
    rows = SettlementBalance.objects.filter(connection=base).order_by("ref")
    return {
        "balances": list(
            rows.values_list("ref", "amount", "archived", "counterparty__ref", "contract__ref")
        ),
        "clients": Counterparty.objects.filter(connection=base).count(),
        "contracts": Contract.objects.filter(connection=base).count(),
        "versions": Version.objects.filter(connection=base).count(),
        "run": (run.state, run.position, run.read_count, run.rejected_count, run.error),
        "refused": run.rejections.count(),
        "outcomes": [(each.position, each.ref) for each in read(run.file, limit=ROWS)],
        "rejected": [
            each.position for each in read(run.file, limit=ROWS) if each.status == "rejected"
        ],
    }


def test_a_push_of_many_rows_survives_a_killed_worker(
    live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "PORTION", 250)
    waiting: list[int] = []
    queue = running.Queue(import_file=waiting.append, make_sizes=lambda _pk: None)
    monkeypatch.setattr("sync.protocol.api.QUEUE", queue)
    clean, base = ConnectionFactory(user="clean"), ConnectionFactory(user="killed")
    for each in (clean, base):
        # what the whole telling leaves out
        inbound.ingest(connection=each, kind="balance", records=[OLD], at=timezone.now())
    answers = []
    for each in (clean, base):
        with program(live_server, each) as http:
            answers.append(http.post(f"{ROOT}balances", content=balances(ROWS)))
    assert [answer.status_code for answer in answers] == [202, 202]

    running.process(waiting[0], queue=QUEUE)
    chance = random.Random(4)
    kills = 0
    for at, after in points(chance, furthest=70):
        if not killed(lambda: running.process(waiting[1], queue=QUEUE), at, after):
            break
        kills += 1

    assert kills >= KILLS
    assert state(base) == state(clean)
    assert state(base)["run"] == (Run.State.DONE, ROWS, ROWS, ROWS // 100, "")
    assert SettlementBalance.objects.filter(connection=base, archived=False).count() == 4950
    with program(live_server, base) as http:
        told = http.get(answers[1].json()["url"], params={"after": 4000}).json()
    assert (told["state"], len(told["results"]), told["next"]) == ("done", 1000, 5000)


def test_a_sweeper_takes_what_a_killed_web_process_left() -> None:
    base = ConnectionFactory()
    run = inbound.accept(
        connection=base,
        kind="balance",
        channel=ReceivedFile.Channel.PUSH,
        file_kind=ReceivedFile.Kind.PUSH,
        name="balances.json",
        content=balances(10),
        at=timezone.now(),
        queue=None,
    )
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    put: list[int] = []
    running.sweep(at=timezone.now(), queue=running.Queue(put.append, put.append))
    assert put == [run.pk]
    running.process(run.pk, queue=QUEUE)
    assert Run.objects.get(pk=run.pk).state == Run.State.DONE


def test_the_same_push_twice_over_http_changes_no_row(live_server: Any) -> None:
    base = ConnectionFactory()
    body = {
        "records": [{"number": str(n), "status": "К отгрузке", "posted": True} for n in range(200)]
    }
    with program(live_server, base) as http:
        first = http.post(f"{ROOT}statuses", json=body).json()
        assert (first["created"], first["rejected"]) == (200, 0)
        rows = list(RemoteOrder.objects.order_by("pk").values())
        batches = ChangeBatch.objects.count()
        again = http.post(f"{ROOT}statuses", json=body).json()
    assert {each["status"] for each in again["results"]} == {"unchanged"}
    assert list(RemoteOrder.objects.order_by("pk").values()) == rows
    assert ChangeBatch.objects.count() == batches
    stored = ReceivedFile.objects.filter(connection=base)
    assert [full_path(file).stat().st_size for file in stored] == [file.size for file in stored]
