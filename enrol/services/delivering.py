"""Telling families by mail and SMS, at most once an event.

A message is marked and committed before the provider is spoken to. Whoever dies in between leaves
it *sending*: after ``ABANDONED`` it is in doubt and waits for an officer, for nobody can know
whether the family has it. Only a provider that recognises a repetition by its key is asked again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta

from enrol.core.message_texts import NotTaken, OutgoingMessage, PerhapsTaken, told
from enrol.services.ports import JOBS, MessageLine, MessageSender
from enrol.store import deliveries, messages, outbox
from enrol.store.db import transaction
from enrol.store.deliveries import Claimed, Outcome

ABANDONED = timedelta(minutes=5)
"""Longer than any sender waits for its provider, for a whole claim."""
MOST_ATTEMPTS = 16
"""With the waits in between about 18 hours: longer than a provider's bad day."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=2)
AT_ONCE = 20
"""Messages claimed together where a repetition is known by its key. Elsewhere a mail is claimed
alone: who dies leaves a single one in doubt."""
_JUST_CHANGED = timedelta(minutes=10)
REMIND_BEFORE = timedelta(hours=48)
_REST = timedelta(hours=24)
_REMINDED_AT_ONCE = 5000
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
    with transaction() as tx:
        deliveries.reroute_recent(tx, changed=_JUST_CHANGED, kept=deliveries.KEPT_FOR)
    if not senders:
        return
    repeatable = [channel for channel, sender in senders.items() if sender.knows_repetitions]
    with transaction() as tx:
        deliveries.settle_abandoned(
            tx, older_than=ABANDONED, repeatable=repeatable, failure=_STOPPED
        )
        due = deliveries.due_intakes(
            tx, channels=senders.keys(), quiet_from=quiet.begin, quiet_until=quiet.end
        )
        outbox.stage(tx, job="send_messages", queue=JOBS["send_messages"], arguments=due)


def stage_reminders() -> bool:
    """Stage reminders of the deadlines for answers that come near; True when more may be left.

    A chore of the relay: any number of times, by any number of relays.
    """
    with transaction() as tx:
        new = messages.remind(tx, before=REMIND_BEFORE, rest=_REST, most=_REMINDED_AT_ONCE)
        return new == _REMINDED_AT_ONCE


def send_due(*, senders: Mapping[str, MessageSender], quiet: QuietHours) -> int:
    """Send due messages of all channels, one after the other; see ``send_channel``."""
    return sum(
        send_channel(channel=channel, sender=sender, quiet=quiet)
        for channel, sender in senders.items()
    )


def send_channel(
    *,
    channel: str,
    sender: MessageSender,
    quiet: QuietHours,
    is_over: Callable[[], bool] = lambda: False,
) -> int:
    """Send due messages of one channel over one line until none is left or ``is_over`` says so;
    returns how many a provider took.

    May run several times at once: each claims its own. How the last ones ended is written in the
    transaction that claims the next ones. A provider that is away, or whose answers are lost, ends
    the line: every further message might be in doubt, too.
    """
    taken, done = 0, list[Outcome]()
    most = AT_ONCE if sender.knows_repetitions else 1
    with sender.line() as line:
        is_away = False
        while not is_away and not is_over():
            with transaction() as tx:
                taken += deliveries.finish(tx, outcomes=done)
                claimed = deliveries.claim(
                    tx, channel=channel, most=most, quiet_from=quiet.begin, quiet_until=quiet.end
                )
            done, is_away = _send_all(claimed, line=line, repeats=sender.knows_repetitions)
            if not claimed:
                break
        with transaction() as tx:
            taken += deliveries.finish(tx, outcomes=done)
    return taken


def _send_all(
    claimed: list[Claimed], *, line: MessageLine, repeats: bool
) -> tuple[list[Outcome], bool]:
    """Return how each attempt ended, and whether the provider takes nothing now: then the rest was
    not handed over and waits as the one that it did not take.
    """
    done: list[Outcome] = []
    is_away = False
    for message in claimed:
        if is_away:
            done.append(_put_back(message))
            continue
        one = _send(message, line=line, repeats=repeats)
        is_away = one.stops_the_line
        done.append(one)
    return done, is_away


def _send(message: Claimed, *, line: MessageLine, repeats: bool) -> Outcome:
    if message.address is None:
        return Outcome(message, "dead", _NO_ADDRESS)
    words = told(
        event=message.event,
        pupil_code=message.pupil_code,
        due_on=message.due_on,
        language=message.language,
    )
    key = f"enrol-message-{message.message_id}"
    # An officer who lets it be tried again gives it as many attempts more.
    is_last = message.attempt % MOST_ATTEMPTS == 0
    try:
        line.send(message=OutgoingMessage(key=key, address=message.address, words=words))
    except NotTaken as refusal:
        if refusal.is_final:
            return Outcome(message, "dead", _REFUSED)
        put_back = _put_back(message, stops_the_line=not refusal.is_of_one)
        return replace(put_back, state="dead") if is_last else put_back
    except PerhapsTaken:
        again = repeats and not is_last
        return Outcome(
            message,
            "waiting" if again else "in_doubt",
            _UNKNOWN,
            _wait(message),
            perhaps_told=True,
            stops_the_line=True,
        )
    return Outcome(message, "sent")


def _put_back(message: Claimed, *, stops_the_line: bool = False) -> Outcome:
    return Outcome(message, "waiting", _NOT_REACHED, _wait(message), stops_the_line=stops_the_line)


def _wait(message: Claimed) -> timedelta:
    """Return the backoff; what failed together does not come back together."""
    doublings = (message.attempt - 1) % MOST_ATTEMPTS
    wait = min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    return wait * (1 + (message.message_id % 32) / 64)
