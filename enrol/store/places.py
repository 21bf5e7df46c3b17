"""Wards, residential groups, zones and the schools of a zone, as pages and registrations read
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from enrol.store.db import Statements, Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones


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
class WardPlaces:
    """A ward's residential groups in their natural order, the zones they belong to by code, and the
    zones the ward answers for.
    """

    groups: tuple[Group, ...]
    zones_of_groups: Mapping[str, Named]
    zones: tuple[Named, ...]

    def group(self, label: str | None) -> Group | None:
        """Return the group of this label, or None."""
        return next((group for group in self.groups if group.label == label), None)


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


def ward_places(db: Statements, *, unit_code: str) -> WardPlaces:
    """Return what lies in a ward of today: groups in natural order (2 before 10, 16 before 16A) and
    zones by code.
    """
    rows = db.all(_WARD_GROUPS, {"unit": unit_code})
    return WardPlaces(
        groups=tuple(Group(*row[:8]) for row in rows),
        zones_of_groups={row[5]: Named(row[5], *row[8:]) for row in rows},
        zones=tuple(Named(*row) for row in db.all(_WARD_ZONES, {"unit": unit_code})),
    )


_WARD_GROUPS = b"""
SELECT g.id, u.code, u.id, g.label, g.name, z.code, g.latitude, g.longitude, z.name, z.name_en
  FROM residential_groups g
  JOIN units u ON u.id = g.unit_id
  JOIN zones z ON z.id = g.zone_id
 WHERE u.code = %(unit)s AND u.valid_to IS NULL
 ORDER BY g.sort_key, g.label
"""

_WARD_ZONES = b"""
SELECT z.code, z.name, z.name_en FROM zones z JOIN units u ON u.id = z.unit_id
 WHERE u.code = %(unit)s AND z.valid_to IS NULL ORDER BY z.code
"""


def unit_ids(tx: Transaction, *, codes: list[str]) -> dict[str, int]:
    """Return the ids of the units with these codes that exist today."""
    query = select(units.c.code, units.c.id).where(
        units.c.code.in_(codes), units.c.valid_to.is_(None)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


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
