"""`/healthz` and `/readyz`: whether the process lives, and whether the installation can work."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from portal.queue import huey
from search import finding
from sync.reading import exchange_health

BEAT_KEY = "vitrina.worker.beat"
BEAT_EVERY = 5.0
"""Seconds between the worker's signs of life."""
BEAT_LATE = 30.0
"""Seconds without a sign of life after which the queue counts as down."""

Check = dict[str, Any]


def healthz(_request: HttpRequest) -> HttpResponse:
    """The web process answers. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """JSON about database, queue, index and exchange; 503 when one of the first three fails.

    A late exchange is shown and fails nothing: the portal sells without 1C for a while.
    """
    report: Check = {
        "database": _guarded(_database),
        "queue": _guarded(_queue),
        "index": _guarded(_index),
    }
    ready = all(check["ok"] for check in report.values())
    exchange = _guarded(_exchange)
    return JsonResponse(
        {"ready": ready, **report, "exchange": exchange}, status=200 if ready else 503
    )


@contextlib.contextmanager
def beat() -> Iterator[None]:
    """Tell the queue's storage every few seconds that the worker lives."""
    ended = threading.Event()

    def keep_telling() -> None:
        while True:
            with contextlib.suppress(Exception):  # the next one tells again
                huey.put(BEAT_KEY, time.time())
            if ended.wait(BEAT_EVERY):
                return

    thread = threading.Thread(target=keep_telling, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return {"ok": True, "vendor": connection.vendor}


def _queue() -> Check:
    told_at = huey.get(BEAT_KEY, peek=True)
    age = None if told_at is None else round(max(0.0, time.time() - told_at), 1)
    return {
        "ok": age is not None and age < BEAT_LATE,
        "worker_seen_seconds_ago": age,
        "waiting": huey.pending_count(),
    }


def _index() -> Check:
    return finding.health()


def _exchange() -> Check:
    return exchange_health(timezone.now())
