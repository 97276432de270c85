"""Asking 1C's OData over HTTP: brief with a busy base, strict about what comes back.

Only the address that staff typed is asked; an answer that leads elsewhere is not followed. What
fails for a moment (no answer in time, 429, 5xx, an answer torn off) is asked again after short
pauses; a base that asks for a longer one is left to its schedule: the worker's time belongs to
all bases. Every other refusal is told in words at once.
"""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from base.secrets import Unsealable, unseal
from sync.models import Connection
from sync.onec.odata import load

ROOT = "/odata/standard.odata"
ATTEMPTS = 3
PAUSE = 0.7
"""Seconds before the second attempt; twice that before the third."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 40.0
ANSWER_SECONDS = 45.0
"""An answer that is not whole by then is given up, however steadily it drips."""
PATIENCE_SECONDS = 10.0
"""No further attempt is begun so long after the first."""
PULL_SECONDS = 240.0
"""All questions of one pull take no longer than this together."""
ANSWER_BYTES = 32 * 1024 * 1024
"""Bytes of one answer, unpacked."""

_BUSY = frozenset({429, 500, 502, 503, 504})
_NO_SUCH_METHOD = "6"
"""Code of 1C's error for a path that it does not know: a function of another table."""
_PATHS = ("метод", "сегмент", "method", "segment")


class PullFailed(Exception):
    """What was asked could not be had; the text tells a person why."""


class NotPublished(PullFailed):
    """1C does not publish the object, or it is not there in this configuration."""

    def __init__(self, entity: str) -> None:
        super().__init__(
            _(
                "1C does not publish %(object)s. An administrator of 1C switches it on: "
                "“Администрирование – Синхронизация данных – Настройка автоматического "
                "REST-сервиса”, tick %(object)s and save."
            )
            % {"object": object_name(entity)}
        )
        self.entity = entity


class Refused(PullFailed):
    """1C understood and refused: a field or a right that it does not have."""


class Unreachable(PullFailed):
    """Nobody answered at the address, or not as 1C does.

    `is_final`: other questions to the base would fare no better. `is_busy`: it has no time, and
    is to be left alone. `pause`: seconds that it asks for, 0 where it asks for none.
    """

    def __init__(
        self, words: str, *, is_final: bool = True, is_busy: bool = False, pause: float = 0.0
    ) -> None:
        super().__init__(words)
        self.is_final = is_final
        self.is_busy = is_busy
        self.pause = pause


class _Again(Exception):
    """An attempt failed in a way that another one may mend.

    `is_answer`: something was said. `is_busy`: and it was that the base has no time. `pause`:
    seconds that the other side asks for.
    """

    def __init__(
        self, words: str, *, is_answer: bool = False, is_busy: bool = False, pause: float = 0.0
    ) -> None:
        super().__init__(words)
        self.is_answer = is_answer
        self.is_busy = is_busy
        self.pause = pause


@dataclass(frozen=True)
class Answer:
    """The body as it came, and its rows."""

    body: bytes
    rows: list[dict[str, Any]]


