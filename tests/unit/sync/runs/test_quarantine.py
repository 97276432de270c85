"""Quarantine: what is found, tried again, put aside, and settled by what 1C tells."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from base.models import User
from sync import reading
from sync.intake import book
from sync.models import (
    Connection,
    Offer,
    Parked,
    Picture,
    Product,
    ReceivedFile,
    Rejection,
    Run,
)
from sync.runs import importing, quarantine, replaying
from sync.runs.quarantine import Wanted
from tests.factories.base import StaffFactory
from tests.factories.commerceml import (
    changes,
    goods,
    message,
    offer,
    package,
    price,
    price_type,
    product,
    store,
    take,
)
from tests.factories.sync import ConnectionFactory

pytestmark = pytest.mark.django_db
GUID = "5C1E0F2A-0000-4000-8000-00000000ABCD"


class Worker:
    """Takes what is put into the queue when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[int] = []

    def import_file(self, run_id: int) -> None:
        self.waiting.append(run_id)

    def work(self) -> list[Run]:
        for run_id in self.waiting:
            importing.import_run(run_id, owner="worker")
        runs = list(Run.objects.filter(pk__in=self.waiting).order_by("pk"))
        self.waiting = []
        return runs


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def by() -> User:
    return StaffFactory()


BAD = product("bad", "")
GOOD = product("good", "Ручка")


def resolutions() -> list[str]:
    return list(Rejection.objects.order_by("pk").values_list("resolution", flat=True))


def mend(run: Run, *products: str) -> None:
    """Stand for a portal that has learned to take what it refused."""
    assert run.file is not None
    (Path(settings.EXCHANGE_ROOT) / run.file.path).write_bytes(message(goods(*products)))


@pytest.mark.gotcha(50)
def test_a_bad_object_waits_with_its_reason_and_its_xml(base: Connection) -> None:
    run = take(base, goods(BAD, GOOD))
    assert run.state == Run.State.DONE
    refused = Rejection.objects.get()
    assert (refused.kind, refused.ref, refused.reason_key) == (
        "product",
        "bad",
        "a product without a name",
    )
    assert "<Ид>bad</Ид>" in refused.fragment
    assert [r.ref for r in quarantine.find(Wanted())] == ["bad"]


def test_the_newest_refusal_of_an_object_waits(base: Connection) -> None:
    take(base, goods(BAD, GOOD))
    take(base, goods(BAD, GOOD))
    assert resolutions() == ["replaced", ""]


def test_what_1c_tells_anew_is_settled(base: Connection) -> None:
    take(base, goods(BAD, GOOD))
    take(base, goods(product("bad", "Петля"), GOOD))
    assert resolutions() == ["replaced"]
    assert Rejection.objects.get().resolved_at is not None


def test_identifiers_are_compared_as_the_mirror_keeps_them(base: Connection) -> None:
    take(base, goods(product(GUID, ""), GOOD))
    take(base, goods(product(GUID.lower(), "Петля"), GOOD))
    assert resolutions() == ["replaced"]


def test_another_base_settles_nothing(base: Connection) -> None:
    take(base, goods(BAD, GOOD))
    take(ConnectionFactory(), goods(product("bad", "Петля")))
    assert resolutions() == [""]


def test_an_offer_is_not_the_product_of_the_same_identifier(base: Connection) -> None:
    take(base, goods(BAD, GOOD))
    take(base, package(offer("bad", "<Количество>1</Количество>")))
    assert resolutions() == [""]


def test_objects_without_an_identifier_do_not_pile_up(base: Connection) -> None:
    for _time in range(3):
        take(base, goods(product("", "Без кода"), GOOD))
    assert resolutions() == ["replaced", "replaced", ""]


def test_an_older_file_settles_nothing(base: Connection) -> None:
    old = store(base, message(goods(product("bad", "Петля"))))
    take(base, goods(BAD, GOOD))
    importing.import_run(old.pk, owner="late")
    assert resolutions() == [""]


