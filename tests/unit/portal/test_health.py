"""What /healthz and /readyz say, and when they fail."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.test import Client

from portal import health
from portal.queue import huey
from search import finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker_lives() -> Iterator[None]:
    huey.put(health.BEAT_KEY, time.time())
    yield
    huey.get(health.BEAT_KEY)


@pytest.fixture(autouse=True)
def index_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "health", lambda: {"ok": True, "documents": 3})


def test_healthz_asks_nobody(client: Client, django_assert_num_queries: type) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"


def test_readyz_when_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ready"] is True
    assert told["database"]["ok"]
    assert told["queue"]["worker_seen_seconds_ago"] < 5
    assert told["index"]["documents"] == 3


@pytest.mark.parametrize("silence", [health.BEAT_LATE + 1, None])
def test_readyz_fails_without_a_worker(client: Client, silence: float | None) -> None:
    huey.get(health.BEAT_KEY)
    if silence is not None:
        huey.put(health.BEAT_KEY, time.time() - silence)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"]["ok"] is False


def test_readyz_fails_without_an_index(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, object]:
        raise RuntimeError("gone")

    monkeypatch.setattr(finding, "health", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["index"] == {"ok": False, "error": "RuntimeError"}


def test_late_exchange_is_told_and_fails_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "exchange_health", lambda _now: {"ok": False, "age_seconds": 9e6})
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["exchange"] == {"ok": False, "age_seconds": 9e6}


def test_beat_tells_at_once_and_ends() -> None:
    huey.get(health.BEAT_KEY)
    with health.beat():
        deadline = time.monotonic() + 2
        while huey.get(health.BEAT_KEY, peek=True) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
