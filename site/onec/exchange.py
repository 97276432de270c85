"""Whole exchanges: the catalogue to the portal, orders from it and answers back."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from onec.answers import BaseOrder, OrderBase
from onec.client import (
    ExchangeError,
    ExchangeType,
    Report,
    Session,
    SignInError,
    UploadTerms,
    exchange_address,
)
from onec.dialects import Dialect
from onec.documents import write_answer
from onec.faults import Faults
from onec.orders import read_batch
from onec.portions import (
    Portion,
    SourceFile,
    import_first,
    is_reference,
    references_first,
)

WRAPPING_SINCE = "3"
"""Version of the exchange from which orders stand in a Контейнер."""


@dataclass(frozen=True)
class Portal:
    """Whom to call and how: address, credentials, dialect, and where to report in words.

    `chunk`: bytes per request in place of the portal's own limit; 0 keeps the portal's.
    `repeats`: how often a session that failed is held again. `faults`: what goes wrong.
    """

    http: httpx.Client
    url: str
    user: str
    password: str
    dialect: Dialect
    report: Report
    chunk: int = 0
    repeats: int = 0
    faults: Faults = field(default_factory=Faults)

    def session(self, exchange_type: ExchangeType) -> Session:
        """A signed-in session."""
        session = Session(
            http=self.http,
            url=exchange_address(self.url),
            user=self.user,
            password=self.password,
            exchange_type=exchange_type,
            manners=self.dialect.manners,
            report=self.report,
            faults=self.faults,
        )
        session.checkauth()
        return session

    def limit(self, terms: UploadTerms | None) -> int:
        """Bytes per request."""
        return self.chunk or (terms.file_limit if terms else 0)


def send_catalogue(portal: Portal, portions: Sequence[Portion], *, full: bool = False) -> None:
    """Send catalogue portions; raises `ExchangeError` at the first refused one.

    `full` tells at the end that this was everything, in a dialect that tells so.
    """
    if portal.dialect.sends_references:
        _send_references(portal, portions)
    portions = [_without_references(portion) for portion in portions]
    if portal.dialect.session_per_portion:
        groups = [[portion] for portion in portions]
    else:
        groups = [list(portions)]
    ends = full and portal.dialect.ends_full_export
    for number, group in enumerate(groups, start=1):
        files = sum(len(p.files) for p in group)
        pictures = sum(len(p.pictures) for p in group)
        portal.report(f"Session {number}/{len(groups)}: {files} files, {pictures} pictures")
        if portal.faults.doubles:
            with ThreadPoolExecutor(2) as pool:
                held = [pool.submit(_hold, portal, _catalogue(portal, group, ends)) for _ in "ab"]
            for one in held:
                one.result()
        else:
            _hold(portal, _catalogue(portal, group, ends))


def _send_references(portal: Portal, portions: Sequence[Portion]) -> None:
    """Lists of references go first, in a session of their own."""
    files = [file for portion in portions for file in portion.files if is_reference(file)]
    if files:
        portal.report(f"References: {len(files)} files")
        _hold(portal, lambda: _send_lists(portal, files))


def _send_lists(portal: Portal, files: Sequence[SourceFile]) -> None:
    session = portal.session("reference")
    terms = session.init()
    for file in files:
        session.send_file(file.name, file.path.read_bytes(), portal.limit(terms))
    for file in files:
        session.import_file(file.name)


def _without_references(portion: Portion) -> Portion:
    return replace(portion, files=tuple(file for file in portion.files if not is_reference(file)))


def exchange_orders(
    portal: Portal, base: OrderBase, pending: Sequence[BaseOrder], at: datetime
) -> list[BaseOrder]:
    """One `sale` session: orders in, confirmed, then `pending` answers out; orders that came.

    An order that came in this very session is not answered in it, as 1C does. Raises
    `BatchRejectedError` before anything is confirmed when 1C could not load the batch.
    """
    came: dict[str, BaseOrder] = {}
    _hold(portal, lambda: _hold_orders(portal, base, pending, at, came))
    return list(came.values())


def _hold(portal: Portal, session: Callable[[], None]) -> None:
    """Hold a session; one that fails is held again from its beginning while repeats are left."""
    for left in range(portal.repeats, -1, -1):
        try:
            session()
        except SignInError:
            raise
        except (ExchangeError, httpx.HTTPError) as error:
            if not left:
                raise
            portal.report(f"The session failed: {error}. It is held again from its beginning.")
        else:
            return


def _hold_orders(
    portal: Portal,
    base: OrderBase,
    pending: Sequence[BaseOrder],
    at: datetime,
    came: dict[str, BaseOrder],
) -> None:
    dialect = portal.dialect
    terms: UploadTerms | None = None
    sessions = [
        portal.session(dialect.orders_type) for _ in range(2 if portal.faults.doubles else 1)
    ]
    for session in sessions:
        if dialect.inits_query:
            terms = session.init()
        batch = read_batch(session.query(), wrapped=session.version >= WRAPPING_SINCE)
        came.update({row.order.number: row for row in base.load(batch, dialect.name, at)})
        base.save()
    for session in sessions:
        session.success()
    answers = [row for row in pending if row.order.number not in came]
    if not answers:
        return
    for session in sessions:
        if dialect.inits_orders:
            terms = session.init()
        _send_answers(portal, session, terms, *write_answer(answers, dialect, at))


def _send_answers(
    portal: Portal, session: Session, terms: UploadTerms | None, name: str, body: bytes
) -> None:
    if terms and terms.use_zip:
        session.send_file(_archive_name(), _pack([(name, body)]), portal.limit(terms))
    else:
        session.send_file(name, body, portal.limit(terms))
    if portal.dialect.imports_orders:
        session.import_file(name)


def _catalogue(portal: Portal, portions: Sequence[Portion], ends: bool) -> Callable[[], None]:
    return lambda: _send_session(portal, portions, ends)


def _send_session(portal: Portal, portions: Sequence[Portion], ends: bool) -> None:
    session = portal.session("catalog")
    terms = session.init()
    order = references_first if portal.dialect.is_module else import_first
    files = sorted((file for portion in portions for file in portion.files), key=order)
    everything = [*files, *(p for portion in portions for p in portion.pictures)]
    if terms.use_zip:
        packed = _pack((file.name, file.path.read_bytes()) for file in everything)
        session.send_file(_archive_name(), packed, portal.limit(terms))
    else:
        for file in everything:
            session.send_file(file.name, file.path.read_bytes(), portal.limit(terms))
    for file in files:
        waits = session.import_file(file.name)
        portal.report(f"  {file.name}: loaded, asked {waits + 1} times")
    if ends:
        session.deactivate()
        session.complete()


def _archive_name() -> str:
    """A temporary name of the kind the platform gives out."""
    return f"v8_{secrets.token_hex(2).upper()}_{secrets.token_hex(1)}.zip"


def _pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return target.getvalue()
