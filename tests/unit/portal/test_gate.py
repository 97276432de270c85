"""Without a sign-in nothing answers but what is named; the admin needs its right."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver

from base.models import User
from portal.gate import OPEN_NAMES
from tests.factories.base import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"


@pytest.fixture
def editor() -> User:
    person: User = StaffFactory()
    person.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return person


@pytest.mark.parametrize(
    "path", ["/", "/search/?q=петля", "/cms/", "/documents/1/x.pdf", "/orders/", "/styleguide/"]
)
def test_closed_address_sends_a_stranger_to_the_sign_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{SIGN_IN}?next=/")


def test_unknown_address_tells_a_stranger_nothing(client: Client) -> None:
    assert client.get("/no/such/thing/").status_code == 302
    assert client.post("/no-such-thing").status_code == 302
    assert client.get("/wp-login.php").status_code == 302


def test_query_cannot_open_a_closed_address(client: Client) -> None:
    assert client.get("/orders/?/accounts/login/").status_code == 302
    assert client.get("/orders/?next=/healthz").status_code == 302


def test_unknown_address_is_not_found_for_a_person(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/no/such/thing/").status_code == 404


def test_fragment_sends_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get(
        "/cart/add/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/catalogue/?page=2"},
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{SIGN_IN}?next=/catalogue/"


def test_program_that_takes_json_gets_401(client: Client) -> None:
    answer = client.get("/orders/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json() == {"error": "sign-in required"}


def test_open_address_asks_for_no_session(client: Client, django_assert_num_queries: type) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200
        assert client.get("/brand/30.css").status_code == 200


def test_admin_answers_403_without_its_right(client: Client) -> None:
    client.force_login(StaffFactory())
    for path in ("/cms/", "/cms/pages/", "/cms/login/?next=/cms/"):
        assert client.get(path).status_code == 403


def test_admin_opens_with_its_right(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get("/cms/").status_code == 200
    assert client.get("/cms/login/")["Location"] == "/cms/"
    assert client.get("/cms/login/?next=/cms/reports/")["Location"] == "/cms/reports/"


def test_cms_login_does_not_lead_away(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get("/cms/login/?next=https://evil.example/")["Location"] == "/cms/"


@pytest.mark.parametrize("path", ["/cms/login/", "/_util/login/"])
def test_no_password_form_of_wagtail_is_left(client: Client, path: str) -> None:
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith(SIGN_IN)


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/login/code/"])
def test_pages_of_allauth_that_nobody_needs_are_not_there(client: Client, path: str) -> None:
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404


def test_sign_up_is_closed(client: Client) -> None:
    data = {"email": "new@example.ru", "password1": "длинный-пароль-9"}
    answer = client.post("/accounts/signup/", data)
    assert "account/signup_closed.html" in [part.name for part in answer.templates]
    assert not User.objects.filter(email="new@example.ru").exists()


def test_open_names_all_exist() -> None:
    known = set(_names(get_resolver(), ""))
    assert known >= OPEN_NAMES


def _names(resolver: object, space: str) -> list[str]:
    found = []
    for entry in resolver.url_patterns:  # type: ignore[attr-defined]
        if hasattr(entry, "url_patterns"):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found += _names(entry, inner)
        elif entry.name:
            found.append(f"{space}{entry.name}")
    return found
