"""Dealers, their people and their orders."""

from dealer_area.models.carts import Cart, CartLine
from dealer_area.models.dealers import Dealer, LegalEntity, Outlet
from dealer_area.models.memberships import Invitation, Membership, Role
from dealer_area.models.orders import (
    Order,
    OrderEvent,
    OrderLine,
    OrderNumber,
    OrderPart,
    StatusMap,
)

__all__ = [
    "Cart",
    "CartLine",
    "Dealer",
    "Invitation",
    "LegalEntity",
    "Membership",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderNumber",
    "OrderPart",
    "Outlet",
    "Role",
    "StatusMap",
]
