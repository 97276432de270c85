"""Whole exchanges with a small portal written from the protocol."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from onec.answers import OrderBase
from onec.client import ExchangeError, SignInError
from onec.dialects import BITRIX31, UNF, UT11, UT103, Dialect
from onec.exchange import Portal, exchange_orders, send_catalogue
from onec.faults import FaultName, Faults
from onec.orders import BatchRejectedError
from onec.portions import collect
from tests.unit.onec.test_orders import ORDER

AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive
EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация/>'


class Site:
    """Keeps sessions and uploaded bytes; gives out `orders` until they are confirmed."""

    def __init__(self, *, use_zip: bool = False, limit: int = 0, orders: str = EMPTY) -> None:
        self.use_zip = use_zip
        self.limit = limit
        self.orders = orders
        self.sessions: list[dict[str, bytes]] = []
        self.calls: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        mode = request.url.params["mode"]
        self.calls.append(mode)
        text = getattr(self, f"on_{mode}")(request)
        return httpx.Response(200, content=text.encode())

    def on_checkauth(self, _request: httpx.Request) -> str:
        self.sessions.append({})
        return f"success\nsession\n{len(self.sessions) - 1}\nsessid=1\ntimestamp=1700000000"

    def on_init(self, request: httpx.Request) -> str:
        more = (
            f"\nsessid={len(self.sessions)}\nversion=3.1" if "version" in request.url.params else ""
        )
        return f"zip={'yes' if self.use_zip else 'no'}\nfile_limit={self.limit}{more}"

    def on_deactivate(self, _request: httpx.Request) -> str:
        return "success"

    def on_complete(self, _request: httpx.Request) -> str:
        return "success"

    def on_file(self, request: httpx.Request) -> str:
        files = self._files_of(request)
        name = request.url.params["filename"]
        files[name] = files.get(name, b"") + request.content
        return "success"

    def on_import(self, request: httpx.Request) -> str:
        files = self._files_of(request)
        names = [
            name
            for archive in files
            if archive.endswith(".zip")
            for name in zipfile.ZipFile(io.BytesIO(files[archive])).namelist()
        ]
        return "success" if request.url.params["filename"] in [*files, *names] else "failure\nwhat"

    def _files_of(self, request: httpx.Request) -> dict[str, bytes]:
        return self.sessions[int(request.headers["Cookie"].removeprefix("session="))]

    def on_query(self, _request: httpx.Request) -> str:
        return self.orders

    def on_success(self, _request: httpx.Request) -> str:
        self.orders = EMPTY
        return "success"


def _portal(site: Site, dialect: Dialect, chunk: int = 0) -> Portal:
    quick = replace(dialect, manners=replace(dialect.manners, poll_pause=0))
    http = httpx.Client(transport=httpx.MockTransport(site))
    return Portal(http, "http://portal/1c/exchange/", "u", "p", quick, lambda _line: None, chunk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("import0_1.xml", "offers0_1.xml", "import0_2.xml"):
        (tmp_path / name).write_text(f"<x>{name}</x>" * 50, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("dialect", "sessions"), [(UT11, 2), (UNF, 1), (UT103, 1), (BITRIX31, 1)])
def test_send_catalogue_holds_sessions_as_the_dialect_does(
    folder: Path, dialect: Dialect, sessions: int
) -> None:
    site = Site()
    send_catalogue(_portal(site, dialect), collect([folder]))
    assert len(site.sessions) == sessions
    sent = {name: body for files in site.sessions for name, body in files.items()}
    assert sent == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_send_catalogue_packs_a_session_into_one_archive_in_pieces(folder: Path) -> None:
    site = Site(use_zip=True, limit=40)
    send_catalogue(_portal(site, UNF), collect([folder]))
    (archive,) = site.sessions[0]
    assert re.fullmatch(r"v8_[0-9A-F]{4}_[0-9a-f]{2}\.zip", archive)
    assert site.calls.count("file") > 1
    assert site.calls.count("import") == 3


def test_send_catalogue_in_the_callers_own_pieces(folder: Path) -> None:
    site = Site()
    send_catalogue(_portal(site, UNF, chunk=100), collect([folder / "import0_2.xml"]))
    assert site.calls.count("file") == 10


def test_exchange_orders_loads_confirms_and_answers_next_time(tmp_path: Path) -> None:
    site = Site(orders=ORDER)
    portal = _portal(site, UT11)
    base = OrderBase(tmp_path / "base.json")

    (came,) = exchange_orders(portal, base, [], AT)
    assert site.calls == ["checkauth", "query", "success"]

    answered = came.answered("confirm", AT)
    base.put([answered])
    assert exchange_orders(portal, base, [answered], AT) == []
    assert site.calls[3:] == ["checkauth", "query", "success", "init", "file", "import"]
    ((name, body),) = site.sessions[-1].items()
    assert re.fullmatch(r"orders-[0-9a-f-]{36}_1\.xml", name)
    assert "<Номер>1000007</Номер>" in body.decode("utf-8-sig")


def test_exchange_orders_does_not_answer_what_came_in_the_same_session() -> None:
    site = Site(orders=ORDER)
    portal = _portal(site, UNF)
    base = OrderBase()
    (row,) = exchange_orders(portal, base, [], AT)
    site.orders = ORDER
    exchange_orders(portal, base, [row], AT)
    assert "file" not in site.calls


def test_exchange_orders_confirms_nothing_of_a_bad_batch() -> None:
    site = Site(orders=ORDER.replace("<Валюта>RUB</Валюта>", ""))
    with pytest.raises(BatchRejectedError):
        exchange_orders(_portal(site, UT11), OrderBase(), [], AT)
    assert "success" not in site.calls


def test_bitrix31_ends_a_full_export_and_sends_references_first(tmp_path: Path) -> None:
    for name in (
        "rests___1.xml",
        "prices___2.xml",
        "offers___3.xml",
        "import___4.xml",
        "units_5.xml",
    ):
        (tmp_path / name).write_text("<x/>", encoding="utf-8")
    site = Site()
    send_catalogue(_portal(site, BITRIX31), collect([tmp_path]), full=True)
    (files,) = site.sessions
    assert [name.partition("_")[0] for name in files] == [
        "units",
        "import",
        "offers",
        "prices",
        "rests",
    ]
    assert site.calls[-2:] == ["deactivate", "complete"]


def test_nobody_else_tells_that_an_export_was_full(folder: Path) -> None:
    site = Site()
    send_catalogue(_portal(site, UT11), collect([folder]), full=True)
    assert site.calls[-1] == "import"


def test_bitrix31_inits_before_it_asks_and_wants_documents_wrapped() -> None:
    site = Site(orders=ORDER)
    with pytest.raises(BatchRejectedError, match="outside of Контейнер"):
        exchange_orders(_portal(site, BITRIX31), OrderBase(), [], AT)
    assert site.calls == ["checkauth", "init", "query"]


@pytest.mark.parametrize("fault", ["cut", "timeout"])
def test_a_session_that_failed_is_held_again(folder: Path, fault: FaultName) -> None:
    site = Site()
    portal = replace(_portal(site, UT11, chunk=100), faults=Faults(fault), repeats=1)
    send_catalogue(portal, collect([folder]))
    assert len(site.sessions) == 3
    assert site.sessions[1]["import0_1.xml"] == (folder / "import0_1.xml").read_bytes()


def test_a_session_is_held_again_so_often_and_no_more(folder: Path) -> None:
    site = Site()
    site.on_import = lambda request: "failure\nno"  # type: ignore[method-assign]
    with pytest.raises(ExchangeError):
        send_catalogue(replace(_portal(site, UT11), repeats=2), collect([folder]))
    assert len(site.sessions) == 3


def test_a_refused_sign_in_is_not_tried_again(folder: Path) -> None:
    site = Site()
    site.on_checkauth = lambda _request: "failure\nno"  # type: ignore[method-assign]
    with pytest.raises(SignInError):
        send_catalogue(replace(_portal(site, UT11), repeats=2), collect([folder]))
    assert site.calls == ["checkauth"]


def test_twice_holds_two_sessions_of_the_same(folder: Path) -> None:
    site = Site()
    send_catalogue(replace(_portal(site, UNF), faults=Faults("twice")), collect([folder]))
    first, second = site.sessions
    assert first == second
    assert len(first) == 3


def test_twice_takes_orders_once_and_confirms_them_twice() -> None:
    site = Site(orders=ORDER)
    portal = replace(_portal(site, UT103), faults=Faults("twice"))
    base = OrderBase()
    (row,) = exchange_orders(portal, base, [], AT)
    assert site.calls == ["checkauth", "checkauth", "query", "query", "success", "success"]
    assert list(base.orders) == [row.order.number]
