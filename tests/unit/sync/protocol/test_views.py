"""The dialogue with 1C as bytes: what it asks, what it is told, what the journal keeps."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from onec.orders import read_batch
from sync import ports
from sync.files import receiving
from sync.models import Connection, ExchangeSession, OutboxOrder, ReceivedFile, Run
from sync.protocol import sessions, views
from sync.protocol.connections import GUESSES
from sync.runs import running
from tests.factories.onec import DOCUMENT, PATH, OneC, basic
from tests.factories.sync import (
    PASSWORD,
    ConnectionFactory,
    outgoing_line,
    outgoing_order,
    queued_order,
)

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


@pytest.fixture
def sale(base: Connection) -> OneC:
    return OneC(base, "sale").sign_in()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is queued is imported at once."""

    def end(pk: int) -> None:
        Run.objects.filter(pk=pk).update(state=Run.State.DONE)

    queue = running.Queue(import_file=end, make_sizes=lambda _pk: None)
    monkeypatch.setattr(views, "QUEUE", queue)


def test_checkauth_gives_the_session_line_by_line(base: Connection) -> None:
    text = OneC(base).says("checkauth")
    found = re.fullmatch(
        r"success\nvitrina_exchange\n([0-9a-f]{48})\nsessid=([0-9a-f]{48})\ntimestamp=\d{10}", text
    )
    assert found is not None
    assert found[1] == found[2]
    session = sessions.session_of(key=found[1], at=timezone.now())
    assert session is not None
    assert (session.connection, session.exchange_type) == (base, "catalog")


