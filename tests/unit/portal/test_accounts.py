"""Signing in and out, a forgotten password: allauth as it is set up here."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from base.models import User
from tests.factories.base import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW = "новая-дверь-2027"


@pytest.fixture
def person() -> User:
    made: User = UserFactory(email="olga@example.ru")
    return made


def sign_in(client: Client, email: str, password: str, next_url: str = "") -> str:
    """Where the sign-in leads; "" when it fails."""
    query = {"next": next_url} if next_url else {}
    answer = client.post(reverse("account_login"), {"login": email, "password": password} | query)
    return answer.headers.get("Location", "")


@pytest.mark.parametrize("email", ["olga@example.ru", "OLGA@Example.ru", " olga@example.ru "])
def test_signing_in_by_address_in_any_case(client: Client, person: User, email: str) -> None:
    assert sign_in(client, email, PASSWORD) == "/"


def test_the_page_that_was_asked_for_comes_after_the_sign_in(client: Client, person: User) -> None:
    assert sign_in(client, person.email, PASSWORD, "/orders/?page=2") == "/orders/?page=2"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_the_sign_in_leads_nowhere_else(client: Client, person: User, target: str) -> None:
    assert sign_in(client, person.email, PASSWORD, target) == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(
    client: Client, person: User
) -> None:
    errors = []
    for email in (person.email, "nobody@example.ru"):
        answer = client.post(reverse("account_login"), {"login": email, "password": "неверный"})
        errors.append(answer.context["form"].errors)
    assert errors[0]
    assert errors[0] == errors[1]


def test_guessing_is_stopped(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, person.email, "неверный")
    assert sign_in(client, person.email, PASSWORD) == ""


def test_a_closed_account_does_not_sign_in(client: Client) -> None:
    closed = UserFactory(is_active=False)
    assert sign_in(client, closed.email, PASSWORD) in {"", reverse("account_inactive")}
    assert "_auth_user_id" not in client.session


def test_nobody_registers(client: Client) -> None:
    target = reverse("account_signup")
    form = {"email": "new@example.ru", "password1": PASSWORD, "password2": PASSWORD}
    assert "по приглашению" in client.get(target).content.decode()
    client.post(target, form)
    assert not User.objects.filter(email="new@example.ru").exists()


def test_signing_out_takes_a_form(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_chosen_anew(client: Client, person: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(person)
    answer = client.post(reverse("account_reset_password"), {"email": person.email}, follow=True)
    assert answer.status_code == 200
    letter = mail.outbox[0]
    assert letter.to == [person.email]
    assert "пароль" in f"{letter.subject} {letter.body}".lower()
    body = str(letter.body)
    link = re.search(r"http://testserver(/\S+)", body)
    assert link
    assert not re.search(r"[A-Za-z]{3,}", body.replace(link[0], "").replace("testserver", ""))
    page = client.get(link[1], follow=True)
    target = page.redirect_chain[-1][0]
    weak = client.post(target, {"password1": "12345", "password2": "12345"})
    assert weak.status_code == 200
    done = client.post(target, {"password1": NEW, "password2": NEW}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("account_reset_password_from_key_done")
    assert sign_in(Client(), person.email, PASSWORD) == ""
    assert sign_in(Client(), person.email, NEW) == "/"
    assert elsewhere.get("/people/").status_code == 302
    again = Client().get(link[1], follow=True)
    assert "ссылк" in again.content.decode().lower()
    assert again.context["token_fail"]


def test_asking_for_an_unknown_address_reads_the_same(client: Client, person: User) -> None:
    pages = []
    for email in (person.email, "nobody@example.ru"):
        answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        pages.append((answer.status_code, answer.redirect_chain))
    assert pages[0] == pages[1]


def test_a_password_is_changed_by_its_owner(client: Client, person: User) -> None:
    client.force_login(person)
    target = reverse("account_change_password")
    wrong = {"oldpassword": "неверный", "password1": NEW, "password2": NEW}
    assert client.post(target, wrong).status_code == 200
    assert client.post(target, wrong | {"oldpassword": PASSWORD}).status_code == 302
    assert sign_in(Client(), person.email, NEW) == "/"
    assert "пароль" in mail.outbox[0].body.lower()


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
        "account_signup",
    ],
)
def test_the_pages_are_russian(client: Client, name: str) -> None:
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", client.get(reverse(name)).content.decode())
    words = set(re.findall(r"\b[A-Za-z]{4,}\b", text))
    assert not words - {"nbsp", "quot", "Vitrina"}
