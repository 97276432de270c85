"""The one gate: without a sign-in only what is named here answers; the admin needs its right."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from sync.onec.push import ENTITIES

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
        "sync:exchange-check",
        "brand-css",
        "media",
        "set_language",
        "push-document",
        "push:run",
        *(f"push:{entity}" for entity in ENTITIES),
    }
)
"""URL names that answer without a sign-in. Media addresses are signed, the exchange asks for a
password of its own, the push of records for a key."""

ADMIN = "/cms/"
ADMIN_RIGHT = "wagtailadmin.access_admin"


class GateMiddleware:
    """Sends whoever is not signed in to the sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the open names through; everything else, known or not, needs a person.

        An address that does not exist asks for a sign-in too: it tells a stranger nothing.
        """
        if _is_open(request):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        if request.path_info.startswith(ADMIN) and not request.user.has_perm(ADMIN_RIGHT):
            raise PermissionDenied
        return self.get_response(request)


def cms_login(request: HttpRequest) -> HttpResponse:
    """Stands in for the admin's own password form, which would not know our sign-in rules."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = ADMIN
    if not request.user.is_authenticated:
        return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
    if not request.user.has_perm(ADMIN_RIGHT):
        raise PermissionDenied
    return redirect(target)


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in OPEN_NAMES
    except Resolver404:
        return False


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    sign_in = resolve_url(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        # a fragment cannot show the form: the whole page goes there, and comes back to itself
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = redirect_to_login(here.path or "/", sign_in)["Location"]
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if not request.accepts("text/html"):
        return JsonResponse({"error": "sign-in required"}, status=401)
    return redirect_to_login(request.get_full_path(), sign_in)
