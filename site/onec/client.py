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

from onec.faults import GIVEN_UP_AFTER, Faults, cut_off

ExchangeType = Literal["catalog", "sale", "crm", "reference"]
Report = Callable[[str], None]

FINISH_PAUSE = 0.1
"""Seconds between two questions at the end of a full export, at least."""

BITRIX_PATH = "/bitrix/admin/1c_exchange.php"


class ExchangeError(Exception):
    """The portal's answer is one that 1C would not accept; the text says what was wrong."""


class SignInError(ExchangeError):
    """The portal did not let 1C in: no use to try again."""


@dataclass(frozen=True)
class Manners:
    """What a configuration tolerates and how patient it is.

    `timeout` and `poll_pause` are seconds. `strict_init` refuses an init answer of other than two
    lines. `sends_session_id` repeats the fourth line of `checkauth` in every later address.
    `bare_root` also takes an order list without an XML declaration. `asks_again` asks once more
    in the same session for an import whose answer did not come in time. `version` is named in
    `init`, and with it `cml_version`; whoever `needs_version` finds no use in an answer that names
    none. `agent` is how the program names itself.
    """

    timeout: float
    poll_pause: float
    strict_init: bool
    sends_session_id: bool = False
    bare_root: bool = False
    asks_again: bool = False
    version: str = ""
    cml_version: str = ""
    needs_version: bool = False
    agent: str = "1C+Enterprise/8.3"


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

    `version` is the one that the portal chose in `init`, `timestamp` its clock at `checkauth`; each
    is "" when the portal did not tell it. Every method raises `ExchangeError` when the answer is
    not what 1C accepts and `httpx.HTTPError` when the line breaks.
    """

    http: httpx.Client
    url: str
    user: str
    password: str
    exchange_type: ExchangeType
    manners: Manners
    report: Report = lambda _line: None
    faults: Faults = field(default_factory=Faults)
    version: str = field(default="", init=False)
    timestamp: str = field(default="", init=False)
    _cookie: str = field(default="", init=False)
    _suffix: str = field(default="", init=False)

    def checkauth(self) -> None:
        """Sign in and copy the cookie from the second and third line by hand."""
        lines = _lines(self._get("checkauth"))
        if lines[0].strip().lower() != "success":
            raise SignInError(f"checkauth: sign-in refused: {_short(lines)}")
        if len(lines) < 3 or not lines[1].strip() or not lines[2].strip():
            raise SignInError(f"checkauth: no cookie name and value: {_short(lines)}")
        self._cookie = f"{lines[1].strip()}={lines[2].strip()}"
        if self.manners.sends_session_id and len(lines) > 3 and lines[3].strip():
            self._suffix = "&" + lines[3].strip()
        if len(lines) > 4:
            self.timestamp = lines[4].strip().removeprefix("timestamp=")

    def init(self) -> UploadTerms:
        """Open an upload. The answer must be `zip=` and `file_limit=`, one line each.

        Whoever names a version expects the session's key and a version besides.
        """
        manners = self.manners
        more = f"&version={manners.version}" if manners.version else ""
        if manners.cml_version:
            more += f"&cmlVersion={manners.cml_version}"
        lines = _lines(self._get("init", more=more))
        if self.manners.strict_init and len(lines) != 2:
            raise ExchangeError(f"init: {len(lines)} lines instead of two: {_short(lines)}")
        values = dict(line.strip().partition("=")[::2] for line in lines)
        if values.get("zip") not in {"yes", "no"}:
            raise ExchangeError(f"init: zip=yes or zip=no expected: {_short(lines)}")
        if manners.needs_version and not (values.get("sessid") and values.get("version")):
            raise ExchangeError(f"init: sessid= and version= expected: {_short(lines)}")
        self.version = values.get("version", "")
        limit = values.get("file_limit", "")
        return UploadTerms(values["zip"] == "yes", int(limit) if limit.isdigit() else -1)

    def send_file(self, name: str, body: bytes, limit: int) -> int:
        """Send one file, in pieces of `limit` bytes when it is positive; how many requests."""
        pieces = list(_pieces(body, limit))
        middle = len(pieces) // 2
        count = 0
        for number, piece in enumerate(pieces):
            if number == middle and self.faults.strikes("cut"):
                self._send("POST", "file", name, body=cut_off(piece), length=len(piece))
            self._send_piece(name, piece)
            count += 1
            if number == middle and self.faults.strikes("repeat"):
                self.report(f"  {name}: a piece is sent once more")
                self._send_piece(name, piece)
                count += 1
        return count

    def _send_piece(self, name: str, piece: bytes) -> None:
        lines = _lines(self._decode(self._send("POST", "file", name, body=piece)))
        if lines[0].strip().lower() != "success":
            raise ExchangeError(f"file {name}: {_short(lines)}")

    def import_file(self, name: str) -> int:
        """Ask until the file is loaded; how many times the portal answered `progress`."""
        waits = 0
        shown = ""
        while True:
            lines = self._asked_import(name)
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

    def _asked_import(self, name: str) -> list[str]:
        try:
            if self.faults.strikes("timeout"):
                self._give_up("import", name)
            return _lines(self._get("import", name))
        except httpx.ReadTimeout:
            if not self.manners.asks_again:
                raise
            self.report(f"  {name}: no answer in time, asked again")
            return _lines(self._get("import", name))

    def deactivate(self) -> None:
        """Tell that everything of a full export has been sent, and since when."""
        if not self.timestamp:
            raise ExchangeError("deactivate: checkauth gave no timestamp")
        self._finish("deactivate", f"&timestamp={self.timestamp}")

    def complete(self) -> None:
        """Tell that a full export is over."""
        self._finish("complete")

    def _finish(self, mode: str, more: str = "") -> None:
        lines = ["progress"]
        while lines[0].strip().lower() == "progress":
            lines = _lines(self._get(mode, more=more))
            if lines[0].strip().lower() == "progress":
                time.sleep(max(self.manners.poll_pause, FINISH_PAUSE))
        if lines[0].strip().lower() != "success":
            raise ExchangeError(f"{mode}: {_short(lines)}")
        if len(lines) > 1:
            self.report(f"  {mode}: {' '.join(lines[1:])}")

    def query(self) -> str:
        """Orders of the portal as XML text, decoded as 1C decodes it."""
        if self.faults.strikes("timeout"):
            self._give_up("query")
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

    def listens(self) -> bool:
        """Whether the portal has something to fetch: the module asks so and waits for the answer.

        304 is "nothing"; anything but that and `success` is a fault.
        """
        response = self._send("GET", "query", exchange_type="listen")
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return False
        lines = _lines(self._decode(response))
        if lines[0].strip().lower() != "success":
            raise ExchangeError(f"listen: {_short(lines)}")
        return True

    def _get(self, mode: str, name: str = "", *, more: str = "") -> str:
        return self._decode(self._send("GET", mode, name, more=more))

    def _give_up(self, mode: str, name: str = "") -> None:
        """Ask, and go away before the answer comes."""
        self.report(f"  {mode}: given up by time-out")
        self._send("GET", mode, name, patience=GIVEN_UP_AFTER)
        raise httpx.ReadTimeout(f"{mode}: no answer in time")

    def _send(
        self,
        method: str,
        mode: str,
        name: str = "",
        *,
        more: str = "",
        body: bytes | Iterator[bytes] | None = None,
        length: int | None = None,
        patience: float | None = None,
        exchange_type: str = "",
    ) -> httpx.Response:
        """One request. `length` is told where `body` does not know its own."""
        kind = exchange_type or self.exchange_type
        address = f"{self.url}?type={kind}&mode={mode}{self._suffix}{more}"
        if name:
            address += "&filename=" + quote(name, safe="/")
        headers = {"User-Agent": self.manners.agent}
        if self._cookie:
            headers["Cookie"] = self._cookie
        if length is not None:
            headers["Content-Length"] = str(length)
        self.http.cookies.clear()  # the platform ignores Set-Cookie
        response = self.http.request(
            method,
            address,
            content=body,
            headers=headers,
            auth=httpx.BasicAuth(self.user.encode(), self.password.encode()),
            timeout=httpx.Timeout(self.manners.timeout, read=patience or self.manners.timeout),
            follow_redirects=False,
        )
        if response.status_code not in {httpx.codes.OK, httpx.codes.NOT_MODIFIED}:
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
