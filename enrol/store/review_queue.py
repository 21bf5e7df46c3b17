"""The files that officers have to look at: found zone by zone, a page at a time.

Every statement starts from the zones named (``ix_registrations_zone_code``): a school's wishes all
lie in its own zone, so neither a filter nor a search ever reads the whole city.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from enrol.core.names import search_key
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.reviews import holidays
from enrol.store.tables.units import units, zones

MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the officer filters by; empty means everything.

    With ``named_unit_id`` names are searched only of children of that unit who wish the school
    first: nobody learns by searching what the page does not show.
    ``due_from`` and ``due_before`` bound the day on which a file must be answered; ``sent_from``
    and ``sent_before`` are the instants of submission that come to the same. Any may be None.
    """

    school_id: int | None = None
    first_only: bool = True
    named_unit_id: int | None = None
    statuses: tuple[str, ...] = ()
    fact: str | None = None
    fact_status: str | None = None
    text: str = ""
    is_dated: bool = False
    due_from: date | None = None
    due_before: date | None = None
    sent_from: datetime | None = None
    sent_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One file of the queue; ``new_due_on`` when its due date was postponed."""

    registration_id: int
    code: str
    status: str
    version: int
    submitted_at: datetime
    full_name: str
    pupil_code: str
    zone: str
    unit_id: int
    first_school_id: int
    wishes: Sequence[int]
    facts: Mapping[str, Any]
    new_due_on: date | None


_COLUMNS = """
SELECT r.id, r.code, r.status, r.version, r.submitted_at, c.full_name, c.pupil_code, z.code,
       z.unit_id, r.wishes[1], r.wishes, r.facts, p.new_due_on
  FROM registrations r
  JOIN children c ON c.id = r.child_id
  JOIN intake_zones o ON o.id = r.intake_zone_id
  JOIN zones z ON z.id = o.zone_id
  LEFT JOIN postponements p ON p.registration_id = r.id AND p.new_due_on IS NOT NULL
