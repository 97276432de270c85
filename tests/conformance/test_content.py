"""What real files hold against all expectation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from onec.client import ExchangeError, Session
from onec.dialects import OTHER, UT11, Dialect
from onec.exchange import send_catalogue
from onec.portions import collect
from sync.models import Category, Connection, Offer, OfferPrices, PriceType, Product, Run
from sync.runs import leftovers
from sync.tasks import QUEUE
from tests.conformance import exports
from tests.conformance.line import OpenPortal
from tests.conformance.state import expected_mirror, mirror
from tests.factories.commerceml import (
    classifier,
    goods,
    group,
    message,
    offer,
    package,
    price,
    price_type,
    product,
    take,
)


@pytest.fixture
def dialect() -> Dialect:
    """Any will do."""
    return UT11


def _full(*products: str) -> str:
    return goods(*products).replace("<Каталог>", '<Каталог СодержитТолькоИзменения="false">')


@pytest.mark.django_db
@pytest.mark.gotcha(22, 23)
def test_a_full_file_without_a_product_says_nothing_of_it(base: Connection) -> None:
    inside = "<Группы><Ид>{}</Ид></Группы>"
    both = classifier(group("g1", "Петли") + group("g2", "Ручки"))
    first = product("p1", inside=inside.format("g1"))
    take(base, both + _full(first, product("p2", inside=inside.format("g2"))))

    # a full export of one group, or the first portion of several
    run = take(base, classifier(group("g1", "Петли")) + _full(first))

    assert run.state == Run.State.DONE
    assert not Product.objects.filter(archived=True).exists()
    assert not Category.objects.filter(archived=True).exists()


@pytest.mark.django_db
@pytest.mark.gotcha(30)
def test_a_portion_without_a_classifier_and_a_classifier_alone_are_normal(
    base: Connection,
) -> None:
    alone = take(base, classifier(group("g1", "Петли")))
    later = take(base, goods(product("p1", inside="<Группы><Ид>g1</Ид></Группы>")))

    assert (alone.state, later.state) == (Run.State.DONE, Run.State.DONE)
    category = Product.objects.select_related("category").get().category
    assert category is not None
    assert category.name == "Петли"


@pytest.mark.django_db(transaction=True)
@pytest.mark.gotcha(31, 37)
def test_the_name_of_a_file_tells_nothing(open_portal: OpenPortal, tmp_path: Path) -> None:
    offers = package(offer("p1", "<Количество>3</Количество>"))
    # by these names the offers come first, and before their product
    (tmp_path / "import0_1.xml").write_bytes(message(offers))
    (tmp_path / "offers0_1.xml").write_bytes(message(goods(product("p1"))))

    send_catalogue(open_portal(), collect([tmp_path]))

    assert list(Offer.objects.get().stock.quantities.values()) == ["3"]


@pytest.mark.django_db
@pytest.mark.gotcha(39)
def test_an_identifier_may_be_long_and_no_guid(base: Connection) -> None:
    ref = "5d0c1b5e-0000-4000-8000-000000000081_CLUB_Россия, Москва"
    prices = f"<Цены>{price(ref, '10.00')}</Цены>"

    run = take(base, goods(product("p1")) + package(offer("p1", prices), types=price_type(ref)))

    assert (run.state, run.rejected_count, run.warning_count) == (Run.State.DONE, 0, 0)
    kind = PriceType.objects.get()
    assert kind.ref == ref
    assert OfferPrices.objects.get().amounts == {str(kind.pk): "10.00"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.gotcha(32)
def test_a_file_that_told_nothing_is_no_success(open_portal: OpenPortal, tmp_path: Path) -> None:
    (tmp_path / "import.xml").write_bytes(message("<Товары><Товар/></Товары>"))
    with pytest.raises(ExchangeError, match=r"import\.xml"):
        send_catalogue(open_portal(), collect([tmp_path]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.gotcha(7)
@pytest.mark.parametrize("use_zip", [False, True], ids=["files", "archive"])
def test_a_program_that_never_asks_for_the_import_is_helped(
    base: Connection, open_portal: OpenPortal, tmp_path: Path, use_zip: bool
) -> None:
    base.use_zip = use_zip
    base.save()
    portal = replace(open_portal(), dialect=OTHER)
    portions = collect([exports.write(tmp_path / "full", OTHER)])
    with pytest.MonkeyPatch.context() as silent:
        silent.setattr(Session, "import_file", lambda _self, _name: 0)
        send_catalogue(portal, portions)
    assert not Offer.objects.exists()

    later = timezone.now() + timedelta(minutes=base.auto_import_minutes + 1)
    leftovers.sweep(at=later, queue=QUEUE)
    assert mirror() == expected_mirror()
    assert set(Run.objects.values_list("trigger", "state", "warning_count")) == {
        (Run.Trigger.SCHEDULE, Run.State.DONE, 1)
    }
