"""A document of nearly ten megabytes through gunicorn as it runs in earnest."""

import re
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from enrol.embedded import Supervisor
from tests.documents import A_PDF
from tests.officers import register_child
from tests.world import SECRET, build_world

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/gia-dinh/giay-to"
LIMIT = 10 * 1024 * 1024


@pytest.fixture
def address(app, settings, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "ENROL_ENVIRONMENT": "test",
        "ENROL_BASE_URL": f"http://127.0.0.1:{port}",
        "ENROL_SESSION_KEY": settings.session_key.get_secret_value(),
        "ENROL_DATA_KEY": settings.data_key.get_secret_value(),
        "ENROL_DOCUMENTS_DIRECTORY": str(tmp_path / "documents"),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    argv = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("web", [*argv, "--chdir", str(ROOT), "wsgi:app"], environment)
        deadline = time.monotonic() + 90
        while "Booting worker" not in supervisor.log_file("web").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"


class Visitor:
    """A family's browser, as far as forms need one."""

    def __init__(self, address):
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def ask(self, path, data=None, kind="application/x-www-form-urlencoded"):
        request = urllib.request.Request(
            self.address + path, data=data, headers={"Content-Type": kind} if data else {}
        )
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, path, error.read().decode()

    def token(self, path):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.ask(path)[2])[1]

    def sign_in(self):
        fields = {"pupil_code": "0000000001", "secret": SECRET}
        fields["csrf_token"] = self.token("/gia-dinh/dang-nhap")
        self.ask("/gia-dinh/dang-nhap", urllib.parse.urlencode(fields).encode())

    def upload(self, data):
        parts = {"csrf_token": self.token(PAGE), "about": "residence"}
        body = b"".join(
            f'--sign\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in parts.items()
        )
        head = 'Content-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n'
        body += b"--sign\r\n" + head.encode() + data + b"\r\n--sign--\r\n"
        return self.ask(PAGE, body, "multipart/form-data; boundary=sign")


def pdf_of(size):
    return A_PDF[:9] + bytes(size - len(A_PDF)) + A_PDF[9:]


def test_ten_megabytes_arrive_and_more_is_told_so(address, adapters, tmp_path):
    register_child(build_world(), number=1, adapters=adapters)
    visitor = Visitor(address)
    visitor.sign_in()

    status, path, _text = visitor.upload(pdf_of(LIMIT))
    assert (status, path) == (200, f"{address}{PAGE}?done=1")
    [kept] = (tmp_path / "documents").iterdir()
    assert kept.stat().st_size > LIMIT

    status, _path, text = visitor.upload(pdf_of(LIMIT + 1))
    assert status == 422
    assert "10 MB" in text
    status, _path, _text = visitor.upload(pdf_of(LIMIT + 1024 * 1024))
    assert status == 413


def test_a_stranger_sends_nothing_large(address, adapters):
    register_child(build_world(), number=1, adapters=adapters)
    visitor = Visitor(address)
    body = b"--sign\r\n" + bytes(2 * 1024 * 1024)

    status, _path, _text = visitor.ask(PAGE, body, "multipart/form-data; boundary=sign")
    assert status == 413
