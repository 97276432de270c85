"""`vitrina run` with real processes: it starts, repairs itself, and leaves nobody behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60
"""Seconds, on a busy machine."""

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder with a migrated database, so that the start has nothing to do."""
    if connection.vendor != "sqlite":
        pytest.skip("the embedded database is what is copied here")
    shutil.copy(settings.DATABASES["default"]["NAME"], tmp_path / "vitrina.sqlite3")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"VITRINA_DATA_DIR": str(tmp_path), "PORT": str(port)}
    found = {**os.environ, **own}
    found.pop("DJANGO_SETTINGS_MODULE", None)
    return found


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `vitrina run --no-demo`; whatever is left of it is killed in the end."""
    started: list[subprocess.Popen[str]] = []

    def start_it() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--no-demo"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start_it
    for process in started:
        process.kill()
        process.communicate()


def test_dead_processes_come_back_and_nobody_stays_behind(
    start: Callable[[], subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    running = start()
    until(lambda: answers(environment))
    first = set(children(running.pid))
    assert len(first) == 2
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(children(running.pid)) == 2 and not first & set(children(running.pid)))
    until(lambda: answers(environment))
    everybody = family(running.pid)
    assert len(everybody) >= 4  # the web server has a process of its own inside

    running.terminate()

    output, _nothing = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, output
    assert "ended (SIGKILL), again in" in output
    assert not [pid for pid in everybody if is_alive(pid)]


def test_second_portal_in_one_folder_is_refused_in_one_line(
    start: Callable[[], subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    running = start()
    until(lambda: answers(environment))
    output, _nothing = start().communicate(timeout=PATIENCE)
    assert f"already runs in {environment['VITRINA_DATA_DIR']} (process {running.pid})" in output
    assert "Traceback" not in output


def test_taken_port_is_refused_in_one_line(
    start: Callable[[], subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen()
        output, _nothing = start().communicate(timeout=PATIENCE)
    assert f"Port {environment['PORT']} is in use" in output
    assert "Traceback" not in output


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(environment: dict[str, str]) -> bool:
    with contextlib.suppress(OSError):
        url = f"http://127.0.0.1:{environment['PORT']}/healthz"
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.read() == b"ok")
    return False


def children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(pid) for pid in text.split()]


def family(pid: int) -> list[int]:
    found = [pid]
    for child in children(pid):
        found += family(child)
    return found


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        return state.split()[0] != "Z"
    return False
