"""The screen of OData in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from base.secrets import seal, unseal
from dealer_area.roles import GroupName
from onec.odata import OdataFaults, OdataServer
from onec.odata_made import make_base
from sync.models import Connection, Schedule
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


def at(base: Connection) -> str:
    return reverse("exchange:odata-of", args=[base.pk])


@pytest.fixture
def integrator() -> Client:
    return signed_in(GroupName.INTEGRATION)


@pytest.fixture
def base() -> Connection:
    made: Connection = ConnectionFactory(
        family="ut11",
        odata_url="https://1c.example/trade",
        odata_user="portal",
        odata_password=seal("very-secret"),
    )
    return made


def test_the_password_is_never_shown(integrator: Client, base: Connection) -> None:
    text = integrator.get(at(base)).content.decode()
    assert "https://1c.example/trade" in text
    assert "very-secret" not in text
    assert base.odata_password not in text
    assert 'type="password"' in text


def test_access_is_kept_and_the_password_stays(integrator: Client, base: Connection) -> None:
    told = {"address": "https://1c.example/trade2", "user": "other", "password": ""}
    assert integrator.post(at(base), told).status_code == 302
    base.refresh_from_db()
    assert (base.odata_url, base.odata_user) == ("https://1c.example/trade2", "other")
    assert unseal(base.odata_password) == "very-secret"


@pytest.mark.parametrize("address", ["ftp://1c.example", "https://evil.example/trade"])
def test_wrong_address_changes_nothing(integrator: Client, base: Connection, address: str) -> None:
    answer = integrator.post(at(base), {"address": address, "user": "portal", "password": ""})
    assert answer.status_code == 422
    base.refresh_from_db()
    assert base.odata_url == "https://1c.example/trade"


def test_what_the_base_answers_is_shown_with_what_is_missing_first(integrator: Client) -> None:
    faults = OdataFaults("missing:Catalog_Контрагенты")
    with OdataServer(make_base("unf", clients=2, products=2), faults=faults) as server:
        base = ConnectionFactory(family="unf")
        told = {"address": server.url, "user": "odata", "password": "odata", "test": "1"}
        page = integrator.post(at(base), told)
    text = page.content.decode()
    assert "Настройка автоматического REST-сервиса" in text
    assert text.index("Catalog_Контрагенты") < text.index("Catalog_ДоговорыКонтрагентов")
    assert 'value="odata"' in text  # the user name
    assert "password" in text
    base.refresh_from_db()
    assert unseal(base.odata_password) == "odata"


def test_no_connection_is_told_in_words(integrator: Client) -> None:
    with OdataServer(make_base("unf", clients=1, products=1)) as server:
        base = ConnectionFactory(family="unf")
        told = {"address": server.url, "user": "odata", "password": "wrong", "test": "1"}
        page = integrator.post(at(base), told)
    assert page.context["is_there"] is False
    assert page.context["probes"][0].words in page.content.decode()


def test_kinds_are_chosen(integrator: Client, base: Connection) -> None:
    address = reverse("exchange:odata-kinds", args=[base.pk])
    assert integrator.post(address, {"kinds": ["stock", "nothing"]}).status_code == 302
    fetched = base.schedules.filter(channel=Schedule.Channel.ODATA)
    assert list(fetched.values_list("kind", flat=True)) == ["stock"]
    text = integrator.get(at(base)).content.decode()
    assert 'value="stock" checked' in text
    assert 'value="prices" checked' not in text


def test_nothing_is_fetched_without_an_address(integrator: Client) -> None:
    base = ConnectionFactory()
    integrator.post(reverse("exchange:odata-kinds", args=[base.pk]), {"kinds": ["stock"]})
    assert not base.schedules.filter(channel=Schedule.Channel.ODATA).exists()


def test_screen_leads_to_the_base_that_has_odata(integrator: Client, base: Connection) -> None:
    ConnectionFactory()
    assert integrator.get(reverse("exchange:odata"))["Location"] == at(base)


def test_screen_is_for_those_who_keep_bases(base: Connection) -> None:
    editor = signed_in(GroupName.CATALOGUE)
    kinds = reverse("exchange:odata-kinds", args=[base.pk])
    for answer in (
        editor.get(at(base)),
        editor.post(at(base), {"address": ""}),
        editor.post(kinds, {"kinds": ["stock"]}),
    ):
        assert (answer.status_code, answer["Location"]) == (302, "/cms/")
    base.refresh_from_db()
    assert base.odata_url
    assert not base.schedules.filter(channel=Schedule.Channel.ODATA).exists()


def test_settings_of_a_base_keep_the_password_from_another_computer(
    integrator: Client, base: Connection
) -> None:
    address = reverse("sync_connection_modeladmin_edit", args=[base.pk])
    page = integrator.get(address)
    told = {
        name: field.value() if field.value() is not None else ""
        for name in page.context["form"].fields
        for field in [page.context["form"][name]]
    }
    told |= {"odata_url": "https://evil.example/trade", "new_odata_password": ""}
    told = {name: value for name, value in told.items() if value not in (False, None)}
    answer = integrator.post(address, told)
    assert "new_odata_password" in answer.context["form"].errors
    base.refresh_from_db()
    assert base.odata_url == "https://1c.example/trade"
