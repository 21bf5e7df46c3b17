"""A small supervisor: named commands that are restarted when they die and stopped in reverse order.

Used by the embedded servers, the demo, the tests and the load harness. Every child

- stands in a session of its own, so that Ctrl-C reaches the supervisor only, which stops in order;
- gets a death signal from the kernel should the supervisor be killed (Linux);
- writes to ``DIRECTORY/log/NAME.log``.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from enrol.embedded.accounts import Account

log = logging.getLogger(__name__)

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOOK_EVERY_SECONDS = 0.05
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 10.0
_STEADY_AFTER_SECONDS = 10.0
"""A child that lived this long starts again without a growing delay."""
_LOG_BYTES_KEPT = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run and how to end it. `env` is the whole environment of the child."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    working_directory: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 30.0
    death_signal: signal.Signals = signal.SIGKILL
    before_start: Callable[[], None] | None = None
    """Runs before every start and restart; what it raises counts as a failed start."""


@dataclass(kw_only=True)
class _Child:
    command: Command
    log_file: Path
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = True
    early_deaths: int = 0
    started_at: float = 0.0
    due_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    tried: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    def tend(self) -> None:
        """Notice a death, and start when wanted and due. Called by the supervisor's thread only."""
        with self.lock:
            if self.process is not None and self.process.poll() is not None:
                self._note_death(self.process)
                self.process = None
            if self.process is None and self.wanted and time.monotonic() >= self.due_at:
                self._try_start()

    def _try_start(self) -> None:
        try:
            if self.command.before_start is not None:
                self.command.before_start()
            self.process = _spawn(self.command, self.log_file)
            self.started_at = time.monotonic()
            self.failure = None
        except Exception as error:  # noqa: BLE001 - reported by start(), or logged and tried again
            self.failure = error
            if self.tried.is_set():
                log.warning("%s could not be started again: %s", self.command.name, error)
            self._delay()
        finally:
            self.tried.set()

    def _note_death(self, process: subprocess.Popen[bytes]) -> None:
        _end_group(process.pid, patience_seconds=2.0)
        if not self.wanted:
            return
        if time.monotonic() - self.started_at >= _STEADY_AFTER_SECONDS:
            self.early_deaths = 0
        self._delay()
        log.warning(
            "%s ended with status %s and is started again", self.command.name, process.returncode
        )

    def _delay(self) -> None:
        delay = min(_FIRST_DELAY_SECONDS * 2**self.early_deaths, _LONGEST_DELAY_SECONDS)
        self.early_deaths += 1
        self.due_at = time.monotonic() + delay


class Supervisor:
    """Runs named commands; ``with Supervisor(directory) as supervisor:`` stops all at the end."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._children: dict[str, _Child] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ending = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        grace_seconds: float = 30.0,
        working_directory: Path | None = None,
    ) -> None:
        """Start `argv` under `name` and keep it running; `env` is added to our own environment."""
        self.start_command(
            command=Command(
                name=name,
                argv=tuple(argv),
                env={**os.environ, **(env or {})},
                working_directory=working_directory or Path.cwd(),
                grace_seconds=grace_seconds,
            )
        )

    def start_command(self, *, command: Command) -> None:
        """Start a command with every detail given.

        Raises:
            ValueError: a command of this name is already here.
            OSError: what is to run cannot be started at all (and whatever `before_start` raised).
        """
        log_file = self._directory / "log" / f"{command.name}.log"
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._changed:
            if command.name in self._children:
                raise ValueError(f"{command.name} is already supervised")
            child = self._children[command.name] = _Child(command=command, log_file=log_file)
            self._ending = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
                self._thread.start()
            self._changed.notify()
        child.tried.wait()
        failure = child.failure
        if failure is not None:
            self.stop_one(command.name)
            raise failure

    def names(self) -> list[str]:
        """Return the names in the order of their start."""
        return list(self._children)

    def pid(self, name: str) -> int | None:
        """Return the process id; None in the moment between a death and the restart."""
        process = self._children[name].process
        return process.pid if process is not None and process.poll() is None else None

    def early_deaths(self, name: str) -> int:
        """Return how many times in a row the child died soon after its start."""
        return self._children[name].early_deaths

    def log_file(self, name: str) -> Path:
        """Return the file the child writes to."""
        return self._children[name].log_file

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to the child's main process only; it is restarted if it dies of it."""
        process = self._children[name].process
        if process is not None:
            process.send_signal(number)

    def stop_one(self, name: str) -> None:
        """Stop one child for good: its stop signal, and after the grace SIGKILL for its session."""
        child = self._children[name]
        with child.lock:
            child.wanted = False
            process = child.process
        if process is not None:
            process.send_signal(child.command.stop_signal)
            try:
                process.wait(child.command.grace_seconds)
            except subprocess.TimeoutExpired:
                log.warning(
                    "%s did not stop within %s s and is killed", name, child.command.grace_seconds
                )
                process.kill()
                process.wait()
            _end_group(process.pid, patience_seconds=1.0)
        del self._children[name]

    def stop(self) -> None:
        """Stop everything, the last started first. Safe to call twice."""
        for name in reversed(list(self._children)):
            self.stop_one(name)
        with self._changed:
            self._ending = True
            self._changed.notify()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        # All children are started by this one thread: the kernel's death signal is tied to the
        # thread that forked, so a child started by a passing thread would die with that thread.
        while not self._ending:
            for child in list(self._children.values()):
                child.tend()
            with self._changed:
                self._changed.wait(_LOOK_EVERY_SECONDS)


def _spawn(command: Command, log_file: Path) -> subprocess.Popen[bytes]:
    account = command.account
    identity = (account.uid, account.gid) if account is not None else (-1, -1)
    launcher = [
        sys.executable,
        "-I",
        "-S",
        str(_LAUNCHER),
        os.getpid(),
        int(command.death_signal),
        *identity,
    ]
    with _open_log(log_file) as output:
        return subprocess.Popen(
            [*map(str, launcher), *command.argv],
            env=dict(command.env),
            cwd=command.working_directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG_BYTES_KEPT:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _end_group(group: int, *, patience_seconds: float) -> None:
    """Give what a dead child left in its session a moment (it may hold a port), then kill it."""
    deadline = time.monotonic() + patience_seconds
    while _alive(group):
        if time.monotonic() >= deadline:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                return
            return
        time.sleep(_LOOK_EVERY_SECONDS)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group of zombies
        return False
    return True
