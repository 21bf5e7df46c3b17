"""What a run computes from, read in few packed values: one text a zone instead of a row a child."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Double,
    Numeric,
    Select,
    Subquery,
    and_,
    cast,
    collate,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from enrol.store.db import Transaction
from enrol.store.frozen_entries import allow_minutes
from enrol.store.tables.children import children, residences
from enrol.store.tables.intakes import draws, intakes, rule_sets, seat_plans
from enrol.store.tables.registrations import frozen_entries, registrations
from enrol.store.tables.runs import fills, leftover_distances, placements, runs
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups

COARSE_DEGREES = 2
"""Decimals of a home's position where no residential group is known: about a kilometre."""


@dataclass(frozen=True, slots=True)
class DrawnRules:
    """What turns facts into an order: the rule set's JSON, the revealed seed and public value."""

    rules: Mapping[str, object]
    seed: str
    public_value: str
    list_hash: str


@dataclass(frozen=True, slots=True)
class School:
    """A school with seats in a run; ``seats`` are those that the run may give."""

    school_id: int
    code: str
    seats: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Home:
    """About where a child lives: the middle of its residential group, never the house."""

    code: str
    latitude: float
    longitude: float


def drawn_rules(tx: Transaction, *, draw_id: int) -> DrawnRules | None:
    """Return the rules and the draw; None while the draw is not confirmed."""
    query = (
        select(rule_sets.c.body, draws.c.seed, draws.c.public_value, draws.c.list_hash)
        .join(intakes, intakes.c.id == draws.c.intake_id)
        .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
        .where(draws.c.id == draw_id, draws.c.seed.is_not(None))
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else DrawnRules(*row)


def zone_entries(tx: Transaction, *, intake_zone_id: int) -> str:
    """Return the frozen entries of a zone as one JSON array, in code order."""
    query = _packed().where(frozen_entries.c.intake_zone_id == intake_zone_id)
    return str(tx.execute(query).scalar_one())


def zone_roll(tx: Transaction, *, intake_zone_id: int) -> str:
    """Return what decides in a zone, a packed line a child, in code order (``core.roll``)."""
    ordered: aggregate_order_by[str] = aggregate_order_by(
        literal_column("E'\\n'"), frozen_entries.c.position
    )
    packed = func.coalesce(func.string_agg(frozen_entries.c.deciding, ordered), "")
    query = select(packed).where(frozen_entries.c.intake_zone_id == intake_zone_id)
    return str(tx.execute(query).scalar_one())


def zone_schools(tx: Transaction, *, intake_zone_id: int) -> list[School]:
    """Return the schools of a zone with all their seats, by code."""
    query = (
        select(
            schools.c.id,
            schools.c.code,
            seat_plans.c.seats,
            schools.c.latitude,
            schools.c.longitude,
        )
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .where(seat_plans.c.intake_zone_id == intake_zone_id)
        .order_by(collate(schools.c.code, "C"))
    )
    return [School(*row) for row in tx.execute(query)]


def leftover_entries(tx: Transaction, *, draw_id: int) -> str:
    """Return the frozen entries that the first stage left without a seat, as one JSON array."""
    allow_minutes(tx)
    left = _left(draw_id)
    query = _packed().join(
        left,
        and_(left.c.intake_id == frozen_entries.c.intake_id, left.c.code == frozen_entries.c.code),
    )
    return str(tx.execute(query).scalar_one())


def free_schools(tx: Transaction, *, draw_id: int) -> list[School]:
    """Return every school of the first stage with the seats that nobody holds, by code."""
    query = (
        select(
            schools.c.id,
            schools.c.code,
            fills.c.seats - fills.c.taken,
            schools.c.latitude,
            schools.c.longitude,
        )
        .join(fills, fills.c.school_id == schools.c.id)
        .join(runs, runs.c.id == fills.c.run_id)
        .where(runs.c.draw_id == draw_id, runs.c.stage == 1)
        .order_by(collate(schools.c.code, "C"))
    )
    return [School(*row) for row in tx.execute(query)]


def leftover_homes(tx: Transaction, *, draw_id: int) -> list[Home]:
    """Return about where each child without a seat lives, by code; unknown places are left out.

    The distances measured from here are published with the bundle. From the house itself, a few of
    them would give the address away; so they start from the middle of the residential group, or
    from a point rounded to about a kilometre.
    """
    allow_minutes(tx)
    left = _left(draw_id)
    point = _group_points().subquery()
    latitude = func.coalesce(point.c.latitude, _coarse(children.c.latitude))
    longitude = func.coalesce(point.c.longitude, _coarse(children.c.longitude))
    query = (
        select(left.c.code, latitude, longitude)
        .join(registrations, registrations.c.code == left.c.code)
        .join(children, children.c.id == registrations.c.child_id)
        .outerjoin(point, point.c.child_id == children.c.id)
        .where(latitude.is_not(None), longitude.is_not(None))
        .order_by(collate(left.c.code, "C"))
    )
    return [Home(*row) for row in tx.execute(query)]


def save_distances(
    tx: Transaction,
    *,
    run_id: int,
    rows: Iterable[tuple[str, Sequence[int], Sequence[int]]],
) -> None:
    """Write (code, school ids, metres) of the second stage by COPY."""
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    statement = "COPY leftover_distances (run_id, code, school_ids, metres) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for code, school_ids, metres in rows:
            copy.write_row((run_id, code, list(school_ids), list(metres)))


def distances_of(tx: Transaction, *, run_id: int) -> dict[str, tuple[list[int], list[int]]]:
    """Return (school ids, metres) of the second stage by code, in code order."""
    columns = leftover_distances.c
    query = (
        select(columns.code, columns.school_ids, columns.metres)
        .where(columns.run_id == run_id)
        .order_by(collate(columns.code, "C"))
    )
    return {row[0]: (row[1], row[2]) for row in tx.execute(query)}


def _packed() -> Select[str]:
    ordered: aggregate_order_by[str] = aggregate_order_by(
        literal_column("','"), collate(frozen_entries.c.code, "C")
    )
    joined = func.string_agg(frozen_entries.c.entry, ordered)
    return select(func.concat("[", joined, "]")).select_from(frozen_entries)


def _left(draw_id: int) -> Subquery:
    return (
        select(runs.c.intake_id, placements.c.code)
        .join(placements, placements.c.run_id == runs.c.id)
        .where(runs.c.draw_id == draw_id, runs.c.stage == 1, placements.c.school_id.is_(None))
        .subquery("left_over")
    )


def _group_points() -> Select[int, float | None, float | None]:
    # A child's current residence says most about where it lives, then the others.
    order = func.array_position(
        literal_column("ARRAY['current', 'permanent', 'temporary']"), residences.c.kind
    )
    return (
        select(
            residences.c.child_id,
            residential_groups.c.latitude.label("latitude"),
            residential_groups.c.longitude.label("longitude"),
        )
        .ext(distinct_on(residences.c.child_id))
        .join(residential_groups, residential_groups.c.id == residences.c.group_id)
        .where(residential_groups.c.latitude.is_not(None))
        .order_by(residences.c.child_id, order)
    )


def _coarse(degrees: ColumnElement[float]) -> ColumnElement[float]:
    return cast(func.round(cast(degrees, Numeric), COARSE_DEGREES), Double)
