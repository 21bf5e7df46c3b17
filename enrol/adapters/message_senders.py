"""Messages to families by SMTP, by HTTP to an SMS provider, or into a folder for demonstrations."""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from contextlib import suppress
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal

from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken

Security = Literal["tls", "starttls", "none"]


class SmtpSender:
    """Hands one mail a connection to a mail server, which cannot recognise a repetition."""

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
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._from, self._login, self._timeout = sender, login, timeout_seconds

    def send(self, *, message: OutgoingMessage) -> None:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self._from, message.address
            mail["Subject"] = message.words.subject
            mail["Message-ID"] = f"<{message.key}@{self._from.rpartition('@')[2]}>"
            mail.set_content(message.words.body)
            server = self._connect()
        except ValueError:
            raise NotTaken(is_final=True) from None  # an address that no header may hold
        except (OSError, smtplib.SMTPException):
            raise NotTaken(is_final=False) from None
        try:
            self._hand_over(server, mail, message.address)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        if self._security == "tls":
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                timeout=self._timeout,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, address: str) -> None:
        try:
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self._login:
                server.login(*self._login)
            _expect_taken(*server.mail(self._from))
            _expect_taken(*server.rcpt(address))
        except (OSError, smtplib.SMTPException, UnicodeError):
            raise NotTaken(is_final=False) from None
        try:
            code, answer = server.data(mail.as_bytes())
        except smtplib.SMTPDataError as refusal:
            raise NotTaken(is_final=refusal.smtp_code >= 500) from None
        except (OSError, smtplib.SMTPException):
            # The words may have arrived, only the answer not.
            raise PerhapsTaken from None
        _expect_taken(code, answer)


def _expect_taken(code: int, _answer: bytes) -> None:
    if not 200 <= code < 300:
        raise NotTaken(is_final=code >= 500)


class HttpSmsSender:
    """Posts ``{"to", "text"}`` with an ``Idempotency-Key``: the provider takes a key once."""

    knows_repetitions = True

    def __init__(self, *, url: str, token: str, timeout_seconds: float) -> None:
        self._url, self._token, self._timeout = url, token, timeout_seconds
        # Never followed elsewhere: the request carries a token and a telephone number.
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(self, *, message: OutgoingMessage) -> None:
        request = urllib.request.Request(  # noqa: S310 - the operator's own address
            self._url,
            data=json.dumps({"to": message.address, "text": message.words.short}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token}",
                "Idempotency-Key": message.key,
            },
        )
        try:
            with self._opener.open(request, timeout=self._timeout):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            # 408, 425 and 429 ask for patience; another 4xx will be said again.
            is_final = answer.code < 500 and answer.code not in (408, 425, 429)
            raise NotTaken(is_final=is_final) from None
        except (OSError, HTTPException):
            raise PerhapsTaken from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_request: Any, **_more: Any) -> None:
        return None


class FileSender:
    """Writes each message into a folder, one file a key: what a demonstration shows."""

    knows_repetitions = True

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    def send(self, *, message: OutgoingMessage) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._directory / f"{message.key}.txt"
        target.write_text(
            f"{message.address}\n\n{message.words.subject}\n\n{message.words.body}",
            encoding="utf-8",
        )