def checked_address(typed: str) -> str:
    """The address of `standard.odata` out of what staff typed.

    Raises ValueError with words for what is no address of a base.
    """
    parts = urlsplit(typed.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(_("The address begins with https:// or http:// and names a computer."))
    if parts.username or parts.password:
        raise ValueError(_("The user and the password have fields of their own."))
    if parts.query or parts.fragment:
        raise ValueError(_("The address ends with the name of the base, without “?” and “#”."))
    try:
        parts.port  # noqa: B018  it is read to be checked
    except ValueError as error:
        raise ValueError(_("The port in the address is not a number.")) from error
    path = parts.path.rstrip("/")
    if not path.endswith(ROOT):
        path += ROOT
    return f"{parts.scheme}://{parts.netloc}{path}/"


_WORDS = {
    "Catalog": "Справочник",
    "Document": "Документ",
    "AccumulationRegister": "Регистр накопления",
    "InformationRegister": "Регистр сведений",
}


def object_name(entity: str) -> str:
    """How people at 1C call an entity: "Справочник «Контрагенты»"."""
    kind, _underscore, name = entity.partition("/")[0].partition("_")
    return f"{_WORDS.get(kind, kind)} «{name.removesuffix('_RecordType')}»"


@dataclass
class Asker:
    """A base of 1C that can be asked; use it in a `with` statement. Not thread-safe.

    `beat` is called before each attempt: whoever asks shows that he is alive, and may raise to end
    it. `sleep` waits between attempts. `seconds` are for all questions together.
    """

    root: str
    user: str
    password: str
    attempts: int = ATTEMPTS
    read_seconds: float = READ_SECONDS
    seconds: float = PULL_SECONDS
    beat: Callable[[], None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    transport: httpx.BaseTransport | None = None
    _http: httpx.Client = field(init=False)
    _until: float = field(init=False)
    _line: socket.socket | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds
        self._http = httpx.Client(
            auth=httpx.BasicAuth(self.user.encode(), self.password.encode()),
            timeout=httpx.Timeout(self.read_seconds, connect=CONNECT_SECONDS),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
            verify=_certificates(),
            transport=self.transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def ask(self, address: str, *, entity: str) -> Answer:
        """The rows at an address below `standard.odata/`.

        Raises NotPublished when the base does not know the entity, Refused when it does not like
        the question, and Unreachable when it did not answer at all, or not in JSON.
        """
        until = min(time.monotonic() + PATIENCE_SECONDS, self._until)
        answered, failure = False, _Again(_("The base answers too slowly: the pull was given up."))
        failure.is_busy = True
        for attempt in range(self.attempts):
            if time.monotonic() > (until if attempt else self._until):
                break
            if attempt:
                self.sleep(PAUSE * attempt * random.uniform(0.7, 1.3))  # noqa: S311  no secret
            self.beat()
            try:
                return self._attempt(address, entity)
            except _Again as again:
                failure = again
            answered |= failure.is_answer
            if failure.pause:
                break
        raise Unreachable(
            str(failure), is_final=not answered, is_busy=failure.is_busy, pause=failure.pause
        )

    def _attempt(self, address: str, entity: str) -> Answer:
        """One attempt; _Again where another one may go well."""
        try:
            status, headers, body = self._fetch(address)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Again(
                _(
                    "Nobody answers at the address of the base. See whether the web server of 1C "
                    "is on, and whether the portal’s server can reach it (VPN, firewall)."
                )
            ) from error
        except httpx.TimeoutException as error:
            raise _Again(_("1C did not answer in time.")) from error
        except httpx.HTTPError as error:
            told = str(error).rstrip(".") or type(error).__name__
            raise _Again(
                _("The connection to 1C broke off: %(error)s.") % {"error": told}
            ) from error
        if status in _BUSY:
            raise _Again(
                _busy_words(status, body),
                is_answer=True,
                is_busy=True,
                pause=_asked_pause(headers),
            )
        if status == httpx.codes.NOT_FOUND and not any(_error(body)) and not self._is_there():
            raise Unreachable(
                _(
                    "There is no OData at this address (404): the base is not published on the "
                    "web server, or its publication leaves out the standard OData interface."
                )
            )
        if status != httpx.codes.OK:
            raise _refusal(status, headers, body, entity)
        try:
            return Answer(body, _rows(body))
        except ValueError as error:
            raise _Again(_("The answer of 1C broke off or is not JSON."), is_answer=True) from error

    def _is_there(self) -> bool:
        """Whether the list of what is published can be had."""
        try:
            status, _headers, _body = self._fetch("?$format=json")
        except httpx.HTTPError:
            return False
        return status == httpx.codes.OK

    def _fetch(self, address: str) -> tuple[int, httpx.Headers, bytes]:
        until = min(time.monotonic() + ANSWER_SECONDS, self._until)
        # a read ends in time by itself, many short ones need not: then the line is cut
        watch = threading.Timer(max(until - time.monotonic(), 0), self._cut)
        watch.daemon = True
        watch.start()
        try:
            return self._read(address, until)
        except httpx.HTTPError as error:
            if time.monotonic() >= until:
                raise httpx.ReadTimeout("the answer takes too long") from error
            raise
        finally:
            watch.cancel()

    def _read(self, address: str, until: float) -> tuple[int, httpx.Headers, bytes]:
        pieces, size = [], 0
        with self._http.stream(
            "GET", self.root + address, extensions={"trace": self._note}
        ) as response:
            for piece in response.iter_bytes():
                size += len(piece)
                if size > ANSWER_BYTES:
                    raise PullFailed(_("An answer of 1C is over 32 MB: refused."))
                if time.monotonic() > until:
                    break
                pieces.append(piece)
            # a line that was cut looks like an end where the length is not told
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer takes too long")
            return response.status_code, response.headers, b"".join(pieces)

    def _note(self, event: str, told: Mapping[str, Any]) -> None:
        """Remember the line to the base when it is made."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._line = told["return_value"].get_extra_info("socket")

    def _cut(self) -> None:
        line = self._line
        if line is not None:
            with suppress(OSError):
                # not that of TLS, which would say farewell and wait for an answer
                socket.socket.shutdown(line, socket.SHUT_RDWR)


@cache
def _certificates() -> ssl.SSLContext:
    """The system's store of certificates: companies put their own authority there."""
    return ssl.create_default_context()


def asker(connection: Connection, **options: Any) -> Asker:
    """Whom to ask for a base. Raises PullFailed when its address or password is not usable."""
    if not connection.odata_url:
        raise PullFailed(_("The address of the base is not set."))
    try:
        root = checked_address(connection.odata_url)
        password = unseal(connection.odata_password) if connection.odata_password else ""
    except ValueError as error:
        raise PullFailed(str(error)) from error
    except Unsealable as error:
        raise PullFailed(
            _("The password of OData can no longer be read: type it in once more.")
        ) from error
    return Asker(root, connection.odata_user, password, **options)


def _rows(body: bytes) -> list[dict[str, Any]]:
    told = load(body.decode("utf-8-sig"))
    rows = told.get("value") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no rows")
    return rows


def _refusal(status: int, headers: httpx.Headers, body: bytes, entity: str) -> PullFailed:
    code, told = _error(body)
    if status == httpx.codes.UNAUTHORIZED:
        return Unreachable(
            _(
                "1C does not take the user name or the password of OData. Type them in once more "
                "on “OData”, and see whether this user of 1C may sign in with a password."
            )
        )
    if status == httpx.codes.FORBIDDEN:
        return Refused(
            _("The user of OData may not read %(object)s.") % {"object": object_name(entity)}
        )
    if status in {301, 302, 303, 307, 308}:
        return Unreachable(
            _("The address leads on to %(address)s: type that one in, if it is yours.")
            % {"address": headers.get("Location", "?")[:200]}
        )
    if status == httpx.codes.NOT_FOUND or _is_unknown(code, told.lower(), entity):
        return NotPublished(entity)
    return Refused(
        _("1C refused to tell %(object)s: %(error)s")
        % {"object": object_name(entity), "error": told or status}
    )


def _is_unknown(code: str, told: str, entity: str) -> bool:
    """Whether 1C says that it knows no such table, or that the table has no such function."""
    if code == _NO_SUCH_METHOD and any(word in told for word in _PATHS):
        return True
    lost = "не найден" in told or "not found" in told
    names = ("сущность", "entity", entity.partition("/")[0].lower())
    return lost and any(name in told for name in names)


def _error(body: bytes) -> tuple[str, str]:
    """Code and words of 1C's error; both empty when it is none."""
    try:
        told = load(body.decode("utf-8-sig"))["odata.error"]
        return str(told.get("code", "")), str(told["message"]["value"]).strip()[:500]
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", ""


def _busy_words(status: int, body: bytes) -> str:
    _code, told = _error(body)
    return _("1C answered with an error (%(status)s). %(error)s") % {
        "status": status,
        "error": told,
    }


def _asked_pause(headers: httpx.Headers) -> float:
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else 0.0
