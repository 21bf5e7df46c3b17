"""Residential groups and schools of an intake in one piece, for public pages that keep it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class PublicGroup:
    """A residential group with the zone that its families belong to."""

    unit: str
    unit_name: str
    unit_name_en: str
    label: str
    name: str | None
    zone: str
    zone_name: str
    zone_name_en: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class PublicSchool:
    """A school with its seats in an intake, its zone, and the unit that answers for it."""

    code: str
    name: str
    name_en: str
    address: str
    phone: str | None
    zone: str
    zone_name: str
    zone_name_en: str
    unit: str
    unit_name: str
    unit_name_en: str
    seats: int
    classes: int | None
    last_year_distance: int | None
    reserves: list[tuple[str, int]]
    stated_at: datetime


def groups(tx: Transaction) -> list[PublicGroup]:
    """Return the groups of today's units, each unit's in their natural order."""
    query = (
        select(
            units.c.code,
            units.c.name,
            units.c.name_en,
            residential_groups.c.label,
            residential_groups.c.name,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            residential_groups.c.latitude,
            residential_groups.c.longitude,
        )
        .join(units, units.c.id == residential_groups.c.unit_id)
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .where(units.c.valid_to.is_(None))
        .order_by(units.c.code, residential_groups.c.sort_key, residential_groups.c.label)
    )
    rows: list[list[Any]] = [list(row) for row in tx.execute(query)]
    return [PublicGroup(*row) for row in rows]


def offering_schools(tx: Transaction, *, intake_id: int) -> list[PublicSchool]:
    """Return the schools that offer seats in an intake, by zone and name."""
    query = (
        select(
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.address,
            schools.c.phone,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            units.c.code,
            units.c.name,
            units.c.name_en,
            seat_plans.c.seats,
            seat_plans.c.classes,
            seat_plans.c.last_year_distance,
            seat_plans.c.reserves,
            seat_plans.c.stated_at,
        )
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(units, units.c.id == schools.c.unit_id)
        .where(seat_plans.c.intake_id == intake_id)
        .order_by(zones.c.code, schools.c.name, schools.c.code)
    )
    lines: list[list[Any]] = [list(row) for row in tx.execute(query)]
    return [PublicSchool(*line) for line in lines]
