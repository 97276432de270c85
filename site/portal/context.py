"""What every template sees: the frame of the page, the brand and the chosen theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from home.navigation import branding, frame_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """`branding`, `theme`, and `frame` for a signed-in person.

    The first two ask the database only when a template uses them, and so does each part of the
    third.
    """
    theme = request.COOKIES.get("vitrina_theme", "")
    return {
        "branding": SimpleLazyObject(branding),
        "theme": theme if theme in {"light", "dark"} else "",
        "frame": frame_for(request),
    }
