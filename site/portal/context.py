"""What every template sees: the frame of the page, the brand and the chosen theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """`branding`, `theme`, and `frame` for a signed-in person."""
    theme = request.COOKIES.get("vitrina_theme", "")
    return {"theme": theme if theme in {"light", "dark"} else ""}
