"""One exchange session as a 1C configuration holds it: requests out, answers checked strictly.

The platform does not keep cookies, does not follow redirects and hardly looks at the status line.
The client behaves the same way: what is right here is right for 1C.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

ExchangeType = Literal["catalog", "sale"]
Report = Callable[[str], None]

BITRIX_PATH = "/bitrix/admin/1c_exchange.php"


class ExchangeError(Exception):
    """The portal's answer is one that 1C would not accept; the text says what was wrong."""


@dataclass(frozen=True)
class Manners:
    """What a configuration tolerates and how patient it is.

    `timeout` and `poll_pause` are seconds. `strict_init` refuses an init answer of other than two
    lines. `sends_session_id` repeats the fourth line of `checkauth` in every later address.
    `bare_root` also takes an order list without an XML declaration.
    """

    timeout: float
    poll_pause: float
    strict_init: bool
    sends_session_id: bool
    bare_root: bool


@dataclass(frozen=True)
class UploadTerms:
    """Answer of `init`: whether to pack, and bytes per request (0 or less: do not split)."""

    use_zip: bool
    file_limit: int


def exchange_address(url: str) -> str:
    """The address to call: a bare host gets the path that 1C adds by itself."""
    parts = urlsplit(url)
    if parts.path in {"", "/"}:
        parts = parts._replace(path=BITRIX_PATH)
    return urlunsplit(parts)


@dataclass
class Session:
    """A session of one type, from `checkauth` on. Not thread-safe.

    Every method raises `ExchangeError` when the answer is not what 1C accepts and
    `httpx.HTTPError` when the line breaks.
    """

    http: httpx.Client
    url: str
    user: str
    password: str
    exchange_type: ExchangeType
    manners: Manners
    report: Report = lambda _line: None
    _cookie: str = field(default="", init=False)
    _suffix: str = field(default="", init=False)

    def checkauth(self) -> None:
        """Sign in and copy the cookie from the second and third line by hand."""
        lines = _lines(self._get("checkauth"))
        if lines[0].strip().lower() != "success":
            raise ExchangeError(f"checkauth: sign-in refused: {_short(lines)}")
        if len(lines) < 3 or not lines[1].strip() or not lines[2].strip():
            raise ExchangeError(f"checkauth: no cookie name and value: {_short(lines)}")
        self._cookie = f"{lines[1].strip()}={lines[2].strip()}"
        if self.manners.sends_session_id and len(lines) > 3 and lines[3].strip():
            self._suffix = "&" + lines[3].strip()

    def init(self) -> UploadTerms:
        """Open an upload. The answer must be `zip=` and `file_limit=`, one line each."""
        text = self._get("init")
        lines = _lines(text)
        if self.manners.strict_init and len(lines) != 2:
            raise ExchangeError(f"init: {len(lines)} lines instead of two: {_short(lines)}")
        values = dict(line.strip().partition("=")[::2] for line in lines)
        if values.get("zip") not in {"yes", "no"}:
            raise ExchangeError(f"init: zip=yes or zip=no expected: {_short(lines)}")
        limit = values.get("file_limit", "")
        return UploadTerms(values["zip"] == "yes", int(limit) if limit.isdigit() else -1)

    def send_file(self, name: str, body: bytes, limit: int) -> int:
        """Send one file, in pieces of `limit` bytes when it is positive; how many requests."""
        count = 0
        for piece in _pieces(body, limit):
            lines = _lines(self._request("POST", "file", name, piece))
            if lines[0].strip().lower() != "success":
                raise ExchangeError(f"file {name}: {_short(lines)}")
            count += 1
        return count

    def import_file(self, name: str) -> int:
        """Ask until the file is loaded; how many times the portal answered `progress`."""
        waits = 0
        shown = ""
        while True:
            lines = _lines(self._get("import", name))
            word = lines[0].strip().lower()
            if word == "success":
                return waits
            if word == "failure":
                raise ExchangeError(f"import {name}: {_short(lines[1:])}")
            if word != "progress":
                raise ExchangeError(f"import {name}: unknown answer: {_short(lines)}")
            waits += 1
            note = " ".join(lines[1:]).strip()
            if note != shown:
                shown = note
                self.report(f"  {name}: {note}")
            time.sleep(self.manners.poll_pause)

    def query(self) -> str:
        """Orders of the portal as XML text, decoded as 1C decodes it."""
        response = self._send("GET", "query")
        body = response.content
        if body[:2] == b"PK":
            raise ExchangeError("query: an archive; it is read as text and breaks")
        text = self._decode(response)
        starts = ("<?xml", "<КоммерческаяИнформация") if self.manners.bare_root else ("<?xml",)
        if not text.startswith(starts):
            raise ExchangeError(f"query: the answer must begin with <?xml: {text[:60]!r}")
        return text

    def success(self) -> None:
        """Confirm that the batch of this session is loaded. Any non-empty answer will do."""
        if not self._get("success").strip():
            raise ExchangeError("success: empty answer")

    def info(self) -> str:
        """Lists of statuses, payment and delivery methods of the portal, XML text."""
        return self._decode(self._send("GET", "info"))

    def _get(self, mode: str, name: str = "") -> str:
        return self._request("GET", mode, name)

    def _request(self, method: str, mode: str, name: str = "", body: bytes = b"") -> str:
        return self._decode(self._send(method, mode, name, body))

    def _send(self, method: str, mode: str, name: str = "", body: bytes = b"") -> httpx.Response:
        address = f"{self.url}?type={self.exchange_type}&mode={mode}{self._suffix}"
        if name:
            address += "&filename=" + quote(name, safe="/")
        headers = {"Cookie": self._cookie} if self._cookie else {}
        self.http.cookies.clear()  # the platform ignores Set-Cookie
        response = self.http.request(
            method,
            address,
            content=body if method == "POST" else None,
            headers=headers,
            auth=httpx.BasicAuth(self.user.encode(), self.password.encode()),
            timeout=self.manners.timeout,
            follow_redirects=False,
        )
        if response.status_code != httpx.codes.OK:
            self.report(f"  {mode}: HTTP status {response.status_code}")
        return response

    def _decode(self, response: httpx.Response) -> str:
        charset = response.charset_encoding or "utf-8"
        try:
            return response.content.decode(charset)
        except (LookupError, UnicodeDecodeError) as error:
            raise ExchangeError(f"the answer cannot be read as {charset}: {error}") from error


def _pieces(body: bytes, limit: int) -> Iterator[bytes]:
    if limit <= 0 or len(body) <= limit:
        yield body
        return
    for start in range(0, len(body), limit):
        yield body[start : start + limit]


def _lines(text: str) -> list[str]:
    """Lines as 1C counts them: line breaks plus one."""
    return text.replace("\r\n", "\n").split("\n")


def _short(lines: list[str]) -> str:
    return repr("\n".join(lines)[:300])
