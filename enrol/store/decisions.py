"""Decisions about facts: each is kept for ever, and what it changes is changed with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import insert, select

from enrol.core.actors import Actor
from enrol.core.review import Source, Status, Verdict, after_decision
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import fact_decisions


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on one fact of one submission of a registration."""

    registration_id: int
    version: int
    fact: str
    verdict: Verdict
    reason: str
    source: Source
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was recorded; ``actor`` as in the journal."""

    fact: str
    version: int
    verdict: str
    reason: str
    source: str
    note: str | None
    decided_at: datetime
    actor: str


_AFTER = {
    verdict.value: {
        status.value: after_decision(status, verdict).value
        for status in Status
        if status is not Status.WITHDRAWN
    }
    for verdict in Verdict
}

# Rows are locked in one order by everybody: two officers with the same files wait for each other
# once and never in a circle. A verdict other than "verified" decides where the file stands.
_RECORD = """
WITH asked AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::int[], %(facts)s::text[],
                       %(verdicts)s::text[], %(reasons)s::text[], %(sources)s::text[],
                       %(notes)s::text[])
         AS asked (registration_id, version, fact, verdict, reason, source, note)
), judged AS (
  SELECT registration_id, version, array_agg(fact) AS facts,
         coalesce(min(verdict) FILTER (WHERE verdict <> 'verified'), 'verified') AS verdict
    FROM asked GROUP BY registration_id, version
), held AS MATERIALIZED (
  SELECT r.id FROM registrations r
   WHERE r.id = ANY (%(ids)s::bigint[]) ORDER BY r.id FOR UPDATE
), changed AS (
  UPDATE registrations r
     SET facts = r.facts || (
           SELECT jsonb_object_agg(a.fact,
                    CASE a.verdict
                      WHEN 'undone' THEN ((r.facts -> a.fact) - 'decided_by')
                                         || '{"status": "declared"}'::jsonb
                      ELSE (r.facts -> a.fact)
                           || jsonb_build_object('status', a.verdict, 'decided_by', a.source)
                    END)
             FROM asked a WHERE a.registration_id = r.id AND a.version = r.version),
         status = (%(after)s::jsonb -> j.verdict) ->> r.status
    FROM judged j JOIN held h ON h.id = j.registration_id
   WHERE r.id = j.registration_id AND r.version = j.version AND r.status <> 'withdrawn'
     AND jsonb_exists_all(r.facts, j.facts)
  RETURNING r.id
), kept AS (
  INSERT INTO fact_decisions (registration_id, version, fact, verdict, reason, source, note, actor)
  SELECT a.registration_id, a.version, a.fact, a.verdict, a.reason, a.source, a.note, %(actor)s
    FROM asked a JOIN changed c ON c.id = a.registration_id
   ORDER BY a.registration_id, a.fact
)
SELECT id FROM changed ORDER BY id
"""


def record(tx: Transaction, *, decision: Decision, actor: Actor) -> bool:
    """Record one decision with its change; see ``record_many``. False when the file is another by
    now.
    """
    return bool(record_many(tx, decisions=[decision], actor=actor))


def record_many(tx: Transaction, *, decisions: Sequence[Decision], actor: Actor) -> frozenset[int]:
    """Record decisions and change facts and statuses with them, in one statement.

    Returns the ids of the registrations that were changed. Left out, with every decision about
    them, are those that have another version by now, are withdrawn or never stated the fact. The
    intake's lock must be held and its list not frozen (``services.files_in_charge``).
    """
    if not decisions:
        return frozenset()
    values = {
        "ids": [item.registration_id for item in decisions],
        "versions": [item.version for item in decisions],
        "facts": [item.fact for item in decisions],
        "verdicts": [item.verdict.value for item in decisions],
        "reasons": [item.reason for item in decisions],
        "sources": [item.source.value for item in decisions],
        "notes": [item.note for item in decisions],
        "after": Jsonb(_AFTER),
        "actor": actor.label,
    }
    with translated():
        return frozenset(tx.exec_driver_sql(_RECORD, values).scalars())


def note_undone(
    tx: Transaction,
    *,
    registration_id: int,
    version: int,
    facts: Sequence[str],
    reason: str,
    source: Source,
    actor: Actor,
) -> None:
    """Record that decisions about these facts ended; the facts themselves are written apart."""
    rows = [
        {
            "registration_id": registration_id,
            "version": version,
            "fact": fact,
            "verdict": Verdict.UNDONE.value,
            "reason": reason,
            "source": source.value,
            "actor": actor.label,
        }
        for fact in facts
    ]
    if rows:
        tx.execute(insert(fact_decisions), rows)


def decisions_of(tx: Transaction, *, registration_id: int) -> list[Decided]:
    """Return every decision about a registration, the oldest first."""
    query = (
        select(
            fact_decisions.c.fact,
            fact_decisions.c.version,
            fact_decisions.c.verdict,
            fact_decisions.c.reason,
            fact_decisions.c.source,
            fact_decisions.c.note,
            fact_decisions.c.decided_at,
            fact_decisions.c.actor,
        )
        .where(fact_decisions.c.registration_id == registration_id)
        .order_by(fact_decisions.c.id)
    )
    return [Decided(*row) for row in tx.execute(query)]


def standing_of(tx: Transaction, *, registration_id: int) -> tuple[str, Mapping[str, object]]:
    """Return the status and the facts of a registration (its row must be locked)."""
    query = select(registrations.c.status, registrations.c.facts).where(
        registrations.c.id == registration_id
    )
    row = tx.execute(query).one()
    return row[0], row[1]
