"""PostgreSQL and Valkey together: start, wait until they answer, watch, stop."""

import fcntl
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from enrol.embedded import valkey
from enrol.embedded.binaries import binaries_for, find_binaries
from enrol.embedded.databases import APPLICATION_DATABASE, TEMPLATE, Databases, NotReadyError
from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.layout import (
    Layout,
    existing_layout,
    make_directory,
    prepare_layout,
    remove_short_sockets,
)
from enrol.embedded.postgres import make_cluster, postgres_command
from enrol.embedded.processes import Supervisor

log = logging.getLogger(__name__)

_READY_WITHIN_SECONDS = 120.0
"""Crash recovery after a morning's writing takes its time; the ten seconds often seen do not do."""
_HOPELESS_AFTER_DEATHS = 8
_BROKEN_AFTER_DEATHS = 3


class RunningServices:
    """The servers another process runs in `directory`: their addresses, and databases made there.

    Raises:
        EmbeddedServicesError: nothing was ever started in `directory`.
    """

    def __init__(self, directory: Path = Path("var")) -> None:
        self._use(existing_layout(directory=directory), find_binaries().postgres_bin)

    def _use(self, layout: Layout, programs: Path) -> None:
        self._layout = layout
        self._databases = Databases(layout=layout, programs=programs)

    @property
    def database_url(self) -> str:
        """The application's database for SQLAlchemy (psycopg 3, Unix socket, not a superuser)."""
        return self._databases.url(APPLICATION_DATABASE)

    @property
    def redis_url(self) -> str:
        """The redis-py address of Valkey's database 0 (Unix socket)."""
        return valkey.valkey_url(layout=self._layout)

    def redis_url_of(self, database: int) -> str:
        """Return the redis-py address of one of Valkey's 64 numbered databases."""
        return valkey.valkey_url(layout=self._layout, database=database)

    def create_database(self, name: str, *, template: str = TEMPLATE) -> str:
        """Make an empty database, or a copy of `template`, and return its address."""
        return self._databases.create(name=name, template=template)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions."""
        self._databases.drop(name=name)


class EmbeddedServices(RunningServices):
    """Runs both servers in `directory` for the length of a ``with`` block; restarts what dies.

    ::

        with EmbeddedServices(directory=Path("var")) as services:
            create_app(database_url=services.database_url, redis_url=services.redis_url)

    Raises:
        EmbeddedServicesError: on entering, one line that says why it cannot work.
    """

    def __init__(
        self, directory: Path = Path("var"), *, ready_within_seconds: float = _READY_WITHIN_SECONDS
    ) -> None:
        self._directory = directory
        self._ready_within_seconds = ready_within_seconds
        self._supervisor = Supervisor(directory)
        self._lock_descriptor: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def postgres_pid(self) -> int | None:
        """The postmaster's process id; None between a crash and the restart."""
        return self._supervisor.pid("postgres")

    @property
    def valkey_pid(self) -> int | None:
        """Valkey's process id; None between a crash and the restart."""
        return self._supervisor.pid("valkey")

    @property
    def supervisor(self) -> Supervisor:
        """The supervisor of the two servers, for tests that kill them."""
        return self._supervisor

    def start(self) -> None:
        """Start both and return when both answer and the application's database exists."""
        try:
            self._lock_descriptor = _lock(make_directory(directory=self._directory))
            self._start_locked()
        except PermissionError as error:
            self.stop()
            raise EmbeddedServicesError(
                f"No right to use {error.filename}: run as the account that made it, "
                "or choose another directory."
            ) from error
        except BaseException:
            self.stop()
            raise

    def _start_locked(self) -> None:
        layout = prepare_layout(directory=self._directory)
        binaries = binaries_for(layout=layout)
        programs = binaries.postgres_bin
        self._use(layout, programs)
        make_cluster(layout=layout, programs=programs)
        for command in (
            postgres_command(layout=layout, programs=programs),
            valkey.valkey_command(layout=layout, program=binaries.valkey_server),
        ):
            self._supervisor.start_command(command=command)
        self.wait_until_ready()
        self._databases.bootstrap()

    def stop(self) -> None:
        """Stop Valkey, then PostgreSQL, and let go of the directory. Safe to call twice."""
        self._supervisor.stop()
        if self._lock_descriptor is not None:
            remove_short_sockets(directory=self._directory)
            os.close(self._lock_descriptor)
            self._lock_descriptor = None

    def wait_until_ready(self) -> None:
        """Return when both servers answer; also after one was killed.

        Raises:
            EmbeddedServicesError: not within the time given, or a server dies again and again.
        """
        deadline = time.monotonic() + self._ready_within_seconds
        self._wait(
            name="postgres", check=self._databases.check_ready, deadline=deadline, repair=None
        )
        self._wait(
            name="valkey",
            check=lambda: valkey.check_ready(layout=self._layout),
            deadline=deadline,
            repair=lambda: valkey.set_aside_broken_files(layout=self._layout),
        )

    def _wait(
        self,
        *,
        name: str,
        check: Callable[[], None],
        deadline: float,
        repair: Callable[[], None] | None,
    ) -> None:
        while True:
            try:
                check()
            except (NotReadyError, OSError) as error:
                reason = str(error)
            else:
                return
            deaths = self._supervisor.early_deaths(name)
            if repair is not None and deaths >= _BROKEN_AFTER_DEATHS:
                repair()
                repair = None
            if deaths >= _HOPELESS_AFTER_DEATHS or time.monotonic() > deadline:
                raise EmbeddedServicesError(self._why_not(name=name, reason=reason))
            time.sleep(0.05)

    def _why_not(self, *, name: str, reason: str) -> str:
        log_file = self._supervisor.log_file(name)
        lines = log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last_words = " / ".join(lines[-3:])
        why = reason.splitlines()[-1] if reason else "no answer"
        return f"{name} does not start ({why}); last words in {log_file}: {last_words}"


def _lock(directory: Path) -> int:
    """Take the directory for this process; the kernel lets go when the process dies."""
    path = directory / "embedded.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise EmbeddedServicesError(
            f"The embedded servers in {directory} are already run by process {owner}: "
            "stop it first, or choose another directory."
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor
