"""Sending messages: claimed with their attempt, finished with its outcome, never blindly again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import text

from enrol.store.db import Transaction
from enrol.store.messages import THEIRS, WAY, WHOSE

KEPT_FOR: Final = timedelta(days=7)
"""Who chooses a way again is sent what was only kept for it that long; the page shows the rest."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message whose sending has begun; ``attempt`` is the fence of what follows.

    ``address`` is None when the family has taken it back meanwhile.
    """

    message_id: int
    attempt: int
    event: str
    due_on: date | None
    pupil_code: str
    language: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: ``sent``, or ``waiting`` (for ``wait``), ``in_doubt`` or ``dead``."""

    message: Claimed
    state: str
    failure: str | None = None
    wait: timedelta = timedelta()
    perhaps_told: bool = False
    stops_the_line: bool = False


# Night begins before midnight and ends after it, or not: both are one comparison each.
_AWAKE = """
  CASE WHEN CAST(:quiet_from AS time) <= CAST(:quiet_until AS time)
       THEN NOT (here.at >= :quiet_from AND here.at < :quiet_until)
       ELSE here.at < :quiet_from AND here.at >= :quiet_until END"""
_HERE = "(SELECT (clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::time AS at) here"

_CLAIM = f"""
WITH due AS MATERIALIZED (
  SELECT w.id FROM messages w, {_HERE}
   WHERE w.state = 'waiting' AND w.channel = :channel
     AND w.next_attempt_at <= clock_timestamp() AND {_AWAKE}
   ORDER BY w.next_attempt_at, w.id LIMIT :most FOR UPDATE OF w SKIP LOCKED)
UPDATE messages t
   SET state = 'sending', attempts = t.attempts + 1, began_at = clock_timestamp(), failure = NULL
  FROM due JOIN messages q ON q.id = due.id
  {WHOSE}
 WHERE t.id = due.id
RETURNING t.id, t.attempts, t.event, t.due_on, c.pupil_code, coalesce(p.language, 'vi'),
          nullif(sent.contact ->> CASE t.channel WHEN 'email' THEN 'email' ELSE 'phone' END, '')
"""  # noqa: S608

_DUE = f"""
SELECT DISTINCT w.intake_id FROM messages w, {_HERE}
 WHERE w.state = 'waiting' AND w.channel = ANY(:channels)
   AND w.next_attempt_at <= clock_timestamp() AND {_AWAKE}"""  # noqa: S608

# A late "sent" is believed as long as no later attempt began, whatever was thought meanwhile.
_FINISH = text("""
WITH over AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS int[]), CAST(:states AS text[]),
                       CAST(:failures AS text[]), CAST(:waits AS interval[]),
                       CAST(:perhaps AS boolean[]))
         AS over (id, attempt, state, failure, wait, perhaps_told)
), held AS MATERIALIZED (
  SELECT t.id FROM messages t WHERE t.id = ANY(:ids) ORDER BY t.id FOR UPDATE)
UPDATE messages t
   SET state = over.state, failure = over.failure,
       perhaps_told = over.state <> 'sent' AND (t.perhaps_told OR over.perhaps_told),
       sent_at = CASE over.state WHEN 'sent' THEN clock_timestamp() END,
       next_attempt_at = CASE over.state WHEN 'waiting' THEN clock_timestamp() + over.wait
                                         ELSE t.next_attempt_at END
  FROM over, held
 WHERE t.id = over.id AND held.id = t.id AND t.attempts = over.attempt
   AND (t.state = 'sending' OR over.state = 'sent' AND t.state IN ('in_doubt', 'waiting'))
RETURNING t.state""")

_ABANDONED = text("""
WITH lost AS (
  SELECT id FROM messages
   WHERE state = 'sending'
     AND began_at < clock_timestamp() - CAST(:older_than AS interval)
   ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
UPDATE messages t
   SET state = CASE WHEN t.channel = ANY(:repeatable) THEN 'waiting' ELSE 'in_doubt' END,
       failure = :failure, perhaps_told = true
  FROM lost WHERE t.id = lost.id""")

