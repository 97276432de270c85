"""Addresses of the catalogue, mounted before Wagtail's pages. The id is behind the last dash."""

from __future__ import annotations

from django.urls import path

from catalog_pages.views import catalogue, product

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", catalogue.root, name="root"),
    path("catalogue/<slug:slug>-<int:pk>/", catalogue.category, name="category"),
    path("product/<slug:slug>-<int:pk>/", product.product, name="product"),
    path("price/<int:pk>/", product.explain, name="explain"),
]
