"""The whole demonstration, through the portal's own exchange, broken off and finished."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from wagtail.models import Page

from base.models import User
from catalog_pages.models import CategoryPage, ProductPage
from dealer_area.models import Order, OrderEvent
from dealer_area.roles import GroupName
from demo import content, load, placing
from demo.commerceml import write
from demo.company import STAFF, email_of
from demo.stories import NEWS, STORIES
from home.models import HomePage
from promotions.models import NewsPage
from sync.models import Alarm, Offer, OutboxOrder, Product, Rejection, Run
from sync.runs import inbound
from sync.watching import alarms

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _own_portal(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ALLOWED_HOSTS = ["portal.example"]
    transport = httpx.WSGITransport(app=get_wsgi_application())
    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **_options: client(transport=transport))
    # drawing is tested elsewhere, and sizes of pictures are the mirror's work
    monkeypatch.setattr(load, "write", partial(write, pictures=False))
    cache.clear()
    yield
    cache.clear()


def _counts() -> list[int]:
    models = (Product, Offer, Order, OrderEvent, OutboxOrder, Page, Run)
    return [model.objects.count() for model in models]


def test_the_demonstration_is_made_once_and_finished_when_broken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_args: Any) -> None:
        raise KeyboardInterrupt

    told: list[str] = []
    load.prepare()
    load.prepare()
    with monkeypatch.context() as patch:
        patch.setattr(content, "_write_news", broken)
        with pytest.raises(KeyboardInterrupt):
            load.fill("http://portal.example", report=told.append)
    _check_catalogue()

    answered = iter(range(1000))

    def answer(**told_of: Any) -> Run:
        run = inbound.ingest(**told_of)
        if next(answered) == 10:
            alarms.check(timezone.now())
        return run

    with monkeypatch.context() as patch:
        patch.setattr(placing, "inbound", SimpleNamespace(ingest=answer))
        load.fill("http://portal.example", report=told.append)
    _check_orders()
    _check_pages()
    assert next(answered) > 10
    assert not Alarm.objects.exists()

    before = _counts()
    load.fill("http://portal.example", report=told.append)
    assert _counts() == before
    assert sum("products as 1C does" in line for line in told) == 1


def _check_catalogue() -> None:
    assert Product.objects.count() >= 500
    assert not Rejection.objects.exists()
    assert not Run.objects.filter(state=Run.State.FAILED).exists()
    hinge = Product.objects.get(sku="YK110-ND")
    assert (hinge.brand, hinge.series) == ("Ярга", "Клик")
    assert hinge.pack_multiple == 12
    assert hinge.vat_rate == 22
    assert hinge.offers.count() == 2


def _check_orders() -> None:
    orders = Order.objects.all()
    assert 250 <= len(orders) <= 400
    statuses = {order.status for order in orders}
    assert statuses >= {"sent", "accepted", "confirmed", "making", "part", "shipped", "closed"}
    assert "cancelled" in statuses
    assert any(order.is_changed_by_onec for order in orders)
    assert OrderEvent.objects.filter(kind=OrderEvent.Kind.UNKNOWN_STATUS).exists()
    assert all(len(order.number) <= 11 for order in orders)
    waiting = OutboxOrder.objects.filter(state=OutboxOrder.State.WAITING)
    assert set(waiting.values_list("number", flat=True)) == {
        order.number for order in orders if order.status == "sent"
    }


def _check_pages() -> None:
    assert HomePage.objects.get().lead
    assert NewsPage.objects.live().count() == len(NEWS)
    assert ProductPage.objects.live().count() == len(STORIES)
    assert all(page.intro for page in CategoryPage.objects.filter(depth=4))
    hinge = ProductPage.objects.get(product__sku="YK110-ND")
    kinds = [block.block_type for block in hinge.body]
    assert kinds == ["text", "image", "image", "video_file", "document"]
    writer = User.objects.get(email=email_of(STAFF[1], None))
    assert [group.name for group in writer.groups.all()] == [GroupName.ADVERTISING]
    assert hinge.permissions_for_user(writer).can_edit()
    front = ProductPage.objects.get(product__sku="FN-396716")
    assert not front.permissions_for_user(writer).can_edit()
