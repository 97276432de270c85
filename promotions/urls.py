"""Addresses of the news. A piece of news is served by Wagtail below the list."""

from __future__ import annotations

from django.urls import path

from promotions import views

app_name = "news"
urlpatterns = [path("news/", views.news_index, name="index")]
