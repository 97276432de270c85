"""A dialogue written down: what 1C asked and what it was told, to be read and compared.

Requests and answers stand one after the other. A line of a request begins with `>`, the status and
the headers of an answer with `<`, its body with `|`: a last line feed shows as an empty `|` line.
What is another one each time (keys, moments, random names) is written as a word in angle brackets;
credentials are never written. Bodies of files are told by their size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx

_SENT = ("user-agent", "cookie", "authorization")
_TOLD = ("content-type", "content-length", "location", "set-cookie")
_GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CHANGING = (
    (re.compile(r"timestamp=\d+"), "timestamp=<moment>"),
    (re.compile(r'ДатаФормирования="[^"]*"'), 'ДатаФормирования="<moment>"'),
    (re.compile(rf"(filename=[^&\s]*?){_GUID}"), r"\1<guid>"),
    (re.compile(r"v8_[0-9A-F]{4}_[0-9a-f]{2}\.zip"), "v8_<name>.zip"),
)


class Recorder:
    """Writes every exchange of a client down. Put it among the response hooks of the client."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._keys: list[str] = []

    def __call__(self, response: httpx.Response) -> None:
        """Note a request and its answer."""
        response.read()
        text = response.content.decode(response.charset_encoding or "utf-8", "replace")
        if "mode=checkauth" in str(response.request.url) and text.startswith("success\n"):
            self._keys += text.split("\n")[2:3]
        lines = [*_asked(response.request), *_answered(response, text)]
        self._parts.append("\n".join(lines))

    @property
    def text(self) -> str:
        """The whole dialogue so far."""
        told = "\n\n".join(self._parts) + "\n"
        for key in self._keys:
            told = told.replace(key, "<key>")
        for pattern, word in _CHANGING:
            told = pattern.sub(word, told)
        return told

    def save(self, path: Path) -> None:
        """Write the dialogue into a file."""
        path.write_text(self.text, encoding="utf-8")


def _asked(request: httpx.Request) -> Iterator[str]:
    yield f"> {request.method} {unquote(request.url.raw_path.decode('ascii'))}"
    for name in _SENT:
        if name == "authorization" and name in request.headers:
            yield "> Authorization: Basic <user:password>"
        elif name in request.headers:
            yield f"> {name.title()}: {request.headers[name]}"
    if request.method == "POST":
        yield f"> ({request.headers.get('content-length', '?')} bytes)"


def _answered(response: httpx.Response, text: str) -> Iterator[str]:
    yield f"< {response.status_code}"
    for name in _TOLD:
        if name in response.headers:
            yield f"< {name.title()}: {response.headers[name]}"
    if text:
        yield from (
            f"| {line}".rstrip(" ") if not line else f"| {line}" for line in text.split("\n")
        )
