"""Messages to families by SMTP, by HTTP to an SMS provider, or into a folder for demonstrations."""

import json
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken

Security = Literal["tls", "starttls", "none"]
MAILS_A_CONNECTION = 100
"""Many mail servers hang up after some hundred."""
_GO_ON, _LATER = 354, 450
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
"""A line of a single dot ends the words (RFC 5321, 4.5.2)."""


class SmtpSender:
    """Hands mails to a mail server, which cannot recognise a repetition."""

    knows_repetitions = False

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Security,
        sender: str,
        login: tuple[str, str] | None,
        timeout_seconds: float,
        ca_file: Path | None = None,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self.address, self._login, self._timeout = sender, login, timeout_seconds
        self.domain = sender.rpartition("@")[2]
        # Made once: reading the system's certificates takes longer than a mail.
        self._tls = ssl.create_default_context(cafile=ca_file)

    @contextmanager
    def line(self) -> Iterator["_SmtpLine"]:
        """Open a line of its own connections."""
        line = _SmtpLine(self)
        try:
            yield line
        finally:
            line.hang_up()

    def connect(self) -> smtplib.SMTP:
        """Return a connection ready for mails, never an unencrypted one where TLS is asked for."""
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname=self.domain,
                timeout=self._timeout,
                context=self._tls,
            )
        else:
            # The name is given: looking it up can take longer than everything else.
            server = smtplib.SMTP(
                self._host, self._port, local_hostname=self.domain, timeout=self._timeout
            )
        try:
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                server.starttls(context=self._tls)
                server.ehlo()
            if self._login:
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server


class _SmtpLine:
    def __init__(self, sender: SmtpSender) -> None:
        self._sender = sender
        self._server: smtplib.SMTP | None = None
        self._mails = 0

    def send(self, *, message: OutgoingMessage) -> None:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self._sender.address, message.address
            mail["Subject"] = message.words.subject
            mail["Message-ID"] = f"<{message.key}@{self._sender.domain}>"
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(message.words.body)
            content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        except ValueError:
            raise NotTaken(is_final=True) from None  # an address that no header may hold
        server = self._addressed(message.address)
        self._hand_over(server, content)

    def hang_up(self) -> None:
        """End the connection, if there is one; nothing of a mail depends on it."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _addressed(self, address: str) -> smtplib.SMTP:
        """Return a connection that waits for the words; no word has been said before."""
        if self._mails >= MAILS_A_CONNECTION:
            self.hang_up()
        is_kept = self._server is not None
        try:
            return self._begin(address)
        except (OSError, smtplib.SMTPException):
            self.hang_up()
            if not is_kept:
                raise NotTaken(is_final=False) from None
        # The server had hung up since the last mail.
        try:
            return self._begin(address)
        except (OSError, smtplib.SMTPException):
            self.hang_up()
            raise NotTaken(is_final=False) from None

    def _begin(self, address: str) -> smtplib.SMTP:
        if self._server is None:
            self._server, self._mails = self._sender.connect(), 0
        self._mails += 1
        server = self._server
        code, _ = server.mail(self._sender.address)
        if code == 421:
            raise smtplib.SMTPServerDisconnected
        self._expect_taken(code)
        try:
            code, _ = server.rcpt(address)
        except UnicodeError:
            self._expect_taken(553)
        if code == 421:
            raise smtplib.SMTPServerDisconnected
        self._expect_taken(code, is_of_one=True)
        return server

    def _hand_over(self, server: smtplib.SMTP, content: bytes) -> None:
        try:
            code, _ = server.docmd("DATA")
        except (OSError, smtplib.SMTPException):
            self.hang_up()
            raise NotTaken(is_final=False) from None
        if code != _GO_ON:
            self._expect_taken(max(code, _LATER))
        try:
            server.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException):
            # The words may have arrived, only the answer not.
            self.hang_up()
            raise PerhapsTaken from None
        self._expect_taken(code)

    def _expect_taken(self, code: int, *, is_of_one: bool = False) -> None:
        if 200 <= code < 300:
            return
        # A fresh connection for the next mail: nothing of this one is left in it.
        self.hang_up()
        raise NotTaken(is_final=code >= 500, is_of_one=is_of_one)


class HttpSmsSender:
    """Posts ``{"to", "text"}`` with an ``Idempotency-Key``: the provider takes a key once."""

    knows_repetitions = True

    def __init__(self, *, url: str, token: str, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        self._is_secure, self._host, self._port = (
            parts.scheme == "https",
            parts.hostname or "",
            parts.port,
        )
        self.path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        self.token, self._timeout = token, timeout_seconds
        self._tls = ssl.create_default_context() if self._is_secure else None

    @contextmanager
    def line(self) -> Iterator["_HttpLine"]:
        """Open a line of its own connection."""
        connection = self._connection()
        try:
            yield _HttpLine(self, connection)
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self._tls is not None:
            return HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        return HTTPConnection(self._host, self._port, timeout=self._timeout)


class _HttpLine:
    """Never follows a redirection: the request carries a token and a telephone number."""

    def __init__(self, sender: HttpSmsSender, connection: HTTPConnection) -> None:
        self._sender, self._connection = sender, connection

    def send(self, *, message: OutgoingMessage) -> None:
        is_kept = self._connection.sock is not None
        try:
            status = self._post(message)
        except (OSError, HTTPException):
            self._connection.close()
            if not is_kept:
                raise PerhapsTaken from None
            # The provider had hung up since the last one; what it took all the same, it knows.
            status = self._post_again(message)
        if 200 <= status < 300:
            return
        # 408, 425 and 429 ask for patience; another 4xx will be said again.
        raise NotTaken(is_final=status < 500 and status not in (408, 425, 429))

    def _post_again(self, message: OutgoingMessage) -> int:
        try:
            return self._post(message)
        except (OSError, HTTPException):
            self._connection.close()
            raise PerhapsTaken from None

    def _post(self, message: OutgoingMessage) -> int:
        self._connection.request(
            "POST",
            self._sender.path,
            body=json.dumps({"to": message.address, "text": message.words.short}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._sender.token}",
                "Idempotency-Key": message.key,
            },
        )
        with self._connection.getresponse() as answer:
            answer.read()
            return answer.status


class FileSender:
    """Writes each message into a folder, one file a key: what a demonstration shows."""

    knows_repetitions = True

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def line(self) -> Iterator["FileSender"]:
        """Make the folder, readable by this house alone."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield self

    def send(self, *, message: OutgoingMessage) -> None:
        """Write one file, whole or not at all; a repetition writes the same one."""
        words = message.words
        text = words.body if "@" in message.address else f"{words.short}\n"
        target = self._directory / f"{message.key}.txt"
        unfinished = target.with_suffix(".part")
        unfinished.write_text(f"{message.address}\n\n{words.subject}\n\n{text}", encoding="utf-8")
        unfinished.replace(target)
