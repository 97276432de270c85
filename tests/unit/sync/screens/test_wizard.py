"""Connecting a base of 1C step by step."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from dealer_area.roles import GroupName
from sync.models import Connection, Schedule
from sync.screens.wizard import SHOWN_FOR
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


def first(client: Client, family: str = "ut11") -> Any:
    return client.post(reverse("exchange:connect"), {"name": "УТ, Москва", "family": family})


def second(client: Client, **changes: Any) -> Any:
    """The second form as it stands on the page, with changes."""
    page = client.get(reverse("exchange:connect-settings"))
    form = page.context["form"]
    told = {name: form[name].value() for name in form.fields}
    told = {name: value for name, value in told.items() if value not in (None, False)}
    return client.post(reverse("exchange:connect-settings"), {**told, **changes})


def test_step_by_step_to_a_base_that_signs_in(client: Client) -> None:
    assert client.get(reverse("exchange:connect")).status_code == 200
    assert first(client)["Location"] == reverse("exchange:connect-settings")
    answer = second(client, allowed_addresses="10.0.0.0/8")
    base = Connection.objects.get()
    assert answer["Location"] == reverse("exchange:connected", args=[base.pk])
    assert (base.name, base.family, base.user) == ("УТ, Москва", "ut11", "1c-ut11")
    assert (base.schema_version, base.allowed_addresses) == ("2.07", "10.0.0.0/8")
    assert Schedule.objects.filter(connection=base).exists()

    page = client.get(answer["Location"])
    password = page.context["password"]
    assert check_password(password, base.password)
    text = page.content.decode()
    assert password in text
    assert "http://testserver/1c/exchange/" in text
    assert "Узлы обмена с сайтами" in text


@pytest.mark.parametrize("family", Connection.Family.values)
def test_every_configuration_has_its_guide(client: Client, family: str) -> None:
    first(client, family)
    second(client)
    base = Connection.objects.get()
    assert base.family == family
    page = client.get(reverse("exchange:connected", args=[base.pk]))
    assert len(page.context["guide"].steps) >= 3
    sheet = client.get(reverse("exchange:connected-sheet", args=[base.pk]))
    assert page.context["password"] in sheet.content.decode("utf-8-sig")
    assert "attachment" in sheet["Content-Disposition"]


def test_a_second_base_gets_a_name_that_is_free(client: Client) -> None:
    ConnectionFactory(user="1c-ut11")
    first(client)
    second(client)
    assert Connection.objects.filter(user="1c-ut11-2").exists()


def test_a_fault_is_told_and_makes_nothing(client: Client) -> None:
    first(client)
    page = second(client, allowed_addresses="10.0.0.1\n10.0.0.999")
    assert "10.0.0.999" in page.content.decode()
    assert page.context["form"].errors["allowed_addresses"]
    assert not Connection.objects.exists()


def test_every_setting_says_when_to_change_it(client: Client) -> None:
    first(client)
    form = client.get(reverse("exchange:connect-settings")).context["form"]
    for language in ("ru", "en"):
        with override(language):
            for field in form.visible_fields():
                assert str(field.help_text).endswith("."), field.name


def test_the_second_step_needs_the_first(client: Client) -> None:
    answer = client.get(reverse("exchange:connect-settings"))
    assert answer["Location"] == reverse("exchange:connect")


def test_the_right_is_asked_before_the_first_step() -> None:
    answer = signed_in(GroupName.SALES).get(reverse("exchange:connect-settings"))
    assert answer.get("Location") != reverse("exchange:connect")


def test_a_password_is_shown_for_a_while_and_to_its_maker_alone(client: Client) -> None:
    first(client)
    second(client)
    base = Connection.objects.get()
    target = reverse("exchange:connected", args=[base.pk])
    assert client.get(target).context["password"]
    assert not signed_in(GroupName.INTEGRATION).get(target).context["password"]
    with time_machine.travel(timezone.now() + SHOWN_FOR + timedelta(minutes=1)):
        assert not client.get(target).context["password"]


def test_written_down_means_gone(client: Client) -> None:
    first(client)
    second(client)
    base = Connection.objects.get()
    password = client.get(reverse("exchange:connected", args=[base.pk])).context["password"]
    client.post(reverse("exchange:connected-forget", args=[base.pk]))
    for name in ("connected", "connected-sheet"):
        page = client.get(reverse(f"exchange:{name}", args=[base.pk]))
        assert password not in page.content.decode()
    base.refresh_from_db()
    assert check_password(password, base.password)


def test_a_new_password_in_place_of_a_lost_one(client: Client) -> None:
    base = ConnectionFactory()
    client.post(reverse("exchange:new-password", args=[base.pk]))
    shown = client.get(reverse("exchange:connected", args=[base.pk])).context["password"]
    base.refresh_from_db()
    assert check_password(shown, base.password)


@pytest.mark.gotcha(1)
def test_the_page_can_check_whether_the_header_arrives(client: Client) -> None:
    base = ConnectionFactory()
    text = client.get(reverse("exchange:connected", args=[base.pk])).content.decode()
    found = re.search(r'data-check="([^"]+)" data-user="([^"]+)" data-password="([^"]+)"', text)
    assert found is not None
    assert found[1] == reverse("sync:exchange-check")
    assert f"curl -u {found[2]}:{found[3]} http://testserver{found[1]}" in text
    assert "proxy_set_header Authorization" in text
    assert "CGIPassAuth On" in text


def test_the_last_contact_is_looked_up_alone(client: Client) -> None:
    base = ConnectionFactory()
    target = reverse("exchange:connected-contact", args=[base.pk])
    assert "<html" not in client.get(target).content.decode()
    ExchangeSessionFactory(connection=base, address="10.1.2.3", client="1C+Enterprise/8.3")
    text = client.get(target).content.decode()
    assert "10.1.2.3" in text
    assert "1C+Enterprise/8.3" in text


def test_only_integration_comes_in() -> None:
    base, other = ConnectionFactory(), signed_in(GroupName.SALES)
    for name in ("connected", "connected-contact", "connected-sheet"):
        assert other.get(reverse(f"exchange:{name}", args=[base.pk])).status_code in {302, 403}
    for name in ("connected-forget", "new-password"):
        assert other.post(reverse(f"exchange:{name}", args=[base.pk])).status_code in {302, 403}
    for name in ("connect", "connect-settings"):
        assert other.get(reverse(f"exchange:{name}")).status_code in {302, 403}
    base.refresh_from_db()
    assert Connection.objects.get().password == base.password


def test_a_base_that_is_not_there(client: Client) -> None:
    assert client.get(reverse("exchange:connected", args=[99])).status_code == 404
