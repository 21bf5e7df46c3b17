"""gunicorn under our worker: slow phones hold no thread, a crowd is answered, nothing hangs."""

import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from enrol.adapters import quick_answers
from enrol.embedded import Supervisor
from enrol.web import busy, large

ROOT = Path(__file__).resolve().parents[2]
THREADS, LINE = 2, 4
APPLICATION = """
import time

class App:
    extensions = {
        "enrol_busy_pages": {"vi": "bận".encode(), "en": b"busy"},
        "enrol_large_pages": {"vi": "lớn".encode(), "en": b"large"},
        "enrol_large_paths": ("/files",),
    }

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            time.sleep(0.3)
        if environ["PATH_INFO"] == "/large":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"x" * 150_000]
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "9")])
        return [b"%09d" % len(body)]

app = App()
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: str
    body: str


@dataclass(frozen=True)
class Web:
    """A server of one process and two threads."""

    port: int
    log: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ask(self, head: str, *, body: bytes = b"") -> Answer:
        with self.connect() as sock:
            sock.sendall(request(head, body))
            return answer_on(sock)


def request(head: str, body: bytes = b"", *, more: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{head} HTTP/1.1\r\nHost: x\r\n{length}{more}\r\n".encode() + body


def answer_on(sock: socket.socket) -> Answer:
    """Read one answer; an end of the connection before it is the status 0."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(65536)
        if not chunk:
            return Answer(0, "", "")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    headers = head.decode()
    length = int(headers.lower().partition("content-length:")[2].split()[0])
    while len(body) < length:
        body += sock.recv(65536)
    return Answer(int(headers.split()[1]), headers, body.decode())


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    yield from serve(tmp_path, connections=60)


def serve(tmp_path: Path, *, connections: int, limits: str = "") -> Iterator[Web]:
    (tmp_path / "small.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    argv += ["--chdir", str(tmp_path), "small:app"]
    if limits:
        argv = ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh", *argv]
    environment = {
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "ENROL_WEB_THREADS": str(THREADS),
        "ENROL_WEB_LINE": str(LINE),
        "ENROL_WEB_CONNECTIONS": str(connections),
        "PYTHONPATH": str(ROOT),
    }
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("web", argv, environment)
        deadline = time.monotonic() + 60
        while "Booting worker" not in supervisor.log_file("web").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Web(port, supervisor.log_file("web"))
        text = supervisor.log_file("web").read_text()
        assert "Traceback" not in text, text


def test_a_request_and_its_body_arrive_whole_however_slowly(web):
    body = b"x" * 1500
    whole = request("POST /", body)
    with web.connect() as sock:
        for start in range(0, len(whole), 100):
            sock.sendall(whole[start : start + 100])
            time.sleep(0.005)
        assert answer_on(sock).body == "000001500"


def test_a_connection_is_kept_for_the_next_request(web):
    with web.connect() as sock:
        for body in (b"", b"abc", b"x" * 70_000):
            sock.sendall(request("POST /" if body else "GET /", body))
            assert answer_on(sock).body == f"{len(body):09}"


def test_requests_sent_in_one_piece_are_all_answered(web):
    with web.connect() as sock:
        sock.sendall(request("GET /") + request("POST /", b"abc"))
        answers = b""
        while not answers.endswith(b"000000003"):
            answers += sock.recv(65536)
        assert answers.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"]
)
def test_slow_phones_hold_no_thread(web, begun):
    with ExitStack() as phones:
        for _phone in range(THREADS * 10):
            phone = phones.enter_context(web.connect())
            phone.sendall(begun)
        time.sleep(0.2)

        assert web.ask("GET /").status == 200


def test_phones_that_read_slowly_hold_no_thread_either(web):
    with ExitStack() as phones:
        for _phone in range(THREADS * 5):
            phone = phones.enter_context(socket.socket())
            phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            phone.connect(("127.0.0.1", web.port))
            phone.sendall(request("GET /large"))

        deadline = time.monotonic() + 20
        while web.ask("GET /").status != 200:  # while the ten stand in a line for four
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_more_slow_phones_than_connections_do_not_shut_the_door(web):
    with ExitStack() as phones:
        for _phone in range(80):
            phones.enter_context(web.connect()).sendall(b"GET / HT")

        assert web.ask("GET /").status == 200


@pytest.mark.parametrize("hard", [150, 26])
def test_fewer_open_files_than_connections_do_not_end_the_process(tmp_path, hard):
    """With 26 the limit is met before the worker's own: it makes room instead of falling."""
    for web in serve(tmp_path, connections=4000, limits=f"ulimit -Sn 26; ulimit -Hn {hard}"):
        with ExitStack() as phones:
            for _phone in range(150):
                phones.enter_context(web.connect()).sendall(b"GET / HT")

            assert web.ask("GET /").status == 200
        assert web.log.read_text().count("Booting worker") == 1


def test_a_body_without_a_length_is_refused_at_once(web):
    with web.connect() as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert answer_on(sock).status == 411


