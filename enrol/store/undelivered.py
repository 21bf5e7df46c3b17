"""Messages that did not arrive for certain: what officers see of them and let be tried again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from enrol.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One message in doubt or given up, with the code of the file it is about; of a draft, the
    child's pupil code, and ``is_of_file`` is False.

    ``perhaps_told`` says that an answer of the provider was lost: the family may have it.
    """

    message_id: int
    code: str
    is_of_file: bool
    event: str
    channel: str
    state: str
    failure: str
    attempts: int
    perhaps_told: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose messages: of the files of these units' zones, and of files whose first wish is one of
    these schools in the zone's own unit.
    """

    intake_id: int
    unit_ids: Collection[int]
    school_ids: Collection[int]

    @property
    def values(self) -> dict[str, object]:
        """The parameters of the statements here."""
        return {
            "intake_id": self.intake_id,
            "units": list(self.unit_ids),
            "schools": list(self.school_ids),
        }


_IN_SCOPE = """
  FROM messages t
  LEFT JOIN registrations r ON r.id = t.registration_id
  LEFT JOIN intake_zones iz ON iz.id = r.intake_zone_id
  LEFT JOIN children c ON c.id = t.child_id
  LEFT JOIN drafts d ON d.child_id = t.child_id AND d.intake_id = t.intake_id
  LEFT JOIN zones z ON z.id = coalesce(iz.zone_id,
       (SELECT w.id FROM zones w WHERE w.code = d.answers ->> 'zone' AND w.valid_to IS NULL))
 WHERE t.intake_id = :intake_id AND t.state IN ('in_doubt', 'dead')
   AND (coalesce(z.unit_id, (SELECT h.unit_id FROM residences h
                   WHERE h.child_id = t.child_id AND h.unit_id IS NOT NULL
                   ORDER BY h.kind = 'permanent' DESC LIMIT 1)) = ANY(:units)
        OR EXISTS (SELECT FROM schools s WHERE s.id = r.wishes[1] AND s.id = ANY(:schools)
                      AND s.unit_id = z.unit_id))"""

_LIST = f"""
SELECT t.id, coalesce(r.code, c.pupil_code), r.id IS NOT NULL, t.event,
       t.channel, t.state, t.failure, t.attempts, t.perhaps_told,
       t.created_at {_IN_SCOPE} AND t.id > :after ORDER BY t.id LIMIT :limit"""

_SAFE = f"""
SELECT t.id {_IN_SCOPE} AND t.state = 'dead' AND t.failure = 'not_reached' AND NOT t.perhaps_told
 ORDER BY t.id LIMIT :limit"""

_AGAIN = text("""
WITH held AS MATERIALIZED (
  SELECT id FROM messages WHERE id = ANY(:ids) AND state IN ('in_doubt', 'dead')
     AND (NOT perhaps_told OR :may_be_twice) ORDER BY id FOR UPDATE)
UPDATE messages t
   SET state = 'waiting', failure = NULL, next_attempt_at = clock_timestamp()
  FROM held WHERE t.id = held.id
RETURNING t.id""")


def listed(tx: Transaction, *, scope: Scope, after: int, limit: int) -> list[Undelivered]:
    """Return messages in doubt or given up after a number, the oldest first."""
    values = scope.values | {"after": after, "limit": limit}
    return [Undelivered(*row) for row in tx.execute(text(_LIST), values)]


def one(tx: Transaction, *, scope: Scope, message_id: int) -> Undelivered | None:
    """Return one of them, None when it is none or out of scope."""
    found = listed(tx, scope=scope, after=message_id - 1, limit=1)
    return found[0] if found and found[0].message_id == message_id else None


def safe_ids(tx: Transaction, *, scope: Scope, limit: int) -> list[int]:
    """Return those that no provider ever took: it could not be reached, each time."""
    return list(tx.execute(text(_SAFE), scope.values | {"limit": limit}).scalars())


def try_again(tx: Transaction, *, ids: Sequence[int], may_be_twice: bool) -> list[int]:
    """Let messages wait to be sent once more; returns which. One that may have arrived is left
    alone unless ``may_be_twice``.
    """
    values = {"ids": list(ids), "may_be_twice": may_be_twice}
    return list(tx.execute(_AGAIN, values).scalars())
