"""Keeps a few processes running: starts them, restarts what dies, stops all of them together.

Pure standard library; knows nothing of Django. A child runs in its own session, so that a Ctrl-C
in the terminal reaches the supervisor alone and children are stopped in order. Each child is
started through this file (`main`), which ties it to the supervisor's life: on Linux the kernel
kills it when the supervisor is gone, however that happened; elsewhere a small process watches.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

GRACE = 10.0
"""Seconds between TERM and KILL."""
LONGEST_DELAY = 30.0
"""Seconds: the most a restart is put off."""
STEADY = 20.0
"""Seconds alive after which an earlier death is forgotten."""
PARENT_VARIABLE = "VITRINA_SUPERVISOR"
_PR_SET_PDEATHSIG = 1
_TICK = 0.2

Print = Callable[[str], None]


class AlreadyRunningError(Exception):
    """Another supervisor holds the folder."""


class PortTakenError(Exception):
    """Somebody listens on the port."""


@dataclass(frozen=True)
class Program:
    """A process to keep running: `name` stands before each line it prints."""

    name: str
    command: Sequence[str]


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    restart_at: float = 0.0


@dataclass
class Supervisor:
    """Runs `programs` until `stop` or a signal. Use from the main thread, once.

    `tell` takes whole lines. `grace` is in seconds.
    """

    programs: Sequence[Program]
    environment: Mapping[str, str]
    folder: Path
    tell: Print
    grace: float = GRACE
    _children: list[_Child] = field(default_factory=list, init=False)
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    _hurry: bool = field(default=False, init=False)

    def start(self) -> None:
        """Start every program and take over TERM, INT and HUP."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._on_signal)
        self._children = [_Child(program) for program in self.programs]
        for child in self._children:
            self._spawn(child)

    def run(self) -> None:
        """Watch over the children until a stop is asked for, then end all of them."""
        try:
            while not self._stop.wait(_TICK):
                for child in self._children:
                    self._look_after(child)
        finally:
            self.end_children()

    def stop(self) -> None:
        """Ask `run` to end; from any thread."""
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        """Whether the end was asked for."""
        return self._stop.is_set()

    def end_children(self) -> None:
        """TERM to each child, KILL to its whole group after the grace or a second signal."""
        alive = [c.process for c in self._children if c.process and c.process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + self.grace
        while time.monotonic() < deadline and not self._hurry:
            if all(process.poll() is not None for process in alive):
                break
            time.sleep(0.05)
        for child in self._children:
            if child.process is not None:
                _kill_group(child.process)
                child.process.wait()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._hurry = self._stop.is_set()
        self._stop.set()

    def _spawn(self, child: _Child) -> None:
        child.process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(os.getpid()), *child.program.command],
            cwd=self.folder,
            env={**self.environment, PARENT_VARIABLE: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child.started = time.monotonic()
        threading.Thread(
            target=self._forward, args=(child.program.name, child.process.stdout), daemon=True
        ).start()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._spawn(child)
            return
        code = child.process.poll()
        if code is None:
            return
        _kill_group(child.process)
        child.process = None
        child.deaths = 1 if now - child.started > STEADY else child.deaths + 1
        delay = restart_delay(child.deaths)
        child.restart_at = now + delay
        self.tell(f"{child.program.name} ended ({_ending(code)}), again in {delay:g} s")

    def _forward(self, name: str, stream: IO[bytes] | None) -> None:
        if stream is None:
            return
        with contextlib.suppress(OSError, ValueError), stream:
            for line in stream:
                self.tell(f"{name:<6} | {line.decode(errors='replace').rstrip()}")


def restart_delay(deaths: int) -> float:
    """Seconds before the next start after so many deaths in a row: 0.5, 1, 2 ... 30."""
    return min(LONGEST_DELAY, 0.5 * 2.0 ** (min(deaths, 10) - 1))


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold `folder` for one supervisor; `AlreadyRunningError` when another has it.

    The kernel lets go of the lock when the process ends, however it ends.
    """
    with (folder / "supervisor.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunningError(lock.read().strip() or "unknown") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def require_free_port(host: str, port: int) -> None:
    """Raise `PortTakenError` when `host:port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(f"{host}:{port}: {error.strerror}") from error


def follow_parent() -> None:
    """Tie the calling process to the life of its parent, where the kernel can do that.

    For a process that a child of the supervisor starts through `multiprocessing`, as the web
    server does with its worker: call it early there. Elsewhere it does nothing.
    """
    started_by = multiprocessing.parent_process()
    if sys.platform == "linux" and os.environ.get(PARENT_VARIABLE) and started_by is not None:
        _die_with_parent(started_by.pid or 0)


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before the kernel knew
        os._exit(1)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _watch(parent: int, command: Sequence[str]) -> int:
    """Run `command` and end it when `parent` is gone; its exit code."""
    child = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while child.poll() is None:
        if os.getppid() != parent:
            os.killpg(0, signal.SIGKILL)
        time.sleep(_TICK)
    return child.returncode


def main(arguments: Sequence[str]) -> int:
    """Become `command`, tied to the life of the parent: `<parent pid> <command> ...`."""
    parent, command = int(arguments[0]), list(arguments[1:])
    if sys.platform != "linux":
        return _watch(parent, command)
    _die_with_parent(parent)
    return os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
