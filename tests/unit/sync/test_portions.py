"""Portions hold every row of a base, whatever the gaps."""

from __future__ import annotations

import pytest

from sync.models import Product
from sync.portions import windows
from tests.factories.sync import ConnectionFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_portions_cover_the_rows_of_the_base_and_skip_gaps() -> None:
    base = ConnectionFactory()
    numbers = [5, 6, 7, 100, 250, 251]
    for number in numbers:
        ProductFactory(pk=number, connection=base)
    ProductFactory(pk=50)

    found = list(windows(Product, base.pk, size=3))

    assert found == [(5, 7), (100, 102), (250, 252)]


def test_a_base_without_rows_has_no_portions() -> None:
    assert list(windows(Product, ConnectionFactory().pk)) == []
