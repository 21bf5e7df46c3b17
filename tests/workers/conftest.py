"""Real worker and relay processes on the test's own databases, and a Valkey that may be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import has_app_context
from sqlalchemy import text

from enrol.config import ROOT, Settings
from enrol.embedded.binaries import find_binaries
from enrol.store.db import transaction

PATIENCE = 180.0
"""Seconds. Three processes that start at once take 9 s on two free cores, a minute on busy ones."""


def wait_until(condition: Callable[[], object], *, what: str) -> None:
    """Return when the condition holds; fail when it does not within a generous time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}; undone: {_undone()}"
        time.sleep(0.05)


def _undone() -> list[tuple[str, int, bool]]:
    """Return job, number of sendings, and whether a worker was ever there to be woken: a wake-up
    that was lost shows as work sent again and again, a slow machine as work sent once or never.
    """
    query = text(
        "SELECT job, attempts, EXISTS (SELECT FROM heartbeats WHERE name LIKE 'worker/%')"
        " FROM outbox WHERE done_at IS NULL ORDER BY id"
    )
    if not has_app_context():
        return []
    with transaction() as tx:
        return [(row[0], row[1], row[2]) for row in tx.execute(query)]


class Crew:
    """Starts processes of the house and ends them all, whatever happened."""

    def __init__(self, settings: Settings, redis_url: str, results: Path) -> None:
        self._environment = os.environ | {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": redis_url,
            "ENROL_ENVIRONMENT": "test",
            "ENROL_SESSION_KEY": settings.session_key.get_secret_value(),
            "ENROL_DATA_KEY": settings.data_key.get_secret_value(),
            "ENROL_RESULTS_DIRECTORY": str(results),
            "ENROL_BUNDLES_DIRECTORY": str(results.with_name("bundles")),
            "ENROL_EXCHANGE_DIRECTORY": str(results.with_name("exchange")),
            # Longer than our patience: what dies in a test dies of what the test did to it.
            "ENROL_LOCK_TIMEOUT_MS": "120000",
            "ENROL_STATEMENT_TIMEOUT_MS": "120000",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def worker(self, queue: str = "allocation") -> subprocess.Popen[bytes]:
        return self._start("workers.main", queue)

    def relay(self) -> subprocess.Popen[bytes]:
        return self._start("workers.relay")

    def _start(self, *module: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def dismiss(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


class OwnValkey:
    """A Valkey of one test that keeps nothing: killed, it comes back empty."""

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        program = str(find_binaries().valkey_server)
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(
            [program, *options, "--dir", str(self._socket.parent)], stdout=subprocess.DEVNULL
        )
        wait_until(self._answers, what="Valkey answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as connection:
                return bool(connection.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture
def crew(settings: Settings, empty_redis_url: str, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(settings, empty_redis_url, tmp_path / "results")
    yield made
    made.dismiss()


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[OwnValkey]:
    made = OwnValkey(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def own_crew(settings: Settings, own_valkey: OwnValkey, tmp_path: Path) -> Iterator[Crew]:
    """A crew whose Redis may be killed."""
    made = Crew(settings, own_valkey.url, tmp_path / "results")
    yield made
    made.dismiss()


def horses_of(pid: int) -> list[int]:
    """Return the children of a process."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
