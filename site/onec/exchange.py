"""Whole exchanges: the catalogue to the portal, orders from it and answers back."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from onec.answers import BaseOrder, OrderBase, write_answer
from onec.client import ExchangeType, Report, Session, UploadTerms, exchange_address
from onec.dialects import Dialect
from onec.orders import read_batch
from onec.portions import Portion, import_first


@dataclass(frozen=True)
class Portal:
    """Whom to call and how: address, credentials, dialect, and where to report in words.

    `chunk`: bytes per request in place of the portal's own limit; 0 keeps the portal's.
    """

    http: httpx.Client
    url: str
    user: str
    password: str
    dialect: Dialect
    report: Report
    chunk: int = 0

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
        )
        session.checkauth()
        return session

    def limit(self, terms: UploadTerms | None) -> int:
        """Bytes per request."""
        return self.chunk or (terms.file_limit if terms else 0)


def send_catalogue(portal: Portal, portions: Sequence[Portion]) -> None:
    """Send catalogue portions; raises `ExchangeError` at the first refused one."""
    if portal.dialect.session_per_portion:
        groups = [[portion] for portion in portions]
    else:
        groups = [list(portions)]
    for number, group in enumerate(groups, start=1):
        files = sum(len(p.files) for p in group)
        pictures = sum(len(p.pictures) for p in group)
        portal.report(f"Session {number}/{len(groups)}: {files} files, {pictures} pictures")
        _send_session(portal, group)


def exchange_orders(
    portal: Portal, base: OrderBase, pending: Sequence[BaseOrder], at: datetime
) -> list[BaseOrder]:
    """One `sale` session: orders in, confirmed, then `pending` answers out; orders that came.

    An order that came in this very session is not answered in it, as 1C does. Raises
    `BatchRejectedError` before anything is confirmed when 1C could not load the batch.
    """
    session = portal.session("sale")
    batch = read_batch(session.query())
    came = base.load(batch, portal.dialect.name, at)
    base.save()
    session.success()
    fresh = {row.order.number for row in came}
    answers = [row for row in pending if row.order.number not in fresh]
    if answers:
        _send_answers(portal, session, *write_answer(answers, portal.dialect, at))
    return came


def _send_answers(portal: Portal, session: Session, name: str, body: bytes) -> None:
    terms = session.init() if portal.dialect.inits_orders else None
    if terms and terms.use_zip:
        session.send_file(_archive_name(), _pack([(name, body)]), portal.limit(terms))
    else:
        session.send_file(name, body, portal.limit(terms))
    if portal.dialect.imports_orders:
        session.import_file(name)


def _send_session(portal: Portal, portions: Sequence[Portion]) -> None:
    session = portal.session("catalog")
    terms = session.init()
    files = [file for portion in portions for file in portion.files]
    everything = [*files, *(p for portion in portions for p in portion.pictures)]
    if terms.use_zip:
        packed = _pack((file.name, file.path.read_bytes()) for file in everything)
        session.send_file(_archive_name(), packed, portal.limit(terms))
    else:
        for file in everything:
            session.send_file(file.name, file.path.read_bytes(), portal.limit(terms))
    for file in sorted(files, key=import_first):
        waits = session.import_file(file.name)
        portal.report(f"  {file.name}: loaded, asked {waits + 1} times")


def _archive_name() -> str:
    """A temporary name of the kind the platform gives out."""
    return f"v8_{secrets.token_hex(2).upper()}_{secrets.token_hex(1)}.zip"


def _pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return target.getvalue()
