"""What a residence registry was asked and answered, and when it is left in peace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from enrol.core.flags import Home
from enrol.core.registry_answers import Question
from enrol.core.residence_lists import Answer
from enrol.store.db import Transaction
from enrol.store.tables.checked_homes import registry_rests, residence_answers
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.outbox import outbox
from enrol.store.tables.units import zones

MOST_COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the submission that it is about."""

    registration_id: int
    version: int
    question: Question


@dataclass(frozen=True, slots=True)
class Answered:
    """What a registry said of one residence of a file."""

    fact: str
    answer: Answer
    source: str
    answered_at: datetime
    is_current: bool


# Nobody has decided the fact, and the registry was not asked about this submission.
_OPEN = """
       jsonb_exists(r.facts, k.kind || '_in_zone')
   AND r.facts -> (k.kind || '_in_zone') ->> 'status' = 'declared'
   AND r.status IN ('submitted', 'verifying', 'needs_info')
   AND m.payload::jsonb -> 'residences' -> k.kind IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM residence_answers a
                    WHERE a.registration_id = r.id AND a.fact = k.kind || '_in_zone'
                      AND a.version = r.version)"""
_KINDS = "(VALUES ('permanent'), ('temporary'), ('current')) AS k (kind)"

_QUESTIONS = f"""
SELECT r.id, r.version, r.code, c.pupil_code,
       coalesce(m.payload::jsonb #>> '{{child,personal_id}}', c.personal_id), c.full_name,
       c.birth_on,
       jsonb_object_agg(k.kind || '_in_zone', m.payload::jsonb -> 'residences' -> k.kind)
  FROM registrations r
  JOIN children c ON c.id = r.child_id
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
 CROSS JOIN {_KINDS}
 WHERE r.intake_zone_id = %(intake_zone_id)s AND {_OPEN}
 GROUP BY r.id, c.id, m.registration_id, m.version
 ORDER BY r.id LIMIT %(limit)s
"""  # noqa: S608 - fixed texts of this module

_TO_ASK = f"""
SELECT DISTINCT r.id, r.intake_zone_id
  FROM zones z
  JOIN intake_zones iz ON iz.zone_id = z.id AND iz.intake_id = %(intake_id)s
  JOIN registrations r ON r.intake_zone_id = iz.id
  JOIN submissions m ON m.registration_id = r.id AND m.version = r.version
 CROSS JOIN {_KINDS}
 WHERE z.unit_id = %(unit_id)s AND {_OPEN}
 LIMIT %(limit)s
"""  # noqa: S608 - fixed texts of this module


def questions_of(tx: Transaction, *, intake_zone_id: int, limit: int) -> list[Asked]:
    """Return questions about files of a zone that nobody has asked yet."""
    values = {"intake_zone_id": intake_zone_id, "limit": limit}
    return [
        Asked(row[0], row[1], Question(row[2], row[3], row[4], row[5], row[6], _homes(row[7])))
        for row in tx.exec_driver_sql(_QUESTIONS, values)
    ]


def _homes(told: Mapping[str, Mapping[str, str | None]]) -> dict[str, Home]:
    return {
        fact: Home(home.get("unit") or "", home.get("group"), home.get("address") or "")
        for fact, home in sorted(told.items())
    }


def files_to_ask_about(tx: Transaction, *, intake_id: int, unit_id: int) -> int:
    """Return how many files of a ward the registry could be asked about (at most 20,000)."""
    values = {"intake_id": intake_id, "unit_id": unit_id, "limit": MOST_COUNTED}
    return len(tx.exec_driver_sql(_TO_ASK, values).all())


def zones_of_ward(tx: Transaction, *, intake_id: int, unit_id: int) -> list[int]:
    """Return the ids of a ward's zones in an intake."""
    query = (
        select(intake_zones.c.id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.unit_id == unit_id)
        .order_by(intake_zones.c.id)
    )
    return list(tx.execute(query).scalars())


def zones_waiting(tx: Transaction, *, job: str, zone_ids: Sequence[int]) -> int:
    """Return for how many of these zones the job is staged and not done."""
    query = select(outbox.c.id).where(
        outbox.c.job == job, outbox.c.argument.in_(zone_ids), outbox.c.done_at.is_(None)
    )
    return len(tx.execute(query).all())


def intake_of_zone(tx: Transaction, *, intake_zone_id: int) -> int | None:
    """Return the intake of a zone, or None."""
    query = select(intake_zones.c.intake_id).where(intake_zones.c.id == intake_zone_id)
    found: int | None = tx.execute(query).scalar_one_or_none()
    return found


def keep(
    tx: Transaction,
    *,
    source: str,
    answers: Sequence[tuple[int, int, str, Answer]],
) -> None:
    """Keep answers as (registration id, version, fact, answer), in the place of older ones."""
    rows = [
        {
            "registration_id": registration_id,
            "version": version,
            "fact": fact,
            "verdict": answer.value,
            "source": source,
        }
        for registration_id, version, fact, answer in sorted(answers)
    ]
    if not rows:
        return
    statement = insert(residence_answers)
    newer = {
        name: statement.excluded[name] for name in ("version", "verdict", "source", "answered_at")
    }
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["registration_id", "fact"],
            set_=newer,
            where=residence_answers.c.version <= statement.excluded.version,
        ),
        rows,
    )


def answers_of(tx: Transaction, *, registration_id: int, version: int) -> list[Answered]:
    """Return what the registry said of a file, and whether of the submission that counts."""
    found = residence_answers.c
    query = (
        select(found.fact, found.verdict, found.source, found.answered_at, found.version)
        .where(found.registration_id == registration_id)
        .order_by(found.fact)
    )
    return [
        Answered(row[0], Answer(row[1]), row[2], row[3], row[4] == version)
        for row in tx.execute(query)
    ]


def rests_until(tx: Transaction, *, source: str) -> datetime | None:
    """Return until when the registry is left in peace; None when it may be asked now."""
    query = select(registry_rests.c.rests_until).where(
        registry_rests.c.source == source,
        registry_rests.c.rests_until > func.clock_timestamp(),
    )
    found: datetime | None = tx.execute(query).scalar_one_or_none()
    return found


def note_failure(tx: Transaction, *, source: str, rest: timedelta, after: int) -> None:
    """Note that the registry gave no answer; the ``after``-th in a row lets it rest."""
    until = func.clock_timestamp() + bindparam("rest", rest)
    statement = insert(registry_rests).values(source=source, failures=1)
    failures = registry_rests.c.failures + 1
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source"],
            set_={"failures": failures, "rests_until": case((failures >= after, until))},
        )
    )


def note_answer(tx: Transaction, *, source: str) -> None:
    """Note that the registry answers."""
    tx.execute(delete(registry_rests).where(registry_rests.c.source == source))
