"""Wards, residential groups, zones and the schools of a zone, as pages and registrations read
them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its names."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Group:
    """A residential group of a ward with the zone it belongs to."""

    group_id: int
    unit: str
    unit_id: int
    label: str
    name: str | None
    zone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class ZoneSchool:
    """A school that offers seats in a zone of an intake."""

    school_id: int
    code: str
    name: str
    name_en: str
    address: str
    latitude: float
    longitude: float
    seats: int
    stated_at: datetime
    last_year_distance: int | None


def wards(tx: Transaction) -> list[Named]:
    """Return the wards and communes that exist today, by name."""
    query = (
        select(units.c.code, units.c.name, units.c.name_en)
        .where(units.c.kind == "ward", units.c.valid_to.is_(None))
        .order_by(units.c.name, units.c.code)
    )
    return [Named(*row) for row in tx.execute(query)]


def _groups() -> Select[*tuple[Any, ...]]:
    return (
        select(
            residential_groups.c.id,
            units.c.code,
            units.c.id,
            residential_groups.c.label,
            residential_groups.c.name,
            zones.c.code,
            residential_groups.c.latitude,
            residential_groups.c.longitude,
        )
        .join(units, units.c.id == residential_groups.c.unit_id)
        .join(zones, zones.c.id == residential_groups.c.zone_id)
    )


def groups_of(tx: Transaction, *, unit_code: str) -> list[Group]:
    """Return the residential groups of a ward in their natural order (2 before 10, 16 before
    16A).
    """
    query = (
        _groups()
        .where(units.c.code == unit_code, units.c.valid_to.is_(None))
        .order_by(residential_groups.c.sort_key, residential_groups.c.label)
    )
    return [Group(*row) for row in tx.execute(query)]


def groups_named(tx: Transaction, *, places: list[tuple[str, str]]) -> dict[tuple[str, str], Group]:
    """Return the groups of (ward code, label) pairs that exist, in one query."""
    if not places:
        return {}
    wanted = [
        and_(units.c.code == unit, residential_groups.c.label == label) for unit, label in places
    ]
    condition = wanted[0]
    for other in wanted[1:]:
        condition = condition | other
    query = _groups().where(condition, units.c.valid_to.is_(None)).order_by(residential_groups.c.id)
    return {(row[1], row[3]): Group(*row) for row in tx.execute(query)}


def unit_ids(tx: Transaction, *, codes: list[str]) -> dict[str, int]:
    """Return the ids of the units with these codes that exist today."""
    query = select(units.c.code, units.c.id).where(
        units.c.code.in_(codes), units.c.valid_to.is_(None)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def zone_names(tx: Transaction, *, codes: list[str]) -> list[Named]:
    """Return the zones with these codes, by code."""
    query = (
        select(zones.c.code, zones.c.name, zones.c.name_en)
        .where(zones.c.code.in_(codes))
        .order_by(zones.c.code)
    )
    return [Named(*row) for row in tx.execute(query)]


def zones_of_unit(tx: Transaction, *, unit_code: str) -> list[Named]:
    """Return the zones that a ward answers for, by code."""
    query = (
        select(zones.c.code, zones.c.name, zones.c.name_en)
        .join(units, units.c.id == zones.c.unit_id)
        .where(units.c.code == unit_code, zones.c.valid_to.is_(None))
        .order_by(zones.c.code)
    )
    return [Named(*row) for row in tx.execute(query)]


def zone_schools(
    tx: Transaction, *, intake_id: int, zone_code: str
) -> tuple[int | None, list[ZoneSchool]]:
    """Return the id of the zone in the intake (None when it takes no part) and its schools, by
    name.
    """
    query = (
        select(
            intake_zones.c.id,
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.address,
            schools.c.latitude,
            schools.c.longitude,
            seat_plans.c.seats,
            seat_plans.c.stated_at,
            seat_plans.c.last_year_distance,
        )
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(seat_plans, seat_plans.c.intake_zone_id == intake_zones.c.id)
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.code == zone_code)
        .order_by(schools.c.name, schools.c.code)
    )
    rows = tx.execute(query).all()
    return (rows[0][0] if rows else None), [ZoneSchool(*row[1:]) for row in rows]