def test_the_second_told_is_the_one_in_which_the_session_begins(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = sessions.open_session

    def open_late(**told: Any) -> ExchangeSession:
        time.sleep(1 - time.time() % 1)  # a slow check of the password, over the turn of a second
        return opened(**told)

    monkeypatch.setattr(sessions, "open_session", open_late)
    told = OneC(base).says("checkauth").rpartition("timestamp=")[2]
    assert int(told) == int(ExchangeSession.objects.get().started_at.timestamp())


@pytest.mark.parametrize("path", ["/1c/exchange", PATH, "/bitrix/admin/1c_exchange.php"])
def test_every_spelling_of_the_address_answers(base: Connection, path: str) -> None:
    assert OneC(base, path=path).sign_in().says("init") == "zip=no\nfile_limit=10000000"


def test_addresses_have_names() -> None:
    assert reverse("sync:exchange") == PATH
    assert reverse("sync:exchange-bitrix") == "/bitrix/admin/1c_exchange.php"
    assert {reverse("sync:exchange"), reverse("sync:exchange-bitrix")} < views.PATHS


def test_without_the_middleware_the_view_answers_the_same(base: Connection) -> None:
    request = RequestFactory().get(f"{PATH}?type=catalog&mode=init")
    assert views.exchange(request).content.startswith(b"failure\n")


def test_words_of_the_request_are_trimmed_and_lowered(base: Connection) -> None:
    assert OneC(base, " CATALOG ").says("CheckAuth").startswith("success\n")


def test_a_wrong_host_and_plain_http_are_nobodys_business(base: Connection, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert OneC(base).says("checkauth").startswith("success\n")


def test_credentials_of_old_clients_are_in_windows_1251() -> None:
    base = ConnectionFactory(user="обмен")
    answer = Client().get(
        f"{PATH}?type=catalog&mode=checkauth",
        headers={"Authorization": basic("обмен", PASSWORD, "cp1251")},
    )
    assert answer.content.startswith(b"success\n")
    assert ExchangeSession.objects.get().connection == base


@pytest.mark.gotcha(1)
def test_a_wrong_password_and_missing_credentials_are_told_apart(base: Connection) -> None:
    onec = OneC(base)
    onec.password = "wrong"
    wrong = onec.says("checkauth")
    nothing = Client().get(f"{PATH}?type=catalog&mode=checkauth").content.decode()
    assert wrong == "failure\nНеверное имя пользователя или пароль."
    assert nothing.startswith("failure\nДо портала не дошли имя пользователя и пароль.")
    assert "\n" not in nothing.removeprefix("failure\n")
    assert sorted(Run.objects.values_list("connection", "state")) == [(base.pk, "failed")] * 2


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic OjpA", "Bearer abc"])
def test_nonsense_credentials_are_answered(base: Connection, header: str) -> None:
    answer = Client().get(f"{PATH}?type=catalog&mode=checkauth", headers={"Authorization": header})
    assert (answer.status_code, answer.content[:8]) == (200, b"failure\n")


def test_guessing_is_stopped(base: Connection) -> None:
    onec = OneC(base)
    onec.password = "wrong"
    for _ in range(GUESSES):
        onec.says("checkauth")
    onec.password = PASSWORD
    assert onec.says("checkauth").startswith("failure\nСлишком много")


@pytest.mark.parametrize(
    ("exchange_type", "mode"),
    [("catalog", "format"), ("sale", ""), ("highload", "checkauth"), ("", ""), ("<b>", "init")],
)
def test_an_unknown_type_or_mode_is_a_failure(
    base: Connection, onec: OneC, exchange_type: str, mode: str
) -> None:
    onec.type = exchange_type
    assert re.fullmatch(r"failure\nНеизвестн[^\n]+", onec.says(mode))
    run = Run.objects.get()
    assert (run.connection, run.state) == (base, Run.State.FAILED)


def test_a_lost_session_is_told(base: Connection, onec: OneC) -> None:
    stranger = OneC(base)
    assert stranger.says("init").startswith("failure\nНет сеанса")
    ExchangeSession.objects.update(seen_at=timezone.now() - sessions.LIFE)
    assert onec.says("init").startswith("failure\nСеанс завершён")


class Body(io.BytesIO):
    """A body that tells how much of it was asked for."""

    def __init__(self, size: int) -> None:
        super().__init__(bytes(size))
        self.times = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        self.times += 1
        return super().read(size)


def post(body: Body, cookie: str = "") -> bytes:
    request = RequestFactory().post(f"{PATH}?type=catalog&mode=init", HTTP_COOKIE=cookie)
    request.META["CONTENT_LENGTH"] = str(len(body.getvalue()))
    request._stream = body
    return views.exchange(request).content


def test_the_body_of_a_stranger_is_not_waited_for(base: Connection) -> None:
    body = Body(1000)
    assert post(body).startswith(b"failure\n")
    assert body.times == 0


def test_a_body_that_was_not_wanted_is_read_on_for_1c(onec: OneC) -> None:
    body = Body(300_000)
    assert post(body, onec.cookie).startswith(b"zip=no")
    assert body.tell() == 300_000


def test_a_stranger_fills_no_journal_and_reddens_no_kind(base: Connection) -> None:
    for number in range(30):
        OneC(base).says(f"m{number}")
        OneC(base, f"t{number}").says("init")
    assert list(Run.objects.values_list("kind", flat=True)) == ["exchange"] * 2


def test_zero_bytes_find_nothing_and_break_nothing(base: Connection, onec: OneC) -> None:
    onec.cookie = ""
    assert onec.says("init", sessid="a%00b").startswith("failure\n")
    assert onec.says("a%00b").startswith("failure\nНеизвестная команда")
    onec.base.user = "a\x00b"
    assert onec.says("checkauth").startswith("failure\nНеверное имя")


def test_a_session_is_found_by_the_address_too(onec: OneC) -> None:
    key = onec.cookie.partition("=")[2]
    onec.cookie = ""
    assert onec.says("init", sessid=key) == "zip=no\nfile_limit=10000000"


def test_a_base_switched_off_has_no_sessions(base: Connection, onec: OneC) -> None:
    base.is_active = False
    base.save()
    assert onec.says("init").startswith("failure\n")
    assert OneC(base).says("checkauth").startswith("failure\n")


@pytest.mark.gotcha(2)
def test_init_says_more_only_to_whoever_names_a_version(base: Connection, onec: OneC) -> None:
    base.use_zip = True
    base.file_limit = 1024
    base.save()
    assert onec.says("init") == "zip=yes\nfile_limit=1024"
    for named, agreed in (("3.1", "3.1"), ("2.09", "2.09"), ("no version", "2.09")):
        lines = onec.says("init", version=named).split("\n")
        key = onec.cookie.partition("=")[2]
        assert lines == ["zip=yes", "file_limit=1024", f"sessid={key}", f"version={agreed}"]
    assert ExchangeSession.objects.get().upload == 4


def test_file_is_stored_before_it_is_acknowledged(onec: OneC) -> None:
    onec.says("init")
    for start in range(0, len(DOCUMENT), 10):
        body = DOCUMENT[start : start + 10]
        assert onec.says("file", body, filename="import0_1.xml") == "success"
    file = ReceivedFile.objects.get()
    assert receiving.full_path(file).read_bytes() == DOCUMENT
    assert not Run.objects.exists()


def test_file_needs_a_body_sent_by_post(onec: OneC) -> None:
    assert onec.says("file", filename="import.xml").startswith("failure\n")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "%2Fetc%2Fx.xml", "x.php", ".htaccess", "", "a%00.xml"]
)
@pytest.mark.gotcha(19)
def test_file_with_an_unsafe_name_is_refused_and_journalled(onec: OneC, name: str) -> None:
    assert re.fullmatch(r"failure\n[^\n]+", onec.says("file", b"x", filename=name))
    assert not ReceivedFile.objects.exists()
    assert Run.objects.get().state == Run.State.FAILED


