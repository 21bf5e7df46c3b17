"""Asking the families of many files for the same thing."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, insert, update

from enrol.core.actors import Actor
from enrol.core.review import Status, can_move
from enrol.store.db import Transaction
from enrol.store.tables.reviews import info_requests


def ask_many(
    tx: Transaction,
    *,
    files: Sequence[tuple[int, int]],
    asked_for: str,
    message: str,
    due_on: date,
    actor: Actor,
) -> frozenset[int]:
    """Ask the families of files, each as (registration id, version), for the same thing.

    Returns the ids that were asked; files of another version by now, and those that cannot lawfully
    wait for their family or wait for it already, are left out. Rows are locked by rising id.
    """
    values = {
        "ids": [one for one, _ in files],
        "versions": [version for _, version in files],
        "lawful": [one.value for one in Status if can_move(one, Status.NEEDS_INFO)],
    }
    asked = frozenset(tx.exec_driver_sql(_LET_WAIT, values).scalars())
    if not asked:
        return asked
    tx.execute(
        update(info_requests)
        .where(info_requests.c.registration_id.in_(asked), info_requests.c.answered_at.is_(None))
        .values(answered_at=func.clock_timestamp(), answer="decided")
    )
    said = {"asked_for": asked_for, "message": message, "due_on": due_on, "asked_by": actor.label}
    rows = [{"registration_id": one, **said} for one in sorted(asked)]
    tx.execute(insert(info_requests), rows)
    return asked


_LET_WAIT = """
WITH asked AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::int[]) AS asked (id, version)
), held AS MATERIALIZED (
  SELECT r.id FROM registrations r
   WHERE r.id = ANY (%(ids)s::bigint[]) ORDER BY r.id FOR UPDATE
)
UPDATE registrations r SET status = 'needs_info'
  FROM asked a JOIN held h ON h.id = a.id
 WHERE r.id = a.id AND r.version = a.version AND r.status = ANY (%(lawful)s)
RETURNING r.id
"""