def test_beyond_what_can_be_served_everybody_is_told_at_once(web):
    def visit(number: int) -> Answer:
        return web.ask(
            "GET /slow" if number % 4 else "POST /slow", body=b"" if number % 4 else b"a"
        )

    with ThreadPoolExecutor(40) as crowd:
        answers = list(crowd.map(visit, range(40)))

    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) == {200, 503}
    assert statuses[200] >= THREADS + LINE
    refused = [answer for answer in answers if answer.status == 503]
    assert all("Retry-After: " in answer.headers for answer in refused)
    assert {answer.body for answer in refused} == {"bận"}
    looked = [answers[n] for n in range(40) if n % 4 and answers[n].status == 503]
    pressed = [answers[n] for n in range(40) if not n % 4 and answers[n].status == 503]
    assert all("Refresh: " in answer.headers for answer in looked)
    assert not any("Refresh: " in answer.headers for answer in pressed)
    assert web.ask("GET /").status == 200
    deadline = time.monotonic() + 30
    while "too many at once" not in web.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_refusal_is_in_the_visitor_s_language(web):
    def visit(_number: int) -> Answer:
        with web.connect() as sock:
            sock.sendall(request("GET /slow", more="Cookie: a=b; lang=en\r\n"))
            return answer_on(sock)

    with ThreadPoolExecutor(30) as crowd:
        bodies = {answer.body for answer in crowd.map(visit, range(30)) if answer.status == 503}

    assert bodies == {"busy"}


def test_connections_that_end_hold_nobody_up(web):
    with ExitStack() as phones:
        for _phone in range(20):  # they read their answer and never close
            phone = phones.enter_context(web.connect())
            phone.sendall(request("GET /", more="Connection: close\r\n"))
            assert answer_on(phone).status == 200
        assert web.ask("GET /").status == 200


def test_the_server_finds_the_page_where_the_application_leaves_it(app):
    assert quick_answers.BUSY_PAGES == busy.DRAWN
    pages = app.extensions[busy.DRAWN]
    assert "Hệ thống đang bận".encode() in pages["vi"]
    assert b"The system is busy" in pages["en"]
    assert max(map(len, pages.values())) < 6_000
    assert quick_answers.LARGE_PAGES == large.DRAWN
    pages = app.extensions[large.DRAWN]
    assert "Nội dung gửi lên quá lớn".encode() in pages["vi"]
    assert b"That was too large" in pages["en"]
    assert max(map(len, pages.values())) < 6_000
    assert quick_answers.LARGE_PATHS == large.PATHS
    assert all(path.startswith("/") and path != "/" for path in app.extensions[large.PATHS])


HELD_THREADS = [
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0000000000009\r\n\r\nab",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\nab",
    b"POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\nab",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab",
    b"\r\n\r\n",
    b"\r\nGET / HT",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


@pytest.mark.parametrize("begun", HELD_THREADS)
def test_nothing_that_stays_unfinished_holds_a_thread(web, begun):
    with ExitStack() as phones:
        for _phone in range(THREADS * 10):
            phones.enter_context(web.connect()).sendall(begun)
        time.sleep(0.2)

        with web.connect() as sock:
            sock.settimeout(4)
            sock.sendall(request("GET /"))
            assert answer_on(sock).status in (200, 503)
        deadline = time.monotonic() + 20
        while web.ask("GET /").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("head", ["POST /", "POST /files"])
def test_a_photograph_arrives_whole(web, head):
    assert web.ask(head, body=b"x" * 11_000_000).body == "011000000"


def test_what_is_too_large_is_told_on_a_page_while_it_still_comes(web):
    with web.connect() as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")
        answer = answer_on(sock)
        assert (answer.status, answer.body) == (413, "lớn")


def test_large_files_are_read_one_at_a_time(web):
    begun = b"POST /files HTTP/1.1\r\nHost: x\r\nContent-Length: 17000000\r\n\r\n"
    with web.connect() as first, web.connect() as second:
        first.sendall(begun + b"x" * 100)
        time.sleep(0.2)
        second.sendall(begun + b"x" * 100)
        assert answer_on(second).status == 503
        first.sendall(b"x" * 16_999_900)
        assert answer_on(first).body == "017000000"
    assert web.ask("POST /files", body=b"x" * 17_000_000).body == "017000000"


def test_many_half_sent_files_fill_no_memory_and_shut_nobody_out(web):
    """Ninety megabytes that never end: the largest are sent away, everybody else is served."""
    with ExitStack() as phones:
        socks = [phones.enter_context(web.connect()) for _phone in range(6)]
        for sock in socks:
            sock.sendall(request("POST /", b"x" * 15_000_000).removesuffix(b"x"))
        answers = []
        assert web.ask("POST /", body=b"x" * 3000).body == "000003000"
        for sock in socks:
            sock.settimeout(0.5)
            try:
                answers.append(answer_on(sock).status)
            except TimeoutError:
                answers.append(None)
        assert Counter(answers) == {503: 2, None: 4}
        for sock, answer in zip(socks, answers, strict=True):
            if answer is None:
                sock.settimeout(30)
                sock.sendall(b"x")
                assert answer_on(sock).body == "015000000"


def test_connections_that_are_kept_make_room_before_a_slow_phone_does(tmp_path):
    for web in serve(tmp_path, connections=20):
        with ExitStack() as phones:
            slow = phones.enter_context(web.connect())
            slow.sendall(b"GET / HT")
            for _phone in range(30):
                kept = phones.enter_context(web.connect())
                kept.sendall(request("GET /"))
                assert answer_on(kept).status == 200
            slow.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
            assert answer_on(slow).status == 200
