"""The running house: servers, schema, web, workers and relay under one supervisor."""

import os
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import click
import redis
from flask import Flask

from enrol.config import ROOT, Settings
from enrol.embedded import EmbeddedServices, EmbeddedServicesError, Supervisor
from enrol.factory import create_app
from enrol.store import schema

ENVIRONMENT_FILE = "enrol.env"
_DATABASE = "enrol"
_READY_WITHIN_SECONDS = 60
_PYTHON = Path(sys.executable)


class StackError(click.ClickException):
    """The house cannot start; the text says why and what to do."""


class Stack:
    """Everything of one installation in ``directory``; real servers when the environment names
    them.

    ``app`` is an application for commands of this process; pages are served at ``address``. With
    ``fresh`` what an earlier demo left in the directory's own servers is thrown away.
    """

    def __init__(self, *, directory: Path, port: int, workers: int, fresh: bool) -> None:
        self.directory = directory
        self._fresh = fresh
        self.address = f"http://localhost:{port}"
        self._port = port
        self._workers = workers
        self._stack = ExitStack()
        self._processes: Supervisor | None = None
        self._servers_here: EmbeddedServices | None = None
        self._app: Flask | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def app(self) -> Flask:
        """The application of this process."""
        assert self._app is not None  # noqa: S101
        return self._app

    @property
    def processes(self) -> Supervisor:
        """The supervisor of web, workers and relay, for tests that kill them."""
        assert self._processes is not None  # noqa: S101
        return self._processes

    @property
    def servers(self) -> EmbeddedServices | None:
        """The embedded PostgreSQL and Valkey, for tests that kill them; None with real servers."""
        return self._servers_here

    @property
    def environment_file(self) -> Path:
        """Settings of this stack, readable by us alone; other commands find them by
        ENROL_ENV_FILE.
        """
        return self.directory / ENVIRONMENT_FILE

    def start_processes(self) -> None:
        """Start web, workers and relay, and return when the pages answer."""
        environment = {"ENROL_ENV_FILE": str(self.environment_file), "ENROL_PORT": str(self._port)}
        start = self.processes.start
        start(
            "web",
            [*_module("gunicorn"), "-c", "gunicorn.conf.py", "wsgi:app"],
            environment | {"ENROL_BIND": f"127.0.0.1:{self._port}"},
            working_directory=ROOT,
        )
        for number in range(1, self._workers + 1):
            worker = [*_module("workers.main"), "allocation"]
            start(f"worker-allocation-{number}", worker, environment, working_directory=ROOT)
        for queue in ("messages", "rehearsals", "mail"):
            worker = [*_module("workers.main"), queue]
            start(f"worker-{queue}", worker, environment, working_directory=ROOT)
        start("relay", _module("workers.relay"), environment, working_directory=ROOT)
        self._wait_for_pages()

    def _start(self) -> None:
        _refuse_busy_port(self._port)
        self.directory.mkdir(parents=True, exist_ok=True)
        database_url, redis_url = self._servers()
        self._write_environment(database_url=database_url, redis_url=redis_url)
        self._app = create_app(Settings.load(env_file=self.environment_file))
        self._stack.enter_context(self._app.app_context())
        schema.bring_up(self._app)
        self._processes = self._stack.enter_context(Supervisor(self.directory))

    def _servers(self) -> tuple[str, str]:
        if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
            return os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
        try:
            servers = self._stack.enter_context(EmbeddedServices(self.directory))
        except EmbeddedServicesError as error:
            raise StackError(str(error)) from error
        self._servers_here = servers
        if self._fresh:
            servers.drop_database(_DATABASE)
            servers.create_database(_DATABASE)
            with redis.Redis.from_url(servers.redis_url) as hints:
                hints.flushdb()
            for name in ("results", "bundles", "saved", "city", "messages"):
                shutil.rmtree(self.directory / name, ignore_errors=True)
        return servers.database_url, servers.redis_url

    def _write_environment(self, *, database_url: str, redis_url: str) -> None:
        kept = read_environment(self.environment_file)
        values = {
            "ENROL_ENVIRONMENT": "development",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "ENROL_SESSION_KEY": kept.get("ENROL_SESSION_KEY", secrets.token_urlsafe(48)),
            "ENROL_DATA_KEY": kept.get("ENROL_DATA_KEY", secrets.token_urlsafe(48)),
            "ENROL_BASE_URL": self.address,
            "ENROL_RESULTS_DIRECTORY": str(self.directory / "results"),
            "ENROL_BUNDLES_DIRECTORY": str(self.directory / "bundles"),
            "ENROL_DOCUMENTS_DIRECTORY": str(self.directory / "documents"),
            "ENROL_EXCHANGE_DIRECTORY": str(self.directory / "exchange"),
            # What families would be sent lies there to be read, at any hour.
            "ENROL_MESSAGES_DIRECTORY": str(self.directory / "messages"),
            "ENROL_QUIET_FROM": "00:00",
            "ENROL_QUIET_UNTIL": "00:00",
        }
        text = "".join(f"{name}='{value}'\n" for name, value in values.items())
        self.environment_file.touch(mode=0o600)
        self.environment_file.write_text(text, encoding="utf-8")

    def _wait_for_pages(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        log = self.processes.log_file("web")
        raise StackError(f"the pages do not answer at {self.address}; see {log}")


def read_environment(path: Path) -> Mapping[str, str]:
    """Return the ``NAME='value'`` lines of a stack's settings; empty when there is no file."""
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: value.strip("'") for name, sign, value in lines if sign}


def _refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StackError(
                f"port {port} is in use; stop what uses it or choose another with --port"
            ) from error


def _module(name: str) -> list[str]:
    return [str(_PYTHON), "-m", name]
