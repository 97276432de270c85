"""What `vitrina check` says about letters and proxies."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from portal.checks import letters_lead_somewhere, proxies_are_addresses


@pytest.fixture
def ready(settings: Settings) -> Settings:
    settings.WAGTAILADMIN_BASE_URL = "https://dealers.example.ru"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


def test_ready_installation_has_nothing_to_say(ready: Settings) -> None:
    assert letters_lead_somewhere() == []


def test_address_of_this_machine_is_told(ready: Settings) -> None:
    ready.WAGTAILADMIN_BASE_URL = "http://localhost:8000"
    assert [told.id for told in letters_lead_somewhere()] == ["portal.W001"]


def test_printed_letters_are_told(ready: Settings) -> None:
    ready.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert [told.id for told in letters_lead_somewhere()] == ["portal.W002"]


def test_proxies_are_addresses(ready: Settings) -> None:
    ready.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8", "::1"]
    assert proxies_are_addresses() == []
    ready.TRUSTED_PROXIES = ["127.0.0.1", "proxy.example.ru"]
    (told,) = proxies_are_addresses()
    assert told.id == "portal.E001"
    assert "proxy.example.ru" in told.msg
