"""`vitrina onec` from its command line, against the application."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from onec.dialects import BITRIX31, UT11, Dialect
from sync.models import Connection, Offer, OutboxOrder, RemoteOrder
from sync.protocol import views
from tests.conformance import exports
from tests.conformance.line import Line
from tests.conformance.state import expected_mirror, mirror
from tests.factories.sync import PASSWORD, outgoing_order, queued_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _line(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda: client(transport=line))


def _run(base: Connection, dialect: Dialect, *arguments: str) -> str:
    out = io.StringIO()
    address = ("--url", "http://portal.example", "--user", base.user, "--password", PASSWORD)
    options = ("--dialect", dialect.name, "--pause", "0", "--chunk", "1500")
    call_command("onec", *address, *options, *arguments, stdout=out)
    return out.getvalue()


def test_send_with_a_fault_holds_the_session_again(base: Connection, tmp_path: Path) -> None:
    folder = exports.write(tmp_path / "full", BITRIX31)
    said = _run(base, BITRIX31, "--fault", "cut", "send", "--full", str(folder))
    assert said.count("held again") == 1
    assert said.endswith("Sent: 6 files\n")
    assert mirror() == expected_mirror()


def test_send_without_repeats_ends_with_the_fault(base: Connection, tmp_path: Path) -> None:
    folder = exports.write(tmp_path / "full", UT11)
    with pytest.raises(CommandError, match="cut in the middle"):
        _run(base, UT11, "--fault", "cut", "--repeats", "0", "send", str(folder))
    assert not Offer.objects.exists()


def test_send_refuses_what_the_dialect_or_the_disk_has_not(
    base: Connection, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="ut11 never tells"):
        _run(base, UT11, "send", "--full", str(tmp_path))
    with pytest.raises(CommandError, match="No such file"):
        _run(base, UT11, "send", str(tmp_path / "nothing.xml"))


def test_orders_are_fetched_then_answered_from_the_file(base: Connection, tmp_path: Path) -> None:
    queued_order(base, outgoing_order("1001"))
    kept = ("--base", str(tmp_path / "base.json"))
    assert "1001 -> БМ00-000001, 122.00" in _run(base, BITRIX31, "orders", *kept)
    said = _run(
        base,
        BITRIX31,
        "--charset",
        "windows-1251",
        "orders",
        *kept,
        "--answer",
        "ship",
        "--quantity",
        "ПН-0001=1",
    )
    assert "Answered (ship): 1001" in said
    order = RemoteOrder.objects.get()
    assert (order.status, [line["quantity"] for line in order.lines]) == ("Отгружен", ["1"])
    assert OutboxOrder.objects.get().state == OutboxOrder.State.CONFIRMED


def test_a_refusal_of_the_portal_is_an_error_in_words(base: Connection, tmp_path: Path) -> None:
    base.is_active = False
    base.save()
    folder = exports.write(tmp_path / "full", UT11)
    with pytest.raises(CommandError, match="sign-in refused"):
        _run(base, UT11, "send", str(folder))


def test_orders_by_the_other_type_and_a_record_of_it(base: Connection, tmp_path: Path) -> None:
    queued_order(base, outgoing_order("1001"))
    record = tmp_path / "dialogue.txt"
    said = _run(
        base,
        BITRIX31,
        "--orders-type",
        "crm",
        "--record",
        str(record),
        "orders",
        "--answer",
        "ship",
    )
    assert "Answered (ship): 1001" in said
    assert RemoteOrder.objects.get().status == "Отгружен"
    told = record.read_text(encoding="utf-8")
    assert "> GET /bitrix/admin/1c_exchange.php?type=crm&mode=checkauth\n" in told
    assert PASSWORD not in told
    assert "| sessid=<key>\n" in told


def test_info_and_listen(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "HOLD_SECONDS", 0.1)
    assert "Справочник" in _run(base, UT11, "info")
    assert _run(base, BITRIX31, "listen") == "Nothing to fetch\n"
    queued_order(base, outgoing_order("1001"))
    assert _run(base, BITRIX31, "listen") == "Orders wait\n"
