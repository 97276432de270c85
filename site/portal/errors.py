"""What people see when something goes wrong."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger("portal.errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, without the right."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such thing, or somebody else's."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with a code that the person can tell the support and the log has too."""
    code = secrets.token_hex(4)
    log.error("Error %s: %s %s", code, request.method, request.path)
    # nothing of the frame: whatever failed may fail in it again
    return HttpResponse(render_to_string("500.html", {"code": code}), status=500)
