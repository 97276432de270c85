"""Groups of the supplier's people."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from wagtail.models import GroupPagePermission, Workflow

from dealer_area.roles import WORKFLOW_NAME, GroupName, ensure_groups
from tests.factories.admin import signed_in

pytestmark = pytest.mark.django_db


def menu(client: Client) -> str:
    """The admin's first page with its menu."""
    answer = client.get("/cms/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_groups_are_made_once() -> None:
    ensure_groups()
    count = Permission.objects.filter(group__isnull=False).count()
    ensure_groups()
    assert Permission.objects.filter(group__isnull=False).count() == count
    assert {group.name for group in Group.objects.all()} == {name.value for name in GroupName}


def test_what_an_administrator_took_stays_taken() -> None:
    sales = ensure_groups()[GroupName.SALES]
    taken = Permission.objects.get(codename="view_order")
    sales.permissions.remove(taken)
    ensure_groups()
    assert taken not in sales.permissions.all()


def test_wagtails_groups_and_workflow_become_ours() -> None:
    groups = ensure_groups()
    assert not GroupPagePermission.objects.filter(group=groups[GroupName.EDITORS]).exists()
    assert GroupPagePermission.objects.filter(group=groups[GroupName.PUBLISHERS]).exists()
    assert Workflow.objects.get().name == WORKFLOW_NAME


@pytest.mark.parametrize("group", list(GroupName))
def test_every_group_enters_the_admin(group: GroupName) -> None:
    assert menu(signed_in(group))


@pytest.mark.parametrize(
    "name", [GroupName.ADVERTISING, GroupName.EDITORS, GroupName.PUBLISHERS, GroupName.CATALOGUE]
)
def test_who_makes_content_sees_no_dealer_and_no_price(name: GroupName) -> None:
    text = menu(signed_in(name))
    for address in ("dealer_area", "sync/offerprices", "sync/run", "/cms/base/user/"):
        assert address not in text


def test_the_menu_follows_the_role() -> None:
    sales, integration = menu(signed_in(GroupName.SALES)), menu(signed_in(GroupName.INTEGRATION))
    assert "/cms/dealer_area/order/" in sales
    assert "/cms/exchange/" not in sales
    assert "/cms/exchange/" in integration
    assert "/cms/dealer_area/order/" not in integration


def test_older_groups_get_the_rights_that_are_new_and_no_others() -> None:
    migration = import_module("dealer_area.migrations.0003_integration_rights")
    made = ensure_groups()
    expected = {name: set(group.permissions.all()) for name, group in made.items()}
    taken = Permission.objects.get(content_type__app_label="sync", codename="view_run")
    for group in made.values():
        new = migration.RIGHTS.get(group.name, ())
        group.permissions.remove(*Permission.objects.filter(codename__in=new))
    made[GroupName.INTEGRATION].permissions.remove(taken)
    made[GroupName.SALES].delete()

    migration.give(apps, SimpleNamespace(connection=connection))

    expected[GroupName.INTEGRATION].remove(taken)
    del expected[GroupName.SALES]
    found = {group.name: set(group.permissions.all()) for group in Group.objects.all()}
    assert found == {name.value: rights for name, rights in expected.items()}
