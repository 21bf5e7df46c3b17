"""Rounds: asking for one, the answers that it counts, and writing what it led to.

A round counts what was answered when it was asked for: the answers are marked with it in that
transaction, under the intake's exclusive lock. While a round is pending nothing is answered.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, collate, func, insert, literal, or_, select, text, update

from enrol.core.rounds import Answer, Answered, LedgerLine
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.outcomes import copy_rows
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats, rounds, seat_answers
from enrol.store.tables.schools import schools

_UNCLAIMED = text("""
INSERT INTO seat_answers (intake_id, registration_id, answer, round_id)
SELECT intake_id, registration_id, 'unclaimed', :round FROM held_seats
 WHERE intake_id = :intake AND is_unanswered AND answer_by <= clock_timestamp()
   AND NOT EXISTS (SELECT FROM seat_answers given WHERE given.round_id = :round
                    AND given.registration_id = held_seats.registration_id)""")
_DUE = text("""
SELECT id FROM intakes
 WHERE phase = 'final'
   AND EXISTS (SELECT FROM held_seats h WHERE h.intake_id = intakes.id AND h.is_unanswered
                AND h.answer_by <= clock_timestamp()
                AND NOT EXISTS (SELECT FROM seat_answers a WHERE a.intake_id = h.intake_id
                                 AND a.registration_id = h.registration_id
                                 AND a.round_id IS NULL AND a.replaced_at IS NULL))
   AND NOT EXISTS (SELECT FROM rounds r WHERE r.intake_id = intakes.id AND r.done_at IS NULL)
 ORDER BY id""")
_NEW_SEATS = text("""
CREATE TEMPORARY TABLE new_seats
  (code text NOT NULL, school text, waits text NOT NULL, is_unanswered boolean NOT NULL)
  ON COMMIT DROP""")
_KEEP_SEATS = text("""
INSERT INTO held_seats AS held
       (registration_id, intake_id, school_id, waits, is_unanswered, answer_by)
SELECT g.id, :intake, s.id, CAST(n.waits AS jsonb), n.is_unanswered,
       CASE WHEN n.is_unanswered THEN CAST(:answer_by AS timestamptz) END
  FROM new_seats n JOIN registrations g ON g.code = n.code
  LEFT JOIN schools s ON s.code = n.school
    ON CONFLICT (registration_id) DO UPDATE
   SET school_id = excluded.school_id, waits = excluded.waits,
       is_unanswered = excluded.is_unanswered,
       answer_by = CASE WHEN NOT excluded.is_unanswered THEN NULL
                        WHEN NOT held.is_unanswered THEN excluded.answer_by
                        WHEN held.school_id = excluded.school_id THEN held.answer_by
                        ELSE greatest(held.answer_by, excluded.answer_by) END,
       enrolled_at = CASE WHEN held.school_id = excluded.school_id THEN held.enrolled_at END,
       enrolled_by = CASE WHEN held.school_id = excluded.school_id THEN held.enrolled_by END
 WHERE (held.school_id, held.waits, held.is_unanswered)
       IS DISTINCT FROM (excluded.school_id, excluded.waits, excluded.is_unanswered)""")
_COUNTS = text("""
SELECT count(*) FILTER (WHERE h.school_id IS NOT NULL),
       count(*) FILTER (WHERE h.is_unanswered AND a.answer IS NULL),
       count(*) FILTER (WHERE h.is_unanswered AND a.answer IS NULL
                          AND h.answer_by <= clock_timestamp()),
       count(*) FILTER (WHERE h.waits <> '[]'),
       count(a.answer),
       count(*) FILTER (WHERE a.answer = 'decline' AND h.school_id IS NOT NULL)
  FROM held_seats h
  LEFT JOIN seat_answers a ON a.intake_id = h.intake_id
   AND a.registration_id = h.registration_id AND a.round_id IS NULL AND a.replaced_at IS NULL
 WHERE h.intake_id = :intake""")


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as asked for and, when ``done_at`` is set, held; with ``failed_at`` workers gave it
    up until somebody says to try again.
    """

    round_id: int
    intake_id: int
    number: int
    asked_by: int | None
    asked_at: datetime
    answer_by: datetime
    done_at: datetime | None
    digest: str | None
    moved: int | None
    freed: int | None
    failed_at: datetime | None
    failure: str | None

    @property
    def is_done(self) -> bool:
        """Whether it was held."""
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class SeatCounts:
    """What stands before the next round: ``unanswered`` said nothing, of whom ``late`` too late;
    ``answers`` were given since the last round, of which ``declined`` give up a seat.
    """

    held: int
    unanswered: int
    late: int
    waiting: int
    answers: int
    declined: int

    @property
    def freed(self) -> int:
        """The seats that a round would free now."""
        return self.declined + self.late


