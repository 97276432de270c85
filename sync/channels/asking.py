"""Asking 1C's OData over HTTP: patient with a busy base, strict about what comes back.

Only the address that staff typed is asked; an answer that leads elsewhere is not followed. What
fails for a moment (no answer in time, 429, 5xx, an answer torn off) is asked again with growing
pauses. Every other refusal is told in words at once.
"""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
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
ATTEMPTS = 5
CONNECT_ATTEMPTS = 3
"""Where nobody takes the connection: the worker has other things to do."""
PAUSE = 1.0
"""Seconds before the second attempt; each further pause is twice the one before."""
LONGEST_PAUSE = 60.0
CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
ANSWER_SECONDS = 150.0
"""An answer that takes longer than this in all is given up, however steadily it drips."""
PATIENCE_SECONDS = 100.0
"""No further attempt is begun so long after the first."""
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

    It is final where other questions to the base would fare no better.
    """

    def __init__(self, words: str, *, is_final: bool = True) -> None:
        super().__init__(words)
        self.is_final = is_final


class _Again(Exception):
    """An attempt failed in a way that another one may mend.

    `is_deaf`: nobody took the connection. `is_answer`: something was said. `pause`: seconds that
    the other side asks for.
    """

    def __init__(
        self, words: str, *, is_deaf: bool = False, is_answer: bool = False, pause: float = 0.0
    ) -> None:
        super().__init__(words)
        self.is_deaf = is_deaf
        self.is_answer = is_answer
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
    it. `sleep` waits between attempts.
    """

    root: str
    user: str
    password: str
    attempts: int = ATTEMPTS
    read_seconds: float = READ_SECONDS
    beat: Callable[[], None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    transport: httpx.BaseTransport | None = None
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
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
        until = time.monotonic() + PATIENCE_SECONDS
        pause, deaf, answered = PAUSE, 0, False
        for attempt in range(self.attempts):
            if attempt:
                self.sleep(min(pause, LONGEST_PAUSE) * random.uniform(0.7, 1.3))  # noqa: S311  no secret
                pause *= 2
            self.beat()
            try:
                return self._attempt(address, entity)
            except _Again as again:
                failure = again
            pause = max(pause, failure.pause)
            deaf += failure.is_deaf
            answered |= failure.is_answer
            if deaf >= CONNECT_ATTEMPTS or time.monotonic() > until:
                break
        raise Unreachable(str(failure), is_final=not answered)

    def _attempt(self, address: str, entity: str) -> Answer:
        """One attempt; _Again where another one may go well."""
        try:
            status, headers, body = self._fetch(address)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Again(_("Nobody answers at the address of the base."), is_deaf=True) from error
        except httpx.TimeoutException as error:
            raise _Again(_("1C did not answer in time.")) from error
        except httpx.HTTPError as error:
            told = str(error).rstrip(".") or type(error).__name__
            raise _Again(
                _("The connection to 1C broke off: %(error)s.") % {"error": told}
            ) from error
        if status in _BUSY:
            raise _Again(_busy_words(status, body), is_answer=True, pause=_asked_pause(headers))
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
        until = time.monotonic() + ANSWER_SECONDS
        pieces, size = [], 0
        with self._http.stream("GET", self.root + address) as response:
            for piece in response.iter_bytes(64 * 1024):
                size += len(piece)
                if size > ANSWER_BYTES:
                    raise PullFailed(_("An answer of 1C is over 32 MB: refused."))
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the answer takes too long")
                pieces.append(piece)
            return response.status_code, response.headers, b"".join(pieces)


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
        return Unreachable(_("1C does not take the user name or the password of OData."))
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
