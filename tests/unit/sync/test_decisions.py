"""What people decide about a base stands in the history of the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from base.models import User
from sync import decisions
from sync.channels import access
from sync.goods import rebinding
from sync.models import Absence, Connection, Parked, Rejection, Run, Token, Twin
from sync.protocol import connections, tokens
from sync.runs import absence, quarantine
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, offer, package, product, take
from tests.factories.sync import AT, ConnectionFactory, ProductFactory

pytestmark = pytest.mark.django_db


def _put_aside(_base: Connection, by: User, at: datetime) -> None:
    quarantine.put_aside(rejections=Rejection.objects.all(), by=by, at=at)


def _forget(_base: Connection, by: User, at: datetime) -> None:
    quarantine.forget(parked=Parked.objects.all(), by=by, at=at)


def _apart(base: Connection, by: User, at: datetime) -> None:
    old, new = ProductFactory(connection=base), ProductFactory(connection=base)
    twin = Twin.objects.create(connection=base, old=old, new=new, found_at=at)
    rebinding.keep_apart(twin_ids=[twin.pk], by=by, at=at)


def _absence(base: Connection, at: datetime) -> Absence:
    run = Run.objects.create(connection=base, kind="absence", only=[["receipt", "0"]])
    return Absence.objects.create(connection=base, run=run, absent_count=3, found_at=at)


def _hide(base: Connection, by: User, at: datetime) -> None:
    absence.hide(absence=_absence(base, at), by=by, at=at, queue=lambda _pk: None)


def _leave(base: Connection, by: User, at: datetime) -> None:
    absence.leave(absence=_absence(base, at), by=by, at=at)


def _issue(base: Connection, by: User, at: datetime) -> None:
    tokens.issue_token(connection=base, name="Stock", by=by, at=at)


def _revoke(base: Connection, by: User, at: datetime) -> None:
    token = Token.objects.create(connection=base, name="Stock", digest="d")
    tokens.revoke_token(token=token, by=by, at=at)


def _odata(base: Connection, by: User, at: datetime) -> None:
    access.set_access(connection=base, address="", user="", password="", by=by, at=at)


def _kinds(base: Connection, by: User, at: datetime) -> None:
    access.choose_kinds(connection=base, kinds=["balances"], by=by, at=at)


@pytest.mark.parametrize(
    ("action", "decide"),
    [
        ("sync.quarantine.put_aside", _put_aside),
        ("sync.quarantine.forget", _forget),
        ("sync.twins.apart", _apart),
        ("sync.absence.hide", _hide),
        ("sync.absence.leave", _leave),
        ("sync.token.issue", _issue),
        ("sync.token.revoke", _revoke),
        ("sync.access.odata", _odata),
        ("sync.access.kinds", _kinds),
    ],
)
def test_a_decision_is_in_the_history(
    action: str, decide: Callable[[Connection, User, datetime], Any]
) -> None:
    base, by = ConnectionFactory(), StaffFactory()
    take(base, goods(product("p0", "")) + package(offer("p1", name="Ручка")))
    decide(base, by, AT)
    entry = ModelLogEntry.objects.get(action=action)
    assert (entry.user, entry.timestamp, entry.object_id) == (by, AT, str(base.pk))
    assert entry.data["what"]
    assert entry.message == f"{decisions.ACTIONS[action]}: {entry.data['what']}"


def test_a_base_and_its_new_password_are_in_its_history() -> None:
    person = StaffFactory()
    base = connections.create_connection(name="УТ", user="ut", password="first", by=person)
    connections.set_password(connection=base, password="second", by=person)
    told = ModelLogEntry.objects.filter(object_id=str(base.pk)).order_by("pk")
    assert [(each.action, each.user) for each in told] == [
        ("sync.base.connect", person),
        ("sync.base.password", person),
    ]
    assert not any("second" in str(each.data) for each in told)