@dataclass(frozen=True, slots=True)
class SeatState:
    """What a round leaves one registration: its seat, and its places, the most wanted first."""

    code: str
    school: str | None
    waits: Sequence[tuple[str, int]]
    is_unanswered: bool


def ask(
    tx: Transaction, *, intake_id: int, number: int, asked_by: int | None, answer_by: datetime
) -> int:
    """Keep the wish for a round and return its id. Raises RoundPending when another waits."""
    values = {
        "intake_id": intake_id,
        "number": number,
        "asked_by": asked_by,
        "answer_by": answer_by,
    }
    with translated():
        return int(tx.execute(insert(rounds).values(values).returning(rounds.c.id)).scalar_one())


def take_answers(tx: Transaction, *, round_id: int, intake_id: int) -> int:
    """Count every answer given so far in this round, and what nobody answered in time as
    unclaimed; returns how many there are.
    """
    taken = tx.execute(
        update(seat_answers)
        .where(
            seat_answers.c.intake_id == intake_id,
            seat_answers.c.round_id.is_(None),
            seat_answers.c.replaced_at.is_(None),
        )
        .values(round_id=round_id)
    )
    late = tx.execute(_UNCLAIMED, {"round": round_id, "intake": intake_id})
    return int(taken.rowcount) + int(late.rowcount)


def rounds_of(tx: Transaction, *, intake_id: int) -> list[RoundRow]:
    """Return the rounds of an intake, the newest first."""
    query = select(rounds).where(rounds.c.intake_id == intake_id).order_by(rounds.c.number.desc())
    return [RoundRow(*row) for row in tx.execute(query)]


def round_of(tx: Transaction, *, round_id: int, for_update: bool = False) -> RoundRow | None:
    """Return one round."""
    query = select(rounds).where(rounds.c.id == round_id)
    row = tx.execute(query.with_for_update() if for_update else query).one_or_none()
    return None if row is None else RoundRow(*row)


def is_pending(tx: Transaction, *, intake_id: int) -> bool:
    """Tell whether a round was asked for and is not held yet."""
    query = select(rounds.c.id).where(rounds.c.intake_id == intake_id, rounds.c.done_at.is_(None))
    return tx.execute(query).first() is not None


def pending_ids(tx: Transaction) -> list[int]:
    """Return every round that is not held yet and not given up."""
    query = select(rounds.c.id).where(rounds.c.done_at.is_(None), rounds.c.failed_at.is_(None))
    return list(tx.execute(query).scalars())


def due_intakes(tx: Transaction) -> list[int]:
    """Return the intakes in which a seat was not answered in time and no round is pending."""
    return list(tx.execute(_DUE).scalars())


def counts_of(tx: Transaction, *, intake_id: int) -> SeatCounts:
    """Return what stands before the next round."""
    return SeatCounts(*tx.execute(_COUNTS, {"intake": intake_id}).one())


