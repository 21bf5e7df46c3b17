"""How gunicorn serves the application; each number can be set from the environment.

The request line, address and user agent of a parent are personal data: no log line holds them.
"""

import gc
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

_TELLING_SEGMENT = re.compile(r"(?=[^/]*[0-9%])[^/]+|[^/]{25,}")
_RESULTS = re.compile(r"^/ket-qua/.*", re.DOTALL)


def plain_path(path: str) -> str:
    """Return the path without anything that names a child: ``*`` for codes, tokens and numbers.

    A published result lies under a secret path (made from the family's code), so all of it goes.
    """
    bare = path.partition("?")[0]
    return _RESULTS.sub("/ket-qua/*", _TELLING_SEGMENT.sub("*", bare))[:200]


class QuietLogger(Logger):
    """Access lines as JSON without queries and addresses; errors without the request's text."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:  # noqa: ARG002
        """Write one line: method, masked path, status and duration in milliseconds."""
        if not self.access_log_enabled:
            return
        line = {
            "event": "request",
            "method": environ.get("REQUEST_METHOD"),
            "path": plain_path(environ.get("PATH_INFO") or ""),
            "status": int(str(resp.status).split(None, 1)[0]),
            "milliseconds": round(request_time.total_seconds() * 1000, 1),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        self.access_log.info("%s", json.dumps(line))

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Write a warning; an unreadable request is told without its text and sender."""
        if str(msg).startswith("Invalid request"):
            msg, args = "A request could not be read and was refused", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Write where a request failed and how, not the error's text, which may quote the data.

        An error outside a request (a setting is missing) is told in full.
        """
        if "request" not in str(msg):
            super().exception(msg, *args, **kwargs)
            return
        error = sys.exc_info()[1]
        frames = traceback.extract_tb(error.__traceback__) if error is not None else []
        place = " ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-1:])
        shown = [plain_path(str(value)) for value in args]
        self.error_log.error(f"{msg} (%s %s)", *shown, type(error).__name__, place)


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - the names are gunicorn's
    """Let go of connections inherited from the parent, should the application be preloaded."""
    forget = getattr(server.app.callable, "extensions", {}).get("enrol_after_fork")
    if forget is not None:
        forget()


def post_worker_init(worker: Any) -> None:  # noqa: ARG001 - the names are gunicorn's
    """Look for rubbish seldom, and never among what lives as long as the process.

    A page makes some thousand objects and hardly a cycle: at Python's own pace looking for cycles
    was a twentieth of a page's processor time (benchmarks/README.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_BEFORE_LOOKING, 20, 20)


def on_starting(server: Any) -> None:  # noqa: ARG001 - the names are gunicorn's
    """Make the files by which the processes share what /metrics shows (ENROL_METRICS_TOKEN)."""
    if _SHARED_FILES not in os.environ:
        made = tempfile.mkdtemp(prefix="enrol-metrics-", dir=_memory)
        os.environ[_SHARED_FILES] = made
        _made_here.append(made)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - the names are gunicorn's
    """Keep what a dead process has counted, but not its gauges."""
    if any(Path(os.environ[_SHARED_FILES]).iterdir()):
        # Decides at its first import whether numbers are shared: not before on_starting.
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:  # noqa: ARG001 - the names are gunicorn's
    """Leave no files behind."""
    for made in _made_here:
        shutil.rmtree(made, ignore_errors=True)


_memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
_SHARED_FILES = "PROMETHEUS_MULTIPROC_DIR"
_made_here: list[str] = []
_NEW_OBJECTS_BEFORE_LOOKING = 20_000

wsgi_app = "wsgi:app"
bind = os.environ.get("ENROL_BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Threads that get whole requests only, so a slow phone holds none of them, and a quick refusal
# beyond what can be served (ENROL_WEB_LINE). Each thread needs at most one connection of the pool
# (ENROL_POOL_SIZE, 8 as well).
worker_class = "enrol.adapters.patient_worker.PatientWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("ENROL_WEB_THREADS", "8"))
worker_connections = int(os.environ.get("ENROL_WEB_CONNECTIONS", "4000"))
backlog = 2048  # of the kernel; nobody stays in it, for the event loop accepts at once
keepalive = 5
timeout = 30  # of a worker's heartbeat; the work of a request is bounded by the database's timeouts
graceful_timeout = 25
max_requests = 0  # no recycling in the opening minute
preload_app = False
reuse_port = False

# The heartbeat is a file; on a disk it can block a worker.
worker_tmp_dir = _memory

control_socket_disable = True
# Only proxies named here may say that a request came by https; the application counts its own hops
# (ENROL_PROXY_HOPS).
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "")

accesslog = "-"
errorlog = "-"
loglevel = os.environ.get("ENROL_LOG_LEVEL", "info").lower()
logger_class = QuietLogger
logging.raiseExceptions = False  # a full disk under the log must not end a request
