"""The session answers as 1C would: what 1C does not accept is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from onec.client import ExchangeError, Session, exchange_address
from onec.dialects import BITRIX31, OTHER, UNF, UNF210, UT11, UT103, Dialect
from onec.faults import Faults, LineCutError

Answers = dict[str, bytes | list[bytes]]


class Site:
    """A portal that gives prepared answers by mode and remembers the requests."""

    def __init__(self, answers: Answers) -> None:
        self.answers = {"checkauth": b"success\nname\nvalue\nsessid=abc", **answers}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[request.url.params["mode"]]
        body = answer.pop(0) if isinstance(answer, list) else answer
        return httpx.Response(
            200,
            content=body,
            headers={"Content-Type": "text/plain; charset=utf-8", "Set-Cookie": "other=1"},
        )


Open = Callable[..., tuple[Session, Site]]


@pytest.fixture
def open_session() -> Open:
    def open_it(dialect: Dialect = UT11, **answers: bytes | list[bytes]) -> tuple[Session, Site]:
        site = Site(answers)
        session = Session(
            http=httpx.Client(transport=httpx.MockTransport(site)),
            url="http://portal/1c/exchange/",
            user="обмен",
            password="пароль",
            exchange_type="catalog",
            manners=replace(dialect.manners, poll_pause=0),
        )
        session.checkauth()
        return session, site

    return open_it


def test_exchange_address_of_bare_host_gets_the_builtin_path() -> None:
    assert exchange_address("http://portal") == "http://portal/bitrix/admin/1c_exchange.php"
    assert exchange_address("http://portal/1c/exchange/") == "http://portal/1c/exchange/"


def test_cookie_comes_from_the_lines_and_not_from_the_header(open_session: Open) -> None:
    session, site = open_session(init=b"zip=no\nfile_limit=10")
    session.init()
    assert site.requests[-1].headers["Cookie"] == "name=value"


def test_session_id_is_repeated_only_by_unf(open_session: Open) -> None:
    for dialect, expected in ((UT11, None), (UNF, "abc")):
        session, site = open_session(dialect, init=b"zip=no\nfile_limit=10")
        session.init()
        assert site.requests[-1].url.params.get("sessid") == expected


@pytest.mark.parametrize("answer", [b"failure\nno", b"success\nname", b"<html>", b""])
def test_checkauth_refuses_other_answers(open_session: Open, answer: bytes) -> None:
    with pytest.raises(ExchangeError):
        open_session(checkauth=answer)


@pytest.mark.parametrize("dialect", [UT11, UT103])
@pytest.mark.parametrize("answer", [b"zip=no\nfile_limit=10\n", b"zip=no", b"zip=no\na=1\nb=2"])
def test_ut_refuses_init_of_other_than_two_lines(
    open_session: Open, dialect: Dialect, answer: bytes
) -> None:
    session, _ = open_session(dialect, init=answer)
    with pytest.raises(ExchangeError, match="instead of two"):
        session.init()


def test_unf_takes_more_lines_in_init(open_session: Open) -> None:
    session, _ = open_session(UNF, init=b"zip=yes\nfile_limit=10\nversion=2.09")
    assert session.init().use_zip


def test_init_limit_that_is_no_number_means_no_splitting(open_session: Open) -> None:
    session, _ = open_session(init=b"zip=no\nfile_limit=unlimited")
    assert session.init().file_limit == -1


@pytest.mark.parametrize(("limit", "requests"), [(0, 1), (-1, 1), (4, 3), (10, 1), (9, 2)])
def test_file_is_sent_in_pieces_of_the_limit(open_session: Open, limit: int, requests: int) -> None:
    session, site = open_session(file=b"success")
    assert session.send_file("import_files/ab/a.jpg", b"0123456789", limit) == requests
    sent = [r for r in site.requests if r.method == "POST"]
    assert b"".join(r.content for r in sent) == b"0123456789"
    assert {r.url.params["filename"] for r in sent} == {"import_files/ab/a.jpg"}


def test_file_answer_other_than_success_is_refused(open_session: Open) -> None:
    session, _ = open_session(file=b"")
    with pytest.raises(ExchangeError, match=r"file a\.xml"):
        session.send_file("a.xml", b"1", 0)


def test_import_is_asked_until_success(open_session: Open) -> None:
    session, site = open_session(**{"import": [b"progress\n10", b"progress", b"success"]})
    assert session.import_file("a.xml") == 2
    assert sum(r.url.params["mode"] == "import" for r in site.requests) == 3


@pytest.mark.parametrize("answer", [b"failure\nbad file", b"<html>", b"done"])
def test_import_refuses_failure_and_unknown_words(open_session: Open, answer: bytes) -> None:
    session, _ = open_session(**{"import": answer})
    with pytest.raises(ExchangeError, match=r"import a\.xml"):
        session.import_file("a.xml")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n<?xml?>",
        b"\xef\xbb\xbf<?xml?>",
        b"PK\x03\x04",
        "<КоммерческаяИнформация/>".encode(),
    ],
)
def test_ut11_refuses_an_order_list_that_does_not_begin_with_a_declaration(
    open_session: Open, answer: bytes
) -> None:
    session, _ = open_session(query=answer)
    with pytest.raises(ExchangeError, match="query"):
        session.query()


def test_unf_takes_an_order_list_without_a_declaration(open_session: Open) -> None:
    session, _ = open_session(UNF, query="<КоммерческаяИнформация/>".encode())
    assert session.query().startswith("<Ком")


def test_bitrix_names_a_version_in_init_and_wants_one_back(open_session: Open) -> None:
    answer = b"zip=no\nfile_limit=10\nsessid=abc\nversion=3.1"
    session, site = open_session(BITRIX31, init=answer)
    assert session.init().file_limit == 10
    assert session.version == "3.1"
    assert site.requests[-1].url.params["version"] == "3.1"

    session, _ = open_session(BITRIX31, init=b"zip=no\nfile_limit=10")
    with pytest.raises(ExchangeError, match="version= expected"):
        session.init()


def test_a_full_export_ends_with_the_time_of_its_beginning(open_session: Open) -> None:
    session, site = open_session(
        BITRIX31,
        checkauth=b"success\nname\nvalue\nsessid=abc\ntimestamp=1700000000",
        deactivate=[b"progress", b"success"],
        complete=b"success",
    )
    session.deactivate()
    session.complete()
    modes = [request.url.params["mode"] for request in site.requests]
    assert modes == ["checkauth", "deactivate", "deactivate", "complete"]
    assert site.requests[1].url.params["timestamp"] == "1700000000"


def test_deactivate_needs_the_timestamp_of_checkauth(open_session: Open) -> None:
    session, _ = open_session(BITRIX31)
    with pytest.raises(ExchangeError, match="no timestamp"):
        session.deactivate()


def test_complete_is_checked(open_session: Open) -> None:
    session, _ = open_session(BITRIX31, complete=b"failure\nno")
    with pytest.raises(ExchangeError, match="complete"):
        session.complete()


def test_cut_breaks_the_line_in_the_middle_of_a_file_once(open_session: Open) -> None:
    session, site = open_session(file=b"success")
    session.faults = Faults("cut")
    with pytest.raises(LineCutError):
        session.send_file("a.xml", b"0123456789", 4)
    assert [r.content for r in site.requests if r.method == "POST"] == [b"0123"]
    assert session.send_file("a.xml", b"0123456789", 4) == 3


def test_repeat_sends_a_piece_once_more(open_session: Open) -> None:
    session, site = open_session(file=b"success")
    session.faults = Faults("repeat")
    assert session.send_file("a.xml", b"0123456789", 4) == 4
    sent = [r.content for r in site.requests if r.method == "POST"]
    assert sent == [b"0123", b"4567", b"4567", b"89"]


def test_timeout_gives_up_an_import_and_unf_alone_asks_again(open_session: Open) -> None:
    for dialect in (UT11, UT103, BITRIX31):
        session, _ = open_session(dialect, **{"import": b"success"})
        session.faults = Faults("timeout")
        with pytest.raises(httpx.ReadTimeout):
            session.import_file("a.xml")
    session, site = open_session(UNF, **{"import": b"success"})
    session.faults = Faults("timeout")
    assert session.import_file("a.xml") == 0
    assert sum(r.url.params["mode"] == "import" for r in site.requests) == 2


def test_timeout_gives_up_a_query(open_session: Open) -> None:
    session, site = open_session(query=b"<?xml?>")
    session.faults = Faults("timeout")
    with pytest.raises(httpx.ReadTimeout):
        session.query()
    assert site.requests[-1].url.params["mode"] == "query"
    assert session.query() == "<?xml?>"


def test_init_names_both_versions_of_unf(open_session: Open) -> None:
    session, site = open_session(UNF210, init=b"zip=no\nfile_limit=0")
    session.init()
    asked = site.requests[-1].url.params
    assert (asked["version"], asked["cmlVersion"]) == ("2.09", "2.10")


@pytest.mark.parametrize(("status", "body", "waits"), [(304, b"", False), (200, b"success", True)])
def test_listening(open_session: Open, status: int, body: bytes, waits: bool) -> None:
    session, _site = open_session(BITRIX31)
    session.http = httpx.Client(
        transport=httpx.MockTransport(lambda _request: httpx.Response(status, content=body))
    )
    assert session.listens() is waits


def test_listening_to_nonsense_is_refused(open_session: Open) -> None:
    session, _site = open_session(BITRIX31)
    session.http = httpx.Client(
        transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=b"<html>"))
    )
    with pytest.raises(ExchangeError, match="listen"):
        session.listens()


def test_a_program_names_itself(open_session: Open) -> None:
    _session, site = open_session(OTHER)
    assert site.requests[-1].headers["User-Agent"] == OTHER.manners.agent