def test_a_body_too_large_is_refused_in_words(onec: OneC, settings: Any) -> None:
    settings.EXCHANGE_FILE_BYTES = 1000
    text = onec.says("file", b"x" * 7_000_000, filename="import.xml")
    assert text == "failure\nФайл «import.xml» слишком большой."


def test_a_body_over_the_limit_of_forms_is_fine(onec: OneC) -> None:
    body = b"<?xml" + b" " * 7_000_000
    assert onec.says("file", body, filename="import.xml") == "success"


def test_import_of_what_did_not_come(onec: OneC) -> None:
    assert onec.says("import", filename="import.xml") == "failure\nФайл «import.xml» не получен."


@pytest.mark.usefixtures("done")
def test_import_is_told_again(onec: OneC) -> None:
    onec.says("init")
    onec.says("file", DOCUMENT, filename="import.xml")
    assert onec.says("import", filename="import.xml") == "success"
    assert onec.says("import", filename="import.xml") == "success"
    assert Run.objects.count() == 1


def test_import_asks_for_patience(onec: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "HOLD_SECONDS", 0.0)
    onec.says("init")
    onec.says("file", DOCUMENT, filename="import.xml")
    assert onec.says("import", filename="import.xml") == "progress\nОжидает очереди."
    Run.objects.update(state=Run.State.RUNNING, read_count=120, created_count=7, changed_count=5)
    assert onec.says("import", filename="import.xml") == "progress\nПрочитано 120, изменено 12."
    assert Run.objects.count() == 1


def test_import_tells_why_it_failed(onec: OneC) -> None:
    onec.says("file", DOCUMENT, filename="import.xml")
    file = ReceivedFile.objects.get()
    receiving.seal(file, receiving.content_hash(file))
    Run.objects.create(
        connection=onec.base,
        file=file,
        kind="catalog",
        title="import.xml",
        state=Run.State.FAILED,
        error="строка 5: файл\nобрывается",
    )
    assert (
        onec.says("import", filename="import.xml")
        == "failure\nimport.xml: строка 5: файл обрывается"
    )


@pytest.mark.usefixtures("done")
def test_import_finds_what_is_in_an_archive(onec: OneC) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("import0_1.xml", DOCUMENT)
    body = target.getvalue()
    for piece in (body[:40], body[40:]):
        name = "C%3A%5CTemp%5Cv8_3B8F_3e.zip"
        assert onec.says("file", piece, filename=name) == "success"
    assert onec.says("import", filename="import0_1.xml") == "success"


@pytest.mark.gotcha(9)
def test_a_poll_is_cheap(onec: OneC, django_assert_max_num_queries: Any) -> None:
    onec.says("file", DOCUMENT, filename="import.xml")
    file = ReceivedFile.objects.get()
    receiving.seal(file, receiving.content_hash(file))
    Run.objects.create(
        connection=onec.base, file=file, kind="catalog", title="import.xml", state=Run.State.DONE
    )
    with django_assert_max_num_queries(3):
        onec.says("import", filename="import.xml")


@pytest.mark.gotcha(14)
def test_query_without_orders(sale: OneC) -> None:
    answer = sale.ask("query")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<')
    assert read_batch(answer.content.decode()) == []


def test_query_and_success_without_init(sale: OneC, base: Connection) -> None:
    queued_order(base, outgoing_order("1"))
    queued_order(base, outgoing_order("2", lines=(outgoing_line(offer_ref=""),)))
    (order,) = read_batch(sale.ask("query").content.decode())
    assert order.number == "1"
    queued_order(base, outgoing_order("3"))
    assert sale.says("success") == "success"
    assert sale.says("success") == "success"
    states = dict(OutboxOrder.objects.values_list("number", "state"))
    assert states == {"1": "confirmed", "2": "person", "3": "waiting"}
    error = OutboxOrder.objects.get(number="2").error
    assert error == "Строка 1: нет идентификатора 1С; 1С завела бы новую номенклатуру."


