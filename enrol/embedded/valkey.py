"""The embedded Valkey: hints for the queue and the waiting room, kept on disk all the same."""

import logging
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from enrol.embedded.errors import EmbeddedServicesError
from enrol.embedded.layout import Layout, write_private
from enrol.embedded.leftovers import end_servers
from enrol.embedded.processes import Command

log = logging.getLogger(__name__)

DATABASES = 64
"""Numbered databases; the tests give one to each process."""

_CONFIGURATION = """\
# Written at every start; changes made here are lost.
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{directory}"
databases {databases}
daemonize no
# A killed server comes back with all but the last second; no queued job is evicted for space.
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory 256mb
maxmemory-policy noeviction
enable-debug-command no
enable-module-command no
enable-protected-configs no
loglevel notice
"""
_APPEND_ONLY = "appendonlydir"


def socket_path(*, layout: Layout) -> Path:
    """Return the Unix socket the server listens on, its only one."""
    return layout.sockets / "valkey.sock"


def valkey_url(*, layout: Layout, database: int = 0) -> str:
    """Return the address for redis-py, password included."""
    path = quote(str(socket_path(layout=layout)))
    return f"unix://:{layout.secret('valkey-password')}@{path}?db={database}"


def valkey_command(*, layout: Layout, program: Path) -> Command:
    """Return how to run the server; its configuration holds the password, for its account only."""
    configuration = layout.valkey / "valkey.conf"
    text = _CONFIGURATION.format(
        socket=_quoted(socket_path(layout=layout)),
        password=layout.secret("valkey-password"),
        directory=_quoted(layout.valkey),
        databases=DATABASES,
    )
    write_private(path=configuration, text=text, account=layout.account)
    return Command(
        name="valkey",
        argv=(str(program), str(configuration)),
        env={"LC_ALL": "C", "TZ": "UTC"},
        working_directory=layout.valkey,
        account=layout.account,
        death_signal=signal.SIGTERM,
        grace_seconds=30.0,
        before_start=lambda: _end_leftovers(layout),
    )


def check_ready(*, layout: Layout) -> None:
    """Return when the server answers a ping.

    Raises:
        OSError: not yet (no socket, or still loading).
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(socket_path(layout=layout)))
        connection.sendall(f"AUTH {layout.secret('valkey-password')}\r\nPING\r\nQUIT\r\n".encode())
        answer = b""
        while part := connection.recv(4096):
            answer += part
    if b"+PONG" not in answer:
        raise ConnectionError(answer.decode(errors="replace").strip())


def set_aside_broken_files(*, layout: Layout) -> None:
    """Move append-only files away that the server cannot load: PostgreSQL holds the truth."""
    broken = layout.valkey / _APPEND_ONLY
    if broken.exists():
        kept = broken.with_name(f"{_APPEND_ONLY}.broken-{int(time.time())}")
        broken.rename(kept)
        log.warning("valkey cannot read its files and starts empty; they are kept in %s", kept)


def _end_leftovers(layout: Layout) -> None:
    steps = ((None, 5.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
    left = end_servers(directory=layout.valkey, program="valkey-server", steps=steps)
    if left:
        raise EmbeddedServicesError(f"Old Valkey processes do not end: {sorted(left)}.")


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
