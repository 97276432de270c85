"""The one address of the exchange: 1C asks, the portal answers in the words of the protocol.

Whatever happens, the answer is one that 1C understands: an error of any kind is `failure` and one
line of Russian, never a page. So the exchange is served before everything else that handles
requests (:class:`ExchangeMiddleware`): no redirect, no session of a browser, no gate.
"""

from __future__ import annotations

import base64
import binascii
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, OperationalError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from sync import journal, ports
from sync.files import receiving
from sync.files.receiving import NoRoom, Refused
from sync.models import Alarm, Connection, ExchangeSession, ReceivedFile, Run
from sync.onec import exchange_files
from sync.outbox import outbound
from sync.protocol import answers, connections, listening, sessions
from sync.protocol.arriving import Arriving
from sync.protocol.connections import TooManyGuesses
from sync.runs import absence, running
from sync.tasks import QUEUE
from sync.watching import alarms

log = logging.getLogger(__name__)

PATHS = frozenset({"/1c/exchange", "/1c/exchange/", "/bitrix/admin/1c_exchange.php"})
CHECK_PATHS = frozenset({"/1c/exchange/check", "/1c/exchange/check/"})
TYPES = ("catalog", *receiving.ORDER_TYPES, "reference", "listen")
GIVING = "get_catalog"
"""The type by which the module of Bitrix asks for the catalogue of a site."""

PROBE = ("vitrina-check", "vitrina-check")
"""User and password of the self-check: nobody's, and of no use anywhere."""

HOLD_SECONDS = 2.0
"""How long a poll is held: УТ asks again at once, without a pause."""

DRAIN_SECONDS = 2.0
"""How long a body that was not wanted is read on. A stranger's is not read at all: the web server
answers at once and closes the connection."""


class ExchangeMiddleware:
    """Answers 1C before any other middleware can redirect, refuse or mark up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the exchange's own addresses here, pass everything else on."""
        if request.path_info in PATHS:
            return exchange(request)
        if request.path_info in CHECK_PATHS:
            return check(request)
        return self.get_response(request)


@dataclass(frozen=True)
class Call:
    """One request of 1C, taken apart."""

    request: HttpRequest
    exchange_type: str
    mode: str
    filename: str
    at: datetime
    body: Arriving

    @property
    def address(self) -> str:
        """Where it comes from, as far as the web server and the proxies we trust tell."""
        return connections.client_address(self.request.META)

    @property
    def carries_orders(self) -> bool:
        """Whether it is about orders."""
        return self.exchange_type in receiving.ORDER_TYPES

    @property
    def title(self) -> str:
        """What it asked for, for the journal: PostgreSQL takes no zero bytes."""
        return answers.one_line(f"{self.exchange_type} {self.mode} {self.filename}")


@csrf_exempt
def exchange(request: HttpRequest) -> HttpResponse:
    """Answer one request of 1C, in Russian, whatever happens."""
    with override("ru"):
        call = Call(
            request=request,
            exchange_type=request.GET.get("type", "").strip().lower(),
            mode=request.GET.get("mode", "").strip().lower(),
            filename=request.GET.get("filename", ""),
            at=timezone.now(),
            body=_body(request),
        )
        try:
            return _answer(call)
        except UnreadablePostError:
            return answers.failure(_("The connection broke off, send the file again."))
        except OperationalError:
            log.exception("exchange: %s", call.title)
            return answers.failure(_("The portal is busy, repeat the exchange a little later."))
        except Exception:
            log.exception("exchange: %s", call.title)
            return answers.failure(_inside())


