"""What 1C's words mean for ours, and which status may follow which."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from base.texts import name_key
from dealer_area import statuses
from dealer_area.models import Order, StatusMap
from dealer_area.statuses import MARKS, MEANINGS, RemoteState, Verdict, may_follow, status_of
from tests.factories.sync import ConnectionFactory

Status = Order.Status
KNOWN = {name_key(name): status for name, status in {**MEANINGS, **MARKS}.items()}


@pytest.mark.parametrize(
    ("told", "status"),
    [
        # УТ 11: marks alone
        ({}, Status.ACCEPTED),
        ({"posted": False}, Status.ACCEPTED),
        ({"posted": True}, Status.CONFIRMED),
        ({"posted": True, "paid": True}, Status.CONFIRMED),
        ({"posted": True, "shipped": True}, Status.SHIPPED),
        ({"posted": True, "shipped": True, "paid": True}, Status.SHIPPED),
        ({"posted": True, "cancelled": True}, Status.CANCELLED),
        ({"posted": False, "deleted": True}, Status.CANCELLED),
        ({"shipped": True, "deleted": True}, Status.CANCELLED),
        ({"cancelled": False, "deleted": False, "posted": True}, Status.CONFIRMED),
        # УНФ: a name besides
        ({"name": "Открыт", "posted": True}, Status.ACCEPTED),
        ({"name": "В работе", "posted": True}, Status.CONFIRMED),
        ({"name": "в  РАБОТЕ"}, Status.CONFIRMED),
        ({"name": "В работе", "shipped": True}, Status.SHIPPED),
        ({"name": "Завершён", "shipped": True}, Status.CLOSED),
        ({"name": "Отменён"}, Status.CANCELLED),
        ({"name": "Отгружен частично", "posted": True}, Status.PARTLY_SHIPPED),
        ({"name": "В работе", "deleted": True}, Status.CANCELLED),
        # the echo of our own first status tells nothing
        ({"name": "Новый"}, Status.ACCEPTED),
        ({"name": "Не согласован", "posted": True}, Status.CONFIRMED),
    ],
)
@pytest.mark.gotcha(58, 60, 65)
def test_status_of_known_words(told: dict[str, bool | str], status: str) -> None:
    assert status_of(RemoteState(**told), KNOWN) == Verdict(status, is_unknown=False)  # type: ignore[arg-type]


@pytest.mark.gotcha(65)
@pytest.mark.parametrize(
    ("told", "mark"),
    [
        ({"posted": True, "deleted": True}, statuses.DELETED),
        ({"posted": True, "cancelled": True}, statuses.REVOKED),
        ({"posted": False}, statuses.UNPOSTED),
        ({"posted": True}, statuses.POSTED),
    ],
)
def test_marks_are_different_states_and_mean_what_the_table_says(
    told: dict[str, Any], mark: str
) -> None:
    remote = RemoteState(**told)
    assert status_of(remote, {}).status == MARKS[mark]
    changed = {**KNOWN, name_key(mark): Status.IN_PRODUCTION.value}
    assert status_of(remote, changed).status == Status.IN_PRODUCTION
    # a mark without a status tells nothing
    silent = status_of(remote, {**KNOWN, name_key(mark): ""}).status
    assert silent == (Status.CONFIRMED if len(told) > 1 else Status.ACCEPTED)


@pytest.mark.gotcha(65)
@pytest.mark.django_db
def test_a_base_older_than_its_marks_gets_them() -> None:
    connection = ConnectionFactory()
    StatusMap.objects.create(connection=connection, name="Своё", name_key="свое", status="")
    found = statuses.meanings_of(connection.pk)
    assert found.keys() == {"свое", *map(name_key, MARKS)}
    assert StatusMap.objects.filter(name__in=MARKS).count() == len(MARKS)
    StatusMap.objects.filter(name=statuses.UNPOSTED).update(status=Status.CANCELLED)
    assert statuses.meanings_of(connection.pk)[name_key(statuses.UNPOSTED)] == Status.CANCELLED


def test_an_unknown_name_leaves_the_marks_to_speak() -> None:
    remote = RemoteState(name="На комплектации", posted=True)

    assert status_of(remote, KNOWN) == Verdict(Status.CONFIRMED, is_unknown=True)
    assert status_of(remote, {name_key("На комплектации"): ""}).is_unknown
    mapped = {name_key("На комплектации"): Status.IN_PRODUCTION.value}
    assert status_of(remote, mapped) == Verdict(Status.IN_PRODUCTION, is_unknown=False)


def test_the_way_goes_forward_only() -> None:
    for before, after in product(statuses.WAY, repeat=2):
        expected = statuses.WAY.index(after) > statuses.WAY.index(before)
        assert may_follow(before, after) == expected


def test_cancelling_is_possible_until_closed_and_can_be_taken_back() -> None:
    for before in statuses.WAY:
        assert may_follow(before, Status.CANCELLED) == (before != Status.CLOSED)
        assert may_follow(Status.CANCELLED, before)
    assert not may_follow(Status.CANCELLED, Status.CANCELLED)


def test_nothing_leads_back_to_a_draft() -> None:
    assert not any(may_follow(before, Status.DRAFT) for before in Status.values)


@pytest.mark.django_db
def test_a_base_starts_with_the_usual_names_and_keeps_edited_ones() -> None:
    connection = ConnectionFactory()
    assert statuses.meanings_of(connection.pk) == KNOWN
    StatusMap.objects.filter(name="В работе").update(status=Status.IN_PRODUCTION)

    statuses.plant_meanings(connection_id=connection.pk)

    assert statuses.meanings_of(connection.pk)["в работе"] == Status.IN_PRODUCTION
    assert len(statuses.meanings_of(connection.pk)) == len(KNOWN)
