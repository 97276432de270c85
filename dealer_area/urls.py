"""Addresses of the dealer area."""

from __future__ import annotations

from django.urls import path

from dealer_area.views import people

app_name = "dealer"

urlpatterns = [
    path("people/", people.index, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:pk>/", people.change_invitation, name="change-invitation"),
    path("people/<int:pk>/", people.member, name="member"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("switch/", people.switch, name="switch"),
]
