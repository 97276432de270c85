"""How the access by OData is kept, and what is fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from base.secrets import unseal
from sync.channels import access
from sync.models import Connection, Schedule
from sync.watching import schedule
from tests.factories.base import UserFactory
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory()
    keep(made, address="https://1c.example/trade", user="portal", password="тайна")
    return made


def keep(base: Connection, **words: Any) -> None:
    access.set_access(connection=base, by=None, at=AT, **words)
    base.refresh_from_db()


def test_password_is_sealed(base: Connection) -> None:
    assert "тайна" not in base.odata_password
    assert unseal(base.odata_password) == "тайна"
    assert (base.odata_url, base.odata_user) == ("https://1c.example/trade", "portal")


def test_empty_password_keeps_the_one_there_is(base: Connection) -> None:
    keep(base, address="https://1c.example/other", user="portal2", password="")
    assert unseal(base.odata_password) == "тайна"
    assert (base.odata_url, base.odata_user) == ("https://1c.example/other", "portal2")


@pytest.mark.parametrize(
    "address", ["https://evil.example/trade", "http://1c.example/trade", "https://1c.example:81/t"]
)
def test_password_never_goes_to_another_computer(base: Connection, address: str) -> None:
    with pytest.raises(access.PasswordNeeded):
        keep(base, address=address, user="portal", password="")
    base.refresh_from_db()
    assert base.odata_url == "https://1c.example/trade"
    keep(base, address=address, user="portal", password="новая")
    assert (base.odata_url, unseal(base.odata_password)) == (address, "новая")


def test_no_address_forgets_everything(base: Connection) -> None:
    keep(base, address="", user="portal", password="x")
    assert (base.odata_url, base.odata_user, base.odata_password) == ("", "", "")


def test_what_is_no_address_is_refused(base: Connection) -> None:
    with pytest.raises(ValueError, match=r"https://"):
        keep(base, address="1c.example", user="", password="")


def test_kinds_are_fetched_at_once_and_given_back(base: Connection) -> None:
    access.choose_kinds(connection=base, kinds={"stock", "contracts"}, by=None, at=AT)
    rows = {row.kind: row for row in base.schedules.all()}
    fetched = {kind for kind, row in rows.items() if row.channel == Schedule.Channel.ODATA}
    assert fetched == {"stock", "contracts"}
    assert rows["stock"].next_at is None
    assert rows["stock"].is_on

    Schedule.objects.filter(kind="prices").update(channel=Schedule.Channel.FOLDER)
    access.choose_kinds(connection=base, kinds=[], by=None, at=AT)
    channels = set(base.schedules.values_list("kind", "channel"))
    assert ("stock", "push") in channels
    assert ("prices", "folder") in channels
    assert not any(channel == "odata" for _kind, channel in channels)


def test_each_kind_that_moves_is_in_the_history(base: Connection) -> None:
    person = UserFactory()
    schedule.ensure_schedules(base)
    base.schedules.update(channel="push")
    access.choose_kinds(connection=base, kinds={"stock", "contracts"}, by=person, at=AT)
    access.choose_kinds(connection=base, kinds={"stock"}, by=person, at=AT)
    told = ModelLogEntry.objects.filter(action="sync.watching.schedule.channel").order_by("pk")
    moved = [int(each.object_id) for each in told]
    pk = {row.kind: row.pk for row in base.schedules.all()}
    assert sorted(moved) == sorted([pk["stock"], pk["contracts"], pk["contracts"]])
    assert {(each.user_id, each.timestamp) for each in told} == {(person.pk, AT)}
