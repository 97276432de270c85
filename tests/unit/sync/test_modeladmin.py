"""Registers of the exchange: who sees them, what they show, what a list costs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from dealer_area.roles import GroupName
from sync.modeladmin import ExchangeGroup
from sync.models import Connection, OutboxOrder, RemoteOrder
from tests.factories.admin import address, list_queries, registers, signed_in
from tests.factories.sync import ConnectionFactory, ReceivedFileFactory, RunFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
FIELDS = {"pack_multiple": "Кратность", "min_quantity": "", "brand": "", "series": ""}


def outbox(number: int) -> OutboxOrder:
    return OutboxOrder.objects.create(
        connection=ConnectionFactory(), number=str(100 + number), payload={}
    )


def remote(number: int) -> RemoteOrder:
    return RemoteOrder.objects.create(
        connection=ConnectionFactory(),
        number=str(100 + number),
        currency="RUB",
        amount="12480.00",
        lines=[{"sku": "YK-110", "name": "Петля", "quantity": "2", "price": "10", "amount": "20"}],
        changed_at=AT,
    )


MAKERS: dict[str, Any] = {
    "receivedfile": lambda _number: ReceivedFileFactory(),
    "outboxorder": outbox,
    "remoteorder": remote,
    "connection": lambda _number: ConnectionFactory(),
}


@pytest.mark.parametrize("register", registers(ExchangeGroup), ids=lambda r: r.opts.model_name)
def test_a_register_opens_to_integration_alone(register: Any) -> None:
    row = MAKERS[register.opts.model_name](0)
    allowed, other = signed_in(GroupName.INTEGRATION), signed_in(GroupName.SALES)
    for target in (address(register, "index"), address(register, "inspect", row)):
        assert allowed.get(target).status_code == 200
        assert other.get(target).status_code == 302


@pytest.mark.parametrize("register", registers(ExchangeGroup), ids=lambda r: r.opts.model_name)
def test_a_list_costs_the_same_for_more_rows(register: Any) -> None:
    make, client = MAKERS[register.opts.model_name], signed_in(GroupName.INTEGRATION)
    few, many = list_queries(client, register, make)
    assert many <= few <= 20


@pytest.mark.parametrize("register", registers(ExchangeGroup), ids=lambda r: r.opts.model_name)
def test_nothing_but_bases_is_changed(register: Any) -> None:
    row = MAKERS[register.opts.model_name](0)
    client = signed_in(GroupName.INTEGRATION)
    is_base = register.model is Connection
    made = client.get(address(register, "create"))
    assert ((made.status_code, made["Location"]) == (302, "/cms/exchange/connect/")) is is_base
    assert (client.get(address(register, "edit", row)).status_code == 200) is is_base
    assert client.post(address(register, "delete", row)).status_code == 302
    assert register.model.objects.filter(pk=row.pk).exists()


def base_register() -> Any:
    return next(one for one in registers(ExchangeGroup) if one.model is Connection)


def wanted(**changes: Any) -> dict[str, Any]:
    fields = {
        "name": "УТ 11",
        "user": "ut",
        "is_active": "on",
        "time_zone": "Europe/Moscow",
        "charset": "utf-8",
        "file_limit": "0",
        "family": "ut11",
        "plain_offers": "auto",
        "split_orders": "",
        "schema_version": "",
        "allowed_addresses": "",
        "absence_limit": "10",
        "auto_import_minutes": "30",
        "unconfirmed_hours": "24",
        "picture_quota_mb": "0",
        "responsible": "",
        "odata_url": "",
        "odata_user": "",
        "new_odata_password": "",
        "folder": "",
    }
    return fields | FIELDS | changes


def test_a_new_base_is_made_step_by_step() -> None:
    client, register = signed_in(GroupName.INTEGRATION), base_register()
    assert client.get(address(register, "create"))["Location"] == "/cms/exchange/connect/"
    client.post(address(register, "create"), wanted())
    assert not Connection.objects.exists()


def test_a_password_changes_only_when_asked() -> None:
    base = ConnectionFactory(user="ut", field_map={"brand": "Бренд"})
    client, register = signed_in(GroupName.INTEGRATION), base_register()
    target = address(register, "edit", base)
    assert "Бренд" in client.get(target).content.decode()
    client.post(target, wanted())
    kept = Connection.objects.get(pk=base.pk)
    assert (kept.password, kept.name) == (base.password, "УТ 11")
    assert kept.field_map == {"pack_multiple": "Кратность"}
    page = client.post(target, wanted(new_password="on"), follow=True).content.decode()
    changed = Connection.objects.get(pk=base.pk)
    shown = re.search(r"пароль: (\S+)\.", page)
    assert shown
    assert check_password(shown[1], changed.password)
    assert shown[1] not in client.get(address(register, "index")).content.decode()


def test_a_base_needs_a_real_time_zone() -> None:
    base = ConnectionFactory()
    client, register = signed_in(GroupName.INTEGRATION), base_register()
    client.post(address(register, "edit", base), wanted(time_zone="Москва"))
    assert Connection.objects.get().time_zone == "Europe/Moscow"


def test_the_first_screen_shows_orders_that_need_a_person() -> None:
    stuck = outbox(7)
    OutboxOrder.objects.filter(pk=stuck.pk).update(state="person", error="нет артикула")
    assert "нет артикула" in signed_in(GroupName.INTEGRATION).get("/cms/").content.decode()
    assert "нет артикула" not in signed_in(GroupName.SALES).get("/cms/").content.decode()


def test_the_first_screen_names_runs_in_words() -> None:
    RunFactory(kind="order", title="")
    shown = signed_in(GroupName.INTEGRATION).get("/cms/").content.decode()
    assert "Заказы в 1С" in shown
    assert ">order<" not in re.sub(r"\s", "", shown)
