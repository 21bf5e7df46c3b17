"""One PostgreSQL and one Valkey for a whole test run, started when the first test asks for them.

The process that leads the run (pytest itself, or the controller of pytest-xdist) owns the servers.
The others ask through files in a directory that both know: ``wanted`` asks, ``ready`` or ``failed``
answers. A run without database tests starts nothing.

With ``DATABASE_URL`` and ``REDIS_URL`` set, those servers are used: new databases are made beside
the one named, which is never touched, and the numbered Redis databases have to be empty.
"""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from enrol.embedded import EmbeddedServices, EmbeddedServicesError, RunningServices

_ANSWER_WITHIN_SECONDS = 150


class Services(Protocol):
    """What the fixtures need from servers, embedded or real."""

    def create_database(self, name: str, *, template: str = "template1") -> str: ...

    def drop_database(self, name: str) -> None: ...

    def redis_url_of(self, database: int) -> str: ...


class Host:
    """Waits in a thread until somebody wants servers, and runs them until `close`."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="enrol-tests-"))
        self.directory.chmod(0o711)  # as root, the servers' account has to pass through
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="test-services")
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        servers = self.directory / "servers"
        if servers.is_symlink():
            shutil.rmtree(servers.resolve(), ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _serve(self) -> None:
        while not (self.directory / "wanted").exists():
            if self._closing.wait(0.05):
                return
        try:
            with EmbeddedServices(directory=self.directory):
                (self.directory / "ready").touch()
                self._closing.wait()
        except EmbeddedServicesError as error:
            unfinished = self.directory / "failed.new"
            unfinished.write_text(str(error), encoding="utf-8")
            unfinished.rename(self.directory / "failed")


def ask(directory: Path) -> Services:
    """Return the run's servers, waiting for their start.

    Raises:
        EmbeddedServicesError: they could not be started; the text says why.
    """
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return RealServices(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    (directory / "wanted").touch()
    deadline = time.monotonic() + _ANSWER_WITHIN_SECONDS
    while not (directory / "ready").exists():
        if (directory / "failed").exists():
            raise EmbeddedServicesError((directory / "failed").read_text(encoding="utf-8"))
        if time.monotonic() > deadline:
            raise EmbeddedServicesError("the process that leads the test run does not answer")
        time.sleep(0.05)
    return RunningServices(directory=directory)


class RealServices:
    """Servers somebody else runs; the account in the address has to have the right CREATEDB."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._database_url = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._redis_url = redis_url

    def create_database(self, name: str, *, template: str = "template1") -> str:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        parts = urlsplit(self._database_url)
        return urlunsplit(parts._replace(scheme="postgresql+psycopg", path=f"/{name}"))

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def redis_url_of(self, database: int) -> str:
        parts = urlsplit(self._redis_url)
        if parts.scheme == "unix":
            url = urlunsplit(parts._replace(query=f"db={database}"))
        else:
            url = urlunsplit(parts._replace(path=f"/{database}"))
        with redis.Redis.from_url(url) as connection:
            keys = connection.dbsize()
        if keys:
            raise EmbeddedServicesError(f"Redis database {database} holds {keys} keys")
        return url
