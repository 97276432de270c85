"""People of the admin, by group, and the addresses of its registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from base.models import User
from dealer_area.roles import GroupName, ensure_groups
from tests.factories.base import StaffFactory


def staff(*groups: GroupName) -> User:
    """A person of the supplier in the groups."""
    made = ensure_groups()
    person: User = StaffFactory()
    person.groups.set([made[name] for name in groups])
    return person


def signed_in(*groups: GroupName) -> Client:
    """A browser of such a person."""
    client = Client()
    client.force_login(staff(*groups))
    return client


def registers(group: type[ModelAdminGroup]) -> list[ModelAdmin]:
    """The registers of a menu group."""
    found: list[ModelAdmin] = group().modeladmin_instances
    return found


def address(register: ModelAdmin, action: str, row: Any = None) -> str:
    """Where a register's list, or an action on a row, is."""
    arguments = [] if row is None else [row.pk]
    found: str = register.url_helper.get_action_url(action, *arguments)
    return found


def list_queries(
    client: Client, register: ModelAdmin, make: Callable[[int], object]
) -> tuple[int, int]:
    """How many queries the register's list costs with two rows, and with twelve."""
    target = address(register, "index")
    # the first look fills what is kept between requests
    client.get(target)
    found = []
    for numbers in (range(2), range(2, 12)):
        for number in numbers:
            make(number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(target).status_code == 200
        found.append(len(queries))
    return found[0], found[1]
