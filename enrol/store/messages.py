"""Messages: staged with what they tell, in its own transaction, once an event by constraint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from enrol.core.message_texts import (
    ANSWER_REMINDER,
    ANSWERS_OPENED,
    CHANGED,
    FILE_ACCEPTED,
    FILE_MOVED,
    FILE_REFUSED,
    INFO_ASKED,
    OBJECTION_ANSWERED,
    POSTPONED,
    RESULTS_FINAL,
    RESULTS_PROVISIONAL,
    SEAT_MOVED,
    WITHDRAWN,
)
from enrol.store.db import Transaction
from enrol.store.intakes import CIVIL_TIME

NOT_REHEARSED = "i.kind = 'official'"
"""The first guard; the table's own constraints are the last one."""

WAY: Final = """
  SELECT CASE WHEN p.channel = 'none' THEN 'none'
              WHEN p.channel = 'sms' AND coalesce(sent.contact ->> 'phone', '') <> '' THEN 'sms'
              WHEN coalesce(sent.contact ->> 'email', '') <> '' THEN 'email'
              WHEN coalesce(sent.contact ->> 'phone', '') <> '' THEN 'sms'
              ELSE 'none' END AS channel"""
"""How a family is told: as it chose (``p``), else by what it left in what it sent (``sent``)."""

CONTACT: Final = """
  LEFT JOIN message_preferences p ON p.child_id = r.child_id
  LEFT JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
  LEFT JOIN contacts n ON n.child_id = r.child_id AND n.changed_at > m.submitted_at
  CROSS JOIN LATERAL (SELECT CASE WHEN n.child_id IS NULL
      THEN nullif(m.payload, '')::jsonb -> 'contact'
      ELSE jsonb_build_object('phone', n.phone, 'email', n.email) END AS contact) sent"""
"""Where the family of a registration is reached: as it sent, or corrected since."""

WHOSE: Final = """
  LEFT JOIN registrations r ON r.id = q.registration_id
  JOIN children c ON c.id = coalesce(q.child_id, r.child_id)
  LEFT JOIN message_preferences p ON p.child_id = c.id
  LEFT JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
  LEFT JOIN drafts d ON d.child_id = q.child_id AND d.intake_id = q.intake_id
  LEFT JOIN contacts n ON n.child_id = c.id
        AND n.changed_at > coalesce(m.submitted_at, d.updated_at, '-infinity')
  CROSS JOIN LATERAL (SELECT CASE WHEN n.child_id IS NOT NULL
      THEN jsonb_build_object('phone', n.phone, 'email', n.email)
      ELSE coalesce(nullif(m.payload, '')::jsonb, d.answers) -> 'contact' END AS contact) sent"""
"""The same for a message ``q``, which may be about a draft and no registration."""

THEIRS: Final = """
SELECT o.id FROM registrations g JOIN messages o ON o.registration_id = g.id
 WHERE g.child_id = :child_id
UNION ALL SELECT o.id FROM messages o WHERE o.child_id = :child_id"""
"""The messages to one child's family."""

COLUMNS: Final = (
    "(intake_id, intake_kind, registration_id, event, occurrence, due_on, channel, state)"
)
STATE: Final = "CASE way.channel WHEN 'none' THEN 'kept' ELSE 'waiting' END"
ONCE: Final = "ON CONFLICT ON CONSTRAINT uq_messages_event DO NOTHING"

TOLD_FIRST: Final = f"""
  INSERT INTO messages {COLUMNS}
  SELECT i.id, i.kind, fresh.id, '{{event}}', 0, NULL, way.channel, {STATE}
    FROM registration fresh
    JOIN intakes i ON i.id = fresh.intake_id
    JOIN submission sent_now ON sent_now.registration_id = fresh.id
    LEFT JOIN message_preferences p ON p.child_id = fresh.child_id
   CROSS JOIN LATERAL (SELECT sent_now.payload::jsonb -> 'contact' AS contact) sent
   CROSS JOIN LATERAL ({WAY}) way
   WHERE {{guard}}"""  # noqa: S608 - names of columns, no values
