"""Strict for the portal, wider for the admin, framed by nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from base.models import User
from tests.factories.base import UserFactory

pytestmark = pytest.mark.django_db


def directives(header: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: rest for name, _space, rest in parts}


def test_portal_allows_nothing_inside_its_pages(client: Client) -> None:
    told = directives(client.get("/accounts/login/")["Content-Security-Policy"])
    assert told["script-src"] == told["style-src"] == "'self'"
    assert told["default-src"] == told["frame-ancestors"] == "'self'"
    assert told["object-src"] == "'none'"


def test_redirect_of_the_gate_has_the_policy_too(client: Client) -> None:
    answer = client.get("/orders/")
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Referrer-Policy"] == "same-origin"


def test_admin_has_a_policy_of_its_own(client: Client) -> None:
    client.force_login(User.objects.create_superuser("a@example.ru"))
    told = directives(client.get("/cms/")["Content-Security-Policy"])
    assert "'unsafe-inline'" in told["script-src"]
    assert told["frame-ancestors"] == "'self'"
    assert told["object-src"] == "'none'"


def test_admin_refusal_is_no_hole(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/cms/").headers["Content-Security-Policy"]
