"""Binding: one product where 1C has changed its identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone

from sync import leases, mirror, ports
from sync.goods import rebinding
from sync.models import (
    Alarm,
    ChangeBatch,
    Connection,
    Offer,
    OfferPrices,
    OfferStock,
    Product,
    Run,
    Twin,
)
from sync.runs import importing, replaying
from tests.factories.base import StaffFactory
from tests.factories.commerceml import (
    changes,
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
COUNT = 27


@pytest.fixture
def base() -> Connection:
    return ConnectionFactory(user="exchange")


def guid(n: int) -> str:
    return f"{n:08x}-0000-4000-8000-00000000abcd"


def catalogue(refs: list[str], amount: int = 100) -> str:
    """The same 27 goods under other identifiers."""
    return goods(
        *(product(ref, f"Ручка {n}", f"<Артикул>R-{n}</Артикул>") for n, ref in enumerate(refs))
    ) + package(
        *(
            offer(
                ref,
                f"<Артикул>R-{n}</Артикул><Цены>{price('t', str(amount + n))}</Цены>"
                f"<Количество>{n}</Количество>",
                name=f"Ручка {n}",
            )
            for n, ref in enumerate(refs)
        ),
        types=price_type("t"),
    )


CODES = [str(111 + n) for n in range(COUNT)]
GUIDS = [guid(n) for n in range(COUNT)]


def bind_sure(base: Connection) -> Run:
    queued: list[int] = []
    run = rebinding.enqueue(
        connection=base,
        twin_ids=None,
        by=StaffFactory(),
        at=timezone.now(),
        queue=queued.append,
    )
    assert queued == [run.pk]
    rebinding.process(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.gotcha(26)
def test_codes_that_became_guids_are_bound_and_nothing_is_doubled(base: Connection) -> None:
    take(base, catalogue(CODES))
    pks = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    offer_pks = list(Offer.objects.order_by("pk").values_list("pk", flat=True))
    take(base, catalogue(GUIDS, 200))
    assert Twin.objects.filter(state=Twin.State.WAITING, is_sure=True).count() == COUNT
    assert Alarm.objects.get(code="twins").closed_at is None

    run = bind_sure(base)
    assert (run.state, run.changed_count) == (Run.State.DONE, COUNT)
    assert Alarm.objects.get(code="twins").closed_at is not None
    current = Product.objects.filter(archived=False).order_by("pk")
    assert list(current.values_list("pk", flat=True)) == pks
    assert [row.ref for row in current] == GUIDS
    sold = Offer.objects.sold().order_by("pk")
    assert [row.pk for row in sold] == offer_pks
    assert [row.ref for row in sold] == GUIDS
    told = [next(iter(row.amounts.values())) for row in OfferPrices.objects.order_by("offer")]
    assert told == [f"{200 + n}.00" for n in range(COUNT)]
    assert OfferStock.objects.count() == COUNT

    before = state_of_mirror()
    again = take(base, catalogue(GUIDS, 200))
    assert (again.created_count, again.changed_count) == (0, 0)
    assert state_of_mirror() == before


@pytest.mark.gotcha(26)
def test_an_identifier_of_before_is_bound_by_itself(base: Connection) -> None:
    take(base, catalogue(CODES))
    pks = set(Product.objects.values_list("pk", flat=True))
    take(base, catalogue(GUIDS))
    bind_sure(base)
    take(base, catalogue(CODES, 300))
    current = Product.objects.filter(archived=False)
    assert set(current.values_list("pk", flat=True)) == pks
    assert sorted(row.ref for row in current) == sorted(CODES)
    assert not Twin.objects.filter(state=Twin.State.WAITING).exists()
    again = take(base, catalogue(CODES, 300))
    assert (again.created_count, again.changed_count) == (0, 0)


def test_old_prices_do_not_come_back_with_an_older_file(base: Connection) -> None:
    old = take(base, catalogue(CODES[:1], 100))
    take(base, catalogue(GUIDS[:1], 200))
    bind_sure(base)
    again = replaying.replay(run_or_file=old, by=None, at=timezone.now(), queue=None)
    importing.import_run(again.pk, owner="again")
    assert Product.objects.get(archived=False).ref == GUIDS[0]
    prices = OfferPrices.objects.get(offer__archived=False)
    assert list(prices.amounts.values()) == ["200.00"]


def test_followers_hear_of_both_rows(base: Connection) -> None:
    take(base, catalogue(CODES[:1]))
    take(base, catalogue(GUIDS[:1]))
    last = ChangeBatch.objects.order_by("pk").last()
    assert last is not None
    bind_sure(base)
    assert Product.objects.filter(changed_in__gt=last.pk).count() == 2
    assert Offer.objects.filter(changed_in__gt=last.pk).count() == 2
    assert OfferPrices.objects.filter(changed_in__gt=last.pk).count() == 1


def variants(ref: str, *tails: tuple[str, str]) -> str:
    """A product with characteristics: tail of the identifier and colour."""
    return goods(product(ref, "Ручка", "<Артикул>R-1</Артикул>")) + package(
        *(
            offer(
                f"{ref}#{tail}",
                "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование>"
                f"<Значение>{colour}</Значение></ХарактеристикаТовара></ХарактеристикиТовара>",
                name=f"Ручка {colour}",
            )
            for tail, colour in tails
        )
    )


def test_variants_are_matched_by_characteristic_and_new_ones_move_over(base: Connection) -> None:
    take(base, variants("old", ("1", "белый"), ("2", "чёрный")))
    white, black = Offer.objects.order_by("pk")
    take(base, variants("new", ("a", "Чёрный"), ("b", "белый"), ("c", "серый")))
    bind_sure(base)
    white.refresh_from_db()
    black.refresh_from_db()
    assert (white.ref, black.ref) == ("new#b", "new#a")
    grey = Offer.objects.get(ref="new#c")
    assert grey.product_id == white.product_id
    assert Offer.objects.sold().count() == 3


def test_an_offer_that_is_not_told_waits_under_the_new_identifier(base: Connection) -> None:
    take(base, variants("old", ("1", "белый"), ("2", "чёрный")))
    take(base, variants("new", ("1", "белый")))
    bind_sure(base)
    assert set(Offer.objects.sold().values_list("ref", flat=True)) == {"new#1", "new#2"}


def test_the_portals_own_fields_stay(base: Connection) -> None:
    base.field_ownership = {"name": "portal", "brand": "fill"}
    base.save()
    take(base, goods(product("old", "Ручка", "<Штрихкод>460</Штрихкод>")))
    Product.objects.update(name="Ручка портала", brand="Своя")
    more = "<Штрихкод>460</Штрихкод><ТорговаяМарка>Чужая</ТорговаяМарка>"
    take(base, goods(product("new", "Новое имя", more)))
    bind_sure(base)
    row = Product.objects.get(ref="new")
    assert (row.name, row.brand) == ("Ручка портала", "Своя")


def test_lines_of_carts_follow(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Mapping[int, int]] = []
    monkeypatch.setattr(ports, "_rebound", [heard.append])
    take(base, catalogue(CODES[:1]))
    old = Offer.objects.get()
    take(base, catalogue(GUIDS[:1]))
    new = Offer.objects.exclude(pk=old.pk).get()
    bind_sure(base)
    assert heard == [{new.pk: old.pk}]


def test_two_products_stay_two(base: Connection) -> None:
    take(base, catalogue(CODES[:1]))
    take(base, catalogue(GUIDS[:1]))
    twin = Twin.objects.get()
    by = StaffFactory()
    assert rebinding.keep_apart(twin_ids=[twin.pk], by=by, at=timezone.now()) == 1
    assert not Alarm.objects.filter(closed_at=None).exists()
    assert rebinding.bind(twin_ids=[twin.pk], run=None, by=by, at=timezone.now()) == 0
    assert Product.objects.filter(archived=False).count() == 2
    take(base, catalogue(GUIDS[:1], 500))
    assert Twin.objects.get().state == Twin.State.APART


def test_the_dump_has_each_product_once(base: Connection) -> None:
    take(base, catalogue(CODES[:2]))
    take(base, catalogue(GUIDS[:2]))
    bind_sure(base)
    living = [line for line in mirror.dump() if '"archived":false' in line]
    assert len(living) == 2


def test_a_killed_binding_goes_on(base: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    take(base, catalogue(CODES))
    take(base, catalogue(GUIDS))
    monkeypatch.setattr(rebinding, "PORTION", 10)
    real, calls = rebinding.bind, []

    def dies(**told: Any) -> int:
        calls.append(told)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**told)

    monkeypatch.setattr(rebinding, "bind", dies)
    run = rebinding.enqueue(
        connection=base, twin_ids=None, by=StaffFactory(), at=timezone.now(), queue=lambda _pk: None
    )
    with pytest.raises(KeyboardInterrupt):
        rebinding.process(run.pk)
    later = timezone.now() + rebinding.RESUMED_AFTER * 2
    assert rebinding.abandoned(later) == [run.pk]
    rebinding.process(run.pk)
    run.refresh_from_db()
    assert (run.state, run.changed_count) == (Run.State.DONE, COUNT)
    assert Product.objects.filter(archived=False).count() == COUNT


def test_a_delta_by_the_new_identifier_reaches_the_old_row(base: Connection) -> None:
    take(base, catalogue(CODES[:1]))
    pk = Offer.objects.get().pk
    take(base, catalogue(GUIDS[:1]))
    bind_sure(base)
    take(base, changes(offer(GUIDS[0], "<Количество>77</Количество>", name="")))
    stock = OfferStock.objects.get(offer_id=pk)
    assert list(stock.quantities.values()) == ["77"]


def test_a_pair_that_cannot_be_bound_is_named_and_the_rest_go_on(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(base, catalogue(CODES))
    take(base, catalogue(GUIDS))
    real = rebinding._take_over
    monkeypatch.setattr(rebinding, "PORTION", 10)

    def breaks(old: Any, *told: Any, **more: Any) -> None:
        if old.ref == CODES[4]:
            raise ValueError("too odd")
        real(old, *told, **more)

    monkeypatch.setattr(rebinding, "_take_over", breaks)
    run = bind_sure(base)
    assert (run.state, run.read_count, run.changed_count, run.rejected_count) == (
        Run.State.DONE,
        COUNT,
        COUNT - 1,
        1,
    )
    assert "too odd" in run.rejections.get().reason
    assert Twin.objects.get(state=Twin.State.WAITING).old.ref == CODES[4]
    assert rebinding.abandoned(timezone.now() + rebinding.RESUMED_AFTER * 2) == []


def test_a_run_of_which_no_pair_could_be_bound_has_failed(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(base, catalogue(CODES[:1]))
    take(base, catalogue(GUIDS[:1]))

    def breaks(*_told: Any, **_more: Any) -> None:
        raise ValueError("too odd")

    monkeypatch.setattr(rebinding, "_take_over", breaks)
    run = bind_sure(base)
    assert run.state == Run.State.FAILED
    assert run.error


def test_a_worker_whose_lease_is_lost_binds_nothing(
    base: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(base, catalogue(CODES[:2]))
    take(base, catalogue(GUIDS[:2]))
    monkeypatch.setattr(leases, "renew", lambda *_told, **_more: False)
    run = bind_sure(base)
    assert (run.state, run.changed_count) == (Run.State.RUNNING, 0)
    assert Twin.objects.filter(state=Twin.State.WAITING).count() == 2


def test_what_a_person_wrote_into_a_field_to_be_filled_stays(base: Connection) -> None:
    base.field_ownership = {"weight": "fill", "brand": "fill"}
    base.save()
    take(base, goods(product("old", "Ручка", "<Штрихкод>460</Штрихкод>")))
    Product.objects.update(weight=1)
    more = "<Штрихкод>460</Штрихкод><Вес>7</Вес><ТорговаяМарка>Новая</ТорговаяМарка>"
    take(base, goods(product("new", "Ручка", more)))
    bind_sure(base)
    assert Product.objects.get(ref="new").weight == 1
