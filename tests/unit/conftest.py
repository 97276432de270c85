"""What tests of pages share: a dealer with goods of one category, found by an index of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dealer_area.models import Membership
from tests.factories.catalog_pages import Shop, open_shop


@pytest.fixture
def shop(db: None, settings: Any, tmp_path: Path) -> Shop:
    """The shop, its pages planted and its index empty."""
    settings.INDEX_ROOT = tmp_path / "index"
    return open_shop()


@pytest.fixture
def signed_in() -> Callable[[Membership], Client]:
    """A browser of a member."""

    def sign_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.user)
        return client

    return sign_in