# What may have been taken already keeps its way: another one would tell it twice.
_REROUTE = f"""
UPDATE messages t
   SET channel = way.channel, next_attempt_at = clock_timestamp(),
       state = CASE way.channel WHEN 'none' THEN 'kept' ELSE 'waiting' END
  FROM messages q
  {WHOSE}
  CROSS JOIN LATERAL ({WAY}) way
 WHERE q.id IN ({{whose}}) AND t.id = q.id AND t.channel <> way.channel
   AND (t.state = 'waiting' AND NOT t.perhaps_told
     OR t.state = 'kept' AND t.created_at > clock_timestamp() - CAST(:kept AS interval))
"""  # noqa: S608

_OF_RECENT = """
WITH recent AS MATERIALIZED (
  SELECT child_id FROM message_preferences
   WHERE changed_at > clock_timestamp() - CAST(:changed AS interval)
  UNION SELECT child_id FROM contacts
   WHERE changed_at > clock_timestamp() - CAST(:changed AS interval))
SELECT o.id FROM recent JOIN registrations g USING (child_id)
  JOIN messages o ON o.registration_id = g.id
UNION ALL SELECT o.id FROM recent JOIN messages o USING (child_id)"""


def due_intakes(
    tx: Transaction, *, channels: Collection[str], quiet_from: time, quiet_until: time
) -> list[int]:
    """Return the intakes with messages to be sent now, on these channels."""
    values = {"channels": list(channels), "quiet_from": quiet_from, "quiet_until": quiet_until}
    return list(tx.execute(text(_DUE), values).scalars())


def claim(
    tx: Transaction, *, channel: str, most: int, quiet_from: time, quiet_until: time
) -> list[Claimed]:
    """Mark up to ``most`` due messages as being sent; none when there is none, or families sleep.

    Nothing may be handed over before the caller has committed.
    """
    values = {
        "channel": channel,
        "most": most,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
    }
    return [Claimed(*row) for row in tx.execute(text(_CLAIM), values)]


def finish(tx: Transaction, *, outcomes: Sequence[Outcome]) -> int:
    """Write how attempts ended; returns how many are now known as sent. A later attempt's row is
    left alone.
    """
    if not outcomes:
        return 0
    values = {
        "ids": [one.message.message_id for one in outcomes],
        "attempts": [one.message.attempt for one in outcomes],
        "states": [one.state for one in outcomes],
        "failures": [one.failure for one in outcomes],
        "waits": [one.wait for one in outcomes],
        "perhaps": [one.perhaps_told for one in outcomes],
    }
    return sum(state == "sent" for state in tx.execute(_FINISH, values).scalars())


def settle_abandoned(
    tx: Transaction, *, older_than: timedelta, repeatable: Collection[str], failure: str
) -> int:
    """Take up attempts nobody finished: again where the channel's provider knows a repetition,
    in doubt elsewhere. Returns how many.
    """
    values = {"older_than": older_than, "repeatable": list(repeatable), "failure": failure}
    return tx.execute(_ABANDONED, values).rowcount


def reroute_child(tx: Transaction, *, child_id: int, kept: timedelta) -> int:
    """Let what is due to a child's family go the way that its wish and its contact say now, what
    was only kept for it too if it is younger than ``kept``; returns how many.
    """
    statement = text(_REROUTE.replace("{whose}", THEIRS))
    return tx.execute(statement, {"child_id": child_id, "kept": kept}).rowcount


def reroute_messages(tx: Transaction, *, ids: Sequence[int]) -> int:
    """Do so for these messages, which wait."""
    statement = text(_REROUTE.replace("{whose}", "SELECT unnest(CAST(:ids AS bigint[]))"))
    return tx.execute(statement, {"ids": list(ids), "kept": timedelta()}).rowcount


def reroute_recent(tx: Transaction, *, changed: timedelta, kept: timedelta) -> int:
    """Do so for every family that changed its wish or its contact within ``changed``: a message
    staged at that very moment may have read what stood before.
    """
    values = {"changed": changed, "kept": kept}
    return tx.execute(text(_REROUTE.replace("{whose}", _OF_RECENT)), values).rowcount
