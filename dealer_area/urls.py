"""Addresses of the dealer area."""

from __future__ import annotations

from django.urls import path

from dealer_area.views import cart, orders, people

app_name = "dealer"

urlpatterns = [
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart-add"),
    path("cart/lines/<int:pk>/", cart.line, name="cart-line"),
    path("cart/clear/", cart.clear, name="cart-clear"),
    path("cart/undo/", cart.undo, name="cart-undo"),
    path("cart/choice/", cart.choice, name="cart-choice"),
    path("checkout/", cart.checkout, name="checkout"),
    path("orders/", orders.index, name="orders"),
    path("orders/export/", orders.export, name="orders-export"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("people/", people.index, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:pk>/", people.change_invitation, name="change-invitation"),
    path("people/<int:pk>/", people.member, name="member"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("switch/", people.switch, name="switch"),
]
