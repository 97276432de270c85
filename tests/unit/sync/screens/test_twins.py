"""The screen of likely twins."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealer_area.roles import GroupName
from sync.goods import rebinding
from sync.models import Connection, Product, Run, Twin
from sync.screens import twins
from tests.factories.admin import signed_in
from tests.factories.commerceml import goods, offer, package, price, price_type, product, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def client() -> Client:
    return signed_in(GroupName.INTEGRATION)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []

    class Task:
        def later(self, run_id: int) -> None:
            ids.append(run_id)

    monkeypatch.setattr(twins, "bind_twins", Task())
    return ids


def load(base: Connection, prefix: str, count: int = 3, amount: str = "100") -> None:
    refs = [f"{prefix}{n}" for n in range(count)]
    take(
        base,
        goods(
            *(product(ref, f"Ручка {n}", f"<Артикул>R-{n}</Артикул>") for n, ref in enumerate(refs))
        )
        + package(
            *(offer(ref, f"<Цены>{price('t', amount)}</Цены>") for ref in refs),
            types=price_type("t", "Оптовая"),
        ),
    )


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(reverse("exchange:twins") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, **fields: Any) -> None:
    assert client.post(reverse("exchange:twins-act"), fields).status_code == 302


def test_integration_sees_it_and_sales_do_not(client: Client) -> None:
    sales = signed_in(GroupName.SALES)
    for name in ("twins", "twins-bindings"):
        assert client.get(reverse(f"exchange:{name}")).status_code == 200
        assert sales.get(reverse(f"exchange:{name}")).status_code == 302
    assert "jr-pairs" not in page_of(client)


def test_pairs_stand_side_by_side_with_what_speaks_for_them(
    base: Connection, client: Client
) -> None:
    load(base, "old", 1, "100")
    load(base, "new", 1, "200")
    page = page_of(client)
    for words in ("Ручка 0", "R-0", "old0", "new0", "артикул, наименование", "Оптовая"):
        assert words in page
    assert "100,00" in page
    assert "200,00" in page


def test_all_sure_ones_are_bound(base: Connection, client: Client, queue: list[int]) -> None:
    load(base, "old")
    load(base, "new")
    act(client, action="sure")
    (run_id,) = queue
    assert "data-poll" in page_of(client)
    rebinding.process(run_id)
    assert Product.objects.filter(archived=False).count() == 3
    assert "jr-pairs" not in page_of(client)
    bound = page_of(client, f"?state={Twin.State.BOUND}")
    assert bound.count("jr-side") >= 6
    assert Run.objects.get(pk=run_id).by is not None


def test_one_and_chosen_ones(base: Connection, client: Client, queue: list[int]) -> None:
    load(base, "old")
    load(base, "new")
    first, second, third = Twin.objects.order_by("pk")
    act(client, one=first.pk, pair=[second.pk])
    rebinding.process(queue.pop())
    act(client, action="apart", pair=[second.pk])
    act(client, action="bind", pair=[third.pk, 999_999])
    rebinding.process(queue.pop())
    states = list(Twin.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["bound", "apart", "bound"]


def test_nothing_chosen_does_nothing(base: Connection, client: Client, queue: list[int]) -> None:
    load(base, "old", 1)
    load(base, "new", 1)
    act(client, action="bind")
    act(client, action="apart", pair="x")
    assert queue == []
    assert Twin.objects.get().state == Twin.State.WAITING


def test_sales_bind_nothing(base: Connection, queue: list[int]) -> None:
    load(base, "old", 1)
    load(base, "new", 1)
    signed_in(GroupName.SALES).post(reverse("exchange:twins-act"), {"action": "sure"})
    assert queue == []


def test_a_page_costs_the_same_for_more_pairs(base: Connection, client: Client) -> None:
    load(base, "old", 12)
    load(base, "new", 2)
    page_of(client)
    counts = []
    for count in (2, 12):
        load(base, "new", count)
        with CaptureQueriesContext(database) as queries:
            page_of(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
