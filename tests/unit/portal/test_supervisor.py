"""The supervisor with real processes: it restarts, stops in order and leaves nobody behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal import supervisor
from portal.supervisor import (
    AlreadyRunningError,
    PortTakenError,
    hold,
    require_free_port,
    restart_delay,
)

# one write for a line: what two processes print in pieces may mix
QUIET = "import os, time; os.write(1, b'up %d\\n' % os.getpid()); time.sleep(600)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "os.write(1, b'up %d\\n' % os.getpid()); time.sleep(600)"
)
WITH_CHILD = (
    "import multiprocessing, os, time\n"
    "from portal.supervisor import follow_parent\n"
    "def work():\n"
    "    follow_parent(); os.write(1, b'inner %d\\n' % os.getpid()); time.sleep(600)\n"
    "multiprocessing.set_start_method('fork')\n"
    "multiprocessing.Process(target=work).start()\n"
    "os.write(1, b'up %d\\n' % os.getpid()); time.sleep(600)\n"
)
RUNNER = """
import sys
from pathlib import Path
from portal.supervisor import Program, Supervisor
import os
programs = [Program(f"p{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])]
running = Supervisor(programs, dict(os.environ), Path.cwd(), lambda line: print(line, flush=True),
                     grace=float(sys.argv[1]))
running.start()
running.run()
print("ended", flush=True)
"""


class Run:
    """A supervisor in a process of its own, and what it has printed so far."""

    def __init__(self, *programs: str, grace: float = 5) -> None:
        site = str(Path(supervisor.__file__).parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(grace), *programs],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": site},
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout
        self.waiting: list[tuple[str, int]] = []

    def pid(self, word: str = "up") -> int:
        """Process id from the next line that has `word`; lines come in any order."""
        for said in self.waiting:
            if said[0] == word:
                self.waiting.remove(said)
                return said[1]
        for line in self.output:
            found = re.search(r"\b(up|inner) (\d+)", line)
            if found and found[1] == word:
                return int(found[2])
            if found:
                self.waiting.append((found[1], int(found[2])))
        raise AssertionError(f"no {word!r} in the output")


@pytest.fixture
def start() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start_it(*programs: str, grace: float = 5) -> Run:
        runs.append(Run(*programs, grace=grace))
        return runs[-1]

    yield start_it
    for run in runs:
        run.process.kill()
        run.process.wait()
        run.output.close()


def _gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and _state(pid) == "Z":
            return True
        time.sleep(0.05)
    return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_killed_child_is_started_again_and_the_other_stays(start: Callable[..., Run]) -> None:
    run = start(QUIET, QUIET)
    first, other = run.pid(), run.pid()
    os.kill(first, signal.SIGKILL)
    again = run.pid()
    assert again != first
    assert not _gone(other, 0.2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_everything_cleanly(start: Callable[..., Run], number: int) -> None:
    run = start(QUIET, QUIET)
    children = [run.pid(), run.pid()]
    run.process.send_signal(number)
    assert run.process.wait(5) == 0
    assert "ended" in run.output.read()
    assert all(_gone(child, 0.5) for child in children)


def test_child_that_ignores_term_is_killed_after_the_grace(start: Callable[..., Run]) -> None:
    run = start(STUBBORN, grace=0.5)
    child = run.pid()
    run.process.terminate()
    assert run.process.wait(5) == 0
    assert _gone(child, 0.5)


def test_second_signal_does_not_wait_for_the_grace(start: Callable[..., Run]) -> None:
    run = start(STUBBORN, grace=60)
    child = run.pid()
    run.process.terminate()
    time.sleep(0.5)
    run.process.terminate()
    assert run.process.wait(5) == 0
    assert _gone(child, 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own tie is Linux's")
def test_killed_supervisor_leaves_nobody_behind(start: Callable[..., Run]) -> None:
    run = start(WITH_CHILD)
    child, inner = run.pid(), run.pid("inner")
    run.process.kill()
    assert _gone(child)
    assert _gone(inner)


def test_killed_child_takes_its_own_children_along(start: Callable[..., Run]) -> None:
    run = start(WITH_CHILD)
    child, inner = run.pid(), run.pid("inner")
    os.kill(child, signal.SIGKILL)
    assert _gone(inner)


def test_hold_refuses_a_second_supervisor_and_names_the_first(tmp_path: Path) -> None:
    refused = pytest.raises(AlreadyRunningError, match=str(os.getpid()))
    with hold(tmp_path), refused, hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_require_free_port_refuses_a_taken_one() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(PortTakenError):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_restart_delay_grows_to_a_limit() -> None:
    assert [restart_delay(n) for n in (1, 2, 3, 7, 50)] == [0.5, 1, 2, 30, 30]
