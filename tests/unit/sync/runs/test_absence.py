"""Goods that a full load told nothing of: hidden, asked about, and come back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from sync import ports
from sync.files import loads
from sync.models import (
    Absence,
    Alarm,
    Connection,
    ExchangeSession,
    Offer,
    Product,
    ReceivedFile,
    Run,
    Version,
)
from sync.runs import absence
from tests.factories.base import StaffFactory
from tests.factories.commerceml import goods, message, offer, package, product, store, take
from tests.factories.sync import ConnectionFactory, ExchangeSessionFactory
from tests.unit.sync.files.test_loads import put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EXCHANGE_ROOT = tmp_path / "exchange"


@pytest.fixture
def base() -> Connection:
    """A base with ten goods, which may lose one without a question."""
    made = ConnectionFactory(absence_limit=10)
    take(made, everything(range(10)))
    return made


@pytest.fixture
def session(base: Connection) -> ExchangeSession:
    return ExchangeSessionFactory(connection=base, upload=1)


def everything(numbers: Any) -> str:
    told = list(numbers)
    return goods(*(product(f"p{n}", f"Петля {n}") for n in told)) + package(
        *(offer(f"p{n}", "<Количество>1</Количество>") for n in told)
    )


def told(session: ExchangeSession, settings: Any, numbers: Any) -> Run:
    """The session loads these goods, says that they were all, and the worker compares."""
    put(session, "import.xml", everything(numbers), settings)
    run = absence.take_load(
        session=session, since=session.started_at, at=timezone.now(), queue=lambda _pk: None
    )
    assert run is not None
    return worked(run)


def worked(run: Run) -> Run:
    absence.work(run.pk, owner="worker")
    run.refresh_from_db()
    return run


def shown() -> list[str]:
    return sorted(Product.objects.filter(archived=False).values_list("ref", flat=True))


@pytest.mark.gotcha(22, 23)
def test_what_a_full_load_left_out_is_hidden(
    base: Connection, session: ExchangeSession, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    followers: list[int] = []
    monkeypatch.setattr(ports, "tell_mirror_changed", lambda: followers.append(1))
    before = Product.objects.get(ref="p9")

    run = told(session, settings, range(9))

    assert (run.state, run.read_count, run.changed_count) == (Run.State.DONE, 9, 1)
    assert "p9" not in shown()
    after = Product.objects.get(ref="p9")
    assert after.changed_in > before.changed_in
    assert after.changed_in in set(run.batches.values_list("pk", flat=True))
    assert followers == [1]
    row = Absence.objects.get()
    assert (row.state, row.absent_count, row.known_count) == (Absence.State.HIDDEN, 1, 10)
    assert list(row.products.values_list("ref", flat=True)) == ["p9"]
    assert not Alarm.objects.exists()


def test_a_product_told_again_just_as_before_comes_back(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    told(session, settings, range(9))
    take(base, everything(range(10)))
    assert len(shown()) == 10


def test_the_same_load_again_changes_nothing(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    told(session, settings, range(9))
    before = list(Product.objects.order_by("pk").values_list("ref", "changed_in"))
    again = ExchangeSessionFactory(connection=base, upload=1)
    run = told(again, settings, range(9))
    assert (run.state, run.changed_count) == (Run.State.DONE, 0)
    assert list(Product.objects.order_by("pk").values_list("ref", "changed_in")) == before


def test_a_mark_of_deletion_stays_as_it_is(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    take(base, goods('<Товар Статус="Удален"><Ид>p9</Ид></Товар>'))
    before = Product.objects.get(ref="p9").changed_in
    run = told(session, settings, range(9))
    assert run.changed_count == 0
    assert Product.objects.get(ref="p9").changed_in == before


def test_above_the_share_a_person_decides(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    run = told(session, settings, range(8))
    assert (run.state, run.changed_count) == (Run.State.DONE, 0)
    assert len(shown()) == 10
    row = Absence.objects.get()
    assert (row.state, row.absent_count) == (Absence.State.WAITING, 2)
    assert sorted(row.products.values_list("ref", flat=True)) == ["p8", "p9"]
    alarm = Alarm.objects.get()
    assert (alarm.code, alarm.closed_at) == ("absence", None)
    assert "20" in alarm.text


def test_a_person_hides_but_for_what_was_told_since(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    told(session, settings, range(8))
    # told again just as it was: nothing in the mirror shows that
    later = store(base, message(goods(product("p8", "Петля 8"))))
    Run.objects.filter(pk=later.pk).update(state=Run.State.DONE)
    row, person = Absence.objects.get(), StaffFactory()
    queued: list[int] = []
    run = absence.hide(absence=row, by=person, at=timezone.now(), queue=queued.append)
    assert run is not None
    assert queued == [run.pk]
    assert worked(run).changed_count == 1
    assert shown() == [f"p{n}" for n in range(9)]
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (Absence.State.HIDDEN, person)
    assert Alarm.objects.get().closed_at is not None
    assert absence.hide(absence=row, by=person, at=timezone.now(), queue=queued.append) is None


def test_a_person_leaves_them(base: Connection, session: ExchangeSession, settings: Any) -> None:
    told(session, settings, range(8))
    row, person = Absence.objects.get(), StaffFactory()
    assert absence.leave(absence=row, by=person, at=timezone.now())
    assert not absence.leave(absence=row, by=person, at=timezone.now())
    row.refresh_from_db()
    assert (row.state, len(shown())) == (Absence.State.KEPT, 10)
    assert Alarm.objects.get().closed_at is not None


def test_a_later_load_answers_the_question(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    told(session, settings, range(8))
    told(ExchangeSessionFactory(connection=base, upload=1), settings, range(10))
    assert Absence.objects.get().state == Absence.State.KEPT
    assert Alarm.objects.get().closed_at is not None


@pytest.mark.gotcha(23)
@pytest.mark.parametrize("state", [Run.State.FAILED, None])
def test_a_load_that_failed_hides_nothing(
    base: Connection, session: ExchangeSession, settings: Any, state: Run.State | None
) -> None:
    put(session, "import0_2.xml", goods(product("p8")), settings, state)
    run = told(session, settings, range(8))
    assert run.state == Run.State.FAILED
    assert "import0_2.xml" in run.error
    assert (len(shown()), Absence.objects.count()) == (10, 0)


def test_a_load_waits_for_its_imports(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    file = put(session, "import0_2.xml", goods(product("p8")), settings, Run.State.RUNNING)
    run = told(session, settings, range(8))
    assert run.state == Run.State.QUEUED
    file.runs.update(state=Run.State.DONE)
    assert worked(run).state == Run.State.DONE
    assert "p9" not in shown()


def test_a_wait_ends_after_a_day(base: Connection, session: ExchangeSession, settings: Any) -> None:
    put(session, "import0_2.xml", goods(product("p8")), settings, Run.State.RUNNING)
    run = told(session, settings, range(8))
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - absence.PATIENCE * 2)
    assert worked(run).state == Run.State.FAILED


def test_asked_again_the_same_comparison_answers(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    first = told(session, settings, range(9))
    again = absence.take_load(
        session=session, since=session.started_at, at=timezone.now(), queue=lambda _pk: None
    )
    assert again == first


def test_a_comparison_that_failed_is_tried_anew_later(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_2.xml", goods(product("p8")), settings, None)
    first = told(session, settings, range(8))
    now = timezone.now()

    def ask(at: datetime) -> Run | None:
        return absence.take_load(
            session=session, since=session.started_at, at=at, queue=lambda _pk: None
        )

    assert ask(now) == first
    assert ask(now + absence.JOINED * 2) != first


def test_without_files_there_is_nothing_to_compare(session: ExchangeSession) -> None:
    now = timezone.now()
    assert absence.take_load(session=session, since=now, at=now, queue=lambda _pk: None) is None


def test_a_load_without_goods_hides_nothing(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "offers.xml", package(offer("p1")), settings)
    run = absence.take_load(
        session=session, since=session.started_at, at=timezone.now(), queue=lambda _pk: None
    )
    assert run is not None
    assert worked(run).state == Run.State.FAILED
    assert len(shown()) == 10


def test_a_base_with_another_catalogue_asks_a_person(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    today = timezone.now().date().isoformat()
    Version.objects.create(connection=base, kind=loads.CATALOGUE, ref="other", versions=[today])
    told(session, settings, range(9))
    assert Absence.objects.get().state == Absence.State.WAITING
    assert "other" in Alarm.objects.get().text


def test_goods_of_another_base_are_not_looked_at(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    take(ConnectionFactory(), goods(product("strange")))
    told(session, settings, range(10))
    assert "strange" in shown()


def test_a_person_says_that_uploads_were_everything(
    base: Connection, session: ExchangeSession, settings: Any
) -> None:
    put(session, "import0_1.xml", everything(range(5)), settings)
    second = ExchangeSessionFactory(connection=base, upload=1)
    put(second, "import0_2.xml", everything(range(5, 9)), settings)
    person = StaffFactory()
    run = absence.tell_whole(
        connection=base,
        uploads=[(session.pk, 1), (second.pk, 1)],
        by=person,
        at=timezone.now(),
        queue=lambda _pk: None,
    )
    assert (run.trigger, run.by) == (Run.Trigger.PERSON, person)
    assert worked(run).state == Run.State.DONE
    assert shown() == [f"p{n}" for n in range(9)]


def test_variants_that_a_load_left_out_are_hidden(base: Connection, settings: Any) -> None:
    take(base, package(offer("p1#a"), offer("p1#b")))
    session = ExchangeSessionFactory(connection=base, upload=1)
    put(session, "variants.xml", package(offer("p1#a")), settings)
    assert told(session, settings, range(10)).state == Run.State.DONE
    assert list(Offer.objects.filter(archived=True).values_list("ref", flat=True)) == ["p1#b"]


def test_variants_above_the_share_stay(base: Connection, settings: Any) -> None:
    take(base, package(*(offer(f"p1#{n}") for n in range(5))))
    session = ExchangeSessionFactory(connection=base, upload=1)
    put(session, "variants.xml", package(offer("p1#1")), settings)
    run = told(session, settings, range(10))
    assert not Offer.objects.filter(archived=True).exists()
    assert run.warning_count == 1


def test_work_cut_off_is_begun_anew(
    base: Connection, session: ExchangeSession, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, "import.xml", everything(range(9)), settings)
    run = absence.take_load(
        session=session, since=session.started_at, at=timezone.now(), queue=lambda _pk: None
    )
    assert run is not None
    with monkeypatch.context() as broken:
        broken.setattr(absence._Comparison, "_hide_offers", _fails)
        with pytest.raises(OperationalError):
            absence.work(run.pk, owner="worker")
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING
    assert absence.abandoned(timezone.now()) == [run.pk]
    assert worked(run).state == Run.State.DONE
    assert "p9" not in shown()
    assert Absence.objects.get().state == Absence.State.HIDDEN


def _fails(*_arguments: object) -> None:
    raise OperationalError("gone")


def test_lists_of_references_are_no_part_of_a_load(base: Connection, settings: Any) -> None:
    session = ExchangeSessionFactory(connection=base, upload=1, exchange_type="reference")
    put(session, "references.xml", "<Справочники/>", settings, None)
    assert not loads.has_files(base, session.started_at)
    assert ReceivedFile.objects.filter(session=session).exists()
