"""The line between 1C and the portal: one that can break in the middle of a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
from django.core.wsgi import get_wsgi_application

from onec.exchange import Portal

OpenPortal = Callable[..., Portal]


class Line(httpx.BaseTransport):
    """The application as a server has it: what arrived before the line broke arrives."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the request to the application; when the line broke, nobody hears the answer."""
        received = b""
        broken: httpx.TransportError | None = None
        try:
            for piece in request.stream:  # type: ignore[union-attr]
                received += piece
        except httpx.TransportError as error:
            broken = error
        answer = self._answer(request, received)
        if broken is not None:
            raise broken
        return answer

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        started: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_more: object) -> Any:
            started.update(status=int(status.partition(" ")[0]), headers=headers)

        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.url.path,
            "QUERY_STRING": request.url.query.decode("ascii"),
            "SERVER_NAME": request.url.host,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
        parts = self.application(environ, start)
        try:
            content = b"".join(parts)
        finally:
            parts.close()
        return httpx.Response(started["status"], headers=started["headers"], content=content)
