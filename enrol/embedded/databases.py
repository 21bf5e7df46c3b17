"""Roles and databases of the embedded PostgreSQL, made through psql by its superuser."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.layout import Layout
from enrol.embedded.postgres import SUPERUSER

APPLICATION_ROLE = "enrol"
APPLICATION_DATABASE = "enrol"
TEMPLATE = "template1"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# The extensions go into the template, so that every database has them and the application needs no
# right to make them: names are searched without accents (unaccent, pg_trgm), periods must not
# overlap (btree_gist).
_BOOTSTRAP = r"""
SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \gexec
ALTER ROLE {role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
      PASSWORD '{password}';
\connect template1
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
\connect postgres
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
"""
_CREATE = r"""
SELECT 'CREATE DATABASE "{name}" OWNER {role} TEMPLATE "{template}"'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \gexec
REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
"""


class NotReadyError(Exception):
    """The server does not answer yet."""


@dataclass(frozen=True, kw_only=True)
class Databases:
    """The superuser's desk. `programs` is the directory of psql."""

    layout: Layout
    programs: Path

    def url(self, name: str) -> str:
        """Return a database's SQLAlchemy address, for the application's role."""
        password = self.layout.secret("enrol-password")
        host = quote(str(self.layout.sockets), safe="")
        return f"postgresql+psycopg://{APPLICATION_ROLE}:{password}@/{name}?host={host}"

    def check_ready(self) -> None:
        """Return when the superuser can run a statement.

        Raises:
            NotReadyError: not yet (starting, or recovering after a crash).
            EmbeddedServicesError: it answers, but refuses our password.
        """
        self._run("SELECT 1;")

    def bootstrap(self) -> None:
        """Make the role, the extensions and the application's database; safe to repeat."""
        self._run(
            _BOOTSTRAP.format(role=APPLICATION_ROLE, password=self.layout.secret("enrol-password"))
        )
        self.create(name=APPLICATION_DATABASE, template=TEMPLATE)

    def create(self, *, name: str, template: str) -> str:
        """Make a database owned by the application's role unless it exists; return its address.

        `template` is copied; nobody may be connected to it meanwhile.
        """
        values = {"name": _checked(name), "template": _checked(template), "role": APPLICATION_ROLE}
        self._run(_CREATE.format(**values))
        return self.url(name)

    def drop(self, *, name: str) -> None:
        """Remove a database and end its sessions; nothing happens when there is none."""
        self._run(f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE);')

    def _run(self, statements: str) -> None:
        """Run statements from standard input: passwords must not stand in a process list."""
        finished = subprocess.run(
            [
                str(self.programs / "psql"), "--no-psqlrc", "--no-password", "--quiet",
                "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", f"--host={self.layout.sockets}",
                "--port=5432", f"--username={SUPERUSER}", "--dbname=postgres",
            ],
            input=statements,
            env=_client_environment(self.layout.secret("postgres-password")),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )  # fmt: skip
        if finished.returncode == 0:
            return
        reason = finished.stderr.strip()
        if "password authentication failed" in reason:
            raise EmbeddedServicesError(
                f"PostgreSQL refuses the password in {self.layout.directory / 'secrets'}; its data "
                "was made with another one: put that back, or choose another directory."
            )
        if finished.returncode == 2:  # psql: no connection, or it broke
            raise NotReadyError(reason)
        raise EmbeddedServicesError(f"PostgreSQL refused a set-up statement: {reason}")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a database name: {name!r} (a-z, 0-9 and _, at most 63)")
    return name


def _client_environment(password: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # "already exists, skipping" is nothing to report.
    quiet = "-c client_min_messages=warning"
    return {**kept, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5", "PGOPTIONS": quiet}
