"""Addresses of the exchange.

`sync.protocol.views.ExchangeMiddleware` answers them before all others.
"""

from __future__ import annotations

from django.urls import path

from sync.protocol import views

app_name = "sync"

urlpatterns = [
    path("1c/exchange", views.exchange, name="exchange"),
    path("1c/exchange/", views.exchange, name="exchange"),
    path("1c/exchange/check", views.check, name="exchange-check"),
    path("1c/exchange/check/", views.check, name="exchange-check"),
    path("bitrix/admin/1c_exchange.php", views.exchange, name="exchange-bitrix"),
]