"""The message of a first submission, as a part of the statement that writes it; needs that
statement's rows ``registration`` (id, intake_id, child_id) and ``submission`` (registration_id,
payload). See ``guarded``."""

TOLD_NOT_SENT: Final = f"""
  INSERT INTO messages
         (intake_id, intake_kind, child_id, event, occurrence, due_on, channel, state)
  SELECT i.id, i.kind, d.child_id, 'not_submitted', 0, NULL, way.channel, {STATE}
    FROM refused
    JOIN drafts d ON d.child_id = refused.child_id AND d.intake_id = :intake_id
    JOIN intakes i ON i.id = d.intake_id
    LEFT JOIN message_preferences p ON p.child_id = d.child_id
   CROSS JOIN LATERAL (SELECT d.answers -> 'contact' AS contact) sent
   CROSS JOIN LATERAL ({WAY}) way
   WHERE {{guard}}
  ON CONFLICT ON CONSTRAINT uq_messages_child_event DO NOTHING"""  # noqa: S608 - as above
"""The message of a ticked draft that could not be sent, as a part of the statement that says why;
needs that statement's rows ``refused`` (child_id). See ``guarded``."""

_STAGE = f"""
INSERT INTO messages {COLUMNS}
SELECT i.id, i.kind, r.id, :event, who.occurrence, who.due_on, way.channel, {STATE}
  FROM ({{who}}) AS who (registration_id, occurrence, due_on)
  JOIN registrations r ON r.id = who.registration_id
  JOIN intakes i ON i.id = r.intake_id
  {CONTACT}
  CROSS JOIN LATERAL ({WAY}) way
 WHERE {{guard}}
 ORDER BY r.id
{ONCE}"""  # noqa: S608 - names of columns, no values

_LAST_DAY = f"""((h.answer_by AT TIME ZONE '{CIVIL_TIME}') - interval '1 second')::date"""
_LIVE = """
SELECT id, 0::bigint, NULL::date FROM registrations
 WHERE intake_id = ANY(:ids) AND status <> 'withdrawn'"""

_WHO: Final = {
    RESULTS_PROVISIONAL: _LIVE,
    RESULTS_FINAL: _LIVE,
    CHANGED: "SELECT id, version::bigint, NULL::date FROM registrations WHERE id = ANY(:ids)",
    WITHDRAWN: "SELECT id, 0::bigint, NULL::date FROM registrations WHERE id = ANY(:ids)",
    INFO_ASKED: """
SELECT registration_id, id, due_on FROM info_requests
 WHERE registration_id = ANY(:ids) AND answered_at IS NULL""",
    FILE_MOVED: """
SELECT registration_id, max(id), NULL::date FROM zone_transfers
 WHERE registration_id = ANY(:ids) GROUP BY registration_id""",
    FILE_ACCEPTED: """
SELECT registration_id, max(id), NULL::date FROM rulings
 WHERE registration_id = ANY(:ids) AND status = 'eligible' GROUP BY registration_id""",
    FILE_REFUSED: """
SELECT registration_id, max(id), NULL::date FROM rulings
 WHERE registration_id = ANY(:ids) AND status = 'ineligible' GROUP BY registration_id""",
    POSTPONED: """
SELECT registration_id, 0::bigint, new_due_on FROM postponements
 WHERE registration_id = ANY(:ids) AND new_due_on IS NOT NULL""",
    OBJECTION_ANSWERED: """
SELECT registration_id, id, NULL::date FROM objections
 WHERE id = ANY(:ids) AND answered_at IS NOT NULL""",
    ANSWERS_OPENED: f"""
SELECT h.registration_id, o.number::bigint, {_LAST_DAY} FROM rounds o
  JOIN held_seats h ON h.intake_id = o.intake_id AND h.is_unanswered
 WHERE o.id = ANY(:ids)""",  # noqa: S608
    SEAT_MOVED: f"""
SELECT DISTINCT h.registration_id, o.number::bigint,
       CASE WHEN h.is_unanswered THEN {_LAST_DAY} END
  FROM rounds o JOIN ledger_lines l ON l.round_id = o.id AND l.taken_id IS NOT NULL
  JOIN registrations g ON g.code = l.code
  JOIN held_seats h ON h.registration_id = g.id
 WHERE o.id = ANY(:ids)""",  # noqa: S608
    ANSWER_REMINDER: f"""
SELECT h.registration_id, to_char(h.answer_by, 'YYYYMMDD')::bigint, {_LAST_DAY}
  FROM held_seats h
 WHERE h.registration_id = ANY(:ids)""",  # noqa: S608
}
"""Whom an event tells, which occurrence it is and until when there is something to do; ``ids`` are
of registrations, but of the intakes whose results are out, of rounds, of an objection."""

