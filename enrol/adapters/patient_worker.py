"""gunicorn's threads for finished requests only: slow phones wait in the event loop, and what is
too much is told so at once.

gunicorn's own threaded worker reads a request inside a thread: sixteen telephones on a bad network
(or sixteen idle sockets) would stand in everybody's way, and a closing connection may hold the
event loop for two seconds. It also never refuses: a burst waits for its turn without an answer.
Here the event loop collects each request whole; a thread gets it when nothing is missing. When too
many whole requests wait for a thread, a page drawn ahead says so with ``Retry-After``.
"""

import socket
from collections import deque
from contextlib import suppress
from errno import EMFILE, ENFILE
from functools import partial
from itertools import count
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from selectors import EVENT_READ
from struct import pack
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from enrol.adapters import patience, quick_answers
from enrol.adapters.arriving import Arriving, Fault

_CHUNK = 64 * 1024
_TOO_SLOW = "408 Request Timeout"


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The threaded worker behind ``gunicorn.conf.py``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, Arriving] = {}
        self._leaving: dict[Any, float] = {}
        self._held = 0
        self._large = 0
        self._swept = 0.0
        self._told = 0.0
        self._waiting: deque[float] = deque()  # its ends are safe from any thread
        self._refusals = count()
        self._refused = 0

    def init_process(self) -> None:
        """Begin with as many connections as the system lets a process have open."""
        soft, hard = getrlimit(RLIMIT_NOFILE)
        wanted = self.cfg.worker_connections + patience.OTHER_FILES
        most = wanted if hard == RLIM_INFINITY else min(wanted, hard)
        if soft != RLIM_INFINITY and most > soft:
            setrlimit(RLIMIT_NOFILE, (most, hard))
        self.worker_connections = max(patience.FEWEST_CONNECTIONS, most - patience.OTHER_FILES)
        super().init_process()

    def notify(self) -> None:
        """Tell the arbiter twice a second that the loop turns; gunicorn would at every turn of it,
        which is several a request.
        """
        now = monotonic()
        if now - self._told >= patience.SWEEP_SECONDS:
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
        if self.nr_conns > self.worker_connections * patience.CROWDED:
            self._make_room()
        self._collect(TConn(self.cfg, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """Collect the next request of a connection that was kept."""
        if self.cfg.is_ssl:
            super().on_client_socket_readable(conn, client)
            return
        if conn in self.keepalived_conns:  # not let go of a moment ago
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self._collect(conn)

    def _collect(self, conn: Any, begun: bytes = b"") -> None:
        conn.sock.setblocking(False)
        arriving = Arriving(conn, monotonic())
        self._arriving[conn] = arriving
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, arriving))
        if begun:
            self._add(arriving, begun)
        else:
            self._read(arriving, conn.sock)

    def _read(self, arriving: Arriving, sock: Any) -> None:
        if arriving.conn not in self._arriving:  # given up a moment ago
            return
        try:
            chunk = sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if chunk:
            self._add(arriving, chunk)
        else:
            self._forget(arriving)
            self._drop(arriving.conn)

    def _add(self, arriving: Arriving, chunk: bytes) -> None:
        searched = len(arriving.body)
        arriving.body += chunk
        self._held += len(chunk)
        if arriving.is_whole(searched):
            self._forget(arriving)
            self._hand_over(arriving)
        elif self._held > patience.MOST_HELD:
            self._shed_largest()

    def _forget(self, arriving: Arriving) -> None:
        self.poller.unregister(arriving.conn.sock)
        del self._arriving[arriving.conn]
        self._held -= len(arriving.body)

    def _hand_over(self, arriving: Arriving) -> None:
        conn = arriving.conn
        conn.is_button, conn.language = arriving.is_button, arriving.language
        if arriving.is_large and not quick_answers.takes_large(self.wsgi, target=arriving.target):
            arriving.fault = Fault.TOO_LARGE
        if arriving.fault is not None:
            self._say(
                conn,
                quick_answers.refusal(self.wsgi, fault=arriving.fault, language=conn.language),
            )
            self._leave(conn, is_large=arriving.fault is Fault.TOO_LARGE)
            return
        line = patience.MOST_WAITING * (2 if conn.is_button else 1)
        if len(self._waiting) >= line or (arriving.is_large and self._large >= patience.MOST_LARGE):
            self._send_refusal(conn)
            self._leave(conn, is_large=arriving.is_large)
            return
        conn.is_large, conn.held = arriving.is_large, len(arriving.body)
        self._held += conn.held
        self._large += conn.is_large
        if conn.is_large:  # the rest is read by a thread, which does not wait for ever
            limit = pack("ll", patience.STALLED_SECONDS, 0)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        conn.init()
        conn.parser.unreader.unread(bytes(arriving.body))
        conn.data_ready = True
        self.enqueue_req(conn)

    def _shed_largest(self) -> None:
        """Send the request away that takes most of the memory, whole or not."""
        largest = max(self._arriving.values(), key=lambda one: len(one.body))
        conn = largest.conn
        conn.is_button, conn.language = largest.is_button, largest.language
        self._forget(largest)
        self._send_refusal(conn)
        self._leave(conn, is_large=True)

    # Being served

    def enqueue_req(self, conn: Any) -> None:
        """Let a whole request wait for a thread."""
        self._waiting.append(monotonic())
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve a request (in a thread), unless it waited longer than anybody would."""
        waited = monotonic() - self._waiting.popleft()
        if waited > patience.LONGEST_WAIT_SECONDS and not getattr(conn, "is_button", True):
            self._send_refusal(conn)
            return False
        return super().handle(conn) and not getattr(conn, "is_large", False)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection, or let go of it without holding up the loop.

        What came behind a request waits in the loop for its own end, as every request does.
        """
        self._held -= getattr(conn, "held", 0)
        self._large -= getattr(conn, "is_large", False)
        if fs.cancelled() or fs.exception() is not None:
            super().finish_request(conn, fs)
        elif not fs.result():
            self._leave(conn, is_large=getattr(conn, "is_large", False))
        elif begun := conn.parser.unreader.take_buffered():
            self._collect(conn, begun)
        else:
            super().finish_request(conn, fs)

    def _send_refusal(self, conn: Any) -> None:
        """Say that too many are here. A page comes back by itself, a button never does."""
        self._refused += 1
        seconds = 5 + next(self._refusals) % 16
        self._say(
            conn,
            quick_answers.busy(
                self.wsgi, language=conn.language, seconds=seconds, is_button=conn.is_button
            ),
        )

    def _say(self, conn: Any, answer: bytes) -> None:
        """Send a few kilobytes, which the kernel takes at once; who left meanwhile misses them."""
        conn.sock.setblocking(False)
        with suppress(OSError):
            conn.sock.send(answer)

    # Going away

    def _leave(self, conn: Any, *, is_large: bool) -> None:
        """End a connection as RFC 9112, 9.6 asks, but in the event loop: half closed first."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        seconds = patience.LARGE_LINGER_SECONDS if is_large else patience.LINGER_SECONDS
        self._leaving[conn] = monotonic() + seconds
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
        if now - self._swept < patience.SWEEP_SECONDS:
            return
        self._swept = now
        for conn, deadline in list(self._leaving.items()):
            if now > deadline:
                self._left(conn)
        for arriving in list(self._arriving.values()):
            allowed = patience.seconds_to_arrive(
                sent=len(arriving.body), is_stopping=not self.alive
            )
            if now - arriving.began > allowed:
                self._give_up(arriving)
        if self._refused:
            self.log.warning("%s requests were refused: too many at once", self._refused)
            self._refused = 0

    def _make_room(self) -> None:
        """Give up a kept connection on which nothing comes, else the one that has been sending for
        longest: it is the slowest of all.
        """
        if self.keepalived_conns:
            idle = self.keepalived_conns.popleft()
            self.poller.unregister(idle.sock)
            self._drop(idle)
            return
        oldest = next(iter(self._arriving.values()), None)
        if oldest is not None:
            self._give_up(oldest)

    def _give_up(self, arriving: Arriving) -> None:
        self._forget(arriving)
        if arriving.body:
            self._say(arriving.conn, quick_answers.bare(_TOO_SLOW))
        self._drop(arriving.conn)
