"""What stands on a person's first screen, by his role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dealer_area.buyers import Buyer
from dealer_area.models import Order
from home.models import HomePage
from promotions.models import NewsPage

LAST_ORDERS = 6
WAITING_ORDERS = 5
LATEST_NEWS = 4


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The first screen. `waiting` are orders that 1C changed and nobody has closed since."""

    page: HomePage | None
    waiting: Sequence[Order]
    orders: Sequence[Order]
    news: Sequence[NewsPage]
    sees_amounts: bool
    can_order: bool
    is_member: bool


def dashboard_for(buyer: Buyer, page: HomePage | None = None) -> Dashboard:
    """The screen of a buyer; a draft of the home page may be given for its preview."""
    membership = buyer.membership
    waiting: list[Order] = []
    orders: list[Order] = []
    if membership is not None:
        own = Order.objects.for_membership(membership).listed()
        orders = list(own[:LAST_ORDERS])
        waiting = list(
            own.filter(is_changed_by_onec=True).exclude(
                status__in=[Order.Status.CLOSED, Order.Status.CANCELLED, Order.Status.SHIPPED]
            )[:WAITING_ORDERS]
        )
    return Dashboard(
        page=page or HomePage.objects.live().select_related("picture").first(),
        waiting=waiting,
        orders=orders,
        news=list(NewsPage.objects.newest()[:LATEST_NEWS]),
        sees_amounts=buyer.see_purchase,
        can_order=buyer.can_order,
        is_member=membership is not None,
    )