def answers_of(
    tx: Transaction, *, intake_id: int, pending_id: int | None = None
) -> list[list[Answered]]:
    """Return the answers of each round that was held, and of the named one that is pending: the
    first round first, by code. Their dates are of the civil calendar.
    """
    day = func.to_char(func.timezone(CIVIL_TIME, seat_answers.c.answered_at), "YYYY-MM-DD")
    counts = or_(rounds.c.done_at.is_not(None), rounds.c.id == literal(pending_id))
    query = (
        select(rounds.c.number, registrations.c.code, seat_answers.c.answer, day)
        .join(rounds, and_(rounds.c.id == seat_answers.c.round_id, counts))
        .join(registrations, registrations.c.id == seat_answers.c.registration_id)
        .where(rounds.c.intake_id == intake_id)
        .order_by(rounds.c.number, collate(registrations.c.code, "C"))
    )
    found: dict[int, list[Answered]] = {}
    for number, code, answer, on in tx.execute(query):
        found.setdefault(number, []).append(Answered(code, Answer(answer), on))
    return [found[number] for number in sorted(found)]


def mark_done(tx: Transaction, *, round_id: int, digest: str, moved: int, freed: int) -> None:
    """Note that a round was held. The caller holds its row and has read that it was pending."""
    tx.execute(
        update(rounds)
        .where(rounds.c.id == round_id)
        .values(done_at=func.clock_timestamp(), digest=digest, moved=moved, freed=freed)
    )


def mark_failed(tx: Transaction, *, round_id: int, failure: str) -> bool:
    """Note that workers gave a round up; False when it is held or given up already."""
    noted = tx.execute(
        update(rounds)
        .where(rounds.c.id == round_id, rounds.c.done_at.is_(None), rounds.c.failed_at.is_(None))
        .values(failed_at=func.clock_timestamp(), failure=failure)
    )
    return bool(noted.rowcount)


def try_again(tx: Transaction, *, intake_id: int) -> int | None:
    """Let workers hold a round that they gave up; returns its id, None when there is none."""
    again = tx.execute(
        update(rounds)
        .where(rounds.c.intake_id == intake_id, rounds.c.failed_at.is_not(None))
        .values(failed_at=None, failure=None)
        .returning(rounds.c.id)
    )
    found: int | None = again.scalar_one_or_none()
    return found


def write_ledger(tx: Transaction, *, round_id: int, lines: Sequence[LedgerLine]) -> None:
    """Write the lines of one round, by COPY."""
    ids = _school_ids(tx, {name for line in lines for name in (line.left, line.taken) if name})
    copy_rows(
        tx,
        'ledger_lines (round_id, line, code, left_id, taken_id, place, cause, by, "on")',
        (
            (
                round_id,
                at,
                line.code,
                ids.get(line.left or ""),
                ids.get(line.taken or ""),
                line.place,
                line.cause.value,
                line.by,
                line.on or None,
            )
            for at, line in enumerate(lines, start=1)
        ),
    )


def write_seats(tx: Transaction, *, row: RoundRow, seats: Iterable[SeatState]) -> None:
    """Write what the round leaves everybody: by COPY, then in one statement what differs.

    Who has the same seat to answer as before keeps its day; a new seat has the round's, never an
    earlier one than was told before.
    """
    tx.execute(_NEW_SEATS)
    copy_rows(
        tx,
        "new_seats (code, school, waits, is_unanswered)",
        ((one.code, one.school, json.dumps(one.waits), one.is_unanswered) for one in seats),
    )
    tx.execute(_KEEP_SEATS, {"intake": row.intake_id, "answer_by": row.answer_by})


def seats_by_school(tx: Transaction, *, intake_id: int) -> Mapping[str, int]:
    """Return how many children hold a seat, by school."""
    query = (
        select(schools.c.code, func.count())
        .join(held_seats, held_seats.c.school_id == schools.c.id)
        .where(held_seats.c.intake_id == intake_id)
        .group_by(schools.c.code)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _school_ids(tx: Transaction, codes: Collection[str]) -> dict[str, int]:
    query = select(schools.c.code, schools.c.id).where(schools.c.code.in_(codes))
    return {row[0]: row[1] for row in tx.execute(query)}
