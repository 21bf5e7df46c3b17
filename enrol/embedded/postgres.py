"""The embedded PostgreSQL: made once, started with settings that keep what was committed."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.layout import Layout, write_private
from enrol.embedded.leftovers import end_servers
from enrol.embedded.processes import Command

log = logging.getLogger(__name__)

SUPERUSER = "postgres"
MAX_CONNECTIONS = 100
"""Must exceed web processes x (pool + overflow), two a worker process, one for the relay and three
kept for the superuser."""

_MAJOR_VERSION = "18"
_ACCESS_RULES = """\
# The Unix sockets only, and always a password. No rule for TCP: nothing listens there.
local  all  all  scram-sha-256
"""
_SETTINGS = {
    # An acknowledged registration survives the power cut: these three are the reason.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "listen_addresses": "",
    "port": "5432",  # only a part of the socket's name
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": str(MAX_CONNECTIONS),
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    # Parallel queries need /dev/shm, which containers keep at 64 MB.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    # No child's data in the log: no statement texts, no parameters, no "Key (...)=(...)" details.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
_FATAL_SIGNALS = (signal.SIGQUIT, signal.SIGKILL)


def data_directory(*, layout: Layout) -> Path:
    """Return the cluster's own directory."""
    return layout.postgres / "data"


def make_cluster(*, layout: Layout, programs: Path) -> None:
    """Run initdb unless there is a cluster: UTF-8, code point order, checksums, passwords for all.

    Interrupted half-way it leaves nothing: the finished directory gets its name last.

    Raises:
        EmbeddedServicesError: the cluster there is of another major version, or initdb failed.
    """
    data = data_directory(layout=layout)
    if data.exists():
        version = (data / "PG_VERSION").read_text().strip()
        if version != _MAJOR_VERSION:
            raise EmbeddedServicesError(
                f"{data} was made by PostgreSQL {version} and this is {_MAJOR_VERSION}: "
                "dump it with the old version first, or choose another directory."
            )
        return
    unfinished = data.with_name("data.new")
    # Trigram search takes "đ" for a letter only under a UTF-8 LC_CTYPE; not every system has one.
    answer = ""
    for letters in ("C.UTF-8", "C"):
        shutil.rmtree(unfinished, ignore_errors=True)
        answer = _initdb(layout=layout, programs=programs, target=unfinished, letters=letters)
        if not answer:
            (unfinished / "pg_hba.conf").write_text(_ACCESS_RULES)
            unfinished.rename(data)
            return
        log.warning("initdb with LC_CTYPE %s failed: %s", letters, answer)
    raise EmbeddedServicesError(f"PostgreSQL's initdb failed: {answer}")


def _initdb(*, layout: Layout, programs: Path, target: Path, letters: str) -> str:
    """Return an empty string, or why it failed."""
    password = layout.postgres / "password"
    write_private(path=password, text=layout.secret("postgres-password"), account=layout.account)
    command = [
        str(programs / "initdb"), f"--pgdata={target}", f"--username={SUPERUSER}",
        f"--pwfile={password}", "--auth=scram-sha-256", "--data-checksums", "--no-instructions",
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--locale=C", f"--lc-ctype={letters}", "--text-search-config=simple",
    ]  # fmt: skip
    account = layout.account
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(
            command,
            env=_environment(),
            cwd=layout.postgres,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=account.uid if account is not None else None,
            group=account.gid if account is not None else None,
            extra_groups=[] if account is not None else None,
        )
        output.seek(0)
        lines = output.read().decode(errors="replace").strip().splitlines()
    password.unlink()
    if finished.returncode == 0:
        return ""
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return "; ".join(errors or lines[-3:] or [f"status {finished.returncode}"])


def postgres_command(*, layout: Layout, programs: Path) -> Command:
    """Return how to run the postmaster: fast shutdown at the end, also when we are killed."""
    socket_directory = str(layout.sockets).replace('"', '""')
    settings = {**_SETTINGS, "unix_socket_directories": f'"{socket_directory}"'}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        argv=(str(programs / "postgres"), "-D", str(data_directory(layout=layout)), *options),
        env=_environment(),
        working_directory=layout.postgres,
        account=layout.account,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        grace_seconds=60.0,
        before_start=lambda: _clear_the_way(layout),
    )


def _clear_the_way(layout: Layout) -> None:
    """End what a killed instance left and take away its stale lock files; we hold the lock."""
    data = data_directory(layout=layout)
    # A postmaster whose supervisor was killed is already stopping: let it write its checkpoint.
    # Orphaned backends have nothing to finish: their transactions are lost either way.
    patience = 20.0 if _postmaster_lives(data) else 0.5
    steps = ((None, patience), *((number, 5.0) for number in _FATAL_SIGNALS))
    left = end_servers(directory=data, program="postgres", steps=steps)
    if left:
        raise EmbeddedServicesError(f"Old PostgreSQL processes do not end: {sorted(left)}.")
    # A stale lock file whose number now belongs to another process would stop the postmaster.
    for stale in (data / "postmaster.pid", *layout.sockets.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _postmaster_lives(data: Path) -> bool:
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        stands_in = Path(f"/proc/{pid}/cwd").readlink()
    except (OSError, ValueError):
        return False
    return stands_in == data.resolve()


def _environment() -> dict[str, str]:
    """Return an environment without the caller's PG* variables and locale."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return (
        {**kept, "TZ": "UTC", "LC_ALL": "C"}
        if sys.platform != "darwin"
        else {**kept, "LC_ALL": "en_US.UTF-8"}
    )
