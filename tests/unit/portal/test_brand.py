"""The supplier's colour comes as a style sheet."""

from __future__ import annotations

import pytest
from django.test import Client

from base.models import PortalSettings

pytestmark = pytest.mark.django_db


def test_named_hue_is_kept_by_browsers(client: Client) -> None:
    answer = client.get("/brand/30.css")
    assert answer.content == b":root { --brand-hue: 30 }\n"
    assert answer["Content-Type"] == "text/css"
    assert "immutable" in answer["Cache-Control"]


def test_stored_hue_is_asked_for_each_time(client: Client) -> None:
    PortalSettings.objects.create(brand_hue=355)
    answer = client.get("/brand.css")
    assert b"--brand-hue: 355" in answer.content
    assert answer["Cache-Control"] == "no-cache"


def test_hue_beyond_the_circle_is_not_found(client: Client) -> None:
    assert client.get("/brand/360.css").status_code == 200
    assert client.get("/brand/361.css").status_code == 404
