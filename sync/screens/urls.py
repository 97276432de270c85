"""Addresses of the screens of the exchange, below `/cms/exchange/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "exchange"

urlpatterns: list[URLPattern | URLResolver] = []
