"""gunicorn's threads for finished requests only: slow phones wait in the event loop, and what is
too much is told so at once.

gunicorn's own threaded worker reads a request inside a thread: sixteen telephones on a bad network
(or sixteen idle sockets) would stand in everybody's way, and a closing connection may hold the
event loop for two seconds. It also never refuses: a burst waits for its turn without an answer.
Here the event loop collects each request whole; a thread gets it when nothing is missing. When too
many whole requests wait for a thread, a page drawn ahead says so with ``Retry-After``.
"""

import os
import re
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from errno import EMFILE, ENFILE
from functools import partial
from itertools import count
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from selectors import EVENT_READ
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from enrol.adapters.arriving import END_OF_HEAD, Arriving

BUSY_PAGES = "enrol_busy_pages"
"""Where the application keeps the page of a refusal, as bytes, by language."""

MOST_WAITING = int(os.environ.get("ENROL_WEB_LINE", "300"))
"""Whole requests that may wait for a thread of one process; pressed buttons get twice as many."""
LONGEST_WAIT_SECONDS = 5.0
"""A page that nobody waits for any more is not made; what a button sends always is."""
MOST_HELD = 64 * 1024 * 1024
"""What is collected beyond it in all is read by threads."""
SILENT_SECONDS = 10.0
SLOW_SECONDS = 60.0
LINGER_SECONDS = 2.0
SWEEP_SECONDS = 0.5
CROWDED = 0.9
FEWEST_CONNECTIONS = 20
OTHER_FILES = 100
"""Open files of a process besides the visitors' connections."""
_CHUNK = 64 * 1024
_ENGLISH = re.compile(rb"\r\ncookie:[^\r]*\blang=en\b", re.IGNORECASE)
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_NO_LENGTH = b"HTTP/1.1 411 Length Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_LONG_HEAD = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
_PLAIN = {"vi": b"Busy. Please try again in a few seconds.\n"}


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The threaded worker behind ``gunicorn.conf.py``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, Arriving] = {}
        self._leaving: dict[Any, float] = {}
        self._held = 0
        self._swept = 0.0
        self._told = 0.0
        self._waiting: deque[float] = deque()  # its ends are safe from any thread
        self._refusals = count()
        self._refused = 0

    def init_process(self) -> None:
        """Begin with as many connections as the system lets a process have open."""
        soft, hard = getrlimit(RLIMIT_NOFILE)
        wanted = self.cfg.worker_connections + OTHER_FILES
        most = wanted if hard == RLIM_INFINITY else min(wanted, hard)
        if soft != RLIM_INFINITY and most > soft:
            setrlimit(RLIMIT_NOFILE, (most, hard))
        self.worker_connections = max(FEWEST_CONNECTIONS, most - OTHER_FILES)
        super().init_process()

    def notify(self) -> None:
        """Tell the arbiter twice a second that the loop turns; gunicorn would at every turn of it,
        which is several a request.
        """
        now = monotonic()
        if now - self._told >= SWEEP_SECONDS:
            self._told = now
            super().notify()

    # Coming in

    def accept(self, listener: Any) -> None:
        """Take a connection and wait for its request without a thread."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError, InterruptedError):
            return
        except OSError as error:
            if error.errno not in (EMFILE, ENFILE):
                raise
            self._make_room()
            return
        self.nr_conns += 1
        if self.nr_conns > self.worker_connections * CROWDED:
            self._make_room()
        self._collect(TConn(self.cfg, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """Collect the next request of a connection that was kept."""
        if self.cfg.is_ssl:
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._collect(conn)

    def _collect(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        arriving = Arriving(conn, monotonic())
        self._arriving[conn] = arriving
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, arriving))
        self._read(arriving, conn.sock)

    def _read(self, arriving: Arriving, sock: Any) -> None:
        if arriving.conn not in self._arriving:  # given up a moment ago
            return
        searched = len(arriving.body)
        try:
            chunk = sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        arriving.body += chunk
        self._held += len(chunk)
        if not chunk:
            self._forget(arriving)
            self._drop(arriving.conn)
        elif arriving.is_whole(searched) or self._held > MOST_HELD:
            self._forget(arriving)
            self._hand_over(arriving)

    def _forget(self, arriving: Arriving) -> None:
        self.poller.unregister(arriving.conn.sock)
        del self._arriving[arriving.conn]
        self._held -= len(arriving.body)

    def _hand_over(self, arriving: Arriving) -> None:
        conn = arriving.conn
        if arriving.has_no_length or arriving.has_endless_head:
            self._say(conn, _NO_LENGTH if arriving.has_no_length else _LONG_HEAD)
            self._leave(conn)
            return
        conn.is_button = arriving.body.startswith(b"POST ")
        conn.speaks_english = _ENGLISH.search(arriving.body) is not None
        if len(self._waiting) >= MOST_WAITING * (2 if conn.is_button else 1):
            self._send_refusal(conn)
            self._leave(conn)
            return
        conn.init()
        conn.parser.unreader.unread(bytes(arriving.body))
        conn.data_ready = True
        self.enqueue_req(conn)

    # Being served

    def enqueue_req(self, conn: Any) -> None:
        """Let a whole request wait for a thread."""
        self._waiting.append(monotonic())
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve a request (in a thread), unless it waited longer than anybody would."""
        waited = monotonic() - self._waiting.popleft()
        if waited > LONGEST_WAIT_SECONDS and not getattr(conn, "is_button", True):
            self._send_refusal(conn)
            return False
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection, or let go of it without holding up the loop."""
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self._leave(conn)
        else:
            super().finish_request(conn, fs)

    def _send_refusal(self, conn: Any) -> None:
        """Say that too many are here. A page comes back by itself, a button never does."""
        self._refused += 1
        pages: Mapping[str, bytes] = getattr(self.wsgi, "extensions", {}).get(BUSY_PAGES, _PLAIN)
        page = pages.get("en" if conn.speaks_english else "vi", pages["vi"])
        seconds = 5 + next(self._refusals) % 16
        lines = [
            "HTTP/1.1 503 Service Unavailable",
            "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {len(page)}",
            f"Retry-After: {seconds}",
            *([] if conn.is_button else [f"Refresh: {seconds}"]),
            "Cache-Control: no-store",
            "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src data:",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        self._say(conn, "\r\n".join(lines).encode() + END_OF_HEAD + page)

    def _say(self, conn: Any, answer: bytes) -> None:
        """Send a few kilobytes, which the kernel takes at once; who left meanwhile misses them."""
        conn.sock.setblocking(False)
        with suppress(OSError):
            conn.sock.send(answer)

    # Going away

    def _leave(self, conn: Any) -> None:
        """End a connection as RFC 9112, 9.6 asks, but in the event loop: half closed first."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._leaving[conn] = monotonic() + LINGER_SECONDS
        self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))

    def _drain(self, conn: Any, sock: Any) -> None:
        if conn not in self._leaving:
            return
        try:
            if sock.recv(_CHUNK):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._left(conn)
        else:
            self._left(conn)

    def _left(self, conn: Any) -> None:
        del self._leaving[conn]
        self.poller.unregister(conn.sock)
        self._drop(conn)

    def _drop(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Let go of who sends nothing, or too slowly; called at least once a second."""
        super().murder_pending()
        now = monotonic()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        for conn, deadline in list(self._leaving.items()):
            if now > deadline:
                self._left(conn)
        for arriving in list(self._arriving.values()):
            patience = SLOW_SECONDS if arriving.body else SILENT_SECONDS if self.alive else 0.0
            if now - arriving.began > patience:
                self._give_up(arriving)
        if self._refused:
            self.log.warning("%s requests were refused: too many at once", self._refused)
            self._refused = 0

    def _make_room(self) -> None:
        """Give up the connection that has been sending for longest: it is the slowest of all."""
        oldest = next(iter(self._arriving.values()), None)
        if oldest is not None:
            self._give_up(oldest)

    def _give_up(self, arriving: Arriving) -> None:
        self._forget(arriving)
        if arriving.body:
            self._say(arriving.conn, _TOO_SLOW)
        self._drop(arriving.conn)
