"""The frame of every page: who is signed in, where he may go, what he has in the cart.

Everything is found out when a template asks for it: a page that shows no frame pays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from base.figures import initials
from base.models import PortalSettings, User
from catalog_pages.catalogue import category_url, tree_of
from dealer_area.access import Capability, memberships_of
from dealer_area.buyers import Buyer, buyer_of
from dealer_area.carting import first_choice, summary
from dealer_area.models import LegalEntity, Membership
from dealer_area.pricing import Money
from home.models import StandardPage
from sync import reading
from sync.models import Contract
from sync.reading import CategoryNode, Freshness

MENU_CHILDREN = 7
"""Categories of the second level below one heading of the menu."""
STALE_TIMES = 4
"""Data are out of date when they are so many times older than "old"."""
SETTINGS_SECONDS = 20
"""How long the supplier's name and brand are kept: an editor sees his change within this time."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A category of the menu."""

    name: str
    url: str
    children: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A way of the header and of the person's menu."""

    name: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    name: str
    initials: str
    email: str
    role_label: str


@dataclass(frozen=True, slots=True)
class CartLink:
    """The cart in the header."""

    url: str
    lines: int
    total: Money | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A membership to work for."""

    id: int
    dealer_name: str
    role_label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Age:
    """How old the data are: `state` is fresh, old or stale."""

    stock_at: datetime | None
    prices_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Branding:
    """Whose portal it is, as every page shows it."""

    supplier_name: str
    logo_url: str
    css_url: str
    phone: str
    email: str
    stock_old_minutes: int
    prices_old_hours: int


class Frame:
    """The frame for a signed-in person; see the module."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self._request = request
        self._user = user
        self._cart: tuple[Buyer, CartLink] | None = None

    @property
    def _buyer(self) -> Buyer:
        # not kept here: a view that changes the cart has him found out anew
        return buyer_of(self._request)

    @property
    def _membership(self) -> Membership | None:
        return self._buyer.membership

    @cached_property
    def menu(self) -> list[MenuItem]:
        """Two levels of the catalogue."""
        return [_menu_item(node) for node in tree_of(self._request)]

    @cached_property
    def links(self) -> list[Link]:
        """Ways that are not in the header by themselves."""
        return [self._link(_("News"), reverse("news:index"), "bell")]

    @cached_property
    def pages(self) -> tuple[MenuItem, ...]:
        """Pages of text that editors put into the menu; kept as long as the brand."""
        found: tuple[MenuItem, ...] | None = cache.get("menu-pages")
        if found is None:
            found = tuple(
                MenuItem(page.title, page.url or "/")
                for page in StandardPage.objects.live().in_menu().order_by("path")
            )
            cache.set("menu-pages", found, SETTINGS_SECONDS)
        return found

    def _link(self, name: str, url: str, icon: str) -> Link:
        return Link(name, url, icon, self._request.path.startswith(url))

    @cached_property
    def person(self) -> Person:
        """Name, capitals, address and role."""
        membership = self._membership
        return Person(
            name=self._user.get_full_name(),
            initials=initials(self._user.get_full_name()),
            email=self._user.email,
            role_label=membership.get_role_display() if membership else "",
        )

    @property
    def dealer_name(self) -> str:
        """The dealer he works for now."""
        return self._membership.dealer.name if self._membership else ""

    @cached_property
    def _order_for(self) -> tuple[LegalEntity | None, Contract | None]:
        """What the cart orders for; before the first cart, what it will be made with."""
        cart = self._buyer.cart
        if cart is not None:
            return cart.legal_entity, cart.contract
        return first_choice(self._membership) if self._membership else (None, None)

    @property
    def legal_entity_label(self) -> str:
        """The legal entity he orders for, with its INN."""
        entity, _contract = self._order_for
        if entity is None:
            return ""
        return (
            _("%(name)s, INN %(inn)s") % {"name": entity.name, "inn": entity.inn}
            if entity.inn
            else entity.name
        )

    @property
    def contract_label(self) -> str:
        """Contract and price type; only the contract for whoever may not see purchase prices."""
        _entity, contract = self._order_for
        words = []
        if contract is not None:
            words.append(contract.name)
        if self._buyer.see_purchase and self._buyer.terms:
            words.append(f"«{self._buyer.terms.price_type_name}»")
        return ", ".join(word for word in words if word)

    @cached_property
    def freshness(self) -> Age | None:
        """When stock and prices came last; None when he sees no base at all."""
        bases = self._buyer.visibility.connection_ids
        if not bases:
            return None
        now = timezone.now()
        told = reading.freshness(bases, now)
        return Age(
            told.stock_at,
            told.prices_at,
            state_of(told, now, branding()),
        )

    @property
    def cart(self) -> CartLink | None:
        """The cart of whoever may order."""
        buyer = self._buyer
        if not buyer.can_order:
            return None
        if self._cart is None or self._cart[0] is not buyer:
            found = summary(buyer)
            self._cart = buyer, CartLink(reverse("dealer:cart"), found.lines, found.total)
        return self._cart[1]

    @cached_property
    def memberships(self) -> list[Choice]:
        """Everyone he may work for."""
        current = self._membership
        return [
            Choice(
                each.pk,
                each.dealer.name,
                each.get_role_display(),
                current is not None and each.pk == current.pk,
            )
            for each in memberships_of(self._request)
        ]

    @property
    def can_see_orders(self) -> bool:
        """Every member has orders: his own, or all of the dealer."""
        return self._membership is not None

    @property
    def can_manage_people(self) -> bool:
        """Whether the people of the company are his matter."""
        return Capability.MANAGE_PEOPLE in self._buyer.capabilities

    @property
    def is_staff(self) -> bool:
        """Whether he is the supplier's person."""
        return self._user.is_staff

    @cached_property
    def admin_url(self) -> str:
        """Wagtail's admin, for whoever may enter it."""
        return (
            reverse("wagtailadmin_home") if self._user.has_perm("wagtailadmin.access_admin") else ""
        )


