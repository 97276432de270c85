"""A stand-in for the OData of a published base of 1C, over a base that makes itself up.

It answers as the platform does: JSON with a mark of UTF-8 and line breaks, `odata.error` for what
it does not know, virtual tables as functions only, basic authorisation. A small door beside it,
`control/`, lets a test change the data as people at 1C would.
"""

from __future__ import annotations

import base64
import gzip
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from onec.odata_base import Base
from onec.odata_questions import Asked, WrongQuestionError, condition, ordered, read_path, selected

ROOT = "/odata/standard.odata/"
CONTROL = "/control/"
ODATA_FAULTS = ("slow", "500", "torn", "down", "busy", "drip", "missing:<entity>")


@dataclass
class OdataFaults:
    """What goes wrong. `500` and `torn` spoil the first answer to each address, and the next one
    is good; `slow` keeps each first one waiting for `seconds`; `down` serves `answers` of them and
    then nothing any more; `busy` asks for a minute's pause each time (503); `drip` sends an answer
    byte by byte for `seconds`; `missing:<entity>` is an object that nobody has published."""

    name: str = ""
    seconds: float = 3.0
    answers: int = 2
    served: int = 0
    _met: set[str] = field(default_factory=set)

    def is_first(self, address: str) -> bool:
        """Whether the address is asked for the first time."""
        first = address not in self._met
        self._met.add(address)
        return first

    @property
    def missing(self) -> str:
        """The entity that is not published."""
        kind, _colon, entity = self.name.partition(":")
        return entity if kind == "missing" else ""


