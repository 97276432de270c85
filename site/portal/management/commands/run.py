"""`vitrina run`: the whole portal with one command."""

from __future__ import annotations

import os
import sys
import threading
import time
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from dealer_area.roles import ensure_groups
from demo.living import Living
from portal import messages, statics
from portal.installation import (
    ROOT,
    data_folder,
    demonstration_wanted,
    fill_demonstration,
    has_pending_migrations,
    prepare_demonstration,
    read_access,
)
from portal.supervisor import (
    AlreadyRunningError,
    PortTakenError,
    Program,
    Supervisor,
    hold,
    require_free_port,
)

START_TIMEOUT = 90.0
"""Seconds for the web server to answer."""
LIFE_SECONDS = 5.0
"""Seconds between looks at what the demonstration's 1C has to do."""


class Command(BaseCommand):
    """Bring the installation up to date, then run web server and worker until told to stop."""

    help = "Run the portal: database, demonstration, web server and worker."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and whether an empty installation becomes the demonstration."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
        parser.add_argument("--no-demo", action="store_true", help="leave the database empty")
        parser.add_argument(
            "--still", action="store_true", help="the demonstration's 1C does not go on living"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Refuse in one line when the folder or the port is in use."""
        host, port = options["host"], int(options["port"])
        try:
            with hold(data_folder()):
                require_free_port(host, port)
                self._prepare(demo=not options["no_demo"])
                self._run(host, port, still=options["still"])
        except AlreadyRunningError as error:
            raise CommandError(
                f"Vitrina already runs in {data_folder()} (process {error})."
            ) from error
        except PortTakenError as error:
            raise CommandError(
                f"Port {port} is in use ({error}). Choose another: PORT={port + 1} make run"
            ) from error

    def _prepare(self, *, demo: bool) -> None:
        messages.compile_all(messages.app_folders(ROOT))
        if has_pending_migrations():
            self._say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            ensure_groups()
        if statics.collect():
            self._say("Static files are collected.")
        if demo and demonstration_wanted():
            self._say("Making the demonstration company ...")
            prepare_demonstration()
        connections.close_all()

    def _run(self, host: str, port: int, *, still: bool) -> None:
        url = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"
        supervisor = Supervisor(
            programs=_programs(host, port),
            environment=_environment(),
            folder=ROOT,
            tell=self._say,
        )
        supervisor.start()
        threading.Thread(target=self._greet, args=(supervisor, url, still), daemon=True).start()
        supervisor.run()

    def _greet(self, supervisor: Supervisor, url: str, still: bool) -> None:
        """Wait for the web server, fill the demonstration, say how to sign in, live on."""
        if not _answers(supervisor, url):
            return
        try:
            fill_demonstration(url, self._say)
        except Exception as error:
            if supervisor.is_stopping:
                return
            self._say(f"The demonstration could not be filled: {error!r}. A restart tries again.")
        access = read_access()
        if access is not None:
            self._say(f"\n{access.as_table()}")
        self._say(f"\nVitrina is ready: {url}\n")
        if access is not None and not still:
            life = Living(url)
            while not supervisor.is_stopping:
                life.act()
                time.sleep(LIFE_SECONDS)

    def _say(self, line: str) -> None:
        # a closed terminal must not end the portal
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError:
            return


def _programs(host: str, port: int) -> list[Program]:
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    server += ["--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", "8"]
    server += ["--respawn-failed-workers", "--log-level", "error", "portal.wsgi:application"]
    worker = [sys.executable, "-m", "portal", "worker"]
    return [Program("web", server), Program("worker", worker)]


def _environment() -> dict[str, str]:
    known = [str(ROOT), str(ROOT / "site"), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, known))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _answers(supervisor: Supervisor, url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and not supervisor.is_stopping:
        try:
            with opener.open(f"{url}/healthz", timeout=5):
                return True
        except OSError:
            time.sleep(0.2)
    return False
