"""``python -m workers.relay``: the process that keeps promises moving.

It sends the outbox to the queue, seals the journal, takes the numbers for the pages and stages
what was forgotten. It survives Redis being away and PostgreSQL restarting; several may run.
"""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import structlog

from enrol.adapters.rq_queue import RqQueue
from enrol.services import (
    auditing,
    counting,
    delivering,
    due_letters,
    estimating,
    exporting,
    flagging,
    holding_rounds,
    moving_schools,
    opening,
    relaying,
    summing_up,
)
from enrol.services.delivering import NEVER_QUIET, QuietHours
from enrol.services.ports import JobQueue, MessageSender, WaitingRoom
from workers.application import application

AT_ONCE = 500
"""Outbox ids a pass; a full pass is followed by the next without a pause."""
AFTER_A_FAILURE = 1.0

log = structlog.get_logger("workers")


@dataclass
class Chore:
    """Something to do every so often; when ``act`` returns True, at once again."""

    name: str
    every: float
    act: Callable[[], object]
    due: float = field(default=0.0)
    failures: int = field(default=0)


def chores(
    queue: JobQueue,
    *,
    room: WaitingRoom | None = None,
    senders: Mapping[str, MessageSender] | None = None,
    quiet: QuietHours = NEVER_QUIET,
) -> list[Chore]:
    """Return what the relay does, the most urgent first."""
    return [
        Chore("relay", 0.3, lambda: relaying.relay_outbox(queue=queue, limit=AT_ONCE) == AT_ONCE),
        Chore("opening", 1.0, opening.stage_due),
        Chore("seal", 1.0, lambda: auditing.seal_journal() == auditing.MOST_ENTRIES),
        Chore("beat", 5.0, lambda: relaying.beat(name="relay", detail={})),
        Chore("counters", 5.0, lambda: counting.refresh_counters(waiting_room=room)),
        Chore("estimates", 30.0, estimating.stage_due_zones),
        Chore("flags", 30.0, flagging.stage_due_zones),
        Chore("statistics", 30.0, summing_up.stage_due),
        Chore("messages", 5.0, lambda: delivering.stage_due(senders=senders or {}, quiet=quiet)),
        Chore("reminders", 60.0, delivering.stage_reminders),
        Chore("rounds", 10.0, holding_rounds.stage_due),
        Chore("moves", 300.0, moving_schools.do_due),
        Chore("restage", 10.0, relaying.restage_forgotten),
        Chore("tidy", 3600.0, relaying.tidy),
        Chore("apologies", 3600.0, due_letters.draft_apologies),
        Chore("files", 600.0, exporting.stage_deleting),
    ]


def run(*, todo: Sequence[Chore], stop: Event) -> None:
    """Do every chore when it is due until ``stop`` is set."""
    while not stop.is_set():
        for chore in todo:
            if chore.due <= monotonic() and not stop.is_set():
                _attempt(chore)
        stop.wait(max(0.0, min(chore.due for chore in todo) - monotonic()))


def _attempt(chore: Chore) -> None:
    try:
        is_more = chore.act() is True
    except Exception as error:  # noqa: BLE001 - a server that is away comes back; the loop must be there
        chore.failures += 1
        chore.due = monotonic() + max(chore.every, AFTER_A_FAILURE)
        if chore.failures & (chore.failures - 1) == 0:  # 1, 2, 4, 8 … times: told, not flooded
            log.warning(
                "relay.failed", name=chore.name, error=type(error).__name__, attempts=chore.failures
            )
        return
    if chore.failures:
        log.info("relay.recovered", name=chore.name, attempts=chore.failures)
        chore.failures = 0
    chore.due = monotonic() + (0.0 if is_more else chore.every)


def main() -> None:
    """Relay until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = application()
    queue = RqQueue(url=app.extensions["enrol_settings"].redis_url.get_secret_value())
    adapters, settings = app.extensions["enrol_adapters"], app.extensions["enrol_settings"]
    todo = chores(
        queue,
        room=adapters.waiting_room,
        senders=adapters.message_senders,
        quiet=QuietHours(settings.quiet_from, settings.quiet_until),
    )
    with app.app_context():
        run(todo=todo, stop=stop)


if __name__ == "__main__":
    main()