_REMIND = """
SELECT h.registration_id FROM held_seats h JOIN intakes i ON i.id = h.intake_id
 WHERE i.phase = 'final' AND h.is_unanswered AND h.answer_by > clock_timestamp()
   AND h.answer_by <= clock_timestamp() + CAST(:before AS interval)
   AND NOT EXISTS (SELECT FROM seat_answers a
                    WHERE a.intake_id = h.intake_id AND a.registration_id = h.registration_id
                      AND a.round_id IS NULL AND a.replaced_at IS NULL)
   AND NOT EXISTS (SELECT FROM messages n
                    WHERE n.registration_id = h.registration_id
                      AND (n.event = 'answer_reminder'
                           AND n.occurrence = to_char(h.answer_by, 'YYYYMMDD')::bigint
                        OR n.event IN ('answers_opened', 'seat_moved')
                           AND n.created_at > clock_timestamp() - CAST(:rest AS interval)))
 ORDER BY h.registration_id LIMIT :most"""


@dataclass(frozen=True, slots=True)
class ToldLine:
    """What a family was told or will be, on its own page; ``state`` and ``channel`` are words of
    the table.
    """

    event: str
    due_on: date | None
    channel: str
    state: str
    created_at: datetime
    sent_at: datetime | None


def guarded(statement: str, *, event: str = "") -> str:
    """Return a statement with the guard against rehearsals, and the event, in their places."""
    return statement.replace("{guard}", NOT_REHEARSED).replace("{event}", event)


def stage(tx: Transaction, *, event: str, ids: Sequence[int]) -> int:
    """Stage the messages of an event in the transaction of what they tell, by one statement;
    returns how many are new.

    ``ids`` are registrations, but for results their intakes, for rounds the rounds, for an
    answered objection the objection. A rehearsal's messages are none. What was told stays told
    once.
    """
    if not ids:
        return 0
    statement = guarded(_STAGE).replace("{who}", _WHO[event])
    return tx.execute(text(statement), {"event": event, "ids": list(ids)}).rowcount


def remind(tx: Transaction, *, before: timedelta, rest: timedelta, most: int) -> int:
    """Stage a reminder, once a deadline, where an answer is missing and the deadline is near;
    returns how many are new. Who heard of it within ``rest`` is left alone.
    """
    values = {"before": before, "rest": rest, "most": most}
    late = list(tx.execute(text(_REMIND), values).scalars())
    return stage(tx, event=ANSWER_REMINDER, ids=late)


def told_to(tx: Transaction, *, child_id: int, limit: int) -> list[ToldLine]:
    """Return the newest messages to a child's family."""
    query = text(
        "SELECT t.event, t.due_on, t.channel, t.state, t.created_at, t.sent_at FROM messages t"  # noqa: S608
        f" WHERE t.id IN ({THEIRS}) ORDER BY t.id DESC LIMIT :limit"
    )
    return [ToldLine(*row) for row in tx.execute(query, {"child_id": child_id, "limit": limit})]
