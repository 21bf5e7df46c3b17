"""Moves of schools from ward to ward: planned for a day, done, or taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.tables.schools import school_moves, schools
from enrol.store.tables.units import units

_MOST = 500


@dataclass(frozen=True, slots=True)
class SchoolMove:
    """A move as the page shows it; ``waits_for`` names a running intake (Vietnamese, English) in
    which the school offers seats, which is ended first.
    """

    move_id: int
    school: str
    name: str
    name_en: str
    from_ward: str
    from_ward_en: str
    to_ward: str
    to_ward_en: str
    moves_on: date
    reason: str
    stated_by: str
    stated_at: datetime
    moved_at: datetime | None
    taken_back_at: datetime | None
    waits_for: Sequence[str] | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.moved_at is None and self.taken_back_at is None


@dataclass(frozen=True, slots=True)
class MovingSchool:
    """A school with the ward it belongs to; ``runs_in`` as ``SchoolMove.waits_for``."""

    school_id: int
    code: str
    name: str
    name_en: str
    unit_id: int
    ward: str
    ward_en: str
    runs_in: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward of today."""

    unit_id: int
    code: str
    name: str
    name_en: str


# An intake that is announced and not settled keeps its schools where they are: their ward's
# officers answer for lists, seats and enrolment until it ends.
_RUNS_IN = """
(SELECT ARRAY[i.name, i.name_en] FROM seat_plans p JOIN intakes i ON i.id = p.intake_id
  WHERE p.school_id = {school} AND i.kind = 'official' AND i.phase NOT IN ('draft', 'settled')
  ORDER BY i.id LIMIT 1)"""

_MOVES = text(f"""
SELECT m.id, s.code, s.name, s.name_en, old.name, old.name_en, new.name, new.name_en, m.moves_on,
       m.reason, staff.full_name, m.stated_at, m.moved_at, m.taken_back_at,
       CASE WHEN m.moved_at IS NULL AND m.taken_back_at IS NULL
            THEN {_RUNS_IN.format(school="m.school_id")} END
  FROM school_moves m
  JOIN schools s ON s.id = m.school_id
  JOIN units old ON old.id = m.from_unit_id
  JOIN units new ON new.id = m.to_unit_id
  JOIN staff ON staff.id = m.stated_by
 WHERE m.to_unit_id = ANY(CAST(:units AS int[]))
 ORDER BY (m.moved_at IS NULL AND m.taken_back_at IS NULL) DESC, m.id DESC
 LIMIT :most""")  # noqa: S608 - a statement of our own in it
_SCHOOLS = f"""
SELECT s.id, s.code, s.name, s.name_en, s.unit_id, u.name, u.name_en,
       {_RUNS_IN.format(school="s.id")}
  FROM schools s JOIN units u ON u.id = s.unit_id
 WHERE u.id = ANY(CAST(:units AS int[]))"""  # noqa: S608 - a statement of our own in it
_DUE = text(f"""
SELECT m.id, m.school_id, m.to_unit_id, s.code, old.code, new.code
  FROM school_moves m
  JOIN schools s ON s.id = m.school_id
  JOIN units old ON old.id = m.from_unit_id
  JOIN units new ON new.id = m.to_unit_id AND new.valid_to IS NULL
 WHERE m.moved_at IS NULL AND m.taken_back_at IS NULL
   AND m.moves_on <= CAST(timezone(:civil, clock_timestamp()) AS date)
   AND {_RUNS_IN.format(school="m.school_id")} IS NULL
 ORDER BY m.id FOR UPDATE OF m, s""")  # noqa: S608 - a statement of our own in it


def moves_within(tx: Transaction, *, unit_ids: Collection[int]) -> list[SchoolMove]:
    """Return the moves into these units, those to come first, then the newest; 500 at most."""
    rows = tx.execute(_MOVES, {"units": list(unit_ids), "most": _MOST})
    return [SchoolMove(*row) for row in rows]


def schools_of_ward(
    tx: Transaction, *, unit_code: str, unit_ids: Collection[int]
) -> list[MovingSchool]:
    """Return the schools of a ward of today among these units, by name."""
    query = text(_SCHOOLS + " AND u.code = :code AND u.valid_to IS NULL ORDER BY s.name, s.code")
    rows = tx.execute(query, {"units": list(unit_ids), "code": unit_code})
    return [MovingSchool(*row) for row in rows]


def school(tx: Transaction, *, code: str, unit_ids: Collection[int]) -> MovingSchool | None:
    """Return one school of these units."""
    query = text(_SCHOOLS + " AND s.code = :code")
    row = tx.execute(query, {"units": list(unit_ids), "code": code}).one_or_none()
    return None if row is None else MovingSchool(*row)


def wards(tx: Transaction, *, unit_ids: Collection[int]) -> list[Ward]:
    """Return the wards of today among these units, by name."""
    query = (
        select(units.c.id, units.c.code, units.c.name, units.c.name_en)
        .where(units.c.id.in_(unit_ids), units.c.kind == "ward", units.c.valid_to.is_(None))
        .order_by(units.c.name, units.c.code)
    )
    return [Ward(*row) for row in tx.execute(query)]


def officers_of(tx: Transaction, *, unit_id: int) -> int:
    """Return how many officers of a ward can sign in."""
    query = text("""
        SELECT count(DISTINCT a.id) FROM staff a JOIN scopes p ON p.staff_id = a.id
         WHERE p.unit_id = :unit AND a.active""")
    return int(tx.execute(query, {"unit": unit_id}).scalar_one())


def add(tx: Transaction, *, moving: MovingSchool, to: int, on: date, why: str, by: int) -> None:
    """Write a planned move. Raises MovePlanned."""
    with translated():
        tx.execute(
            insert(school_moves).values(
                school_id=moving.school_id,
                from_unit_id=moving.unit_id,
                to_unit_id=to,
                moves_on=on,
                reason=why,
                stated_by=by,
            )
        )


def take_back(tx: Transaction, *, move_id: int, by: int, unit_ids: Collection[int]) -> str | None:
    """Take a planned move into one of these units back; returns the school's code, None when there
    is no such move any more.
    """
    taken = (
        update(school_moves)
        .where(
            school_moves.c.id == move_id,
            school_moves.c.to_unit_id.in_(unit_ids),
            school_moves.c.moved_at.is_(None),
            school_moves.c.taken_back_at.is_(None),
            schools.c.id == school_moves.c.school_id,
        )
        .values(taken_back_at=func.clock_timestamp(), taken_back_by=by)
        .returning(schools.c.code)
    )
    found: str | None = tx.execute(taken).scalar_one_or_none()
    return found


def claim_due(tx: Transaction) -> list[Any]:
    """Lock and return the moves whose day has come: move, school, new unit, and the codes of
    school, old and new ward. A move waits while its ward has ended or an intake of its school runs.
    """
    return list(tx.execute(_DUE, {"civil": CIVIL_TIME}))


def do(tx: Transaction, *, move_id: int, school_id: int, unit_id: int) -> None:
    """Let the school belong to its new ward from now on."""
    tx.execute(update(schools).where(schools.c.id == school_id).values(unit_id=unit_id))
    tx.execute(
        update(school_moves)
        .where(school_moves.c.id == move_id)
        .values(moved_at=func.clock_timestamp())
    )
