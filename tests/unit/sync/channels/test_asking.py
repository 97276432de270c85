"""Asking a base over HTTP: patience, refusals in words, and where we do not go."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from base.secrets import seal
from sync.channels import asking
from sync.channels.asking import Asker, NotPublished, PullFailed, Refused, Unreachable
from tests.factories.sync import ConnectionFactory

ROOT = "http://1c.example/base/odata/standard.odata/"
ROWS = {"value": [{"Ref_Key": "1"}]}
Handler = Callable[[httpx.Request], httpx.Response]


def error(code: str, words: str) -> dict[str, Any]:
    return {"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}


class Line:
    """Answers one after the other, the last one for ever."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def asker(handler: Handler, **options: Any) -> tuple[Asker, list[float]]:
    slept: list[float] = []
    made = Asker(
        ROOT,
        "Обмен",
        "пароль",
        sleep=slept.append,
        transport=httpx.MockTransport(handler),
        **options,
    )
    return made, slept


def ask(handler: Handler, entity: str = "Catalog_X") -> asking.Answer:
    made, _slept = asker(handler)
    with made:
        return made.ask(f"{entity}?$format=json", entity=entity)


def test_rows_and_the_body_as_it_came() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(ROWS, indent=1).replace("\n", "\r\n").encode()
    line = Line(httpx.Response(200, content=body))
    answer = ask(line)
    assert (answer.rows, answer.body) == ([{"Ref_Key": "1"}], body)
    [request] = line.requests
    assert str(request.url) == f"{ROOT}Catalog_X?$format=json"
    # letters of a name and a password are UTF-8, as 1C reads them
    assert (
        httpx.BasicAuth("Обмен".encode(), "пароль".encode())._auth_header
        == (request.headers["Authorization"])
    )
    assert "gzip" in request.headers["Accept-Encoding"]


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(429),
        httpx.Response(500, json=error("-1", "Сеанс удален")),
        httpx.Response(503, text="busy"),
        httpx.Response(200, text='{"value": [{"Ref'),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"value": "no"}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("torn"),
    ],
)
def test_what_fails_for_a_moment_is_asked_again(failure: httpx.Response | Exception) -> None:
    made, slept = asker(Line(failure, failure, httpx.Response(200, json=ROWS)))
    with made:
        assert made.ask("Catalog_X", entity="Catalog_X").rows
    first, second = slept
    assert 0 < first < second
    # the worker's time belongs to all bases
    assert first + second <= 3


@pytest.mark.parametrize("status", [429, 503])
def test_worker_does_not_sleep_as_long_as_a_server_asks(status: int) -> None:
    line = Line(
        httpx.Response(status, headers={"Retry-After": "60"}), httpx.Response(200, json=ROWS)
    )
    made, slept = asker(line)
    with made, pytest.raises(Unreachable) as failure:
        made.ask("Catalog_X", entity="Catalog_X")
    assert (slept, len(line.requests)) == ([], 1)
    assert (failure.value.is_busy, failure.value.pause) == (True, 60)


