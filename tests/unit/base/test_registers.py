"""Registers: searching, counting, filters taken from the address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from base.models import User
from base.registers import BoundedPaginator, KeySearch
from sync.models import Offer, Product
from tests.factories.base import UserFactory
from tests.factories.sync import OfferFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("term", "is_found"),
    [
        ("yk 110", True),
        ("YK-110", True),
        ("110", False),
        ("ПЕТЛЯ", True),
        ("чёрная", True),
        ("ручка", False),
        ("   ", True),
    ],
)
def test_products_are_found_by_keys(term: str, is_found: bool) -> None:
    ProductFactory(name="Петля накладная черная", sku="YK-110 ND")
    found = KeySearch(("sku_key", "name_key")).search_queryset(Product.objects.all(), term)
    assert found.exists() is is_found


def test_names_without_a_key_are_found_in_any_case() -> None:
    person = UserFactory(name="Ольга Ёлкина")
    UserFactory(name="Иван Петров")
    found = KeySearch(("~name", "email")).search_queryset(User.objects.all(), "елкина")
    assert list(found) == [person]


def test_an_address_is_found_from_its_beginning() -> None:
    person = UserFactory(email="olga@example.ru")
    search = KeySearch(("email",))
    assert list(search.search_queryset(User.objects.all(), "OLGA@")) == [person]
    assert not search.search_queryset(User.objects.all(), "example").exists()


def test_names_of_a_relation_are_found() -> None:
    offer = OfferFactory(product__name="Петля")
    OfferFactory(product__name="Ручка")
    found = KeySearch(("~product__name",)).search_queryset(Offer.objects.all(), "петля")
    assert list(found) == [offer]


def test_counting_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.registers.COUNT_LIMIT", 3)
    for _ in range(5):
        UserFactory()
    paginator = BoundedPaginator(User.objects.order_by("pk"), 2)
    assert (paginator.count, paginator.is_cut, paginator.num_pages) == (3, True, 2)


def test_few_rows_are_counted_exactly() -> None:
    UserFactory()
    UserFactory()
    few = BoundedPaginator(User.objects.order_by("pk"), 2)
    assert (few.count, few.is_cut) == (2, False)


def test_the_address_cannot_probe_undeclared_fields(client: Client) -> None:
    root = User.objects.create_superuser("root@example.ru", "x")
    client.force_login(root)
    text = client.get("/cms/base/user/?password__startswith=zzz").content.decode()
    assert "root@example.ru" in text


@pytest.mark.parametrize("query", ["?is_staff__exact=maybe", "?p=abc", "?p=99", "?o=1.2", "?e=1"])
def test_nonsense_in_the_address_is_survived(client: Client, query: str) -> None:
    client.force_login(User.objects.create_superuser("root@example.ru", "x"))
    answer: Any = client.get(f"/cms/base/user/{query}", follow=True)
    assert answer.status_code == 200
