"""Open statistics: counted once a publication, kept with small counts taken out, read as kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intakes, publications
from enrol.store.tables.schools import schools
from enrol.store.tables.statistics import school_statistics, statistics
from enrol.store.tables.units import units


@dataclass(frozen=True, slots=True)
class SchoolCounts:
    """One school as counted; ``placed`` holds (wish granted or None, band, children)."""

    school_id: int
    seats: int
    wished_first: int
    placed: tuple[tuple[int | None, int, int], ...]


@dataclass(frozen=True, slots=True)
class SchoolFigures:
    """One school as published; None is a number that is not shown."""

    school_id: int
    seats: int
    admitted: int | None
    wished_first: int | None
    wishes: Sequence[int | None]
    bands: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class IntakeFigures:
    """One intake as published; ``wishes`` and ``bands`` are sums of what its schools show."""

    code: str
    name: str
    name_en: str
    school_year: str
    kind: str
    published_at: datetime
    computed_at: datetime
    schools: int
    seats: int
    admitted: int | None
    wished_first: int | None
    wishes: Sequence[int]
    bands: Sequence[int]
    publication_id: int


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school of one intake with its names."""

    intake: str
    intake_name: str
    intake_name_en: str
    school_year: str
    code: str
    name: str
    name_en: str
    unit: str
    unit_name: str
    unit_name_en: str
    seats: int
    admitted: int | None
    wished_first: int | None
    wishes: Sequence[int | None]
    bands: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with schools in a publication."""

    code: str
    name: str
    name_en: str


def uncounted(tx: Transaction, *, limit: int) -> list[int]:
    """Return publications of official intakes without statistics, where none newer is counted."""
    query = (
        select(publications.c.id)
        .join(intakes, intakes.c.id == publications.c.intake_id)
        .outerjoin(statistics, statistics.c.intake_id == publications.c.intake_id)
        .where(
            intakes.c.kind == "official",
            statistics.c.publication_id.is_(None)
            | (statistics.c.publication_id < publications.c.id),
        )
        .order_by(publications.c.id)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def publication_of(tx: Transaction, *, publication_id: int) -> tuple[int, bool, str] | None:
    """Return a publication's intake, whether that is official, and which results it shows."""
    query = (
        select(intakes.c.id, intakes.c.kind, publications.c.kind)
        .join(publications, publications.c.intake_id == intakes.c.id)
        .where(publications.c.id == publication_id)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else (row[0], row[1] == "official", row[2])


_COUNT = """
WITH placed AS (
  SELECT p.school_id, p.rank, p.band, count(*)::int AS children
    FROM placements p JOIN runs r ON r.id = p.run_id
   WHERE r.draw_id = %(draw_id)s AND r.outcome = %(outcome)s AND p.school_id IS NOT NULL
   GROUP BY p.school_id, p.rank, p.band),
wished AS (
  SELECT wishes[1] AS school_id, count(*)::int AS children FROM registrations
   WHERE intake_id = %(intake_id)s AND status <> 'withdrawn' GROUP BY 1)
SELECT s.school_id, s.seats, coalesce(w.children, 0),
       coalesce((SELECT jsonb_agg(jsonb_build_array(p.rank, p.band, p.children)
                                  ORDER BY p.rank, p.band)
                   FROM placed p WHERE p.school_id = s.school_id), '[]')
  FROM seat_plans s LEFT JOIN wished w ON w.school_id = s.school_id
 WHERE s.intake_id = %(intake_id)s ORDER BY s.school_id
"""


def count_schools(
    tx: Transaction, *, intake_id: int, draw_id: int, outcome: str
) -> list[SchoolCounts]:
    """Count every school with seats in an intake: first wishes, and who was placed there by the
    runs to these results (provisional or final).
    """
    values = {"intake_id": intake_id, "draw_id": draw_id, "outcome": outcome}
    return [
        SchoolCounts(row[0], row[1], row[2], tuple((rank, band, n) for rank, band, n in row[3]))
        for row in tx.exec_driver_sql(_COUNT, values)
    ]


def keep(
    tx: Transaction,
    *,
    publication_id: int,
    intake_id: int,
    whole: SchoolFigures,
    lines: Sequence[SchoolFigures],
) -> bool:
    """Keep the statistics of a publication in the place of older ones of its intake; False when
    they, or newer ones, stand already.
    """
    newer = select(statistics.c.publication_id).where(
        statistics.c.intake_id == intake_id, statistics.c.publication_id > publication_id
    )
    if tx.execute(newer).first() is not None:
        return False
    head = upsert(statistics).values(
        publication_id=publication_id,
        intake_id=intake_id,
        schools=len(lines),
        **_numbers(whole),
    )
    kept = head.on_conflict_do_nothing().returning(statistics.c.publication_id)
    if tx.execute(kept).first() is None:
        return False
    older = select(statistics.c.publication_id).where(
        statistics.c.intake_id == intake_id, statistics.c.publication_id < publication_id
    )
    tx.execute(delete(school_statistics).where(school_statistics.c.publication_id.in_(older)))
    tx.execute(
        delete(statistics).where(
            statistics.c.intake_id == intake_id, statistics.c.publication_id < publication_id
        )
    )
    if lines:
        tx.execute(
            insert(school_statistics),
            [
                {"publication_id": publication_id, "school_id": line.school_id, **_numbers(line)}
                for line in lines
            ],
        )
    return True


def intake_figures(tx: Transaction) -> list[IntakeFigures]:
    """Return the statistics of every intake that has some, the newest intake first."""
    query: Select[*tuple[Any, ...]] = (
        select(
            intakes.c.code,
            intakes.c.name,
            intakes.c.name_en,
            intakes.c.school_year,
            publications.c.kind,
            publications.c.published_at,
            statistics.c.computed_at,
            statistics.c.schools,
            statistics.c.seats,
            statistics.c.admitted,
            statistics.c.wished_first,
            statistics.c.wishes,
            statistics.c.bands,
            statistics.c.publication_id,
        )
        .join(publications, publications.c.id == statistics.c.publication_id)
        .join(intakes, intakes.c.id == statistics.c.intake_id)
        .order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
    )
    return [IntakeFigures(*row) for row in tx.execute(query)]


def wards(tx: Transaction, *, publication_id: int) -> list[Ward]:
    """Return the wards with schools in a publication, by name."""
    query = (
        select(units.c.code, units.c.name, units.c.name_en)
        .join(schools, schools.c.unit_id == units.c.id)
        .join(school_statistics, school_statistics.c.school_id == schools.c.id)
        .where(school_statistics.c.publication_id == publication_id)
        .distinct()
        .order_by(units.c.name, units.c.code)
    )
    return [Ward(*row) for row in tx.execute(query)]


def of_ward(tx: Transaction, *, publication_id: int, unit_code: str) -> list[SchoolLine]:
    """Return the schools of a ward in a publication, by name."""
    query = _lines().where(
        school_statistics.c.publication_id == publication_id, units.c.code == unit_code
    )
    return [SchoolLine(*row) for row in tx.execute(query.order_by(schools.c.name, schools.c.id))]


def of_school(tx: Transaction, *, code: str) -> list[SchoolLine]:
    """Return a school in every intake that has statistics, the newest first."""
    query = _lines().where(schools.c.code == code)
    newest = query.order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
    return [SchoolLine(*row) for row in tx.execute(newest)]


def of_intake(tx: Transaction, *, code: str) -> list[SchoolLine]:
    """Return every school of an intake, by ward and school code."""
    query = _lines().where(intakes.c.code == code)
    return [SchoolLine(*row) for row in tx.execute(query.order_by(units.c.code, schools.c.code))]


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            intakes.c.code,
            intakes.c.name,
            intakes.c.name_en,
            intakes.c.school_year,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            units.c.code,
            units.c.name,
            units.c.name_en,
            school_statistics.c.seats,
            school_statistics.c.admitted,
            school_statistics.c.wished_first,
            school_statistics.c.wishes,
            school_statistics.c.bands,
        )
        .join(statistics, statistics.c.publication_id == school_statistics.c.publication_id)
        .join(intakes, intakes.c.id == statistics.c.intake_id)
        .join(schools, schools.c.id == school_statistics.c.school_id)
        .join(units, units.c.id == schools.c.unit_id)
    )


def _numbers(figures: SchoolFigures) -> dict[str, object]:
    return {
        "seats": figures.seats,
        "admitted": figures.admitted,
        "wished_first": figures.wished_first,
        "wishes": list(figures.wishes),
        "bands": list(figures.bands),
    }
