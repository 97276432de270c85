"""The screen of keys: the secret is shown once, in the answer to the form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dealer_area.roles import GroupName
from sync.models import Connection, Token
from sync.protocol.tokens import OVERLAP, PREFIX, connection_of, issue_token, revoke_token
from tests.factories.admin import signed_in
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
LIST = "/cms/exchange/keys/"


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(name="УТ 11")


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


def issue(client: Client, base: Connection, **more: Any) -> Any:
    return client.post(LIST, {"connection": base.pk, "name": "Расширение", **more})


def kept(base: Connection, name: str = "Старый") -> Token:
    token, _secret = issue_token(connection=base, name=name, by=None, at=timezone.now())
    return token


def test_who_sees_it(base: Connection) -> None:
    token = kept(base)
    stranger = signed_in(GroupName.SALES)
    for answer in (
        stranger.get(LIST),
        issue(stranger, base),
        stranger.post(reverse("exchange:token-revoke", args=[token.pk])),
    ):
        assert answer.status_code == 302
        assert answer["Location"] == "/cms/"
    assert Token.objects.count() == 1
    assert signed_in(GroupName.INTEGRATION).get(LIST).status_code == 200


def test_a_new_key_is_shown_once_and_works(client: Client, base: Connection) -> None:
    answer = issue(client, base)
    secret = answer.context["secret"]
    page = answer.content.decode()
    assert secret.startswith(PREFIX)
    assert f"Authorization: Bearer {secret}" in page
    assert "/api/1c/v1/partners" in page
    assert "no-store" in answer["Cache-Control"]
    assert connection_of(secret=secret, address="10.0.0.1", at=timezone.now()) == base
    assert secret not in client.get(LIST).content.decode()
    assert Token.objects.get().created_by is not None


def test_a_key_is_changed_for_another(client: Client, base: Connection) -> None:
    old = kept(base)
    form = client.get(LIST, {"replaces": old.pk}).context["form"]
    assert form.initial == {"replaces": old.pk, "connection": base.pk, "name": "Старый"}
    issue(client, base, replaces=old.pk)
    old.refresh_from_db()
    assert old.expires_at is not None
    assert abs(old.expires_at - timezone.now() - OVERLAP) < timedelta(minutes=1)
    assert Token.objects.count() == 2


def test_a_key_of_another_base_or_of_yesterday_is_not_issued(
    client: Client, base: Connection
) -> None:
    other = kept(ConnectionFactory())
    assert issue(client, base, replaces=other.pk).context["form"].errors["replaces"]
    day = timezone.localdate() - timedelta(days=1)
    assert issue(client, base, expires_on=day.isoformat()).context["form"].errors["expires_on"]
    assert Token.objects.count() == 1


def test_a_key_is_valid_to_the_end_of_its_last_day(client: Client, base: Connection) -> None:
    today = timezone.localdate()
    issue(client, base, expires_on=today.isoformat())
    token = Token.objects.get()
    assert token.expires_at is not None
    assert timezone.localtime(token.expires_at).date() == today + timedelta(days=1)


def test_a_revoked_key_stays_in_the_list(client: Client, base: Connection) -> None:
    token = kept(base)
    kept(base, "Другой")
    answer = client.post(reverse("exchange:token-revoke", args=[token.pk]), follow=True)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert [row.token.name for row in answer.context["rows"]] == ["Другой", "Старый"]
    assert not answer.context["rows"][1].is_valid
    assert client.post(reverse("exchange:token-revoke", args=[10**6])).status_code == 404


def test_the_list_costs_the_same_for_more_keys(
    client: Client, base: Connection, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        revoke_token(token=kept(base, f"Ключ {number}"), by=None, at=timezone.now())
    client.get(LIST)
    with django_assert_max_num_queries(25):
        client.get(LIST)
