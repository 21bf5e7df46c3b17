"""Messages as tests read and change them, and providers that remember."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, select, text, update

from enrol.core.message_texts import OutgoingMessage
from enrol.services import delivering
from enrol.services.delivering import NEVER_QUIET
from enrol.store.db import transaction
from enrol.store.tables.messages import messages


class Provider:
    """Takes everything and remembers it; fails as told."""

    def __init__(self, *, knows_repetitions: bool = False, fault: Exception | None = None) -> None:
        self.knows_repetitions = knows_repetitions
        self.fault = fault
        self.got: list[OutgoingMessage] = []

    @contextmanager
    def line(self) -> Iterator["Provider"]:
        """One line is as good as another."""
        yield self

    def send(self, *, message: OutgoingMessage) -> None:
        """Remember it, then fail if told so."""
        self.got.append(message)
        if self.fault:
            raise self.fault


def events() -> list[tuple[str, str, str]]:
    """Return event, channel and state of every message, in the order they were staged."""
    query = select(messages.c.event, messages.c.channel, messages.c.state).order_by(messages.c.id)
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(query)]


def tally() -> dict[str, int]:
    """Return how many messages there are of each event."""
    query = select(messages.c.event, func.count()).group_by(messages.c.event)
    with transaction() as tx:
        return {row[0]: row[1] for row in tx.execute(query)}


def change(**values: Any) -> None:
    """Change all messages."""
    with transaction() as tx:
        tx.execute(update(messages).values(**values))


def give_mail_address(address: str = "family@example.vn") -> None:
    """Let every family have left a mail address in what it sent."""
    with transaction() as tx:
        tx.execute(text("ALTER TABLE submissions DISABLE TRIGGER USER"))
        tx.execute(
            text(
                "UPDATE submissions SET payload = jsonb_set("
                " payload::jsonb, '{contact,email}', to_jsonb(CAST(:address AS text)))::text"
            ).bindparams(address=address)
        )
        tx.execute(text("ALTER TABLE submissions ENABLE TRIGGER USER"))


def send_all(mail: Provider, sms: Provider) -> int:
    """Send everything that is due; returns how many were taken."""
    return delivering.send_due(senders={"email": mail, "sms": sms}, quiet=NEVER_QUIET)