@csrf_exempt
def check(request: HttpRequest) -> HttpResponse:
    """Tell in plain words whether the Authorization header gets through to the portal.

    Anybody may ask, with :data:`PROBE` or any credentials: nothing of them is told, kept or tried.
    """
    with override("ru"):
        address = connections.client_address(request.META)
        seen = _("The portal sees the address %(address)s.") % {"address": address or "?"}
        found = _credentials(request)
        if found is not None:
            same = found == PROBE
            words = (
                _("The Authorization header arrives as it was sent.")
                if same
                else _("The Authorization header arrives with a user name and a password.")
            )
            return answers.success(words, seen)
        if request.headers.get("Authorization"):
            words = _("The Authorization header arrives, but no user name can be read in it.")
        else:
            words = _("No Authorization header arrived.")
        return answers.text("failure", words, seen)


def _answer(call: Call) -> HttpResponse:
    session = _session(call)
    try:
        return _told(call, session)
    finally:
        if session is not None and call.request.method == "POST":
            call.body.drain(DRAIN_SECONDS)


def _told(call: Call, session: ExchangeSession | None) -> HttpResponse:
    try:
        return _handled(call, session)
    except Refused as refused:
        error = answers.one_line(str(refused))
        log.warning("exchange: %s: %s", call.title, error)
        if isinstance(refused, NoRoom) and session is not None:
            _alarm_of_room(session.connection, error, call.at)
    except (UnreadablePostError, OperationalError):
        raise
    except Exception:
        log.exception("exchange: %s", call.title)
        error = _inside()
    _journal(call, session, error)
    return answers.failure(error)


def _handled(call: Call, session: ExchangeSession | None) -> HttpResponse:
    """The answer to a request in order; raises Refused for any other."""
    if call.exchange_type == GIVING:
        raise Refused(_("The portal gives no catalogue out: goods are kept in 1C."))
    if call.exchange_type not in TYPES:
        raise Refused(_("Unknown type of exchange: %(type)s.") % {"type": call.exchange_type})
    if session is not None:
        _let_in(session.connection, call)
    if call.mode == "checkauth":
        return _checkauth(call)
    if call.exchange_type == "listen":
        return _listen(call, session)
    handler = HANDLERS.get(call.mode)
    if handler is None:
        raise Refused(_("Unknown command: %(mode)s.") % {"mode": call.mode})
    if session is None:
        raise Refused(_lost(call))
    return handler(call, session)


def _inside() -> str:
    return _("An error inside the portal. Its log tells more.")


def _let_in(connection: Connection, call: Call) -> None:
    """Raises Refused where the base may not exchange: from this address, or while it is paused."""
    if not connections.may_come_from(connection, call.address):
        raise Refused(
            _("The address %(address)s is not among those this base of 1C may exchange from.")
            % {"address": call.address or "?"}
        )
    if connection.is_paused:
        raise Refused(_("The exchange with this base is paused in the portal."))


def _authenticated(call: Call) -> Connection:
    credentials = _credentials(call.request)
    if credentials is None:
        raise Refused(
            _(
                "No user name and password reached the portal. If they are set in 1C, the web "
                "server does not pass the Authorization header on."
            )
        )
    # from a strange address no password is tried: the answer would tell a right one from a wrong
    claimed = Connection.objects.filter(user=credentials[0].strip()).first()
    if claimed is not None:
        _let_in(claimed, call)
    try:
        connection = connections.authenticate_from(call.address, *credentials)
    except TooManyGuesses as error:
        raise Refused(_("Too many wrong passwords, try again in a few minutes.")) from error
    if connection is None:
        raise Refused(_("The user name or the password is wrong."))
    return connection


def _checkauth(call: Call) -> HttpResponse:
    connection = _authenticated(call)
    session = sessions.open_session(
        connection=connection,
        exchange_type=call.exchange_type,
        at=call.at,
        address=call.address,
        client=call.request.headers.get("User-Agent", ""),
    )
    # the session's own second: `deactivate` repeats it, and must not reach back before the session
    began = int(session.started_at.timestamp())
    return answers.signed_in(session.key, began, tells_key=connection.tells_session_key)


