"""Private media: a signed address answers with the file, whoever asks, until it runs out."""

from __future__ import annotations

import mimetypes
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
)
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

from base import media as signing

SHOWN = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
"""What a browser may show inside itself, by the end of the name; the rest is offered to save."""
MAX_AGE = 86_400
"""Seconds. An address lives two days, so a browser may keep its answer for one."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture with a script inside (SVG) runs nothing when it is opened by itself."""


@require_safe
def media(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """The file `name` for a valid token; otherwise 404. Asks no table."""
    if not signing.is_valid(name, token) or not _is_there(name):
        # plain: a picture that is gone needs no page around it
        return HttpResponseNotFound("not found", content_type="text/plain")
    response = _body(request, name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in SHOWN:
        response["Content-Type"] = SHOWN[suffix]
    else:
        response["Content-Type"] = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(PurePosixPath(name).name)}"
        )
    if suffix != ".pdf":  # the browser's own viewer does not start in a sandbox
        response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = f"private, max-age={MAX_AGE}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _is_there(name: str) -> bool:
    try:
        return Path(default_storage.path(name)).is_file()
    except (SuspiciousFileOperation, ValueError):  # above the folder; a null byte
        return False


def _body(request: HttpRequest, name: str) -> HttpResponseBase:
    if settings.MEDIA_ACCEL_PREFIX:
        return HttpResponse(headers={"X-Accel-Redirect": settings.MEDIA_ACCEL_PREFIX + quote(name)})
    changed_at = default_storage.get_modified_time(name).timestamp()
    if was_modified_since(request.headers.get("If-Modified-Since"), changed_at):
        response: HttpResponseBase = FileResponse(default_storage.open(name))
    else:
        response = HttpResponse(status=304)
    response["Last-Modified"] = http_date(changed_at)
    return response
