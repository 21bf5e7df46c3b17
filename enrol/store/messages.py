"""Messages: staged with their event, claimed one at a time, and never sent blindly again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy import text

from enrol.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message whose sending has begun; ``attempt`` is the fence of what follows.

    ``address`` is None when the family has taken it back meanwhile.
    """

    message_id: int
    attempt: int
    event: str
    pupil_code: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of an intake stand where, with the reason of those undelivered."""

    channel: str
    state: str
    failure: str | None
    count: int


NOT_REHEARSED = "i.kind = 'official'"
"""The first guard; the table's own constraints are the last one."""

_STAGE = """
INSERT INTO messages (intake_id, intake_kind, registration_id, event, channel)
SELECT i.id, i.kind, r.id, :event,
       CASE WHEN coalesce(sent.contact ->> 'email', '') <> '' THEN 'email' ELSE 'sms' END
  FROM registrations r
  JOIN intakes i ON i.id = r.intake_id
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
 CROSS JOIN LATERAL (SELECT m.payload::jsonb -> 'contact' AS contact) sent
 WHERE r.intake_id = :intake_id AND r.status <> 'withdrawn' AND {guard}
   AND coalesce(sent.contact ->> 'email', sent.contact ->> 'phone', '') <> ''
 ORDER BY r.id
ON CONFLICT ON CONSTRAINT uq_messages_registration_id_event_channel DO NOTHING"""

# Night begins before midnight and ends after it, or not: both are one comparison each.
_AWAKE = """
  CASE WHEN CAST(:quiet_from AS time) <= CAST(:quiet_until AS time)
       THEN NOT (here.at >= :quiet_from AND here.at < :quiet_until)
       ELSE here.at < :quiet_from AND here.at >= :quiet_until END"""
_HERE = "(SELECT (clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::time AS at) here"

_CLAIM = f"""
WITH due AS (
  SELECT w.id FROM messages w, {_HERE}
   WHERE w.state = 'waiting' AND w.channel = :channel
     AND w.next_attempt_at <= clock_timestamp() AND {_AWAKE}
   ORDER BY w.next_attempt_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
UPDATE messages t
   SET state = 'sending', attempts = t.attempts + 1, began_at = clock_timestamp(), failure = NULL
  FROM due, registrations r
  JOIN children c ON c.id = r.child_id
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
 WHERE t.id = due.id AND r.id = t.registration_id
RETURNING t.id, t.attempts, t.event, c.pupil_code,
          nullif(m.payload::jsonb -> 'contact'
                 ->> CASE t.channel WHEN 'email' THEN 'email' ELSE 'phone' END, '')"""  # noqa: S608

_DUE = f"""
SELECT DISTINCT w.intake_id FROM messages w, {_HERE}
 WHERE w.state = 'waiting' AND w.channel = ANY(:channels)
   AND w.next_attempt_at <= clock_timestamp() AND {_AWAKE}"""  # noqa: S608


def stage_for_all(tx: Transaction, *, intake_id: int, event: str) -> int:
    """Stage one message a live registration that left an address, by one statement; returns how
    many are new. A rehearsal's are none.
    """
    statement = _STAGE.replace("{guard}", NOT_REHEARSED)
    return tx.execute(text(statement), {"intake_id": intake_id, "event": event}).rowcount


def due_intakes(
    tx: Transaction, *, channels: Collection[str], quiet_from: time, quiet_until: time
) -> list[int]:
    """Return the intakes with messages to be sent now, on these channels."""
    values = {"channels": list(channels), "quiet_from": quiet_from, "quiet_until": quiet_until}
    return list(tx.execute(text(_DUE), values).scalars())


def claim_one(
    tx: Transaction, *, channel: str, quiet_from: time, quiet_until: time
) -> Claimed | None:
    """Mark the next due message as being sent; None when there is none, or families sleep."""
    values = {"channel": channel, "quiet_from": quiet_from, "quiet_until": quiet_until}
    row = tx.execute(text(_CLAIM), values).one_or_none()
    return None if row is None else Claimed(*row)


def mark_sent(tx: Transaction, *, message: Claimed) -> bool:
    """Note that the provider took it, also when it was in doubt meanwhile; False when a later
    attempt began.
    """
    done = tx.execute(
        text(
            "UPDATE messages SET state = 'sent', sent_at = clock_timestamp(), failure = NULL"
            " WHERE id = :id AND attempts = :attempt AND state IN ('sending', 'in_doubt')"
        ),
        {"id": message.message_id, "attempt": message.attempt},
    )
    return done.rowcount == 1


def mark_failed(
    tx: Transaction, *, message: Claimed, state: str, failure: str, wait: timedelta
) -> None:
    """Put an attempt that is over into ``waiting`` (for ``wait``), ``in_doubt`` or ``dead``."""
    tx.execute(
        text(
            "UPDATE messages SET state = :state, failure = :failure,"
            " next_attempt_at = clock_timestamp() + CAST(:wait AS interval)"
            " WHERE id = :id AND attempts = :attempt AND state = 'sending'"
        ),
        {
            "id": message.message_id,
            "attempt": message.attempt,
            "state": state,
            "failure": failure,
            "wait": wait,
        },
    )


def settle_abandoned(
    tx: Transaction, *, older_than: timedelta, repeatable: Collection[str], failure: str
) -> int:
    """Take up attempts nobody finished: again where the channel's provider knows a repetition,
    in doubt elsewhere. Returns how many.
    """
    statement = text("""
        WITH lost AS (
          SELECT id FROM messages
           WHERE state = 'sending'
             AND began_at < clock_timestamp() - CAST(:older_than AS interval)
           ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
        UPDATE messages t
           SET state = CASE WHEN t.channel = ANY(:repeatable) THEN 'waiting' ELSE 'in_doubt' END,
               failure = :failure
          FROM lost WHERE t.id = lost.id""")
    values = {"older_than": older_than, "repeatable": list(repeatable), "failure": failure}
    return tx.execute(statement, values).rowcount


def tally(tx: Transaction, *, intake_id: int) -> list[Tally]:
    """Count an intake's messages by channel, state and reason; for officers and commands."""
    query = text(
        "SELECT channel, state, failure, count(*) FROM messages WHERE intake_id = :intake_id"
        " GROUP BY channel, state, failure ORDER BY channel, state, failure"
    )
    return [Tally(*row) for row in tx.execute(query, {"intake_id": intake_id})]


def send_again(tx: Transaction, *, intake_id: int, state: str) -> int:
    """Let an intake's messages that are ``in_doubt`` or ``dead`` wait to be sent once more."""
    statement = text(
        "UPDATE messages SET state = 'waiting', next_attempt_at = clock_timestamp()"
        " WHERE intake_id = :intake_id AND state = :state AND state IN ('in_doubt', 'dead')"
    )
    return tx.execute(statement, {"intake_id": intake_id, "state": state}).rowcount
