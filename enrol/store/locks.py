"""Advisory locks of a transaction, in the order of docs/locking.md.

All are ``pg_advisory_xact_lock`` in READ COMMITTED: taken in a statement of their own, before the
read
they protect (a snapshot is as old as its statement), released by commit or rollback, safe behind
PgBouncer.
"""

from sqlalchemy import text

from enrol.store.constraints import translated
from enrol.store.db import Transaction

INTAKE = 1
ZONE_RUN = 2
JOURNAL_SEAL = 3
RELAY = 4
REGISTER = 5

# Neither transaction of a run waits for the disk: what a crash of the server takes with it is run
# again to the same bytes, and whatever says that a run is done is written, and flushed, after it.
_LOCK_RUN = text(
    "SELECT set_config('synchronous_commit', 'off', true),"
    " pg_advisory_xact_lock(:space, coalesce(intake_zone_id, -intake_id))"
    " FROM runs WHERE id = :run_id"
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


def lock_run(tx: Transaction, run_id: int) -> bool:
    """Be the only one that starts this run: of one zone, or of an intake's second stage.

    False when there is no such run. Which zone a run is of never changes, so it may be read in the
    statement that locks.
    """
    with translated():
        return (
            tx.execute(_LOCK_RUN, {"space": ZONE_RUN, "run_id": run_id}).one_or_none() is not None
        )


def lock_journal_seal(tx: Transaction) -> None:
    """Be the only sealer: batches form one chain."""
    _lock(tx, "pg_advisory_xact_lock", JOURNAL_SEAL, 0)
