"""A portal in processes of its own, people signed in to it, and what every page must hold to.

One portal is started for the whole run, on a fresh data folder and with the real demonstration
company. `CHROMIUM` names the browser.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 420
"""Seconds for the first start with its demonstration, on a busy machine."""
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Portal:
    """The running portal: `url` without a slash, `access` as `vitrina access --json` gives it."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    environment: dict[str, str]
    access: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def person(self, role: str, dealer: str | None = None) -> dict[str, str]:
        """The first person of a role, of a dealer when it is named."""
        for person in self.access["people"]:
            if person["role"] == role and dealer in {None, person["dealer"]}:
                found: dict[str, str] = person
                return found
        raise AssertionError(f"the demonstration has no {role} of {dealer or 'any dealer'}")

    def vitrina(self, *arguments: str) -> str:
        """Output of a `vitrina` command in this installation."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def onec(self, *arguments: str, dialect: str = "ut11") -> str:
        """Play 1C of the demonstration against this portal."""
        onec = self.access["onec"]
        return self.vitrina(
            *("onec", "--dialect", dialect, "--pause", "0.5", "--url", onec["url"]),
            *("--user", onec["user"], "--password", onec["password"], *arguments),
        )


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal, ready and filled; stopped at the end."""
    folder = tmp_path_factory.mktemp("portal")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "VITRINA_DATA_DIR": str(folder), "PORT": str(port)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--still"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Portal(f"http://localhost:{port}", folder, process, environment)
    ready = threading.Event()
    reader = threading.Thread(target=_read_log, args=(started, ready), daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not ready.wait(0.2):
            assert process.poll() is None, "the portal ended:\n" + "\n".join(started.log)
            assert time.monotonic() < deadline, "not ready in time:\n" + "\n".join(started.log)
        started.access = json.loads(started.vitrina("access", "--json"))
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()


def _read_log(portal: Portal, ready: threading.Event) -> None:
    assert portal.process.stdout is not None
    for line in portal.process.stdout:
        portal.log.append(line.rstrip())
        if "Vitrina is ready" in line:
            ready.set()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium in place of a downloaded one."""
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {"executable_path": chromium, "headless": True, "args": BROWSER_FLAGS}


@dataclass
class Watch:
    """What went wrong in the browser while pages were used."""

    errors: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> Page:
        """Collect console errors, script errors and server errors of a page."""
        page.on("console", lambda m: self._note(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on(
            "response", lambda r: self._note(f"{r.status} {r.url}") if r.status >= 500 else None
        )
        return page

    def _note(self, text: str) -> None:
        self.errors.append(text)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end when a followed page reported an error."""
    watching = Watch()
    yield watching
    assert not watching.errors, "\n".join(watching.errors)


@pytest.fixture(scope="session")
def signed_in(portal: Portal, browser: Browser) -> Callable[[str, str], Any]:
    """Cookies of a person after one sign-in through the form, kept for the whole run."""
    known: dict[str, Any] = {}

    def sign_in(email: str, password: str) -> Any:
        if email not in known:
            context = browser.new_context(base_url=portal.url)
            page = context.new_page()
            page.goto("/")
            page.fill("input[name=login]", email)
            page.fill("input[name=password]", password)
            page.click("main form button[type=submit]")
            page.wait_for_url(lambda url: "login" not in url)
            known[email] = context.storage_state()
            context.close()
        return known[email]

    return sign_in


PageAs = Callable[..., Page]


@pytest.fixture
def page_as(
    portal: Portal, browser: Browser, signed_in: Callable[[str, str], Any], watch: Watch
) -> Iterator[PageAs]:
    """`page_as(role, width="desktop"|"phone", dealer=None)`: a watched page of that person."""
    contexts: list[BrowserContext] = []

    def open_page(role: str, width: str = "desktop", dealer: str | None = None) -> Page:
        person = portal.person(role, dealer)
        across, down = WIDTHS[width]
        context = browser.new_context(
            base_url=portal.url,
            storage_state=signed_in(person["email"], person["password"]),
            viewport={"width": across, "height": down},
            locale="ru-RU",
            timezone_id="Europe/Moscow",
        )
        contexts.append(context)
        return watch.follow(context.new_page())

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page_before(portal: Portal, browser: Browser, watch: Watch) -> Iterator[Callable[[str], Page]]:
    """`page_before("desktop"|"phone")`: a watched page of somebody who has not signed in."""
    contexts: list[BrowserContext] = []

    def open_page(width: str = "desktop") -> Page:
        across, down = WIDTHS[width]
        context = browser.new_context(
            base_url=portal.url, viewport={"width": across, "height": down}, locale="en-US"
        )
        contexts.append(context)
        return watch.follow(context.new_page())

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails on anything that axe-core calls serious or critical on the page as it stands."""
    checker = Axe()

    def check(page: Page) -> None:
        found = checker.run(page).response["violations"]
        lines = [
            f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:160]}"
            for v in found
            if v["impact"] in {"serious", "critical"}
            for node in v["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check


@pytest.fixture
def http(portal: Portal) -> Iterator[httpx.Client]:
    """A client without a sign-in."""
    with httpx.Client(base_url=portal.url) as client:
        yield client
