"""Who gets which answer: a row for every address of ours, and an address without one fails.

The objects asked for belong to one dealer. So the column of another dealer's director is the
test of the rule that foreign objects are 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from base.addresses import slug
from base.media import signed_url
from base.models import PortalDocument, User
from dealer_area import carting, inviting, ordering
from dealer_area.models import Membership, Order, Role
from sync.models import Offer
from sync.onec.push import ENTITIES
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import make_category
from tests.factories.dealer_area import MembershipFactory, Trade, make_goods, make_trade

pytestmark = pytest.mark.django_db

WHO = ("stranger", "seller", "buyer", "director", "accountant", "other", "staff")
"""`other` is the director of another dealer with another base of 1C, `staff` is a person of the
supplier who may enter the admin and has no dealer."""

NOT_OURS = ("account_", "wagtailcore_", "wagtail_serve", "wagtaildocs_authenticate_with_password")


class Row(NamedTuple):
    """An address, how it is asked, and the status for each of :data:`WHO`."""

    name: str
    method: str
    statuses: str


TABLE = [
    Row("healthz", "get", "200 200 200 200 200 200 200"),
    Row("readyz", "get", "503 503 503 503 503 503 503"),  # no worker lives in this test
    Row("media", "get", "404 404 404 404 404 404 404"),  # signed, and there is no such file
    Row("brand-css", "get", "200 200 200 200 200 200 200"),
    Row("set_language", "post", "302 302 302 302 302 302 302"),
    Row("cms-login", "get", "302 403 403 403 403 403 302"),
    Row("styleguide", "get", "302 200 200 200 200 200 200"),
    Row("wagtaildocs_serve", "get", "302 200 200 200 200 200 200"),
    # 1C has a password of its own; its refusal is 200 with the word "failure" inside
    Row("sync:exchange", "get", "200 200 200 200 200 200 200"),
    Row("sync:exchange-bitrix", "get", "200 200 200 200 200 200 200"),
    Row("sync:exchange-check", "get", "200 200 200 200 200 200 200"),
    # programs have a key of their own; without one nobody is let in, signed in or not
    *(Row(f"push:{entity}", "post", "401 401 401 401 401 401 401") for entity in ENTITIES),
    Row("push:run", "get", "401 401 401 401 401 401 401"),
    Row("push:api-root", "get", "302 404 404 404 404 404 404"),
    Row("push-document", "get", "401 401 401 401 401 401 401"),
    Row("push-docs", "get", "302 403 403 403 403 403 403"),
    Row("home:dashboard", "get", "302 200 200 200 200 200 200"),
    Row("home:search", "get", "302 200 200 200 200 200 200"),
    Row("news:index", "get", "302 200 200 200 200 200 200"),
    Row("catalogue:root", "get", "302 200 200 200 200 200 200"),
    Row("catalogue:category", "get", "302 200 200 200 200 404 200"),
    Row("catalogue:product", "get", "302 200 200 200 200 404 200"),
    Row("catalogue:explain", "get", "302 200 200 200 200 404 200"),
    Row("dealer:cart", "get", "302 200 200 200 403 200 403"),
    Row("dealer:cart-add", "post", "302 302 302 302 403 404 403"),
    Row("dealer:cart-line", "post", "302 404 302 404 403 404 403"),
    Row("dealer:cart-clear", "post", "302 302 302 302 403 302 403"),
    Row("dealer:cart-undo", "post", "302 302 302 302 403 302 403"),
    Row("dealer:cart-choice", "post", "302 422 422 422 403 422 403"),
    # only the buyer's cart has a line; an empty one has nothing to check out
    Row("dealer:checkout", "get", "302 302 200 302 403 302 403"),
    # without a key the form leads back to itself
    Row("dealer:checkout", "post", "302 302 302 302 403 302 403"),
    Row("dealer:orders", "get", "302 200 200 200 200 200 403"),
    Row("dealer:orders-export", "get", "302 200 200 200 200 200 403"),
    Row("dealer:order", "get", "302 200 200 200 200 404 403"),
    Row("dealer:people", "get", "302 403 403 200 403 200 403"),
    Row("dealer:invite", "get", "302 403 403 200 403 200 403"),
    Row("dealer:invite", "post", "302 403 403 422 403 422 403"),
    Row("dealer:change-invitation", "post", "302 403 403 302 403 404 403"),
    Row("dealer:member", "get", "302 403 403 200 403 404 403"),
    Row("dealer:member", "post", "302 403 403 302 403 404 403"),
    Row("dealer:invitation", "get", "200 200 200 200 200 200 200"),
    Row("dealer:switch", "post", "302 302 302 302 302 302 404"),
]


@dataclass
class World:
    """One dealer with everything that can be asked for, and everybody who may ask."""

    trade: Trade
    people: dict[str, User]
    memberships: dict[str, Membership]
    form: dict[str, Any]
    words: dict[str, dict[str, Any] | tuple[Any, ...]]
    """What stands in an address, by its name."""

    def client(self, who: str) -> Client:
        """A browser of that person."""
        client = Client()
        if who in self.people:
            client.force_login(self.people[who])
        return client

    def fields(self, who: str) -> dict[str, Any]:
        """What a form would send."""
        sent = {**self.form, "language": "ru"}
        if who in self.memberships:
            sent["membership"] = self.memberships[who].pk
        return sent


@pytest.fixture
def world() -> World:
    trade = make_trade(Role.BUYER)
    at = timezone.now()
    members: dict[str, Membership] = {
        "buyer": trade.membership,
        **{
            role.value: MembershipFactory(dealer=trade.dealer, role=role, outlets=[trade.outlet])
            for role in (Role.SELLER, Role.ACCOUNTANT)
        },
        # none named: a director sees every outlet
        "director": MembershipFactory(dealer=trade.dealer, role=Role.DIRECTOR),
        "other": make_trade(Role.DIRECTOR).membership,
    }
    staff = StaffFactory()
    staff.user_permissions.add(Permission.objects.get(codename="access_admin"))
    category = make_category(trade.connection, "Петли")
    offers = make_goods(trade, 2, category=category)
    order = _placed(trade, offers[0])
    _put(trade, offers[1])
    invitation, token = inviting.invite(
        dealer=trade.dealer,
        email="new@example.ru",
        name="Новая Анна",
        role=Role.SELLER,
        outlets=[trade.outlet],
        by=members["director"].user,
        at=at,
    )
    line = carting.cart_of(trade.membership).lines.get()
    document = _document()
    product = offers[0].product
    form = {"offer": offers[0].pk, "quantity": "1", "action": "close"}
    words: dict[str, dict[str, Any] | tuple[Any, ...]] = {
        "media": {"token": signed_url("gone.png").split("/")[2], "name": "gone.png"},
        "brand-css": {"hue": 200},
        "wagtaildocs_serve": (document.pk, document.filename),
        "catalogue:category": {"slug": slug(category.name), "pk": category.pk},
        "catalogue:product": {"slug": slug(product.name), "pk": product.pk},
        "catalogue:explain": {"pk": offers[0].pk},
        "dealer:cart-line": {"pk": line.pk},
        "dealer:order": {"number": order.number},
        "dealer:change-invitation": {"pk": invitation.pk},
        "dealer:member": {"pk": members["seller"].pk},
        "dealer:invitation": {"token": token},
        "push:run": {"run_id": 1},
    }
    people = {who: membership.user for who, membership in members.items()}
    return World(trade, {**people, "staff": staff}, members, form, words)


def _put(trade: Trade, offer: Offer) -> None:
    carting.add(membership=trade.membership, offer=offer, quantity=Decimal(1), by=trade.user)


def _placed(trade: Trade, offer: Offer) -> Order:
    _put(trade, offer)
    cart = carting.cart_of(trade.membership)
    return ordering.place_order(
        cart=cart,
        placement_key=cart.placement_key,
        accepted={},
        by=trade.user,
        at=timezone.now(),
    )


def _document() -> PortalDocument:
    file = ContentFile(b"%PDF-1.7", name="list.pdf")
    made: PortalDocument = PortalDocument.objects.create(title="Лист", file=file)
    return made


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.name}-{row.method}")
def test_answers(row: Row, world: World) -> None:
    words = world.words.get(row.name, ())
    if isinstance(words, dict):
        address = reverse(row.name, kwargs=words)
    else:
        address = reverse(row.name, args=words)
    given = []
    for who in WHO:
        with transaction.atomic():
            client = world.client(who)
            ask: Callable[..., Any] = getattr(client, row.method)
            answer = ask(address, world.fields(who) if row.method == "post" else None)
            given.append(str(answer.status_code))
            for close in answer._resource_closers:  # `close()` would close the database too
                close()
            # the next one finds the world as it was
            transaction.set_rollback(True)
    told = dict(zip(WHO, row.statuses.split(), strict=True))
    assert dict(zip(WHO, given, strict=True)) == told


def test_every_address_has_a_row() -> None:
    names = {name for name in _names(get_resolver()) if not name.startswith(NOT_OURS)}
    assert names == {row.name for row in TABLE}


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Names of all addresses but those of the admin."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield space + entry.name
        elif not str(entry.pattern).startswith("cms/"):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _names(entry, inner)