def test_one_is_tried_again_with_success(base: Connection, by: User) -> None:
    run = take(base, goods(BAD, product("worse", ""), GOOD))
    mend(run, product("bad", "Петля"), product("worse", "Болт"), product("good", "Иная"))
    worker = Worker()
    tried = quarantine.try_again(
        rejections=Rejection.objects.filter(ref="bad"), by=by, at=timezone.now(), queue=worker
    )
    assert (tried.objects, tried.gone, tried.left) == (1, 0, 0)
    (again,) = worker.work()
    assert (again.state, again.trigger, again.by, again.read_count) == ("done", "person", by, 1)
    assert resolutions() == ["taken", ""]
    assert Rejection.objects.get(ref="bad").resolved_by == by
    # the rest of the file was left alone
    assert Product.objects.get(ref="good").name == "Ручка"
    assert not Product.objects.filter(ref="worse").exists()


def test_what_is_refused_again_waits_once(base: Connection, by: User) -> None:
    take(base, goods(BAD, GOOD))
    worker = Worker()
    quarantine.try_again(
        rejections=quarantine.find(Wanted()), by=by, at=timezone.now(), queue=worker
    )
    (again,) = worker.work()
    assert resolutions() == ["replaced", ""]
    # refused objects say nothing of the file: no alarm is due to a person's try
    assert again.state == Run.State.DONE


def test_all_of_a_reason_over_several_files(base: Connection, by: User) -> None:
    runs = [take(base, goods(product(f"bad{n}", ""), GOOD)) for n in range(3)]
    take(base, goods(product("", "Без кода"), GOOD))
    for n, run in enumerate(runs):
        mend(run, product(f"bad{n}", "Петля"))
    worker = Worker()
    wanted = Wanted(reason="a product without a name")
    tried = quarantine.try_again(
        rejections=quarantine.find(wanted), by=by, at=timezone.now(), queue=worker
    )
    assert len(tried.runs) == 3
    worker.work()
    assert resolutions() == ["taken", "taken", "taken", ""]


def test_what_is_being_tried_is_not_queued_again(base: Connection, by: User) -> None:
    take(base, goods(BAD, product("worse", ""), GOOD))
    worker = Worker()

    def press(**which: str) -> quarantine.Tried:
        return quarantine.try_again(
            rejections=Rejection.objects.filter(**which), by=by, at=timezone.now(), queue=worker
        )

    assert press(ref="bad").objects == 1
    rest = press()
    assert (rest.objects, rest.waiting) == (1, 1)
    third = press()
    assert (third.runs, third.objects, third.waiting) == ((), 0, 2)
    assert [run.only for run in worker.work()] == [[["product", "bad"]], [["product", "worse"]]]
    # tried in vain: it may be tried once more
    assert press().objects == 2


def test_a_file_that_is_taken_whole_is_not_tried_besides(base: Connection, by: User) -> None:
    run = take(base, goods(BAD, GOOD))
    replaying.replay(run_or_file=run, by=by, at=timezone.now(), queue=None)
    tried = quarantine.try_again(
        rejections=quarantine.find(Wanted()), by=by, at=timezone.now(), queue=Worker()
    )
    assert (tried.runs, tried.waiting) == ((), 1)


def test_a_file_that_is_gone_is_counted(base: Connection, by: User) -> None:
    take(base, goods(BAD, GOOD))
    ReceivedFile.objects.update(removed_at=timezone.now())
    tried = quarantine.try_again(
        rejections=quarantine.find(Wanted()), by=by, at=timezone.now(), queue=Worker()
    )
    assert (tried.runs, tried.gone) == ((), 1)
    assert resolutions() == [""]


