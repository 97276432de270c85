"""Addresses of the first screen and of the search."""

from __future__ import annotations

from django.urls import path

from home import views

app_name = "home"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", views.search, name="search"),
]
