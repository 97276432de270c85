"""A file once more: the same receipt, and words where there is nothing to take."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from sync.models import Connection, OfferPrices, Product, ReceivedFile, Run
from sync.runs import importing, replaying, running
from tests.factories.base import StaffFactory
from tests.factories.commerceml import (
    goods,
    offer,
    package,
    price,
    price_type,
    product,
    state_of_mirror,
    take,
)
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


def again(run: Run, *only: tuple[str, str], rehearsal: bool = False) -> Run:
    made = replaying.replay(
        run_or_file=run,
        by=StaffFactory(),
        at=timezone.now(),
        queue=None,
        only=only,
        rehearsal=rehearsal,
    )
    importing.import_run(made.pk, owner="worker")
    made.refresh_from_db()
    return made


def catalogue(amount: str) -> str:
    return goods(product("p1", f"Ручка {amount}")) + package(
        offer("p1", f"<Цены>{price('t', amount)}</Цены>"), types=price_type("t")
    )


def test_an_older_file_overwrites_nothing_later(base: Connection) -> None:
    old = take(base, catalogue("100"))
    take(base, catalogue("200"))
    before = state_of_mirror()
    made = again(old)
    assert (made.state, made.created_count, made.changed_count) == (Run.State.DONE, 0, 0)
    assert state_of_mirror() == before
    assert list(OfferPrices.objects.get().amounts.values()) == ["200.00"]


def test_a_file_is_taken_anew_where_rows_are_missing(base: Connection) -> None:
    run = take(base, goods(product("p1"), product("p2")))
    Product.objects.all().delete()
    made = again(run, ("product", "p2"))
    assert [row.ref for row in Product.objects.all()] == ["p2"]
    assert (made.trigger, made.read_count, made.file) == (Run.Trigger.PERSON, 1, run.file)


def test_equal_objects_are_named_once(base: Connection) -> None:
    run = take(base, goods(product("p1")))
    assert again(run, ("product", "p1"), ("product", "p1")).only == [["product", "p1"]]


def test_1c_joins_neither_a_dry_run_nor_a_try(base: Connection) -> None:
    run = take(base, goods(product("p1")))
    ReceivedFile.objects.update(sha256="content")
    again(run, rehearsal=True)
    again(run, ("product", "p1"))
    assert run.file is not None
    file = ReceivedFile.objects.get()
    assert running._run_there_is(file) == run


def test_the_same_is_not_queued_twice(base: Connection) -> None:
    run = take(base, goods(product("p1"), product("p2")))

    def press(*only: tuple[str, str], rehearsal: bool = False) -> Run:
        return replaying.replay(
            run_or_file=run,
            by=StaffFactory(),
            at=timezone.now(),
            queue=None,
            only=only,
            rehearsal=rehearsal,
        )

    first = press()
    for _n in range(7):
        with pytest.raises(replaying.Waiting) as waiting:
            press()
        assert waiting.value.run == first
    assert run.title in str(waiting.value)
    # other limits, or without effect, are another matter
    press(("product", "p1"))
    press(rehearsal=True)
    Run.objects.filter(pk=first.pk).update(state=Run.State.DONE)
    press()
    assert Run.objects.count() == 5


@pytest.mark.parametrize("how", ["removed", "unlinked", "picture", "archive", "none", "never came"])
def test_what_is_gone_is_refused_in_words(base: Connection, how: str) -> None:
    run = take(base, goods(product("p1")))
    assert run.file is not None
    match how:
        case "removed":
            ReceivedFile.objects.update(removed_at=timezone.now())
        case "unlinked":
            (Path(settings.EXCHANGE_ROOT) / run.file.path).unlink()
        case "picture" | "archive":
            ReceivedFile.objects.update(kind=how)
        case "none":
            Run.objects.update(file=None)
        case "never came":
            ReceivedFile.objects.update(kind=ReceivedFile.Kind.PULL, path="")
    run = Run.objects.get()
    assert not replaying.can_replay(run.file)
    with pytest.raises(replaying.Gone) as gone:
        again(run)
    assert str(gone.value)
    assert Run.objects.count() == 1
