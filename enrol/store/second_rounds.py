"""A second round for late registrations: the intake that follows a settled one, and its seats."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from enrol.store.constraints import translated
from enrol.store.db import Transaction


@dataclass(frozen=True, slots=True)
class FreeSeats:
    """What a settled intake leaves: seats nobody holds, the schools that have any, all schools of
    the intake, and its registered children without a seat.
    """

    seats: int
    schools_with_any: int
    schools: int
    children_without: int


@dataclass(frozen=True, slots=True)
class NewRound:
    """What the office says of the second round; everything else is as in the first."""

    code: str
    name: str
    name_en: str
    opens_at: datetime
    closes_at: datetime
    public_value_name: str
    public_value_name_en: str
    public_value_on: date


_LEFT = """
    SELECT p.school_id, p.intake_zone_id, p.last_year_distance,
           p.seats - (SELECT count(*) FROM held_seats h
                       WHERE h.intake_id = p.intake_id AND h.school_id = p.school_id) AS seats
      FROM seat_plans p WHERE p.intake_id = :intake"""
_FREE = text(f"""
SELECT coalesce(sum(greatest(l.seats, 0)), 0)::int, count(*) FILTER (WHERE l.seats > 0),
       count(*),
       (SELECT count(*) FROM held_seats WHERE intake_id = :intake AND school_id IS NULL)
  FROM ({_LEFT}) l""")  # noqa: S608 - a statement of our own in it
_ADD = text("""
INSERT INTO intakes (code, kind, name, name_en, school_year, unit_id, rule_set_id, opens_at,
                     closes_at, birth_from, birth_to, max_wishes, public_value_name,
                     public_value_name_en, public_value_on, review_days, reply_days,
                     correction_days, needs_approvals, follows_id)
SELECT :code, kind, :name, :name_en, school_year, unit_id, rule_set_id, :opens_at,
       :closes_at, birth_from, birth_to, max_wishes, :public_value_name,
       :public_value_name_en, :public_value_on, review_days, reply_days,
       correction_days, needs_approvals, id
  FROM intakes WHERE id = :intake
RETURNING id""")
_ADD_ZONES = text("""
INSERT INTO intake_zones (intake_id, zone_id)
SELECT :second, z.id
  FROM intake_zones o JOIN zones z ON z.id = o.zone_id
 WHERE o.intake_id = :intake ORDER BY z.code""")
_ADD_SEATS = text(f"""
INSERT INTO seat_plans (intake_id, intake_zone_id, school_id, seats, last_year_distance)
SELECT :second, mine.id, l.school_id, greatest(l.seats, 0), l.last_year_distance
  FROM ({_LEFT}) l
  JOIN intake_zones first ON first.id = l.intake_zone_id
  JOIN intake_zones mine ON mine.intake_id = :second AND mine.zone_id = first.zone_id
 ORDER BY l.school_id""")  # noqa: S608 - a statement of our own in it


def free_seats(tx: Transaction, *, intake_id: int) -> FreeSeats:
    """Return what an intake leaves. Reads every held seat of it: for a page the city opens once."""
    return FreeSeats(*tx.execute(_FREE, {"intake": intake_id}).one())


def second_of(tx: Transaction, *, intake_id: int) -> int | None:
    """Return the intake that follows this one, None while there is none."""
    query = text("SELECT id FROM intakes WHERE follows_id = :intake")
    found: int | None = tx.execute(query, {"intake": intake_id}).scalar_one_or_none()
    return found


def add(tx: Transaction, *, intake_id: int, new: NewRound) -> int:
    """Write the second round of a settled intake as a draft and return its id: the same zones, and
    at each school the seats that nobody holds. A school without any takes part with none, so that
    families of its zone can still register and be led elsewhere.

    Raises SecondRoundPlanned and CodeTaken.
    """
    values = {name: getattr(new, name) for name in NewRound.__dataclass_fields__}
    with translated():
        second: int = tx.execute(_ADD, {"intake": intake_id, **values}).scalar_one()
    ids = {"intake": intake_id, "second": second}
    tx.execute(_ADD_ZONES, ids)
    tx.execute(_ADD_SEATS, ids)
    return second
