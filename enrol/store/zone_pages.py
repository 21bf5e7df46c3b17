"""Zones of an intake with their residential groups, schools and polygons, for the office's page."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from enrol.store.db import Transaction


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A residential group of a zone; no point when its place is not known."""

    group_id: int
    label: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school with seats in a zone."""

    code: str
    name: str
    name_en: str
    seats: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A zone with what lies in it; ``boundary`` is GeoJSON (WGS 84) or None."""

    code: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    boundary: dict[str, Any] | None
    groups: tuple[GroupLine, ...]
    schools: tuple[SchoolLine, ...]

    @property
    def seats(self) -> int:
        """All seats of the zone."""
        return sum(school.seats for school in self.schools)


_ZONES = """
SELECT z.code, z.name, z.name_en, z.unit_id, u.name, u.name_en, z.boundary,
       coalesce((SELECT jsonb_agg(jsonb_build_array(g.id, g.label, g.latitude, g.longitude)
                                  ORDER BY g.sort_key, g.label)
                   FROM residential_groups g WHERE g.zone_id = z.id), '[]'),
       coalesce((SELECT jsonb_agg(jsonb_build_array(s.code, s.name, s.name_en, p.seats, s.latitude,
                                                    s.longitude) ORDER BY s.code)
                   FROM seat_plans p JOIN schools s ON s.id = p.school_id
                  WHERE p.intake_zone_id = iz.id), '[]')
  FROM intake_zones iz
  JOIN zones z ON z.id = iz.zone_id
  JOIN units u ON u.id = z.unit_id
 WHERE iz.intake_id = %(intake)s AND z.unit_id = ANY(%(units)s)
   AND (u.name, z.code) > (%(unit)s, %(zone)s)
 ORDER BY u.name, z.code LIMIT %(limit)s
"""


def zone_lines(
    tx: Transaction,
    *,
    intake_id: int,
    unit_ids: Collection[int],
    after: tuple[str, str],
    limit: int,
) -> list[ZoneLine]:
    """Return the next zones of these units by (unit name, code)."""
    values = {
        "intake": intake_id,
        "units": sorted(unit_ids),
        "unit": after[0],
        "zone": after[1],
        "limit": limit,
    }
    return [_line(tuple(row)) for row in tx.exec_driver_sql(_ZONES, values)]


def _line(row: tuple[Any, ...]) -> ZoneLine:
    code, name, name_en, unit_id, unit_name, unit_name_en, boundary, groups, schools = row
    return ZoneLine(
        code=code,
        name=name,
        name_en=name_en,
        unit_id=unit_id,
        unit_name=unit_name,
        unit_name_en=unit_name_en,
        boundary=json.loads(boundary) if isinstance(boundary, str) else boundary,
        groups=tuple(GroupLine(*group) for group in groups),
        schools=tuple(SchoolLine(*school) for school in schools),
    )
