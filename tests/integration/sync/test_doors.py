"""Who comes in from where, and whether his password arrives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import Connection, ExchangeSession, Run
from sync.protocol import views
from tests.factories.onec import PATH, OneC, basic
from tests.factories.sync import PASSWORD, ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def onec(base: Connection) -> OneC:
    return OneC(base).sign_in()


def from_address(onec: OneC, mode: str, address: str, **more: Any) -> str:
    headers = {"Authorization": basic(onec.base.user, onec.password)}
    if onec.cookie:
        headers["Cookie"] = onec.cookie
    answer = onec.client.get(
        f"{PATH}?type={onec.type}&mode={mode}", headers=headers, REMOTE_ADDR=address, **more
    )
    return bytes(answer.content).decode()


def test_a_base_comes_from_its_addresses_alone(base: Connection) -> None:
    base.allowed_addresses = "10.0.0.0/8"
    base.save()
    onec = OneC(base)
    refused = from_address(onec, "checkauth", "203.0.113.7")
    assert refused.startswith("failure\n")
    assert "203.0.113.7" in refused
    assert "\n" not in refused.removeprefix("failure\n")
    run = Run.objects.get()
    assert (run.connection, run.state, run.error) == (
        base,
        Run.State.FAILED,
        refused.removeprefix("failure\n"),
    )
    assert from_address(onec, "checkauth", "10.1.2.3").startswith("success\n")


def test_a_strange_address_does_not_learn_whether_a_password_is_right(base: Connection) -> None:
    base.allowed_addresses = "10.0.0.0/8"
    base.save()
    onec = OneC(base)
    right = from_address(onec, "checkauth", "203.0.113.7")
    onec.password = "wrong"
    assert from_address(onec, "checkauth", "203.0.113.7") == right


def test_a_stolen_cookie_is_of_no_use_elsewhere(base: Connection) -> None:
    base.allowed_addresses = "127.0.0.1"
    base.save()
    onec = OneC(base).sign_in()
    assert from_address(onec, "init", "203.0.113.7").startswith("failure\n")
    assert from_address(onec, "init", "127.0.0.1").startswith("zip=")


def test_the_address_behind_a_proxy_counts_where_the_proxy_is_trusted(
    base: Connection, settings: Any
) -> None:
    base.allowed_addresses = "203.0.113.7"
    base.save()
    onec, told = OneC(base), {"HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    assert from_address(onec, "checkauth", "127.0.0.1", **told).startswith("failure\n")
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert from_address(onec, "checkauth", "127.0.0.1", **told).startswith("success\n")
    assert ExchangeSession.objects.get().address == "203.0.113.7"


def test_a_session_knows_where_from_and_which_program(base: Connection) -> None:
    Client().get(
        f"{PATH}?type=catalog&mode=checkauth",
        headers={
            "Authorization": basic(base.user, PASSWORD),
            "User-Agent": "1C+Enterprise/8.3\x00" + "x" * 300,
        },
    )
    session = ExchangeSession.objects.get()
    assert session.address == "127.0.0.1"
    assert session.client.startswith("1C+Enterprise/8.3x")
    assert len(session.client) == 200


def test_a_base_may_be_told_three_lines_only(base: Connection) -> None:
    base.tells_session_key = False
    base.save()
    assert re.fullmatch("success\nvitrina_exchange\n[0-9a-f]{48}", OneC(base).says("checkauth"))


def test_a_paused_base_is_told_so(base: Connection, onec: OneC) -> None:
    base.is_paused = True
    base.save()
    for asked in (OneC(base).says("checkauth"), onec.says("init")):
        assert asked.startswith("failure\n")


@pytest.mark.gotcha(1)
@pytest.mark.parametrize("path", ["/1c/exchange/check", "/1c/exchange/check/"])
def test_the_check_tells_whether_the_header_arrives(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    texts = {}
    for name, header in {
        "probe": basic(*views.PROBE),
        "other": basic("anna", "secret-of-anna"),
        "nonsense": "Basic !!!",
        "bearer": "Bearer abc",
        "none": "",
    }.items():
        answer = Client().get(path, headers={"Authorization": header} if header else {})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
        assert answer["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer
        texts[name] = answer.content.decode()
    assert len(set(texts.values())) == 4
    words = {name: text.partition("\n")[0] for name, text in texts.items()}
    assert [words[name] for name in ("probe", "other")] == ["success", "success"]
    assert {words[name] for name in ("nonsense", "bearer", "none")} == {"failure"}
    assert "secret-of-anna" not in "".join(texts.values())
    assert "127.0.0.1" in texts["none"]
    assert not Run.objects.exists()
    assert reverse("sync:exchange-check") in views.CHECK_PATHS