def _listen(call: Call, session: ExchangeSession | None) -> HttpResponse:
    """Whether there are orders that were never given to 1C; without any, 304 after a short hold.

    The module would be held for a minute. Each hold costs a thread, so it asks more often instead.
    """
    connection = session.connection if session is not None else _authenticated(call)
    until = time.monotonic() + HOLD_SECONDS
    while not listening.has_news(connection):
        if time.monotonic() >= until:
            return answers.nothing_new()
        if not database.in_atomic_block:
            database.close()
        time.sleep(running.LOOK_SECONDS)
    return answers.success()


def _init(call: Call, session: ExchangeSession) -> HttpResponse:
    connection = session.connection
    more = []
    version = ""
    if "version" in call.request.GET:
        # whoever names a version knows the longer answer
        version = exchange_files.agreed_version(call.request.GET["version"])
        more = [f"sessid={session.key}", f"version={version}"]
    sessions.open_upload(session=session, version=version)
    return answers.terms(use_zip=connection.use_zip, file_limit=connection.file_limit, more=more)


def _file(call: Call, session: ExchangeSession) -> HttpResponse:
    if call.request.method != "POST":
        raise Refused(_("A file is sent by POST."))
    length = _length(call.request)
    file = receiving.receive(
        session=session,
        exchange_type=call.exchange_type,
        sent_name=call.filename,
        body=call.body,
        length=length,
    )
    if call.carries_orders:
        running.take_orders(file=file, queue=QUEUE)
    elif call.exchange_type == "reference" and file.kind == ReceivedFile.Kind.CATALOGUE:
        running.take_unused(file=file, at=call.at)
    return answers.success()


def _import(call: Call, session: ExchangeSession) -> HttpResponse:
    if session.exchange_type == "reference":
        # nothing is done with it, whatever is in it: it was named in the journal when it came
        receiving.checked_name(call.filename)
        return answers.success()
    run = running.take(session=session, sent_name=call.filename, queue=QUEUE)
    return _progress(running.wait(run=run, seconds=HOLD_SECONDS, queue=QUEUE))


def _progress(run: Run) -> HttpResponse:
    match run.state:
        case Run.State.DONE:
            return answers.success()
        case Run.State.FAILED:
            return answers.failure(running.failure_words(run))
        case Run.State.QUEUED:
            return answers.progress(_("Waiting for its turn."))
        case _:
            return answers.progress(
                _("Read %(read)s, changed %(changed)s.")
                % {"read": run.read_count, "changed": run.created_count + run.changed_count}
            )


def _query(call: Call, session: ExchangeSession) -> HttpResponse:
    given = outbound.give(session=session, at=call.at)
    return answers.xml(given.body, given.charset)


def _success(call: Call, session: ExchangeSession) -> HttpResponse:
    if call.carries_orders and outbound.confirm(session=session, at=call.at) is None:
        raise Refused(_("No orders were asked for in this session."))
    return answers.success()


def _info(_call: Call, session: ExchangeSession) -> HttpResponse:
    charset = session.connection.charset
    body = exchange_files.write_lists(ports.order_statuses(), charset=charset)
    return answers.xml(body, charset)


def _full_load(call: Call, session: ExchangeSession) -> HttpResponse:
    """1C says that it has told everything: what it told nothing of is looked for.

    `deactivate` names the time of the load's beginning that `checkauth` gave. `complete`, which may
    come after it or alone, only ends the exchange: it says nothing of a load.
    """
    if call.exchange_type != "catalog":
        return answers.success()
    run = absence.take_load(
        session=session, since=_since(call, session), at=call.at, queue=QUEUE.import_file
    )
    if run is None:
        return answers.success()
    return _progress(running.wait(run=run, seconds=HOLD_SECONDS, queue=QUEUE))


def _complete(_call: Call, _session: ExchangeSession) -> HttpResponse:
    return answers.success()


