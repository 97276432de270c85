"""Addresses of the catalogue, mounted before Wagtail's pages."""

from __future__ import annotations

from django.urls import path, re_path

from catalog_pages.views import catalogue, product

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", catalogue.root, name="root"),
    # the words are as long as they can be: an id is what stands behind the last dash
    re_path(r"^catalogue/(?P<slug>[\w-]+)-(?P<pk>\d{1,18})/$", catalogue.category, name="category"),
    re_path(r"^product/(?P<slug>[\w-]+)-(?P<pk>\d{1,18})/$", product.product, name="product"),
    path("price/<int:pk>/", product.explain, name="explain"),
]
