"""Advisory locks of a transaction, in the order of docs/locking.md.

All are ``pg_advisory_xact_lock`` in READ COMMITTED: taken in a statement of their own, before the
read
they protect (a snapshot is as old as its statement), released by commit or rollback, safe behind
PgBouncer.
"""

from collections.abc import Collection

from sqlalchemy import text

from enrol.store.constraints import translated
from enrol.store.db import Transaction

INTAKE = 1
ZONE_RUN = 2
JOURNAL_SEAL = 3
RELAY = 4
REGISTER = 5
FLAGS = 8

# Neither transaction of a run waits for the disk: what a crash of the server takes with it is run
# again to the same bytes, and whatever says that a run is done is written, and flushed, after it.
# Locked in one order by everybody, which the inner query gives: two workers with the same zones
# wait for each other once and never in a circle.
_LOCK_RUNS = text(
    "SELECT id, set_config('synchronous_commit', 'off', true),"
    " pg_advisory_xact_lock(:space, number)"
    " FROM (SELECT id, coalesce(intake_zone_id, -intake_id) AS number FROM runs"
    "   WHERE id = ANY(CAST(:run_ids AS int[])) ORDER BY number OFFSET 0) AS asked"
)


def _lock(tx: Transaction, function: str, space: int, number: int) -> None:
    with translated():
        tx.execute(text(f"SELECT {function}(:space, :number)"), {"space": space, "number": number})


def lock_register(tx: Transaction) -> None:
    """Be the only one that imports files or issues secrets; taken before any other lock."""
    _lock(tx, "pg_advisory_xact_lock", REGISTER, 0)


def lock_intake_shared(tx: Transaction, intake_id: int) -> None:
    """Hold the window as it is: many families at once, but no closing in between."""
    _lock(tx, "pg_advisory_xact_lock_shared", INTAKE, intake_id)


def lock_intake_exclusive(tx: Transaction, intake_id: int) -> None:
    """Wait until every registration in flight is committed, then be alone: phases change under
    this.
    """
    _lock(tx, "pg_advisory_xact_lock", INTAKE, intake_id)


def lock_runs(tx: Transaction, run_ids: Collection[int]) -> bool:
    """Be the only one that starts these runs: each of one zone, or of an intake's second stage.

    False when one of them is not there. Which zone a run is of never changes, so it may be read in
    the statement that locks.
    """
    values = {"space": ZONE_RUN, "run_ids": list(run_ids)}
    with translated():
        return len(tx.execute(_LOCK_RUNS, values).all()) == len(set(run_ids))


def lock_journal_seal(tx: Transaction) -> None:
    """Be the only sealer: batches form one chain."""
    _lock(tx, "pg_advisory_xact_lock", JOURNAL_SEAL, 0)


def lock_flags(tx: Transaction, intake_id: int) -> None:
    """Be the only one that looks for warnings in an intake: files are compared with each other."""
    _lock(tx, "pg_advisory_xact_lock", FLAGS, intake_id)
