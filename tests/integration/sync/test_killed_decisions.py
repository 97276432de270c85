"""Killed at any point, hiding and binding of goods end in the state of one clean run."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sync.goods import rebinding
from sync.models import Absence, Alarm, Connection, Offer, Product, Run, Twin
from sync.runs import absence
from sync.staging import staging
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, offer, package, product, take
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory
from tests.integration.sync.test_killed import killed
from tests.unit.sync.files.test_loads import put

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.timeout(900),
]

SIZE = 24


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INDEX_ROOT = tmp_path / "index"
    # many portions, so that a kill may fall between any two of them
    monkeypatch.setattr(type(staging(1)), "portion", 6)
    monkeypatch.setattr(rebinding, "PORTION", 2)


def everything(numbers: Any, prefix: str = "p") -> str:
    told = list(numbers)
    return goods(
        *(product(f"{prefix}{n}", f"Петля {n}", f"<Артикул>П-{n}</Артикул>") for n in told)
    ) + package(*(offer(f"{prefix}{n}", "<Количество>1</Количество>") for n in told))


def compared(base: Connection, settings: Any) -> Run:
    """A full load that told half of the goods, said to be the whole, and waiting."""
    take(base, everything(range(SIZE)))
    session = ExchangeSessionFactory(connection=base, upload=1)
    put(session, "import.xml", everything(range(SIZE // 2)), settings)
    run = absence.take_load(
        session=session, since=session.started_at, at=timezone.now(), queue=lambda _pk: None
    )
    assert run is not None
    return run


def counted(work: Callable[[], None]) -> int:
    """Do the work; how many statements that took."""
    statements = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        work()
    return statements


def end_with_kills(
    work: Callable[[], None], meanwhile: Callable[[], None], *, seed: int, clean: int
) -> int:
    """Kill the work until it ends by itself; how often. `clean` is the statements it takes whole.

    The first points lie so near that three kills come before the end, and each may lie further on
    than the one before, so that the end is reached.
    """
    chance = random.Random(seed)
    for kills in itertools.count():
        furthest = max(1, clean * (kills + 1) // 8)
        if not killed(work, chance.randint(1, furthest), chance.random() < 0.5):
            return kills
        meanwhile()
    raise AssertionError


def after_comparing(base: Connection, run: Run) -> dict[str, object]:
    """What a comparison leaves, without numbers of rows."""
    run.refresh_from_db()
    row = Absence.objects.get(connection=base)
    return {
        "goods": list(
            Product.objects.filter(connection=base).order_by("ref").values_list("ref", "archived")
        ),
        "offers": list(
            Offer.objects.filter(connection=base).order_by("ref").values_list("ref", "archived")
        ),
        "run": (run.state, run.title, run.read_count, run.changed_count, run.error),
        "row": (row.state, row.known_count, row.absent_count, row.decided_by),
        "told": sorted(row.products.values_list("ref", flat=True)),
        "alarms": Alarm.objects.filter(connection=base, closed_at=None).count(),
    }


@pytest.mark.parametrize("limit", [100, 10])
def test_a_comparison_killed_at_many_points_ends_as_a_clean_one(settings: Any, limit: int) -> None:
    clean = ConnectionFactory(user="clean", absence_limit=limit)
    base = ConnectionFactory(user="killed", absence_limit=limit)
    expected = compared(clean, settings)
    statements = counted(lambda: absence.work(expected.pk, owner="worker"))
    run = compared(base, settings)
    person = StaffFactory()

    def decide() -> None:
        # while the run is at work there is nothing to decide
        if Run.objects.filter(pk=run.pk, finished_at=None).exists():
            for row in Absence.objects.filter(connection=base):
                assert not absence.leave(absence=row, by=person, at=timezone.now())

    kills = end_with_kills(
        lambda: absence.work(run.pk, owner="worker"), decide, seed=limit, clean=statements
    )

    assert kills >= 3
    assert after_comparing(base, run) == after_comparing(clean, expected)
    assert Absence.objects.get(connection=base).absent_count == SIZE // 2


def bound(base: Connection) -> Run:
    """Goods under other identifiers, and the run that binds them, waiting."""
    take(base, everything(range(SIZE)))
    take(base, everything(range(SIZE), "q"))
    assert Twin.objects.filter(connection=base, is_sure=True).count() == SIZE
    return rebinding.enqueue(
        connection=base, twin_ids=None, by=StaffFactory(), at=timezone.now(), queue=lambda _pk: None
    )


def after_binding(base: Connection, run: Run) -> dict[str, object]:
    run.refresh_from_db()
    return {
        "goods": [
            (ref.partition("~")[0], archived)
            for ref, archived in Product.objects.filter(connection=base)
            .order_by("pk")
            .values_list("ref", "archived")
        ],
        "sold": sorted(Offer.objects.sold().filter(connection=base).values_list("ref", flat=True)),
        "twins": list(
            Twin.objects.filter(connection=base).order_by("pk").values_list("state", "dead_ref")
        ),
        "run": (run.state, run.read_count, run.changed_count, run.error),
    }


def test_a_binding_killed_at_many_points_ends_as_a_clean_one() -> None:
    clean, base = ConnectionFactory(user="clean"), ConnectionFactory(user="killed")
    expected, run = bound(clean), bound(base)
    statements = counted(lambda: rebinding.process(expected.pk))

    kills = end_with_kills(
        lambda: rebinding.process(run.pk), lambda: None, seed=7, clean=statements
    )

    assert kills >= 3
    assert after_binding(base, run) == after_binding(clean, expected)
    assert Product.objects.filter(connection=base, archived=False).count() == SIZE