class OdataServer:
    """A base behind an address; `with` starts and ends it. Port 0 takes a free one."""

    def __init__(
        self,
        base: Base,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        user: str = "odata",
        password: str = "odata",  # noqa: S107  of a stand-in with made-up data
        faults: OdataFaults | None = None,
    ) -> None:
        self.base = base
        self.faults = faults or OdataFaults()
        self.asked: list[str] = []
        self.user, self.password = user, password
        self._http = _Http((host, port), _Handler, self)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the base, without the path of OData."""
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}/base"

    def serve_forever(self) -> None:
        """Serve until interrupted."""
        self._http.serve_forever()

    def close(self) -> None:
        """Give the port back."""
        self._http.server_close()

    def lets_in(self, header: str) -> bool:
        """Whether the Authorization header holds the right name and password."""
        told = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return header == f"Basic {told}"


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: Any, owner: OdataServer) -> None:
        super().__init__(address, handler)
        self.owner = owner


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, *_args: Any) -> None:
        """Say nothing: the one who started the server counts what is asked."""

    def do_GET(self) -> None:
        """Answer a question."""
        owner = self.server.owner
        if not owner.lets_in(self.headers.get("Authorization", "")):
            self._send(401, b"", "text/plain")
            return
        owner.asked.append(unquote(self.path))
        try:
            if self._strikes(owner.faults):
                return
            parts = urlsplit(self.path)
            _start, root, path = unquote(parts.path).partition(ROOT)
            if not root:
                self._send(404, b"<html>404</html>", "text/html")
                return
            options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            told = _answer(owner, path, options)
        except WrongQuestionError as wrong:
            error = {"code": wrong.code, "message": {"lang": "ru", "value": wrong.words}}
            self._tell({"odata.error": error}, wrong.status)
            return
        self._tell(told)

    def do_POST(self) -> None:
        """Change the data: `control/insert`, `control/change`, `control/remove`."""
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not owner.lets_in(self.headers.get("Authorization", "")):
            self._send(401, b"", "text/plain")
            return
        verb = unquote(self.path).partition(CONTROL)[2]
        try:
            told = json.loads(body, parse_float=Decimal)
            match verb:
                case "insert":
                    owner.base.insert(told["entity"], told["fields"])
                case "change":
                    owner.base.change(told["entity"], told["ref"], told["fields"])
                case "remove":
                    owner.base.remove(told["entity"], told["fields"])
                case _:
                    raise KeyError(verb)
        except (KeyError, TypeError, ValueError) as error:
            self._tell({"error": repr(error)}, 400)
            return
        self._tell({"done": verb})

    def _strikes(self, faults: OdataFaults) -> bool:
        """Let the fault happen; whether the question has got its answer by that."""
        faults.served += 1
        match faults.name:
            case "slow" if faults.is_first(self.path):
                time.sleep(faults.seconds)
            case "500" if faults.is_first(self.path):
                raise WrongQuestionError("-1", "Сеанс отсутствует или удален", 500)
            case "torn" if faults.is_first(self.path):
                self._send(200, b'\xef\xbb\xbf{\r\n"value": [{"Ref_Key": "5', "application/json")
                return True
            case "down" if faults.served > faults.answers:
                self.close_connection = True
                return True
            case "busy":
                self.send_response(503)
                self.send_header("Retry-After", "60")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return True
            case "drip":
                self._drip(faults.seconds)
                return True
        return False

    def _drip(self, seconds: float) -> None:
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        until = time.monotonic() + seconds
        with suppress(OSError):
            while time.monotonic() < until:
                self.wfile.write(b" ")
                time.sleep(0.05)

    def _tell(self, value: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1, default=_number)
        body = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        self._send(status, body, "application/json;charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        packs = "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 500
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="1C"')
        if packs:
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _answer(owner: OdataServer, path: str, options: dict[str, str]) -> dict[str, Any]:
    if not path.strip("/"):
        names = sorted(set(owner.base.rows) - {owner.faults.missing})
        return {
            "odata.metadata": f"{ROOT}$metadata",
            "value": [{"name": n, "url": n} for n in names],
        }
    asked = read_path(path)
    rows: list[Any] = _rows(owner, asked)
    for text in (asked.arguments.get("Condition", ""), options.get("$filter", "")):
        if text:
            test = condition(text)
            rows = [row for row in rows if test(row)]
    rows = ordered(rows, options.get("$orderby", ""))
    rows = rows[int(options.get("$skip", 0)) :]
    if "$top" in options:
        rows = rows[: int(options["$top"])]
    return {
        "odata.metadata": f"{owner.url}{ROOT}$metadata#{asked.entity}",
        "value": selected(rows, options.get("$select", "")),
    }


def _rows(owner: OdataServer, asked: Asked) -> list[dict[str, Any]]:
    base, entity = owner.base, asked.entity
    records = f"{entity}_RecordType"
    known = entity in base.rows or records in base.rows
    if not known or owner.faults.missing in {entity, entity.removesuffix("_RecordType")}:
        raise WrongQuestionError("8", f"Сущность {entity} не найдена", 404)
    if not asked.function:
        return base.table(entity) if entity in base.rows else _record_sets(base, records)
    virtual = base.virtual.get(entity)
    if virtual is None or virtual.function != asked.function:
        raise WrongQuestionError("6", f"Обнаружены лишние сегменты: {asked.function}")
    until = asked.arguments.get("Period", "")
    if asked.function == "SliceLast":
        return base.slice_last(entity, until)
    wanted = [name.strip() for name in asked.arguments.get("Dimensions", "").split(",") if name]
    if unknown := set(wanted) - set(virtual.dimensions):
        raise WrongQuestionError("14", f"Измерение {unknown.pop()} не найдено")
    return base.balance(entity, wanted, until)


def _record_sets(base: Base, records: str) -> list[dict[str, Any]]:
    """Movements as sets of their documents, which is how the register itself tells them."""
    sets: dict[str, dict[str, Any]] = {}
    for row in base.table(records):
        made = {"Recorder": row["Recorder"], "Recorder_Type": row["Recorder_Type"], "RecordSet": []}
        sets.setdefault(row["Recorder"], made)["RecordSet"].append(row)
    return list(sets.values())


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(repr(value))
