"""One's own account in the admin."""

from __future__ import annotations

import pytest
from django.test import Client

from base.models import User
from dealer_area.roles import GroupName
from tests.factories.admin import staff
from tests.factories.base import UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_changes_his_own_name() -> None:
    person = staff(GroupName.SALES)
    client = Client()
    client.force_login(person)
    page = client.get("/cms/account/").content.decode()
    assert person.name in page
    assert "Фамилия" not in page.replace("Имя и фамилия", "")
    fields = {
        "person-name": "Ольга Соколова",
        "person-phone": "+7 846 200-00-00",
        "locale-preferred_language": "ru",
        "locale-current_time_zone": "Europe/Moscow",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
    }
    assert client.post("/cms/account/", fields).status_code == 302
    assert User.objects.get(pk=person.pk).name == "Ольга Соколова"


def test_a_dealers_person_has_no_account_in_the_admin(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/cms/account/").status_code == 403
