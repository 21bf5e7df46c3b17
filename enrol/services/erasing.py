"""Erasing what the law no longer lets us keep: by table and period, in batches, journalled.

Codes, numbers, digests, the frozen list and the bundle stay: whoever verified can verify again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from enrol.core.actors import System
from enrol.services.ports import Documents
from enrol.store import erasing, journal
from enrol.store.db import transaction
from enrol.store.erasing import STEPS, SWEPT_AFTER, Step

__all__ = ["STEPS", "Due", "Step", "due", "erase", "orphans"]


@dataclass(frozen=True, slots=True)
class Due:
    """How many rows of a table go, by its step."""

    step: Step
    rows: int


def due() -> tuple[Due, ...]:
    """Return what would be erased now. Changes nothing."""
    with transaction() as tx:
        return tuple(Due(step, erasing.left_of(tx, step=step)) for step in STEPS)


def erase(*, documents: Documents, tell: Callable[[str, int], None]) -> dict[str, int]:
    """Erase what is due and return the rows by table; ``tell`` hears of every batch.

    Each batch is a transaction with its journal entry, so that it can be stopped anywhere and
    begun again. A document's file goes after its row is gone; one that a crash left behind is
    found by the sweep.
    """
    done = {step.table: _erase(step, documents=documents, tell=tell) for step in STEPS}
    for name in orphans(documents=documents):
        documents.forget(name=name)
        done["files without a row"] = done.get("files without a row", 0) + 1
    return done


def orphans(*, documents: Documents) -> tuple[str, ...]:
    """Return the files that no document refers to, a day after they were written."""
    # The disk first: what is written after that is not in the list, whatever the rows say.
    found = documents.names(older_than=SWEPT_AFTER)
    with transaction() as tx:
        known = erasing.known_documents(tx)
    return tuple(sorted(set(found) - known))


def _erase(step: Step, *, documents: Documents, tell: Callable[[str, int], None]) -> int:
    done = 0
    while True:
        with transaction() as tx:
            gone = erasing.erase_batch(tx, step=step)
            if gone:
                journal.record(
                    tx,
                    actor=System(),
                    action="data.erased",
                    subject=step.table,
                    detail={"rows": len(gone), "days": step.days},
                )
        for name in filter(None, gone):
            documents.forget(name=name)
        if not gone:
            return done
        done += len(gone)
        tell(step.table, done)
