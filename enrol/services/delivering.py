"""Telling families by mail and SMS, at most once an event.

A message is marked and committed before the provider is spoken to. Whoever dies in between leaves
it *sending*: after ``ABANDONED`` it is in doubt and waits for an officer, for nobody can know
whether the family has it. Only a provider that recognises a repetition by its key is asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken, told
from enrol.services.ports import JOBS, MessageSender
from enrol.store import messages, outbox
from enrol.store.db import transaction
from enrol.store.messages import Claimed

ABANDONED = timedelta(minutes=5)
"""Longer than any sender waits for its provider."""
MOST_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=2)
AT_ONCE = 100
"""Messages of one channel in one job; the relay stages the next job."""
_NO_ADDRESS, _REFUSED, _NOT_REACHED = "no_address", "refused", "not_reached"
_UNKNOWN, _STOPPED = "answer_lost", "stopped_half_way"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When families are left alone, in civil time; the same instant twice means never."""

    begin: time
    end: time


NEVER_QUIET = QuietHours(time(0), time(0))


def stage_due(*, senders: Mapping[str, MessageSender], quiet: QuietHours) -> None:
    """Stage the sending of what is due, and take up what was left half done.

    A channel without a sender lets its messages wait, visibly.
    """
    if not senders:
        return
    repeatable = [channel for channel, sender in senders.items() if sender.knows_repetitions]
    with transaction() as tx:
        messages.settle_abandoned(tx, older_than=ABANDONED, repeatable=repeatable, failure=_STOPPED)
        due = messages.due_intakes(
            tx, channels=senders.keys(), quiet_from=quiet.begin, quiet_until=quiet.end
        )
        outbox.stage(tx, job="send_messages", queue=JOBS["send_messages"], arguments=due)


def send_due(*, senders: Mapping[str, MessageSender], quiet: QuietHours) -> int:
    """Send due messages, each in its own steps; returns how many a provider took."""
    taken = 0
    for channel, sender in senders.items():
        for _ in range(AT_ONCE):
            with transaction() as tx:
                message = messages.claim_one(
                    tx, channel=channel, quiet_from=quiet.begin, quiet_until=quiet.end
                )
            if message is None:
                break
            try:
                taken += _send(message, sender=sender)
            except _ProviderAway:
                break  # the next message would wait for nothing, too
    return taken


class _ProviderAway(Exception):
    """The provider takes nothing now; the message in hand waits."""


def _send(message: Claimed, *, sender: MessageSender) -> bool:
    if message.address is None:
        _fail(message, state="dead", failure=_NO_ADDRESS)
        return False
    try:
        sender.send(
            message=OutgoingMessage(
                key=f"enrol-message-{message.message_id}",
                address=message.address,
                words=told(event=message.event, pupil_code=message.pupil_code),
            )
        )
    except NotTaken as refusal:
        is_over = refusal.is_final or message.attempt >= MOST_ATTEMPTS
        failure = _REFUSED if refusal.is_final else _NOT_REACHED
        _fail(message, state="dead" if is_over else "waiting", failure=failure)
        if refusal.is_final:
            return False
        raise _ProviderAway from None
    except PerhapsTaken:
        again = sender.knows_repetitions and message.attempt < MOST_ATTEMPTS
        _fail(message, state="waiting" if again else "in_doubt", failure=_UNKNOWN)
        return False
    with transaction() as tx:
        return messages.mark_sent(tx, message=message)


def _fail(message: Claimed, *, state: str, failure: str) -> None:
    with transaction() as tx:
        messages.mark_failed(tx, message=message, state=state, failure=failure, wait=_wait(message))


def _wait(message: Claimed) -> timedelta:
    """Return the backoff; what failed together does not come back together."""
    wait = min(_FIRST_WAIT * (1 << (message.attempt - 1)), _LONGEST_WAIT)
    return wait * (1 + (message.message_id % 32) / 64)
