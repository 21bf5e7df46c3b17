"""One family's seat, places and answers after the final results; the lists of a school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, insert, select, text, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.children import children
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats, seat_answers

_NOW = func.clock_timestamp()
_LIVE = and_(seat_answers.c.round_id.is_(None), seat_answers.c.replaced_at.is_(None))
_SEAT = text("""
SELECT h.school_id, s.name, s.name_en, h.waits, h.is_unanswered, h.answer_by, h.enrolled_at,
       a.answer, a.answered_at, h.answer_by <= clock_timestamp()
  FROM held_seats h
  LEFT JOIN schools s ON s.id = h.school_id
  LEFT JOIN seat_answers a ON a.intake_id = h.intake_id
   AND a.registration_id = h.registration_id AND a.round_id IS NULL AND a.replaced_at IS NULL
 WHERE h.registration_id = :registration""")
_WAITS = text("""
SELECT s.name, s.name_en, CAST(w.value ->> 1 AS int)
  FROM held_seats h
 CROSS JOIN LATERAL jsonb_array_elements(h.waits) WITH ORDINALITY AS w(value, at)
  JOIN schools s ON s.code = w.value ->> 0
 WHERE h.registration_id = :registration ORDER BY w.at""")
_LEDGER = text("""
SELECT r.number, r.done_at, was.name, was.name_en, new.name, new.name_en, l.place, l.cause, l."on"
  FROM ledger_lines l JOIN rounds r ON r.id = l.round_id
  LEFT JOIN schools was ON was.id = l.left_id
  LEFT JOIN schools new ON new.id = l.taken_id
 WHERE l.code = :code AND r.intake_id = :intake ORDER BY r.number, l.line""")


@dataclass(frozen=True, slots=True)
class Seat:
    """What the last round left a registration, and its answer since then.

    ``school_id`` is None without a seat; ``is_late`` tells that ``answer_by`` has passed.
    """

    school_id: int | None
    school: str | None
    school_en: str | None
    has_places: bool
    is_unanswered: bool
    answer_by: datetime | None
    enrolled_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the waiting list of a school; 1 is called next."""

    school: str
    school_en: str
    place: int


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the ledger about this child, without whoever held the seat before."""

    round: int
    held_at: datetime
    left: str | None
    left_en: str | None
    taken: str | None
    taken_en: str | None
    place: int
    cause: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A child with a seat of a school, as the school's desk sees it."""

    registration_id: int
    code: str
    full_name: str
    is_unanswered: bool
    answer_by: datetime | None
    answer: str | None
    enrolled_at: datetime | None


def seat_of(tx: Transaction, *, registration_id: int) -> Seat | None:
    """Return the seat and places of a registration; None before the days for answers."""
    row = tx.execute(_SEAT, {"registration": registration_id}).one_or_none()
    if row is None:
        return None
    school_id, school, school_en, waits, unanswered, answer_by, enrolled, answer, at, late = row
    return Seat(
        school_id=school_id,
        school=school,
        school_en=school_en,
        has_places=bool(waits),
        is_unanswered=unanswered,
        answer_by=answer_by,
        enrolled_at=enrolled,
        answer=answer,
        answered_at=at,
        is_late=bool(late),
    )


def places_of(tx: Transaction, *, registration_id: int) -> list[Place]:
    """Return its places on waiting lists, the most wanted school first."""
    return [Place(*row) for row in tx.execute(_WAITS, {"registration": registration_id})]


def moves_of(tx: Transaction, *, intake_id: int, code: str) -> list[Move]:
    """Return what rounds did to a registration, the first first."""
    return [Move(*row) for row in tx.execute(_LEDGER, {"intake": intake_id, "code": code})]


def give(
    tx: Transaction, *, intake_id: int, registration_id: int, answer: str, staff_id: int | None
) -> None:
    """Keep an answer; one given since the last round no longer counts and stays as a version.

    The caller holds the registration's row. ``uq_seat_answers_live`` has the last word.
    """
    with translated():
        tx.execute(
            update(seat_answers)
            .where(
                seat_answers.c.intake_id == intake_id,
                seat_answers.c.registration_id == registration_id,
                _LIVE,
            )
            .values(replaced_at=_NOW)
        )
        tx.execute(
            insert(seat_answers).values(
                intake_id=intake_id,
                registration_id=registration_id,
                answer=answer,
                answered_by=staff_id,
            )
        )


def holders(
    tx: Transaction,
    *,
    intake_id: int,
    school_id: int,
    only_silent: bool,
    after: int,
    limit: int,
    code: str | None = None,
) -> Sequence[Holder]:
    """Return who holds a seat of a school, in the order of registration ids after one.

    ``only_silent`` leaves out who answered or came; ``code`` asks for one registration.
    """
    answer = seat_answers.c.answer
    query = (
        select(
            held_seats.c.registration_id,
            registrations.c.code,
            children.c.full_name,
            held_seats.c.is_unanswered,
            held_seats.c.answer_by,
            answer,
            held_seats.c.enrolled_at,
        )
        .join(registrations, registrations.c.id == held_seats.c.registration_id)
        .join(children, children.c.id == registrations.c.child_id)
        .outerjoin(
            seat_answers,
            and_(
                seat_answers.c.intake_id == held_seats.c.intake_id,
                seat_answers.c.registration_id == held_seats.c.registration_id,
                _LIVE,
            ),
        )
        .where(
            held_seats.c.intake_id == intake_id,
            held_seats.c.school_id == school_id,
            held_seats.c.registration_id > after,
        )
        .order_by(held_seats.c.registration_id)
        .limit(limit)
    )
    if only_silent:
        query = query.where(held_seats.c.is_unanswered, answer.is_(None))
    if code is not None:
        query = query.where(registrations.c.code == code)
    return [Holder(*row) for row in tx.execute(query)]


def enrol(tx: Transaction, *, registration_id: int, staff_id: int) -> bool:
    """Note that the child came with its papers; False when that stands already."""
    changed = tx.execute(
        update(held_seats)
        .where(held_seats.c.registration_id == registration_id, held_seats.c.enrolled_at.is_(None))
        .values(enrolled_at=_NOW, enrolled_by=staff_id)
    )
    return bool(changed.rowcount)
