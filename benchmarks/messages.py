"""Measure sending: ``python -m benchmarks.messages [--messages N] [--lines N] [--answer-ms MS]``.

Starts its own PostgreSQL and, as a process of its own, a mail server or SMS provider that takes
``--answer-ms`` for each answer, as one over a network does; lets so many families' receipts become
due and sends them as the worker of the queue *mail* does. Prints messages a second, processor time
and what 160,000 would take, and checks that each message was taken exactly once.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from benchmarks.opening import load_ticked_city
from enrol.embedded import EmbeddedServices
from enrol.services import opening
from enrol.store import schema
from enrol.store.db import db, transaction
from workers.application import application
from workers.lines import send_on_lines

CITY = 160_000


class Provider:
    """Answers after a while, and counts what it took by its key."""

    def __init__(self, *, answer_ms: float) -> None:
        self._wait = answer_ms / 1000
        self.taken: Counter[str] = Counter()

    async def mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP until the sender leaves."""
        await self._say(writer, "220 here")
        while line := (await reader.readline()).decode().strip().upper():
            is_data = line == "DATA"
            await self._say(writer, "354 go on" if is_data else "250 well")
            if is_data:
                words = await reader.readuntil(b"\r\n.\r\n")
                (key,) = (part for part in words.split(b"\r\n") if part.startswith(b"Message-ID"))
                self.taken[key.decode()] += 1
                await self._say(writer, "250 kept")
            if line == "QUIT":
                break
        writer.close()

    async def sms(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take postings on a kept connection until the sender leaves."""
        while head := await reader.readline():
            headers = {}
            while (head := await reader.readline()).strip():
                name, _colon, value = head.decode().partition(":")
                headers[name.lower()] = value.strip()
            await reader.readexactly(int(headers["content-length"]))
            self.taken[headers["idempotency-key"]] += 1
            await self._say(writer, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n")
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, words: str) -> None:
        await asyncio.sleep(self._wait)
        writer.write(f"{words}\r\n".encode())
        await writer.drain()


def serve(kind: str, answer_ms: float, told: Connection) -> None:
    """Run a provider; tells its port, and on being asked what it took: different, and in all."""

    async def run() -> None:
        provider = Provider(answer_ms=answer_ms)
        speak = provider.mail if kind == "email" else provider.sms
        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(told.recv)
        told.send((len(provider.taken), sum(provider.taken.values())))

    asyncio.run(run())


def main() -> None:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--answer-ms", type=float, default=5.0)
    parser.add_argument("--channel", choices=("email", "sms"), default="email")
    options = parser.parse_args()
    here, there = multiprocessing.Pipe()
    provider = multiprocessing.get_context("spawn").Process(
        target=serve, args=(options.channel, options.answer_ms, there), daemon=True
    )
    provider.start()
    port = here.recv()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o711)  # as root, the servers' account has to pass through
        services = stack.enter_context(EmbeddedServices(directory / "var"))
        os.environ |= {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "ENROL_ENVIRONMENT": "test",
            "ENROL_SESSION_KEY": "s" * 40,
            "ENROL_DATA_KEY": "d" * 40,
            "ENROL_MESSAGE_LINES": str(options.lines),
            "ENROL_QUIET_FROM": "00:00",
            "ENROL_QUIET_UNTIL": "00:00",
            "ENROL_LOG_LEVEL": "WARNING",
            **_provider_settings(options.channel, port),
        }
        taken, seconds, spent = _measure(count=options.messages, channel=options.channel)
        here.send("how many")
        assert here.recv() == (options.messages, options.messages)
    assert taken == options.messages, taken
    print(
        f"{datetime.now(UTC):%Y-%m-%d}: {taken} messages, {options.channel}, {options.lines} lines,"
        f" {options.answer_ms} ms an answer: {seconds:.1f} s, {taken / seconds:,.0f} a second,"
        f" {spent / taken * 1e6:,.0f} us of this process each;"
        f" {CITY:,} in {CITY * seconds / taken / 60:.0f} minutes"
    )


def _provider_settings(channel: str, port: int) -> dict[str, str]:
    if channel == "sms":
        return {"ENROL_SMS_URL": f"http://127.0.0.1:{port}/", "ENROL_SMS_TOKEN": "t" * 24}
    return {
        "ENROL_SMTP_HOST": "127.0.0.1",
        "ENROL_SMTP_PORT": str(port),
        "ENROL_SMTP_SECURITY": "none",
        "ENROL_MAIL_FROM": "enrolment@example.vn",
    }


def _measure(*, count: int, channel: str) -> tuple[int, float, float]:
    app = application()
    schema.bring_up(app)
    secrets = app.extensions["enrol_adapters"].secrets
    with app.app_context():
        load_ticked_city(count)
        if channel == "email":
            with transaction() as tx:
                tx.execute(
                    text(
                        "UPDATE drafts SET answers ="
                        " jsonb_set(answers, '{contact,email}', '\"family@example.vn\"')"
                    )
                )
        while opening.submit_ticked(intake_id=1, secrets=secrets):
            pass
        spent, began = _processor_seconds(), perf_counter()
        taken = send_on_lines()
        seconds = perf_counter() - began
        spent = _processor_seconds() - spent
        db.engine.dispose()
    return taken, seconds, spent


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
