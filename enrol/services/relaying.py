"""Handing staged work to the queue until the database says it is done.

The outbox is the truth. Whatever the queue loses, doubles or forgets, an undone row is sent again
after its visibility time; workers make every repetition harmless.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from enrol.services.ports import JOBS, JobQueue
from enrol.store import forgotten_runs, heartbeats, outbox
from enrol.store.db import transaction

VISIBILITY = timedelta(seconds=10)
KEEP_DONE = timedelta(days=7)
KEEP_SILENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of staged work for a worker."""

    outbox_id: int
    argument: int


def relay_outbox(*, queue: JobQueue, limit: int, visibility: timedelta = VISIBILITY) -> int:
    """Send due work to the queue; returns how many ids it took.

    Sent and marked in one transaction: a crash in between sends the ids once more. Raises
    ConnectionError, with nothing marked, when the queue is not there.
    """
    with transaction() as tx:
        claimed = outbox.claim(tx, limit=limit, visibility=visibility)
        by_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in claimed:
            by_kind[row.job, row.queue].append(row.outbox_id)
        for (job, name), outbox_ids in by_kind.items():
            queue.enqueue(job=job, queue=name, outbox_ids=outbox_ids)
        outbox.mark_sent(tx, outbox_ids=[row.outbox_id for row in claimed])
    return len(claimed)


def undone_work(*, job: str, outbox_ids: Sequence[int]) -> list[Work]:
    """Return what is still to be done of the ids a worker was handed; unknown ids are left out."""
    with transaction() as tx:
        rows = outbox.undone(tx, outbox_ids=outbox_ids)
    return [Work(row.outbox_id, row.argument) for row in rows if row.job == job]


def finish(*, outbox_ids: Sequence[int]) -> None:
    """Mark pieces of work as done, after their own transactions have committed."""
    with transaction() as tx:
        outbox.mark_done(tx, outbox_ids=outbox_ids)


def restage_forgotten() -> int:
    """Stage what the tables of runs and publications say is not done and nobody has staged.

    Returns how many pieces of work were found. Only rows removed by hand or restored from a backup
    should ever need this. Idempotent.
    """
    with transaction() as tx:
        forgotten = forgotten_runs.forgotten_work(tx)
        for job, arguments in forgotten.items():
            outbox.stage(tx, job=job, queue=JOBS[job], arguments=arguments)
    return sum(len(arguments) for arguments in forgotten.values())


def beat(*, name: str, detail: Mapping[str, str | int | bool | None]) -> None:
    """Leave a process's sign of life."""
    with transaction() as tx:
        heartbeats.beat(tx, name=name, detail=detail)


def tidy() -> int:
    """Forget work done a week ago and processes silent for a day; returns how much work."""
    with transaction() as tx:
        heartbeats.forget_silent(tx, longer_than=KEEP_SILENT)
        return outbox.forget_done(tx, older_than=KEEP_DONE)
