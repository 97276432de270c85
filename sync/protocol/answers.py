"""Answers of the exchange, byte for byte as 1C reads them.

Every answer has the status 200: 1C reads the text of an answer and hardly looks at its status.
The first line is the keyword, lines are parted by one line feed, nothing follows the last line.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse

COOKIE = "vitrina_exchange"
"""Name of the cookie that carries the key of a session: it is none of the browser's."""

LONGEST = 1000


def success(*lines: str) -> HttpResponse:
    """Done. Further lines are shown or logged by 1C."""
    return text("success", *lines)


def failure(reason: str) -> HttpResponse:
    """Not done, for this reason: one line, the only thing that 1C's user sees."""
    return text("failure", one_line(reason))


def progress(words: str) -> HttpResponse:
    """Not done yet: ask again."""
    return text("progress", one_line(words))


def signed_in(key: str, timestamp: int, *, tells_key: bool = True) -> HttpResponse:
    """The session: name and value of its cookie, the same key for the address, the time here.

    Without `tells_key` the cookie alone: some programs take every further line for a fault.
    """
    more = [f"sessid={key}", f"timestamp={timestamp}"] if tells_key else []
    return success(COOKIE, key, *more)


def nothing_new() -> HttpResponse:
    """To a client that listens: nothing to do (304, without a body)."""
    return HttpResponse(status=304, headers={"Cache-Control": "no-store"})


def terms(*, use_zip: bool, file_limit: int, more: Iterable[str] = ()) -> HttpResponse:
    """How to send files. УТ refuses the upload unless these are exactly two lines."""
    return text(f"zip={'yes' if use_zip else 'no'}", f"file_limit={file_limit}", *more)


def text(*lines: str) -> HttpResponse:
    """Plain text of these lines."""
    return _answer("\n".join(lines).encode(), "text/plain", "utf-8")


def xml(body: bytes, charset: str) -> HttpResponse:
    """XML whose declaration names the same encoding as the header."""
    return _answer(body, "text/xml", charset)


def one_line(words: str) -> str:
    """The words without line breaks and control characters, cut to what a log of 1C can show."""
    line = "".join(c if c.isprintable() else "?" for c in " ".join(words.split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _answer(body: bytes, kind: str, charset: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type=f"{kind}; charset={charset}",
        headers={"Content-Length": str(len(body)), "Cache-Control": "no-store"},
    )
