"""Work staged in the transaction that causes it, handed over by the relay, marked when done.

An argument names something that does not change once it is staged (a run, an intake): work
already staged and not done is left as it is, also while a worker is busy with it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.outbox import outbox

MOST_PATIENT = 8
"""The visibility time grows with every sending, up to this many times its length."""


@dataclass(frozen=True, slots=True)
class Staged:
    """One row of undone work."""

    outbox_id: int
    job: str
    queue: str
    argument: int


_STAGED = (outbox.c.id, outbox.c.job, outbox.c.queue, outbox.c.argument)


def stage(
    tx: Transaction,
    *,
    job: str,
    queue: str,
    arguments: Iterable[int],
    due_at: datetime | None = None,
) -> None:
    """Stage one row a job and argument; work already staged and not done is left as it is."""
    rows = [
        {"job": job, "queue": queue, "argument": argument} | ({"due_at": due_at} if due_at else {})
        for argument in arguments
    ]
    if rows:
        tx.execute(
            insert(outbox).on_conflict_do_nothing(
                index_elements=["job", "argument"], index_where=outbox.c.done_at.is_(None)
            ),
            rows,
        )


def claim(tx: Transaction, *, limit: int, visibility: timedelta) -> list[Staged]:
    """Lock and return due work that was never sent, or sent so long ago that it must be lost.

    Rows that another relay holds are skipped, so several may run. What was sent ``n`` times is
    visible again after ``n`` (at most ``MOST_PATIENT``) visibility times: work that always fails
    must not crowd out the rest.
    """
    now = func.clock_timestamp()
    patience = func.least(outbox.c.attempts, MOST_PATIENT) * bindparam("visibility", visibility)
    query = (
        select(*_STAGED)
        .where(
            outbox.c.done_at.is_(None),
            outbox.c.due_at <= now,
            or_(outbox.c.sent_at.is_(None), outbox.c.sent_at + patience < now),
        )
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Staged(*row) for row in tx.execute(query)]


def mark_sent(tx: Transaction, *, outbox_ids: Collection[int]) -> None:
    """Note that the queue took this work; it stays undone."""
    if outbox_ids:
        tx.execute(
            update(outbox)
            .where(outbox.c.id.in_(outbox_ids))
            .values(sent_at=func.clock_timestamp(), attempts=outbox.c.attempts + 1)
        )


def sendings(tx: Transaction, *, job: str, argument: int) -> int:
    """Return how often undone work was sent; 0 when there is none."""
    query = select(outbox.c.attempts).where(
        outbox.c.job == job, outbox.c.argument == argument, outbox.c.done_at.is_(None)
    )
    return tx.execute(query).scalar_one_or_none() or 0


def undone(tx: Transaction, *, outbox_ids: Sequence[int]) -> list[Staged]:
    """Return which of these rows exist and are not done, in id order."""
    query = (
        select(*_STAGED)
        .where(outbox.c.id.in_(outbox_ids), outbox.c.done_at.is_(None))
        .order_by(outbox.c.id)
    )
    return [Staged(*row) for row in tx.execute(query)]


def mark_done(tx: Transaction, *, outbox_ids: Sequence[int]) -> None:
    """Note that the work is done; the first to say so counts."""
    # In one order, so that two workers with the same work do not wait for each other.
    undone = (
        select(outbox.c.id)
        .where(outbox.c.id.in_(outbox_ids), outbox.c.done_at.is_(None))
        .order_by(outbox.c.id)
        .with_for_update()
        .cte("undone")
    )
    with translated():
        tx.execute(
            update(outbox).where(outbox.c.id == undone.c.id).values(done_at=func.clock_timestamp())
        )


def oldest_undone_age(tx: Transaction) -> timedelta | None:
    """Return how long the oldest due work has been waiting, None when there is none."""
    now = func.clock_timestamp()
    query = select(now - func.min(outbox.c.due_at)).where(_is_due(now))
    age: timedelta | None = tx.execute(query).scalar_one()
    return age


def undone_count(tx: Transaction) -> int:
    """Return how much due work is not done; the partial index keeps this cheap."""
    query = select(func.count()).select_from(outbox).where(_is_due(func.clock_timestamp()))
    return int(tx.execute(query).scalar_one())


def forget_done(tx: Transaction, *, older_than: timedelta) -> int:
    """Delete rows done longer ago than this; returns how many. The journal keeps what happened."""
    gone = tx.execute(
        delete(outbox).where(
            outbox.c.done_at < func.clock_timestamp() - bindparam("older_than", older_than)
        )
    )
    return gone.rowcount


def _is_due(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(outbox.c.done_at.is_(None), outbox.c.due_at <= now)
