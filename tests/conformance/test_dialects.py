"""Whole exchanges in each dialect: a clean run, then the same with a fault on the way.

Every dialect tells the same goods in its own spelling, so all must end in the same mirror; and a
fault must end in the state of a clean run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from onec.answers import OrderBase
from onec.dialects import Dialect
from onec.exchange import exchange_orders, send_catalogue
from onec.faults import FAULTS, FaultName
from onec.portions import collect
from sync.models import Absence, Alarm, ChangeBatch, Connection, Picture, ReceivedFile, Run
from tests.conformance import exports
from tests.conformance.line import OpenPortal
from tests.conformance.state import expected_mirror, mirror, orders, unfinished, versions
from tests.factories.sync import outgoing_line, outgoing_order, queued_order

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - 1C's times are naive


@pytest.mark.gotcha(3, 6, 17, 22, 24, 27, 32, 33, 36, 45, 48, 49)
@pytest.mark.parametrize("use_zip", [False, True], ids=["files", "archive"])
def test_a_catalogue_is_the_same_in_every_dialect(
    base: Connection, dialect: Dialect, open_portal: OpenPortal, tmp_path: Path, use_zip: bool
) -> None:
    base.use_zip = use_zip
    base.save()
    portions = collect([exports.write(tmp_path / "full", dialect)])

    send_catalogue(open_portal(), portions, full=True)
    assert mirror() == expected_mirror()
    assert Picture.objects.filter(width=1).count() == 1
    before, batches = versions(), ChangeBatch.objects.count()

    send_catalogue(open_portal(), portions, full=True)
    assert mirror() == expected_mirror()
    assert (versions(), ChangeBatch.objects.count()) == (before, batches)

    deletion = collect([exports.write_deletion(tmp_path / "deletion", dialect)])
    send_catalogue(open_portal(), deletion)
    assert mirror() == expected_mirror(without=exports.LEAVING)
    assert set(Run.objects.values_list("state", flat=True)) == {Run.State.DONE}


def _place_orders(base: Connection) -> None:
    line = outgoing_line(offer_ref=exports.RED, sku="РД-2")
    queued_order(base, outgoing_order("1001", lines=(line,)))
    queued_order(base, outgoing_order("1002", lines=(outgoing_line(offer_ref=""),)))
    queued_order(base, outgoing_order("1003"))


@pytest.mark.gotcha(13, 52, 53, 61)
def test_orders_go_out_and_answers_come_back(
    base: Connection, open_portal: OpenPortal, tmp_path: Path
) -> None:
    _place_orders(base)
    portal, onec = open_portal(), OrderBase(tmp_path / "orders.json")

    came = exchange_orders(portal, onec, [], AT)
    assert [row.order.number for row in came] == ["1001", "1003"]
    assert came[0].order.lines[0].ref == exports.RED

    first = came[0].answered("confirm", AT).with_quantities({"РД-2": Decimal(1)})
    second = came[1].answered("ship", AT).answered("pay", AT)
    for _ in range(2):
        exchange_orders(portal, onec, [first, second], AT)
    outbox, told = orders()
    assert outbox == [("1001", "confirmed"), ("1002", "person"), ("1003", "confirmed")]
    assert [row[:3] for row in told] == [
        ("1001", Decimal("61.00"), ["1"]),
        ("1003", Decimal("122.00"), ["2"]),
    ]

    exchange_orders(portal, onec, [first.answered("delete", AT)], AT)
    assert [row[3] for row in orders()[1]] == [True, _undeleted(portal.dialect)]
    exchange_orders(portal, onec, [first.answered("delete", AT).answered("confirm", AT)], AT)
    assert not any(row[3] for row in orders()[1])
    states = Run.objects.filter(kind="sale").values_list("state", flat=True)
    assert set(states) == {Run.State.DONE}


@pytest.mark.gotcha(5, 8, 12, 18, 27)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_the_state_of_a_clean_run(
    base: Connection,
    dialect: Dialect,
    open_portal: OpenPortal,
    tmp_path: Path,
    fault: FaultName,
) -> None:
    portal = open_portal(fault)
    send_catalogue(portal, collect([exports.write(tmp_path / "full", dialect)]), full=True)
    assert portal.faults.has_happened or portal.faults.doubles
    assert mirror() == expected_mirror()
    assert Picture.objects.filter(width=1).count() == 1
    before = versions()
    send_catalogue(open_portal(), collect([tmp_path / "full"]), full=True)
    assert versions() == before

    _place_orders(base)
    onec = OrderBase()
    came = exchange_orders(open_portal(fault), onec, [], AT)
    assert [row.order.number for row in came] == ["1001", "1003"]
    answered = [row.answered("confirm", AT) for row in came]
    onec.put(answered)
    portal = open_portal(fault)
    exchange_orders(portal, onec, answered, AT)
    assert portal.faults.has_happened or portal.faults.doubles
    assert orders() == (
        [("1001", "confirmed"), ("1002", "person"), ("1003", "confirmed")],
        [
            ("1001", Decimal("122.00"), ["2"], _undeleted(dialect)),
            ("1003", Decimal("122.00"), ["2"], _undeleted(dialect)),
        ],
    )
    assert unfinished() == []


@pytest.mark.gotcha(22, 23, 24)
def test_only_an_explicit_full_load_hides_what_it_left_out(
    base: Connection, dialect: Dialect, open_portal: OpenPortal, tmp_path: Path
) -> None:
    base.absence_limit = 50
    base.save()
    send_catalogue(open_portal(), collect([exports.write(tmp_path / "full", dialect)]), full=True)
    folder = exports.write(tmp_path / "less", dialect, without=exports.LEAVING)
    send_catalogue(open_portal(), collect([folder]), full=True)
    gone = exports.LEAVING if dialect.ends_full_export else ""
    assert mirror() == expected_mirror(without=gone)
    assert Run.objects.filter(kind="absence").exists() == dialect.ends_full_export

    # told again, just as it was told before
    send_catalogue(open_portal(), collect([tmp_path / "full"]), full=True)
    assert mirror() == expected_mirror()


@pytest.mark.parametrize("dialect", ["bitrix31"], indirect=True)
def test_too_much_left_out_is_for_a_person(
    base: Connection, open_portal: OpenPortal, dialect: Dialect, tmp_path: Path
) -> None:
    send_catalogue(open_portal(), collect([exports.write(tmp_path / "full", dialect)]), full=True)
    folder = exports.write(tmp_path / "less", dialect, without=exports.LEAVING)
    send_catalogue(open_portal(), collect([folder]), full=True)
    assert mirror() == expected_mirror()
    assert Absence.objects.get().state == Absence.State.WAITING
    assert Alarm.objects.get(code="absence").closed_at is None


@pytest.mark.parametrize("dialect", ["bitrix31"], indirect=True)
def test_lists_of_references_are_taken_and_named(
    base: Connection, open_portal: OpenPortal, dialect: Dialect, tmp_path: Path
) -> None:
    send_catalogue(open_portal(), collect([exports.write(tmp_path / "full", dialect)]))
    file = ReceivedFile.objects.get(session__exchange_type="reference")
    run = file.runs.get()
    assert (run.kind, run.state, run.warning_count) == ("exchange", Run.State.DONE, 1)


@pytest.mark.gotcha(3)
@pytest.mark.parametrize("dialect", ["unf"], indirect=True)
def test_a_repeated_piece_of_an_archive_costs_nothing(
    base: Connection, dialect: Dialect, open_portal: OpenPortal, tmp_path: Path
) -> None:
    base.use_zip = True
    base.save()
    portions = collect([exports.write(tmp_path / "full", dialect)])
    portal = replace(open_portal("repeat", chunk=700), repeats=0)
    send_catalogue(portal, portions)
    assert portal.faults.has_happened
    assert mirror() == expected_mirror()


def _undeleted(dialect: Dialect) -> bool | None:
    """УТ 10.3 and other programs write a mark or nothing."""
    return None if dialect.name in {"ut103", "other"} else False
