"""The SMS adapter against a real HTTP server, and settings that refuse to be half given."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from enrol.adapters.message_senders import HttpSmsSender
from enrol.config import Settings
from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken, told

MESSAGE = OutgoingMessage(
    key="enrol-message-7",
    address="+84912345678",
    words=told(event="results_final", pupil_code="0000000001"),
)
WHOLE = {
    "environment": "production",
    "DATABASE_URL": "postgresql://x",
    "REDIS_URL": "redis://x",
    "session_key": "s" * 40,
    "data_key": "d" * 40,
    "base_url": "https://example.vn",
}


@pytest.fixture
def provider():
    """A server that keeps what it was sent and answers ``status``; 0 hangs up after reading."""
    seen: list[tuple[dict[str, str], dict[str, str | None]]] = []

    class Handler(BaseHTTPRequestHandler):
        status = 202

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            names = ("Idempotency-Key", "Authorization")
            seen.append((body, {name: self.headers[name] for name in names}))
            if self.status:
                self.send_response(self.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    with HttpSmsSender(url=url, token="t" * 24, timeout_seconds=5).line() as line:
        yield Handler, seen, line
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_sms_carries_its_key(provider):
    _, seen, sender = provider
    sender.send(message=MESSAGE)
    ((body, headers),) = seen
    assert body == {"to": "+84912345678", "text": MESSAGE.words.short}
    assert headers == {"Idempotency-Key": "enrol-message-7", "Authorization": "Bearer " + "t" * 24}


@pytest.mark.parametrize(("status", "is_final"), [(400, True), (429, False), (503, False)])
def test_an_answer_is_final_or_not(provider, status, is_final):
    handler, _, sender = provider
    handler.status = status
    with pytest.raises(NotTaken) as refusal:
        sender.send(message=MESSAGE)
    assert refusal.value.is_final is is_final


def test_a_lost_answer_is_a_doubt(provider):
    handler, seen, sender = provider
    handler.status = 0
    with pytest.raises(PerhapsTaken):
        sender.send(message=MESSAGE)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "half",
    [
        {"smtp_host": "mail"},
        {"mail_from": "a@b"},
        {"smtp_username": "u"},
        {"sms_url": "https://sms"},
        {"sms_url": "http://sms", "sms_token": "t"},
        {"smtp_host": "mail", "mail_from": "a@b", "smtp_security": "none"},
        {"messages_directory": "out"},
    ],
)
def test_production_refuses_half_a_sender(half):
    Settings(**WHOLE)
    with pytest.raises(ValidationError, match="ENROL_"):
        Settings(**WHOLE | half)
