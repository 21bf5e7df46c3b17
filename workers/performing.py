"""How every job is done: id by id, each in its own transaction, marked done afterwards."""

from collections.abc import Callable, Sequence
from time import monotonic

import structlog
from rq.timeouts import BaseTimeoutException

from enrol.services import relaying
from enrol.services.refusals import NotFound
from workers.application import application

MARK_EVERY_SECONDS = 0.5

log = structlog.get_logger("workers")


class WorkLeftUndone(Exception):
    """Some ids of a job failed; the outbox keeps them and the relay sends them again."""


def perform(*, job: str, outbox_ids: Sequence[int], do: Callable[[int], object]) -> None:
    """Do what the outbox says is undone of these ids, ``do(argument)`` for each.

    One id's failure does not keep the next from being done. Nothing but ids and the kind of error
    is logged or handed to RQ, which would keep a message's text in Redis.
    """
    failed = 0
    with application().app_context():
        finished = _Finished()
        for work in relaying.undone_work(job=job, outbox_ids=outbox_ids):
            began = monotonic()
            try:
                _do(job, work, do)
                finished.add(work.outbox_id)
            except BaseTimeoutException:
                raise  # RQ's alarm rings once: going on would be going on without a limit
            except Exception as error:  # noqa: BLE001 - whatever it is, the other ids are not to suffer
                failed += 1
                log.warning(
                    "job.failed", job=job, outbox_id=work.outbox_id, error=type(error).__name__
                )
            else:
                spent = round((monotonic() - began) * 1000)
                log.info("job.done", job=job, outbox_id=work.outbox_id, milliseconds=spent)
        finished.mark()
    if failed:
        raise WorkLeftUndone(failed)


class _Finished:
    """What is done and not yet marked so: quick pieces of work share one transaction.

    Whoever dies in between leaves work of less than a second to be done again, harmlessly.
    """

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._marked_at = monotonic()

    def add(self, outbox_id: int) -> None:
        """Note one piece of work, and mark all when the last time is long ago."""
        self._ids.append(outbox_id)
        if monotonic() - self._marked_at > MARK_EVERY_SECONDS:
            self.mark()

    def mark(self) -> None:
        """Mark everything noted as done."""
        if self._ids:
            relaying.finish(outbox_ids=self._ids)
        self._ids, self._marked_at = [], monotonic()


def perform_together(
    *,
    job: str,
    outbox_ids: Sequence[int],
    at_once: int,
    do_all: Callable[[list[int]], object],
    do: Callable[[int], object],
) -> None:
    """Like ``perform``, but first try ``do_all(arguments)`` for up to ``at_once`` of them.

    When that fails it must have done nothing: then each of them is done for itself.
    """
    left: list[int] = []
    with application().app_context():
        found = relaying.undone_work(job=job, outbox_ids=outbox_ids)
        for start in range(0, len(found), at_once):
            works = found[start : start + at_once]
            ids = [work.outbox_id for work in works]
            began = monotonic()
            try:
                do_all([work.argument for work in works])
            except BaseTimeoutException:
                raise
            except Exception as error:  # noqa: BLE001 - one of them may be at fault, not all
                log.info("job.apart", job=job, outbox_ids=ids, error=type(error).__name__)
                left += ids
            else:
                relaying.finish(outbox_ids=ids)
                spent = round((monotonic() - began) * 1000)
                log.info("job.done", job=job, outbox_ids=ids, milliseconds=spent)
    if left:
        perform(job=job, outbox_ids=left, do=do)


def _do(job: str, work: relaying.Work, do: Callable[[int], object]) -> None:
    try:
        do(work.argument)
    except NotFound:
        log.warning("job.unknown_argument", job=job, outbox_id=work.outbox_id)