def _since(call: Call, session: ExchangeSession) -> datetime:
    told = call.request.GET.get("timestamp", "").strip()
    if not told:
        return session.started_at
    if not told.isdecimal() or not int(told) <= call.at.timestamp() + 1:
        raise Refused(
            _("The time of the beginning of the load is not readable: %(told)s.") % {"told": told}
        )
    if int(told) == int(session.started_at.timestamp()):
        # whole seconds are told: this very session began it
        return session.started_at
    return min(session.started_at, datetime.fromtimestamp(int(told), UTC))


HANDLERS: dict[str, Callable[[Call, ExchangeSession], HttpResponse]] = {
    "init": _init,
    "file": _file,
    "import": _import,
    "query": _query,
    "success": _success,
    "info": _info,
    "deactivate": _full_load,
    "complete": _complete,
}


def _session(call: Call) -> ExchangeSession | None:
    """The session by the cookie that 1C copies by hand, else by the address."""
    for key in (call.request.COOKIES.get(answers.COOKIE), call.request.GET.get("sessid")):
        if key and key.strip().isalnum():
            found = sessions.session_of(key=key.strip(), at=call.at)
            if found is not None and _is_own(call, found):
                return found
    return None


def _is_own(call: Call, session: ExchangeSession) -> bool:
    """Whether who signs the request, if anybody does, is the base the session belongs to."""
    told = _credentials(call.request)
    return told is None or told[0].strip() == session.connection.user


def _lost(call: Call) -> str:
    if answers.COOKIE in call.request.COOKIES or "sessid" in call.request.GET:
        return _("The session is over, repeat the exchange from its beginning.")
    return _("There is no session: the exchange begins with checkauth.")


def _credentials(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _space, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(token.strip(), validate=True)
    except binascii.Error:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1251", "replace")
    user, colon, password = text.replace("\x00", "").partition(":")
    return (user, password) if colon and (user or password) else None


def _body(request: HttpRequest) -> Arriving:
    """The body as a stream, never as a whole."""
    return Arriving(request.META["wsgi.input"] if _is_open_ended(request) else request)


def _length(request: HttpRequest) -> int | None:
    """The length of the body, None of one that tells its end itself; raises Refused for others."""
    length = request.META.get("CONTENT_LENGTH")
    if not length and not _is_open_ended(request):
        raise Refused(_("The length of the file is not told."))
    return int(length) if length else None


def _is_open_ended(request: HttpRequest) -> bool:
    meta = request.META
    is_chunked = "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower()
    told = bool(meta.get("CONTENT_LENGTH"))
    return not told and is_chunked and bool(meta.get("wsgi.input_terminated"))


def _alarm_of_room(connection: Connection, words: str, at: datetime) -> None:
    """Tell people; on a full disk even that may fail, and 1C is answered all the same."""
    try:
        alarms.open_alarm(
            connection=connection,
            code="disk",
            key=receiving.REFUSED,
            level=Alarm.Level.RED,
            text=words,
            at=at,
        )
    except DatabaseError:
        log.exception("exchange: the alarm of a full disk cannot be kept")


def _journal(call: Call, session: ExchangeSession | None, error: str) -> None:
    """A refusal is written down under the base it is about, as far as that can be told."""
    if session is not None:
        kind = call.exchange_type if call.exchange_type in {"catalog", "sale"} else "exchange"
        journal.refuse(
            connection=session.connection, kind=kind, title=call.title, error=error, at=call.at
        )
        return
    connection = _claimed(call.request)
    if connection is not None:
        journal.refuse_stranger(connection=connection, title=call.title, error=error, at=call.at)


def _claimed(request: HttpRequest) -> Connection | None:
    """The base a stranger says he is; where there is one base only, that one."""
    user = (_credentials(request) or ("", ""))[0].strip()
    named = Connection.objects.filter(user=user).first() if user else None
    if named is not None:
        return named
    every = list(Connection.objects.all()[:2])
    return every[0] if len(every) == 1 else None