def test_put_aside(base: Connection, by: User) -> None:
    take(base, goods(BAD, GOOD))
    assert quarantine.put_aside(rejections=quarantine.find(Wanted()), by=by, at=timezone.now()) == 1
    assert resolutions() == ["dismissed"]
    assert list(quarantine.find(Wanted())) == []
    assert len(quarantine.find(Wanted(state="settled"))) == 1
    # the same object refused anew waits anew
    take(base, goods(BAD, GOOD))
    assert len(quarantine.find(Wanted())) == 1


def test_find(base: Connection) -> None:
    take(base, goods(BAD, product("", "Дверная Ручка"), GOOD))

    def refs(wanted: Wanted) -> list[str]:
        return [row.ref for row in quarantine.find(wanted)]

    assert refs(Wanted(words="дверная")) == [""]
    assert refs(Wanted(words="BAD")) == ["bad"]
    assert refs(Wanted(words="нет такого")) == []
    assert refs(Wanted(reason="a product without a name")) == ["bad"]
    assert refs(Wanted(kind="offer")) == []
    assert refs(Wanted(base=base.pk + 1)) == []
    assert refs(Wanted(since=timezone.now() + timedelta(days=1))) == []
    groups = quarantine.reasons(quarantine.find(Wanted()))
    counts = [(reason.key, reason.count) for reason in groups]
    assert counts == [("a product without a name", 1), ("a product without Ид", 1)]


def test_what_was_found_is_looked_up_once(base: Connection) -> None:
    take(base, goods(*(product(f"p{n}", "") for n in range(5)), GOOD))
    found = quarantine.narrowed(quarantine.find(Wanted(words="p")), limit=2)
    assert [row.ref for row in found] == ["p4", "p3", "p2"]


def test_a_run_without_end_is_described_up_to_a_limit(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "KEPT_REJECTIONS", 3)
    run = take(base, goods(*(product(f"p{n}", "") for n in range(5)), GOOD))
    assert run.rejected_count == 5
    assert Rejection.objects.count() == 3


def test_parked_offers_are_found_and_forgotten(base: Connection, by: User) -> None:
    take(base, package(offer("p1", "<Количество>1</Количество>", name="Ручка Белая")))
    assert [one.ref for one in quarantine.waiting_offers(words="белая")] == ["p1"]
    at = timezone.now()
    assert quarantine.forget(parked=quarantine.waiting_offers(), by=by, at=at) == 1
    assert not Parked.objects.exists()


@pytest.mark.parametrize("picture_first", [True, False])
def test_a_picture_is_shown_whatever_came_first(base: Connection, picture_first: bool) -> None:
    told = goods(product("p1", "Ручка", "<Картинка>import_files/a.jpg</Картинка>"))
    if not picture_first:
        take(base, told)
    Picture.objects.create(
        connection=base, name="import_files/a.jpg", sha256="a", path="a.jpg", width=10, height=10
    )
    if picture_first:
        take(base, told)
    goods_row = Product.objects.get()
    (shown,) = reading.pictures_of([goods_row])[goods_row.pk]
    assert shown.path == "a.jpg"


@pytest.mark.gotcha(37)
def test_prices_and_stock_that_came_first_are_taken_with_their_product(base: Connection) -> None:
    price_and_stock = f"<Цены>{price('t', '9')}</Цены><Количество>4</Количество>"
    take(base, package(offer("p1", price_and_stock), types=price_type("t")))
    take(base, changes(offer("p1", "<Количество>7</Количество>", name="")))
    assert Parked.objects.count() == 2
    take(base, goods(product("p1")))
    row = Offer.objects.select_related("prices", "stock").get()
    assert list(row.prices.amounts.values()) == ["9.00"]
    assert list(row.stock.quantities.values()) == ["7"]
    assert not Parked.objects.exists()


def test_an_export_goes_over_all_rows(base: Connection) -> None:
    take(base, goods(*(product(f"p{n}", "") for n in range(5)), GOOD))
    assert len(list(quarantine.rows_of(quarantine.find(Wanted())))) == 5
