"""The one gate: without a sign-in only what is named here answers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve

OPEN_NAMES = frozenset(
    {
        "healthz",
        "readyz",
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "cms-login",
        "dealer:invitation",
        "sync:exchange",
        "sync:exchange-bitrix",
        "brand-css",
        "media",
        "set_language",
    }
)
"""URL names that answer without a sign-in. Media addresses are signed."""


class GateMiddleware:
    """Sends whoever is not signed in to the sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the open names through, everything else needs a person."""
        if self._is_open(request) or request.user.is_authenticated:
            return self.get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(
                status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)}
            )
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))

    def _is_open(self, request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).view_name in OPEN_NAMES
        except Resolver404:
            return False