"""


def page_of(
    tx: Transaction, *, zone_ids: Collection[int], wanted: Wanted, after: str, limit: int
) -> list[QueueRow]:
    """Return the files of these zones (ids in the intake) beyond the code ``after``, by code."""
    parts = ["r.intake_zone_id = ANY (%(zones)s)", "r.code > %(after)s"]
    values: dict[str, object] = {"zones": list(zone_ids), "after": after, "limit": limit}
    for part, given in _conditions(wanted):
        parts.append(part)
        values.update(given)
    # Sorted by an expression: by the bare column, PostgreSQL walks the codes of the whole city in
    # their order and throws away what lies in other zones.
    order = "ORDER BY r.code || '' LIMIT %(limit)s"
    statement = f"{_COLUMNS} WHERE {' AND '.join(parts)} {order}"
    return [QueueRow(*row) for row in tx.exec_driver_sql(statement, values)]


def rows_of(tx: Transaction, *, intake_id: int, codes: Sequence[str]) -> list[QueueRow]:
    """Return the files of these codes in an intake, by code."""
    statement = (
        f"{_COLUMNS} WHERE r.code = ANY (%(codes)s) AND r.intake_id = %(intake)s ORDER BY r.code"
    )
    values = {"codes": list(codes), "intake": intake_id}
    return [QueueRow(*row) for row in tx.exec_driver_sql(statement, values)]


def _conditions(wanted: Wanted) -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    if wanted.school_id is not None:
        column = "r.wishes[1]" if wanted.first_only else "ANY (r.wishes)"
        found.append((f"%(school)s = {column}", {"school": wanted.school_id}))
    if wanted.statuses:
        found.append(("r.status = ANY (%(statuses)s)", {"statuses": list(wanted.statuses)}))
    if wanted.fact is not None or wanted.fact_status is not None:
        found.append(_by_fact(wanted))
    if wanted.text.strip():
        found.append(_by_text(wanted))
    if wanted.is_dated:
        found.append(_by_due_date(wanted))
    return found


def _by_fact(wanted: Wanted) -> tuple[str, dict[str, object]]:
    condition = (
        "EXISTS (SELECT FROM jsonb_each(r.facts) AS f (name, told)"
        " WHERE (%(fact)s::text IS NULL OR f.name = %(fact)s)"
        " AND (%(fact_status)s::text IS NULL OR f.told ->> 'status' = %(fact_status)s)"
        " AND f.told -> 'value' NOT IN ('false', '[]'))"
    )
    return condition, {"fact": wanted.fact, "fact_status": wanted.fact_status}


def _by_text(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """Return the search: a code, or words of the name in any order, accents or not."""
    words = search_key(wanted.text).split()[:MOST_WORDS]
    code = "".join(wanted.text.split()).upper()
    values: dict[str, object] = {"code": f"{_literal(code)}%", "pupil_code": code}
    named = []
    for number, word in enumerate(words):
        values[f"word{number}"] = f"%{_literal(word)}%"
        named.append(f"c.search_key LIKE %(word{number})s")
    personal = ["c.pupil_code = %(pupil_code)s"]
    if named:
        personal.append(f"({' AND '.join(named)})")
    by_person = f"({' OR '.join(personal)})"
    if wanted.named_unit_id is not None:
        by_person += " AND r.wishes[1] = %(named_school)s AND z.unit_id = %(named_unit)s"
        values |= {"named_school": wanted.school_id, "named_unit": wanted.named_unit_id}
    return f"(r.code LIKE %(code)s OR ({by_person}))", values


def _by_due_date(wanted: Wanted) -> tuple[str, dict[str, object]]:
    condition = (
        "CASE WHEN p.new_due_on IS NULL"
        " THEN (%(sent_from)s::timestamptz IS NULL OR r.submitted_at >= %(sent_from)s)"
        "  AND (%(sent_before)s::timestamptz IS NULL OR r.submitted_at < %(sent_before)s)"
        " ELSE (%(due_from)s::date IS NULL OR p.new_due_on >= %(due_from)s)"
        "  AND (%(due_before)s::date IS NULL OR p.new_due_on < %(due_before)s) END"
    )
    return condition, {
        "sent_from": wanted.sent_from,
        "sent_before": wanted.sent_before,
        "due_from": wanted.due_from,
        "due_before": wanted.due_before,
    }


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def zones_of_unit(tx: Transaction, *, intake_id: int, unit_id: int) -> list[int]:
    """Return the ids of a unit's own zones in an intake."""
    query = (
        select(intake_zones.c.id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.unit_id == unit_id)
        .order_by(intake_zones.c.id)
    )
    return list(tx.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class UnitOfFiles:
    """A unit that answers for zones of an intake."""

    unit_id: int
    code: str
    name: str
    name_en: str


def units_with_zones(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int]
) -> list[UnitOfFiles]:
    """Return which of these units answer for zones of the intake, by name."""
    query = (
        select(units.c.id, units.c.code, units.c.name, units.c.name_en)
        .join(zones, zones.c.unit_id == units.c.id)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .where(intake_zones.c.intake_id == intake_id, units.c.id.in_(unit_ids))
        .distinct()
        .order_by(units.c.name, units.c.id)
    )
    return [UnitOfFiles(*row) for row in tx.execute(query)]


def stated_days(tx: Transaction) -> list[tuple[date, bool]]:
    """Return the holidays that the office stated, and whether offices work on them instead."""
    query = select(holidays.c.on_date, holidays.c.is_working).order_by(holidays.c.on_date)
    return [(row[0], row[1]) for row in tx.execute(query)]


def review_days(tx: Transaction, *, intake_id: int) -> int:
    """Return the working days within which a file of the intake is answered."""
    found: int = tx.execute(
        select(intakes.c.review_days).where(intakes.c.id == intake_id)
    ).scalar_one()
    return found
