"""Staging work in the transaction that causes it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from enrol.store.db import Transaction
from enrol.store.tables.outbox import outbox


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