def test_all_questions_of_a_pull_have_one_budget() -> None:
    line = Line(httpx.Response(200, json=ROWS))
    made, _slept = asker(line, seconds=0.05)
    with made:
        made.ask("Catalog_X", entity="Catalog_X")
        time.sleep(0.06)
        with pytest.raises(Unreachable) as failure:
            made.ask("Catalog_X", entity="Catalog_X")
    assert len(line.requests) == 1
    assert failure.value.is_busy


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("head", [b"", b"HTTP/1.0 200 OK\r\n%b\r\n"])
def test_answer_that_drips_is_cut_in_time(
    gzip: bool, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, the whole never does: neither the head nor the body."""
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.4)
    packed = b"Content-Encoding: gzip\r\n" if gzip else b""

    def drip(server: socket.socket) -> None:
        with suppress(OSError):
            line, _peer = server.accept()
            with line:
                line.recv(65536)
                line.sendall(head % packed if head else b"HTTP/1.1 2")
                for _n in range(100):
                    line.sendall(b"\x1f\x8b\x08" if gzip and head else b"0")
                    time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        root = f"http://127.0.0.1:{server.getsockname()[1]}/odata/standard.odata/"
        began = time.monotonic()
        with Asker(root, "u", "p", attempts=1) as made, pytest.raises(Unreachable) as failure:
            made.ask("Catalog_X", entity="Catalog_X")
        assert time.monotonic() - began < 3
        thread.join(10)
    assert failure.value.is_final


def test_patience_ends() -> None:
    line = Line(httpx.Response(500, json=error("-1", "Сеанс удален")))
    with pytest.raises(Unreachable, match="Сеанс удален") as failure:
        ask(line)
    assert len(line.requests) == asking.ATTEMPTS
    assert not failure.value.is_final
    deaf = Line(httpx.ConnectError("no route"))
    with pytest.raises(Unreachable) as failure:
        ask(deaf)
    assert failure.value.is_final
    assert len(deaf.requests) == asking.ATTEMPTS


def test_slow_base_is_not_asked_again_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", -1)
    line = Line(httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        ask(line)
    assert len(line.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404, json=error("8", "Сущность Catalog_X не найдена")), NotPublished),
        (httpx.Response(404, json=error("8", "Entity not found")), NotPublished),
        (httpx.Response(400, json=error("6", "Метод не найден")), NotPublished),
        (httpx.Response(400, json=error("6", "Обнаружены лишние сегменты!")), NotPublished),
        (httpx.Response(400, json=error("14", "Поле ИНН не найдено")), Refused),
        (httpx.Response(403), Refused),
        (httpx.Response(401), Unreachable),
        (httpx.Response(302, headers={"Location": "http://evil.example/"}), Unreachable),
        (httpx.Response(405, text="?"), Refused),
    ],
)
def test_refusals_are_told_at_once(answer: httpx.Response, kind: type[PullFailed]) -> None:
    line = Line(answer)
    with pytest.raises(kind):
        ask(line)
    assert len(line.requests) == 1


def test_address_that_leads_elsewhere_is_not_followed() -> None:
    line = Line(httpx.Response(307, headers={"Location": "http://169.254.169.254/secret"}))
    with pytest.raises(Unreachable, match=r"169\.254\.169\.254"):
        ask(line)
    assert [request.url.host for request in line.requests] == ["1c.example"]


def test_lost_base_is_told_from_a_lost_object() -> None:
    def lost_base(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text="<html>Not Found</html>")

    def lost_object(request: httpx.Request) -> httpx.Response:
        there = request.url.path.endswith("standard.odata/")
        return httpx.Response(200, json=ROWS) if there else lost_base(request)

    with pytest.raises(Unreachable):
        ask(lost_base)
    with pytest.raises(NotPublished, match="Справочник «X»"):
        ask(lost_object)


def test_answer_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_BYTES", 10)
    with pytest.raises(PullFailed):
        ask(Line(httpx.Response(200, json=ROWS)))


def test_answer_that_drips_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_SECONDS", -1)
    line = Line(httpx.Response(200, json=ROWS))
    with pytest.raises(Unreachable):
        ask(line)


def test_whoever_asks_shows_that_he_is_alive() -> None:
    beats: list[int] = []
    made, _slept = asker(
        Line(httpx.Response(503), httpx.Response(200, json=ROWS)), beat=lambda: beats.append(1)
    )
    with made:
        made.ask("Catalog_X", entity="Catalog_X")
    assert len(beats) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "https://1c.example/trade",
        " https://1c.example/trade/ ",
        "https://1c.example/trade/odata/standard.odata",
        "https://1c.example/trade/odata/standard.odata/",
    ],
)
def test_address_of_the_base(typed: str) -> None:
    assert asking.checked_address(typed) == "https://1c.example/trade/odata/standard.odata/"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1c.example/trade",
        "ftp://1c.example/trade",
        "file:///etc/passwd",
        "https://",
        "https://user:word@1c.example/trade",
        "https://1c.example/trade?x=1",
        "https://1c.example/trade#x",
        "https://1c.example:port/trade",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        asking.checked_address(typed)


def test_objects_are_named_as_in_1c() -> None:
    assert asking.object_name("Catalog_Партнеры") == "Справочник «Партнеры»"
    assert (
        asking.object_name("AccumulationRegister_Запасы_RecordType/Balance()")
        == "Регистр накопления «Запасы»"
    )
    assert asking.object_name("Constant_X") == "Constant «X»"


@pytest.mark.django_db
def test_base_without_an_address_or_with_a_password_of_another_key() -> None:
    with pytest.raises(PullFailed):
        asking.asker(ConnectionFactory())
    with pytest.raises(PullFailed):
        asking.asker(ConnectionFactory(odata_url="not an address"))
    with pytest.raises(PullFailed):
        asking.asker(ConnectionFactory(odata_url="http://1c.example", odata_password="torn"))
    made = asking.asker(
        ConnectionFactory(
            odata_url="http://1c.example/b", odata_user="u", odata_password=seal("тайна")
        )
    )
    assert (made.root, made.password) == ("http://1c.example/b/odata/standard.odata/", "тайна")
