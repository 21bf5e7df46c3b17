"""Due dates that cannot be kept: drafts of the letter, and the one postponement."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from enrol.core.actors import Actor
from enrol.store.db import Transaction
from enrol.store.tables.reviews import postponements

_DRAFT = """
WITH days AS (
  SELECT * FROM unnest(%(from)s::timestamptz[], %(until)s::timestamptz[], %(due)s::date[])
         AS days (sent_from, sent_until, due_on)
)
INSERT INTO postponements (registration_id, due_on)
SELECT r.id, d.due_on
  FROM registrations r
  JOIN days d ON r.submitted_at >= d.sent_from AND r.submitted_at < d.sent_until
 WHERE r.intake_zone_id = ANY (SELECT id FROM intake_zones WHERE intake_id = %(intake)s)
   AND r.status = ANY (%(statuses)s) AND r.submitted_at < %(before)s
ON CONFLICT (registration_id) DO UPDATE SET due_on = excluded.due_on
 WHERE postponements.new_due_on IS NULL AND postponements.due_on <> excluded.due_on
"""


def draft(
    tx: Transaction,
    *,
    intake_id: int,
    statuses: Collection[str],
    before: datetime,
    due_days: Sequence[tuple[datetime, datetime, date]],
) -> int:
    """Draft letters for files of these statuses sent before an instant; returns how many are new.

    ``due_days`` says which instants of submission (from, until) are due on which day. A draft that
    no officer has confirmed follows its file to another date.
    """
    values = {
        "intake": intake_id,
        "statuses": list(statuses),
        "before": before,
        "from": [since for since, _, _ in due_days],
        "until": [until for _, until, _ in due_days],
        "due": [due for _, _, due in due_days],
    }
    return tx.exec_driver_sql(_DRAFT, values).rowcount


def confirm(
    tx: Transaction,
    *,
    registration_id: int,
    due_on: date,
    new_due_on: date,
    reason: str,
    actor: Actor,
) -> bool:
    """Write the new date; False when the file was postponed before."""
    said = {
        "due_on": due_on,
        "new_due_on": new_due_on,
        "reason": reason,
        "confirmed_at": func.clock_timestamp(),
        "confirmed_by": actor.label,
    }
    statement = (
        insert(postponements)
        .values(registration_id=registration_id, **said)
        .on_conflict_do_update(
            index_elements=["registration_id"],
            set_=said,
            where=postponements.c.new_due_on.is_(None),
        )
        .returning(postponements.c.registration_id)
    )
    return tx.execute(statement).scalar_one_or_none() is not None
