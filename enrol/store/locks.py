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


def lock_zone_run(tx: Transaction, intake_zone_id: int) -> None:
    """Be the only one that runs or writes placements of this zone."""
    _lock(tx, "pg_advisory_xact_lock", ZONE_RUN, intake_zone_id)


def lock_second_stage(tx: Transaction, intake_id: int) -> None:
    """Be the only one that runs or writes the second stage of this intake: the zone that is
    none.
    """
    _lock(tx, "pg_advisory_xact_lock", ZONE_RUN, -intake_id)


def lock_journal_seal(tx: Transaction) -> None:
    """Be the only sealer: batches form one chain."""
    _lock(tx, "pg_advisory_xact_lock", JOURNAL_SEAL, 0)