def test_query_in_the_version_agreed_on(sale: OneC, base: Connection) -> None:
    queued_order(base, outgoing_order("1"))
    sale.says("init", version="3.1")
    assert len(read_batch(sale.ask("query").content.decode(), wrapped=True)) == 1
    # an init that names no version opens an upload and changes nothing of that
    sale.says("init")
    text = sale.ask("query").content.decode()
    assert len(read_batch(text, wrapped=True)) == 1
    assert 'ВерсияСхемы="3.1"' in text
    assert "<Контейнер>" not in OneC(base, "sale").sign_in().ask("query").content.decode()


@pytest.mark.gotcha(21)
def test_success_of_another_session_confirms_nothing(sale: OneC, base: Connection) -> None:
    queued_order(base, outgoing_order("1"))
    sale.ask("query")
    other = OneC(base, "sale").sign_in()
    assert re.fullmatch(r"failure\n[^\n]+", other.says("success"))
    assert OutboxOrder.objects.get().state == "given"


def test_success_of_a_catalogue_and_the_end_of_a_full_exchange_change_nothing(onec: OneC) -> None:
    for mode in ("success", "deactivate", "complete"):
        assert onec.says(mode, timestamp="1700000000") == "success"
    assert not Run.objects.exists()


def test_complete_alone_starts_no_comparison(onec: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_told: object) -> None:
        raise AssertionError("a comparison was started")

    monkeypatch.setattr("sync.protocol.views.absence.take_load", refuse)
    assert onec.says("complete") == "success"


def test_the_session_of_another_base_is_not_taken(onec: OneC) -> None:
    other = OneC(ConnectionFactory(user="other-base", password=onec.base.password))
    other.cookie = onec.cookie
    assert other.says("init").startswith("failure\n")
    assert not onec.says("init").startswith("failure")


@pytest.mark.gotcha(12, 13)
def test_answers_to_orders_are_imported_without_being_asked_for(
    sale: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[int] = []
    monkeypatch.setattr(
        views, "QUEUE", running.Queue(import_file=queued.append, make_sizes=queued.append)
    )
    assert sale.says("file", DOCUMENT[:70], filename="orders-1.xml") == "success"
    assert queued == []
    assert sale.says("file", DOCUMENT[70:], filename="orders-1.xml") == "success"
    assert queued == [Run.objects.get().pk]


@pytest.mark.gotcha(67)
def test_info_names_the_statuses(sale: OneC, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "order_statuses", lambda: [("sent", "отправлен")])
    answer = sale.ask("info")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert "<Справочник>\n  <\u0043татусы>".encode() in answer.content


def test_file_in_chunks_of_http(onec: OneC) -> None:
    request = RequestFactory().generic(
        "POST",
        f"{PATH}?type=catalog&mode=file&filename=import.xml",
        headers={"Cookie": onec.cookie, "Transfer-Encoding": "chunked"},
    )
    request.META["wsgi.input"] = io.BytesIO(DOCUMENT)
    refused = views.exchange(request).content.decode()
    assert refused == "failure\nНе указана длина файла."
    request.META["wsgi.input_terminated"] = True
    assert views.exchange(request).content == b"success"
    assert receiving.full_path(ReceivedFile.objects.get()).read_bytes() == DOCUMENT


@pytest.mark.parametrize("where", [(sessions, "session_of"), (receiving, "receive")])
@pytest.mark.gotcha(10)
def test_an_error_inside_is_a_failure_and_no_page(
    onec: OneC, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    def fall(**_named: object) -> None:
        raise RuntimeError("<html>secret</html>")

    monkeypatch.setattr(*where, fall)
    text = onec.says("file", b"<?xml", filename="import.xml")
    assert re.fullmatch(r"failure\nОшибка на стороне портала[^\n<]+", text)
    assert Run.objects.count() == (where[1] == "receive")


def test_the_exchange_touches_no_session_of_a_browser(onec: OneC) -> None:
    from django.contrib.sessions.models import Session

    onec.says("init")
    assert not Session.objects.exists()
