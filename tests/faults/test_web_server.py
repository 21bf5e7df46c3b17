"""gunicorn under our settings: what it writes down, what it opens, how it ends."""

import json
import runpy
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from enrol.embedded import Supervisor

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
class App:
    extensions = {"enrol_after_fork": lambda: print("forgot", flush=True)}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/broken"):
            raise RuntimeError("Key (name)=(Nguyen An) already exists")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

app = App()
"""


@pytest.fixture(scope="module")
def plain_path():
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))["plain_path"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/dang-nhap", "/dang-nhap"),
        ("/tra-cuu?ma=AR20260701000017K", "/tra-cuu"),
        ("/ho-so/AR20260701000017K/sua", "/ho-so/*/sua"),
        ("/ho-so/%C4%90%C3%A0o", "/ho-so/*"),
        ("/ket-qua/abcdefgh/con/duong", "/ket-qua/*"),
        ("/thu/abcdefghijklmnopqrstuvwxyz", "/thu/*"),
        ("", ""),
    ],
)
def test_a_path_in_the_log_names_no_child(plain_path, path, shown):
    assert plain_path(path) == shown


@pytest.fixture(params=["", "1"], ids=["plain", "preloaded"])
def server(request, tmp_path: Path) -> Iterator[tuple[Supervisor, int]]:
    (tmp_path / "small.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    argv += ["--chdir", str(tmp_path), "small:app", *(["--preload"] if request.param else [])]
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("web", argv, {"PORT": str(port), "WEB_CONCURRENCY": "1"})
        deadline = time.monotonic() + 60
        while "Booting worker" not in supervisor.log_file("web").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield supervisor, port


def ask(port: int, path: str) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"User-Agent": "Phone9"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_no_log_line_holds_a_code_an_address_or_the_text_of_an_error(server):
    supervisor, port = server
    assert ask(port, "/ho-so/AR20260701000017K?sdt=0912345678") == 200
    assert ask(port, "/broken/AR20260701000017K?sdt=0912345678") == 500
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"GET /AR20260701000017K?sdt=0912345678 HTTQ/9\r\n\r\n")
        assert b"400 Bad Request" in raw.recv(1000)
    log = supervisor.log_file("web")
    supervisor.stop_one("web")
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    seen = {(line["method"], line["path"], line["status"]) for line in lines}
    assert ("GET", "/ho-so/*", 200) in seen
    assert {status for _, _, status in seen} >= {200, 500}
    assert min(line["milliseconds"] for line in lines) >= 0
    assert "RuntimeError" in text
    assert "could not be read" in text
    for secret in ("AR2026", "0912345678", "Phone9", "Nguyen", "ip=", "sdt"):
        assert secret not in text


def test_only_a_preloaded_application_is_told_of_the_fork(server, request):
    supervisor, port = server
    assert ask(port, "/") == 200
    forgot = "forgot" in supervisor.log_file("web").read_text()
    assert forgot == request.node.callspec.id.startswith("preloaded")
