"""What offices and schools read of an intake: the states of its runs, rolls and left-overs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, collate, exists, or_, select, text

from enrol.store.db import Transaction
from enrol.store.runs import PROVISIONAL, counting_outcome
from enrol.store.seats_now import SEATED
from enrol.store.tables.children import children
from enrol.store.tables.intakes import intake_zones, publications
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats
from enrol.store.tables.runs import placements, runs
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run for the office's list; zone and unit are None for the stage over all zones."""

    run_id: int
    stage: int
    zone: str | None
    name: str | None
    name_en: str | None
    unit_id: int | None
    state: str
    outcome_digest: str | None
    totals: Mapping[str, Any] | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RollLine:
    """A child with a seat at a school. ``rank`` is the wish granted, None after re-routing;
    ``unit_id`` the unit of the zone in which the child is registered, whose desks hold its file.
    """

    code: str
    full_name: str
    band: int
    number: str
    rank: int | None
    stage: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A registration without a seat now: no run gave it one, or it was given up since."""

    code: str
    zone: str
    band: int
    number: str


@dataclass(frozen=True, slots=True)
class WishLine:
    """A registration that wishes a school first; ``unit_id`` answers for the child's zone."""

    code: str
    status: str
    full_name: str
    unit_id: int
    submitted_at: datetime


def run_lines(tx: Transaction, *, intake_id: int, outcome: str = PROVISIONAL) -> list[RunLine]:
    """Return the runs of an intake to these results, by stage and zone."""
    query = (
        select(
            runs.c.id,
            runs.c.stage,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            zones.c.unit_id,
            runs.c.state,
            runs.c.outcome_digest,
            runs.c.totals,
            runs.c.finished_at,
        )
        .outerjoin(intake_zones, intake_zones.c.id == runs.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
        .where(runs.c.intake_id == intake_id, runs.c.outcome == outcome)
        .order_by(runs.c.stage, _by_bytes(zones), runs.c.id)
    )
    return _records(tx, query, RunLine)


def published_kinds(tx: Transaction, *, intake_id: int) -> dict[str, datetime]:
    """Return when each publication of the intake was made."""
    query = (
        select(publications.c.kind, publications.c.published_at)
        .where(publications.c.intake_id == intake_id)
        .order_by(publications.c.id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def roll_of(
    tx: Transaction, *, intake_id: int, school_id: int, by_name: bool = False
) -> list[RollLine]:
    """Return the children with a seat at a school, in priority order or as a class list stands: by
    given name, middle names, family name, with tones.
    """
    seated = (
        text(SEATED)
        .bindparams(intake_id=intake_id, schools=[school_id])
        .columns(
            placements.c.code,
            placements.c.school_id,
            placements.c.band,
            placements.c.rank,
            placements.c.number,
            runs.c.stage,
        )
        .subquery("seated")
    )
    query = (
        select(
            seated.c.code,
            children.c.full_name,
            seated.c.band,
            seated.c.number,
            seated.c.rank,
            seated.c.stage,
            zones.c.unit_id,
        )
        .join(registrations, registrations.c.code == seated.c.code)
        .join(children, children.c.id == registrations.c.child_id)
        .join(intake_zones, intake_zones.c.id == registrations.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
    )
    order: tuple[Any, ...] = (seated.c.stage, seated.c.band, seated.c.number)
    if by_name:
        order = (collate(children.c.sort_key, "C"),)
    return _records(tx, query.order_by(*order, _by_bytes(seated)), RollLine)


def leftovers(tx: Transaction, *, intake_id: int, unit_ids: Collection[int]) -> list[LeftOver]:
    """Return the registrations of these units' zones that have no seat, by zone and number: as the
    last round left it, and before rounds by the counting results.
    """
    has_rounds = exists().where(held_seats.c.intake_id == intake_id)
    seated_now = (
        select(registrations.c.code)
        .join(held_seats, held_seats.c.registration_id == registrations.c.id)
        .where(held_seats.c.intake_id == intake_id, held_seats.c.school_id.is_not(None))
    )
    seated = (
        select(placements.c.code)
        .join(runs, runs.c.id == placements.c.run_id)
        .where(
            runs.c.intake_id == intake_id,
            runs.c.outcome == counting_outcome(intake_id),
            placements.c.school_id.is_not(None),
        )
    )
    query = (
        select(placements.c.code, zones.c.code, placements.c.band, placements.c.number)
        .join(runs, runs.c.id == placements.c.run_id)
        .join(intake_zones, intake_zones.c.id == runs.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(
            runs.c.intake_id == intake_id,
            runs.c.outcome == counting_outcome(intake_id),
            zones.c.unit_id.in_(unit_ids),
            or_(
                and_(has_rounds, placements.c.code.not_in(seated_now)),
                and_(
                    ~has_rounds,
                    placements.c.school_id.is_(None),
                    placements.c.code.not_in(seated),
                ),
            ),
        )
        .order_by(_by_bytes(zones), placements.c.band, placements.c.number, _by_bytes(placements))
    )
    return _records(tx, query, LeftOver)


def wished_first(
    tx: Transaction,
    *,
    intake_id: int,
    school_id: int,
    zone_ids: Sequence[int],
    after: str,
    limit: int,
) -> list[WishLine]:
    """Return live registrations that wish the school first, in code order, after a code.

    ``zone_ids`` are the intake zones whose families may wish it.
    """
    query = (
        select(
            registrations.c.code,
            registrations.c.status,
            children.c.full_name,
            zones.c.unit_id,
            registrations.c.submitted_at,
        )
        .join(children, children.c.id == registrations.c.child_id)
        .join(intake_zones, intake_zones.c.id == registrations.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(
            registrations.c.intake_id == intake_id,
            registrations.c.intake_zone_id.in_(zone_ids),
            registrations.c.wishes[1] == school_id,
            registrations.c.status != WITHDRAWN,
            registrations.c.code > after,
        )
        .order_by(registrations.c.code)
        .limit(limit)
    )
    return _records(tx, query, WishLine)


@dataclass(frozen=True, slots=True)
class SchoolName:
    """A school with the unit that answers for it."""

    school_id: int
    code: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str


def school_names(tx: Transaction, *, school_ids: Collection[int]) -> list[SchoolName]:
    """Return the names of schools, by code."""
    query = (
        select(
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.unit_id,
            units.c.name,
            units.c.name_en,
        )
        .join(units, units.c.id == schools.c.unit_id)
        .where(schools.c.id.in_(school_ids))
        .order_by(schools.c.code)
    )
    return _records(tx, query, SchoolName)


def _by_bytes(table: Any) -> ColumnElement[str]:
    ordered: ColumnElement[str] = collate(table.c.code, "C")
    return ordered


def _records(tx: Transaction, query: Select[*tuple[Any, ...]], record: Any) -> list[Any]:
    return [record(*row) for row in tx.execute(query)]
