"""The supplier's colour as a style sheet: the policy forbids styles inside pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from base.models import PortalSettings

FULL_TURN = 360
"""Degrees."""


@require_safe
def brand_css(_request: HttpRequest, hue: int | None = None) -> HttpResponse:
    """The style sheet for a hue in degrees, 0 to 360; for the stored one when none is named.

    An address that names the hue never changes its content and asks nobody.
    """
    is_named = hue is not None
    degrees = _stored_hue() if hue is None else hue
    if degrees > FULL_TURN:
        raise Http404
    response = HttpResponse(f":root {{ --brand-hue: {degrees} }}\n", content_type="text/css")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if is_named else "no-cache"
    return response


def _stored_hue() -> int:
    stored: PortalSettings = PortalSettings.load()
    return stored.brand_hue
