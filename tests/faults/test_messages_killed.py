"""Kill -9 of the sending process and of the provider at every step: no family is told twice, and
what may not have arrived stands before an officer.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from enrol.adapters.message_senders import HttpSmsSender, SmtpSender
from enrol.config import ROOT, Settings
from enrol.services import delivering, mending_messages
from enrol.services.delivering import NEVER_QUIET
from enrol.services.ports import MessageSender
from enrol.store.db import transaction
from enrol.store.tables.messages import messages
from tests.officers import add_elsewhere, add_officers, register_child
from tests.told import change, give_mail_address
from tests.world import build_world

PATIENCE = 120.0
BEFORE_WORDS = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")
AFTER_WORDS = ("WORDS", "KEPT")


class Provider:
    """The provider's process, and what it took so far, also in its lives before."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind, self.directory = kind, directory
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, step: str = "") -> None:
        self.end()
        script = str(Path(__file__).with_name("provider.py"))
        self._process = subprocess.Popen(
            [sys.executable, script, self.kind, str(self.directory), step],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._line().split()[1])

    def reached(self) -> None:
        assert self._line() == "REACHED\n"

    def go_on(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self.end()

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def taken(self) -> int:
        """How many different messages it took."""
        return len([*self.directory.glob("*.mail"), *self.directory.glob("*.sms")])

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Sending:
    """The sending process of the queue *mail*, without the queue."""

    def __init__(self, settings: Settings, provider: Provider) -> None:
        own = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "ENROL_ENVIRONMENT": "test",
            "ENROL_SESSION_KEY": settings.session_key.get_secret_value(),
            "ENROL_DATA_KEY": settings.data_key.get_secret_value(),
            "ENROL_MESSAGE_LINES": "2",
            "ENROL_MESSAGE_TIMEOUT_SECONDS": "30",
            "ENROL_QUIET_FROM": "00:00",
            "ENROL_QUIET_UNTIL": "00:00",
        }
        if provider.kind == "smtp":
            own |= {
                "ENROL_SMTP_HOST": "127.0.0.1",
                "ENROL_SMTP_PORT": str(provider.port),
                "ENROL_SMTP_SECURITY": "none",
                "ENROL_MAIL_FROM": "tuyensinh@example.vn",
            }
        else:
            own |= {
                "ENROL_SMS_URL": f"http://127.0.0.1:{provider.port}/",
                "ENROL_SMS_TOKEN": "t" * 24,
            }
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from workers.lines import send_on_lines; send_on_lines()"],
            cwd=ROOT,
            env=os.environ | own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


STEPS = [
    *(("smtp", step) for step in (*BEFORE_WORDS, *AFTER_WORDS)),
    *(("sms", step) for step in ("CONNECT", *AFTER_WORDS)),
]


@pytest.fixture
def provider(request, tmp_path: Path) -> Iterator[Provider]:
    made = Provider(request.param, tmp_path)
    yield made
    made.end()


@pytest.fixture
def officers(app, adapters, provider):
    """One message waits, on the provider's way."""
    world = build_world()
    found = add_officers(world, add_elsewhere(world))
    register_child(world, number=1, adapters=adapters)
    if provider.kind == "smtp":
        give_mail_address()
        change(channel="email")
    return world, found


both = pytest.mark.parametrize("provider", ["smtp", "sms"], indirect=True)


def state() -> tuple[str, bool]:
    with transaction() as tx:
        row = tx.execute(select(messages.c.state, messages.c.perhaps_told)).one()
        return (row[0], row[1])


def seen_by_the_relay(provider: Provider) -> None:
    """Let the time pass after which a sending that nobody ended is taken up."""
    change(began_at=text("now() - interval '6 minutes'"))
    delivering.stage_due(senders=senders_of(provider), quiet=NEVER_QUIET)


def senders_of(provider: Provider) -> dict[str, MessageSender]:
    if provider.kind == "sms":
        url = f"http://127.0.0.1:{provider.port}/"
        return {"sms": HttpSmsSender(url=url, token="t" * 24, timeout_seconds=30)}
    mail = SmtpSender(
        host="127.0.0.1",
        port=provider.port,
        security="none",
        sender="tuyensinh@example.vn",
        login=None,
        timeout_seconds=30,
    )
    return {"email": mail}


def send(provider: Provider) -> None:
    """Send what is due, in this process."""
    delivering.send_due(senders=senders_of(provider), quiet=NEVER_QUIET)


def send_in_thread(app: Flask, provider: Provider) -> None:
    with app.app_context():
        send(provider)


def send_again(provider: Provider) -> None:
    """A fresh provider and a fresh line, with everything due at once."""
    provider.start()
    change(next_attempt_at=text("now()"))
    send(provider)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(("provider", "step"), STEPS, indirect=["provider"])
def test_a_sending_process_killed_at_any_step(officers, provider, settings, step):
    provider.start(step)
    sending = Sending(settings, provider)
    provider.reached()
    sending.kill()
    provider.go_on()
    if step == "KEPT":
        until(lambda: provider.taken == 1)
    assert state() == ("sending", False)

    seen_by_the_relay(provider)
    before = provider.taken
    send_again(provider)

    if provider.kind == "sms":
        assert (provider.taken, state()) == (1, ("sent", False))
        return
    # A mail server knows no repetition: in doubt, seen by officers, sent by nobody but them.
    assert (provider.taken, state()) == (before, ("in_doubt", True))
    world, found = officers
    (line,) = mending_messages.desk(actor=found.city, intake_id=world.intake_id).lines
    assert (line.state, line.failure, line.perhaps_told) == ("in_doubt", "stopped_half_way", True)


@both
def test_a_sending_process_killed_between_the_answer_and_the_commit(officers, provider, settings):
    provider.start("KEPT")
    sending = Sending(settings, provider)
    provider.reached()
    url = settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as holder:
        holder.execute("SELECT id FROM messages FOR UPDATE")
        provider.go_on()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with psycopg.connect(url, autocommit=True) as watcher:
            until(lambda: (watcher.execute(waits).fetchone() or (0,))[0] > 0)
        sending.kill()
        holder.rollback()
    assert state() == ("sending", False)

    seen_by_the_relay(provider)
    send_again(provider)
    assert provider.taken == 1
    assert state() == (("sent", False) if provider.kind == "sms" else ("in_doubt", True))


@pytest.mark.parametrize(("provider", "step"), STEPS, indirect=["provider"])
def test_a_provider_killed_at_any_step(app, officers, provider, step):
    provider.start(step)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_in_thread, app, provider)
        provider.reached()
        provider.kill()
        sending.result(PATIENCE)

    is_doubtful = provider.kind == "smtp" and step in AFTER_WORDS
    assert state()[0] == ("in_doubt" if is_doubtful else "waiting")
    before = provider.taken
    send_again(provider)
    if is_doubtful:
        assert (provider.taken, state()) == (before, ("in_doubt", True))
    else:
        assert (provider.taken, state()) == (1, ("sent", False))


@both
def test_without_a_provider_a_message_waits_and_nothing_is_in_doubt(officers, provider):
    provider.start()
    provider.kill()
    send(provider)
    assert state() == ("waiting", provider.kind == "sms")
    send_again(provider)
    assert (provider.taken, state()) == (1, ("sent", False))
