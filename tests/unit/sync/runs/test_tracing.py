"""What a run changed, until another changes it again."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync.models import Connection, Run
from sync.runs import tracing
from tests.factories.commerceml import goods, offer, package, price, price_type, product, take
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def counts(run: Run) -> dict[str, int]:
    return {each.kind: each.count for each in tracing.traces(run)}


def test_rows_belong_to_the_run_that_changed_them_last(base: Connection) -> None:
    first = take(
        base,
        goods(product("p1"), product("p2"))
        + package(offer("p1", f"<Цены>{price('t', '9')}</Цены>"), types=price_type("t")),
    )
    assert counts(first) == {"price_type": 1, "product": 2, "offer": 1, "prices": 1}
    second = take(base, goods(product("p1", "Иная"), product("p2")))
    assert counts(second) == {"product": 1}
    assert counts(first)["product"] == 1
    assert [row.ref for row in tracing.changed_by(second, "product")] == ["p1"]


def test_a_run_that_changed_nothing_has_no_traces(base: Connection) -> None:
    take(base, goods(product("p1")))
    assert counts(take(base, goods(product("p1")))) == {}
    other = Run.objects.create(connection=base, kind="query", queued_at=timezone.now())
    assert counts(other) == {}


def test_an_unknown_kind(base: Connection) -> None:
    with pytest.raises(KeyError):
        tracing.changed_by(take(base, goods(product("p1"))), "nonsense")
