"""Wagtail's list of users with our fields."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from base.models import User
from tests.factories.base import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.ru", PASSWORD, name="Админ"))
    return client


def test_a_person_made_here_can_sign_in(root: Client) -> None:
    form = {
        "email": "Olga@Example.ru",
        "name": "Ольга Соколова",
        "is_staff": "on",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert root.get("/cms/users/new/").status_code == 200
    assert root.post("/cms/users/new/", form).status_code == 302
    made = User.objects.get(email="olga@example.ru")
    assert (made.name, made.is_staff, made.is_superuser) == ("Ольга Соколова", True, False)
    assert EmailAddress.objects.get(user=made).verified
    answer = Client().post("/accounts/login/", {"login": "olga@example.ru", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_taken_address_is_refused_in_any_case(root: Client) -> None:
    UserFactory(email="olga@example.ru")
    form = {
        "email": "OLGA@example.ru",
        "name": "Ольга",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert root.post("/cms/users/new/", form).status_code == 200
    assert User.objects.filter(email__iexact="olga@example.ru").count() == 1


def test_the_former_address_signs_nobody_in(root: Client) -> None:
    person = StaffFactory(email="old@example.ru", name="Ольга")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    form = {"email": "new@example.ru", "name": "Ольга", "is_active": "on", "is_staff": "on"}
    target = f"/cms/users/edit/{person.pk}/"
    assert root.get(target).status_code == 200
    assert root.post(target, form).status_code == 302
    old = Client().post("/accounts/login/", {"login": "old@example.ru", "password": PASSWORD})
    assert old.status_code == 200
    new = Client().post("/accounts/login/", {"login": "new@example.ru", "password": PASSWORD})
    assert new.status_code == 302


def test_a_person_switched_off_is_kept_out(root: Client) -> None:
    person = StaffFactory(email="olga@example.ru", name="Ольга")
    theirs = Client()
    theirs.force_login(person)
    root.post(f"/cms/users/edit/{person.pk}/", {"email": person.email, "name": "Ольга"})
    assert theirs.get("/people/").status_code == 302


def test_people_are_found_by_name_in_any_case(root: Client) -> None:
    UserFactory(name="Ольга Ёлкина", email="a@example.ru")
    UserFactory(name="Иван Петров", email="b@example.ru")
    text = root.get("/cms/users/?q=ЕЛКИНА").content.decode()
    assert "a@example.ru" in text
    assert "b@example.ru" not in text


@pytest.mark.parametrize("ordering", ["name", "-name", "email", "last_login"])
def test_the_list_is_sorted(root: Client, ordering: str) -> None:
    UserFactory()
    assert root.get(f"/cms/users/?ordering={ordering}").status_code == 200