def frame_for(request: HttpRequest) -> Frame | None:
    """The frame of the person of a request; None for nobody."""
    user: Any = getattr(request, "user", None)
    if user is None or isinstance(user, AnonymousUser) or not user.is_authenticated:
        return None
    found: Frame | None = getattr(request, "_frame", None)
    if found is None:
        found = Frame(request, user)
        request._frame = found  # type: ignore[attr-defined]
    return found


def branding() -> Branding:
    """Name, logo and colour of the supplier, kept for a few seconds."""
    found: Branding | None = cache.get("branding")
    if found is None:
        settings = PortalSettings.load()
        logo = settings.logo
        found = Branding(
            supplier_name=settings.supplier_name,
            logo_url=logo.get_rendition("max-400x96").url if logo else "",
            css_url=reverse("brand-css", args=[settings.brand_hue]),
            phone=settings.contact_phone,
            email=settings.contact_email,
            stock_old_minutes=settings.stock_old_minutes,
            prices_old_hours=settings.prices_old_hours,
        )
        cache.set("branding", found, SETTINGS_SECONDS)
    return found


def state_of(told: Freshness, now: datetime, limits: Branding) -> str:
    """ "fresh", "old" when stock or prices are late, "stale" when they are an alarm.

    The schedule of the exchange says which; where it says nothing (switched off, paused) the
    supplier's settings of what is old do. What 1C has never told is stale: nothing is known.
    """
    facets = (
        (told.stock_at, told.stock_state, timedelta(minutes=limits.stock_old_minutes)),
        (told.prices_at, told.prices_state, timedelta(hours=limits.prices_old_hours)),
    )
    states = {_facet_state(at, state, now, limit) for at, state, limit in facets}
    return next(state for state in ("stale", "old", "fresh") if state in states)


def _facet_state(at: datetime | None, state: str, now: datetime, limit: timedelta) -> str:
    if at is None or (now - at > limit * STALE_TIMES and not state):
        return "stale"
    return state or ("old" if now - at > limit else "fresh")


def _menu_item(node: CategoryNode) -> MenuItem:
    below = node.children[:MENU_CHILDREN]
    return MenuItem(
        node.name,
        category_url(node),
        tuple(MenuItem(each.name, category_url(each)) for each in below),
    )
