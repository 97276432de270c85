"""Reading the mirror in bulk: right answers in a fixed number of queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync import reading
from sync.models import Category, Picture, Property, PropertyValue, Run
from sync.visibility import Visibility
from sync.watching import schedule
from tests.factories.sync import (
    CategoryFactory,
    ConnectionFactory,
    OfferFactory,
    ProductFactory,
    RunFactory,
    WarehouseFactory,
    tell_prices,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def category(base: Any, name: str, parent: Category | None = None, **changed: Any) -> Category:
    return CategoryFactory(connection=base, name=name, parent=parent, **changed)


def test_offers_of_products_are_sold_ones_plain_first(django_assert_num_queries: Any) -> None:
    it = ProductFactory()
    variant = OfferFactory(
        product=it, connection=it.connection, ref="p#a", name="А", is_plain=False
    )
    plain = OfferFactory(product=it, connection=it.connection, name="Б")
    OfferFactory(product=it, connection=it.connection, ref="p#b", is_sold=False)
    OfferFactory(product=it, connection=it.connection, ref="p#c", archived=True)
    tell_prices(plain, {1: "5.00"})
    with django_assert_num_queries(1):
        found = reading.offers_of([it.pk])
        assert found[it.pk] == [plain, variant]
        assert found[it.pk][0].prices.amounts == {"1": "5.00"}
        assert not hasattr(found[it.pk][1], "prices")
        assert found[it.pk][1].product.name == it.name


def test_offers_by_ids_are_in_any_state(django_assert_num_queries: Any) -> None:
    gone = OfferFactory(archived=True)
    with django_assert_num_queries(1):
        assert reading.offers_by_ids([gone.pk, 0]) == {gone.pk: gone}
    with django_assert_num_queries(0):
        assert reading.offers_by_ids([]) == {}
        assert reading.offers_of([]) == {}


def test_offers_of_an_archived_product_are_not_sold() -> None:
    it = OfferFactory(product__archived=True)
    assert reading.offers_of([it.product_id]) == {}


def test_pictures_are_in_the_order_of_1c_and_only_ready_ones(
    django_assert_num_queries: Any,
) -> None:
    names = ["b.jpg", "a.jpg", "late.jpg", "raw.jpg"]
    it = ProductFactory(pictures=names)
    for name, width in (("a.jpg", 10), ("b.jpg", 20), ("raw.jpg", 0)):
        Picture.objects.create(
            connection=it.connection, name=name, path=f"onec/aa/{name}", width=width, height=5
        )
    Picture.objects.create(connection=ConnectionFactory(), name="late.jpg", path="x", width=1)
    with django_assert_num_queries(1):
        (views,) = reading.pictures_of([it]).values()
    assert [view.width for view in views] == [20, 10]
    assert "onec/aa/b.card.webp" in views[0].url
    assert "onec/aa/b.thumb.webp" in views[0].thumb_url
    assert "onec/aa/b.large.webp" in views[0].large_url


def test_files_are_what_is_no_picture(django_assert_num_queries: Any) -> None:
    it = ProductFactory(pictures=["docs/Чертёж.pdf", "a.jpg", "b.jpg", "unknown.pdf"])
    for name, path, width in (
        ("docs/Чертёж.pdf", "onec/aa/1.pdf", 0),
        ("a.jpg", "onec/aa/2.jpg", 0),
        ("b.jpg", "onec/aa/3.jpg", 600),
    ):
        Picture.objects.create(connection=it.connection, name=name, path=path, width=width)
    with django_assert_num_queries(1):
        pictures, files = reading.attached_to(it)
    assert [each.name for each in files] == ["Чертёж.pdf"]
    assert [each.path for each in pictures] == ["onec/aa/3.jpg"]


def test_characteristics_are_readable(django_assert_num_queries: Any) -> None:
    it = ProductFactory(
        properties=[
            ["colour", ["v1", "v2", "unknown"]],
            ["depth", ["19", "22"]],
            ["hidden", ["1"]],
            ["empty", []],
            ["nobody", ["1"]],
        ]
    )
    told = [("colour", "Цвет", "Справочник"), ("depth", "Толщина", "Число"), ("empty", "Пусто", "")]
    for ref, name, kind in told:
        Property.objects.create(
            connection=it.connection, ref=ref, name=name, value_type=kind, changed_at=AT
        )
    Property.objects.create(
        connection=it.connection, ref="hidden", name="Скрыто", archived=True, changed_at=AT
    )
    for ref, value in (("v1", "Белый"), ("v2", "Серый")):
        PropertyValue.objects.create(
            connection=it.connection, ref=ref, property_ref="colour", value=value, changed_at=AT
        )
    with django_assert_num_queries(2):
        found = reading.characteristics_of([it, ProductFactory.build(pk=0)])
    assert found == {it.pk: [("Цвет", "Белый, Серый"), ("Толщина", "19, 22")]}


def test_the_tree_is_sorted_and_hides_what_is_archived(django_assert_num_queries: Any) -> None:
    base = ConnectionFactory()
    top = category(base, "Ящики")
    category(base, "Яблоня", top)
    category(base, "Ёлка", top)
    category(base, "Жук", category(base, "Скрытая", top, archived=True))
    category(base, "Антресоли")
    category(ConnectionFactory(), "Чужая")
    with django_assert_num_queries(1):
        tree = reading.category_tree(Visibility(frozenset({base.pk})))
    assert [(node.name, node.depth) for root in tree for node in root.walk()] == [
        ("Антресоли", 0),
        ("Ящики", 0),
        ("Ёлка", 1),
        ("Яблоня", 1),
    ]
    inner = tree[1].children[0]
    assert [node.name for node in reading.ancestors(tree, inner.id)] == ["Ящики", "Ёлка"]
    assert reading.ancestors(tree, 0) == ()


def test_a_ring_of_parents_is_cut_and_nothing_is_lost() -> None:
    base = ConnectionFactory()
    first = category(base, "А")
    second = category(base, "Б", first)
    Category.objects.filter(pk=first.pk).update(parent=second)
    category(base, "В", second)
    (root,) = reading.category_tree(Visibility(frozenset({base.pk})))
    assert [node.name for node in root.walk()] == ["А", "Б", "В"]


def test_freshness_is_that_of_the_oldest_base(django_assert_num_queries: Any) -> None:
    first, second = ConnectionFactory(), ConnectionFactory()
    schedule.ensure_schedules(first)
    schedule.ensure_schedules(second)
    done = {"state": Run.State.DONE}
    RunFactory(connection=first, tells_stock=True, finished_at=AT - timedelta(hours=1), **done)
    RunFactory(connection=first, tells_stock=True, finished_at=AT - timedelta(hours=3), **done)
    RunFactory(connection=second, tells_stock=True, finished_at=AT - timedelta(hours=2), **done)
    RunFactory(connection=second, tells_prices=True, finished_at=AT, state=Run.State.FAILED)
    with django_assert_num_queries(1):
        found = reading.freshness([first.pk, second.pk], AT)
    assert found == reading.Freshness(AT - timedelta(hours=2), None, "stale")


@pytest.mark.parametrize(("minutes", "state"), [(5, "fresh"), (7, "old"), (17, "stale")])
def test_the_schedule_says_whether_stock_is_late(minutes: int, state: str) -> None:
    base = ConnectionFactory()
    schedule.ensure_schedules(base)
    moment = AT - timedelta(minutes=minutes)
    RunFactory(connection=base, tells_stock=True, finished_at=moment, state=Run.State.DONE)
    assert reading.freshness([base.pk], AT) == reading.Freshness(moment, None, state)
    base.schedules.update(is_on=False)
    assert reading.freshness([base.pk], AT).stock_state == ""


def test_health_names_kinds_that_are_late() -> None:
    base = ConnectionFactory()
    schedule.ensure_schedules(base)
    RunFactory(
        connection=base,
        kind="counterparty",
        finished_at=AT - timedelta(hours=5),
        state=Run.State.DONE,
    )
    found = reading.exchange_health(AT)
    assert found["late"] == {"amber": [], "red": ["counterparties"]}
    assert found["ok"] is False


def test_health_tells_the_age_and_outcome_of_the_last_run() -> None:
    assert reading.exchange_health(AT)["last_run"] is None
    RunFactory(state=Run.State.DONE, finished_at=AT - timedelta(minutes=5))
    assert reading.exchange_health(AT)["age_seconds"] == 300
    assert reading.exchange_health(AT)["ok"] is True
    RunFactory(state=Run.State.FAILED, finished_at=AT - timedelta(minutes=1))
    assert reading.exchange_health(AT)["ok"] is False


def test_health_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_named: Any) -> None:
        raise OSError("no database")

    monkeypatch.setattr(Run.objects, "filter", broken)
    assert reading.exchange_health(AT)["ok"] is False


def test_nothing_is_visible_without_a_base() -> None:
    ProductFactory()
    assert reading.category_tree(Visibility.nothing()) == ()


def test_stock_that_counts_leaves_out_closed_warehouses_and_debts() -> None:
    told = {"1": "5", "2": "7.5", "3": "-2"}

    assert reading.sellable(told, frozenset({"2"})) == {"1": Decimal(5), "3": Decimal(0)}
    assert reading.sellable(None, frozenset({"2"})) == {}


def test_closed_warehouses_are_those_that_dealers_do_not_buy_from() -> None:
    shut = WarehouseFactory(is_sold_from=False)
    rows = [shut, WarehouseFactory()]

    assert reading.closed_warehouses() == {str(shut.pk)} == reading.closed_keys(rows)
