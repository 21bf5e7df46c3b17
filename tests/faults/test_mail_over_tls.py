"""Mails over real TLS, with certificates made here: never in the clear where TLS is asked for."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from enrol.adapters.message_senders import Security, SmtpSender
from enrol.config import Settings
from enrol.core.message_texts import NotTaken, OutgoingMessage, told
from tests.unit.test_sms_and_settings import WHOLE

MESSAGE = OutgoingMessage(
    key="enrol-message-7",
    address="family@example.vn",
    words=told(event="registered", pupil_code="0000000001"),
)


@dataclass
class TlsServer:
    """``clear`` is what came before TLS began, ``hidden`` what came inside it."""

    port: int = 0
    clear: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def certificate(directory: Path, *, name: str) -> Path:
    """Write a certificate for a name, signed by itself, with its key; returns the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def answer_to(word: str, *, offers: bool) -> bytes:
    """Return what the server says to a command."""
    if word == "EHLO":
        more = "250-STARTTLS\r\n" if offers else ""
        return f"250-here\r\n{more}250 AUTH PLAIN\r\n".encode()
    codes = {"STARTTLS": "220" if offers else "502", "DATA": "354", "AUTH": "235"}
    return f"{codes.get(word, '250')} well\r\n".encode()


@contextmanager
def running(  # noqa: C901 - the handler needs its server
    *, pem: Path, offers: bool = True, at_once: bool = False
) -> Iterator[TlsServer]:
    """Serve SMTP; ``at_once`` begins with TLS, else STARTTLS leads to it if it ``offers`` that."""
    found = TlsServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                self.serve(self.request, is_hidden=False)
            except OSError:
                return  # whoever does not trust the certificate hangs up

        def serve(self, connection, *, is_hidden: bool) -> None:
            if at_once and not is_hidden:
                with context.wrap_socket(connection, server_side=True) as inside:
                    self.serve(inside, is_hidden=True)
                return
            heard = found.hidden if is_hidden else found.clear
            with connection.makefile("rwb", buffering=0) as stream:
                if at_once or not is_hidden:
                    stream.write(b"220 here\r\n")
                while line := stream.readline().decode().strip():
                    heard.append(line)
                    word = line.split(" ")[0].upper()
                    stream.write(answer_to(word, offers=offers and not is_hidden))
                    if word == "STARTTLS" and offers:
                        with context.wrap_socket(connection, server_side=True) as inside:
                            self.serve(inside, is_hidden=True)
                        return
                    while word == "DATA" and (text := stream.readline()) != b"":
                        heard.append(text.decode())
                        if text == b".\r\n":
                            stream.write(b"250 kept\r\n")
                            break

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return certificate(tmp_path, name="localhost")


def send(server: TlsServer, *, security: Security, ca_file: Path | None) -> None:
    sender = SmtpSender(
        host="localhost",
        port=server.port,
        security=security,
        sender="tuyensinh@example.vn",
        login=("enrol", "a-password"),
        timeout_seconds=10,
        ca_file=ca_file,
    )
    with sender.line() as line:
        line.send(message=MESSAGE)
        line.send(message=MESSAGE)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_words_address_and_password_go_inside_tls_on_one_connection(own, security):
    with running(pem=own, at_once=security == "tls") as server:
        send(server, security=security, ca_file=own)
    everything = "\n".join(server.hidden)
    assert everything.count("rcpt TO:<family@example.vn>") == 2
    assert everything.count("AUTH PLAIN") == 1
    assert [line.split(" ")[0] for line in server.clear] == (
        ["ehlo", "STARTTLS"] if security == "starttls" else []
    )


def test_a_server_without_starttls_gets_no_word(own):
    """Also what an attacker in between makes of a server: STARTTLS taken out of its answer."""
    with running(pem=own, offers=False) as server, pytest.raises(NotTaken) as refusal:
        send(server, security="starttls", ca_file=own)
    assert not refusal.value.is_final
    assert {line.split(" ")[0] for line in server.clear} <= {"ehlo", "QUIT", "quit"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_knows_is_not_trusted(own, security):
    with (
        running(pem=own, at_once=security == "tls") as server,
        pytest.raises(NotTaken) as refusal,
    ):
        send(server, security=security, ca_file=None)
    assert not refusal.value.is_final
    assert server.hidden == []


def test_a_certificate_of_another_name_is_not_trusted(tmp_path):
    other = certificate(tmp_path, name="mail.example.vn")
    with running(pem=other) as server, pytest.raises(NotTaken):
        send(server, security="starttls", ca_file=other)
    assert server.hidden == []


def test_production_starts_with_starttls_and_not_without(own):
    mail = {"smtp_host": "localhost", "mail_from": "a@b.vn", "smtp_ca_file": own}
    assert Settings(**WHOLE | mail).smtp_security == "starttls"
    with pytest.raises(ValidationError, match="ENROL_SMTP_SECURITY"):
        Settings(**WHOLE | mail | {"smtp_security": "none"})


def test_a_line_that_begins_with_a_dot_arrives_whole(own, monkeypatch):
    words = MESSAGE.words
    dotted = OutgoingMessage(
        key="k",
        address="family@example.vn",
        words=type(words)(subject="S", body="one\n.two\n.\nthree\n", short="s"),
    )
    monkeypatch.setitem(globals(), "MESSAGE", dotted)
    with running(pem=own) as server:
        send(server, security="starttls", ca_file=own)
    assert "..two\r\n" in server.hidden
    assert server.hidden.count("three\r\n") == 2
