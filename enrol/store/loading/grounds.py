"""Zones whose ground an import would change, with what lies around them, before it is written."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from enrol.store.db import Transaction

Geometry = dict[str, Any]
"""A GeoJSON geometry in WGS 84."""


@dataclass(frozen=True, slots=True)
class ChangedGround:
    """A zone as it is bounded now (None: not yet) and as the file bounds it; ``groups`` are its
    residential groups with a known place, as [label, latitude, longitude].
    """

    code: str
    name: str
    name_en: str
    unit_id: int
    before: Geometry | None
    after: Geometry
    groups: list[list[Any]]


_CHANGED = text("""
SELECT z.code, z.name, z.name_en, z.unit_id, z.boundary, b.boundary,
       coalesce((SELECT json_agg(json_build_array(g.label, g.latitude, g.longitude)
                                 ORDER BY g.sort_key, g.label)
                   FROM residential_groups g
                  WHERE g.zone_id = z.id AND g.latitude IS NOT NULL
                    AND g.longitude IS NOT NULL), '[]')
  FROM staged_boundaries b JOIN zones z ON z.code = b.code
 WHERE b."table" = 'zones' AND z.boundary IS DISTINCT FROM b.boundary
 ORDER BY z.code COLLATE "C" LIMIT :most""")
_AROUND = text("""
SELECT z.unit_id, z.code, coalesce(b.boundary, z.boundary)
  FROM zones z LEFT JOIN staged_boundaries b ON b."table" = 'zones' AND b.code = z.code
 WHERE z.unit_id = ANY(CAST(:units AS int[])) AND z.valid_to IS NULL
   AND coalesce(b.boundary, z.boundary) IS NOT NULL
 ORDER BY z.code COLLATE "C" """)
_WARDS = text("""
SELECT u.id, coalesce(b.boundary, u.boundary)
  FROM units u LEFT JOIN staged_boundaries b ON b."table" = 'units' AND b.code = u.code
 WHERE u.id = ANY(CAST(:units AS int[])) AND coalesce(b.boundary, u.boundary) IS NOT NULL""")


def changed_grounds(tx: Transaction, *, most: int) -> list[ChangedGround]:
    """Return the zones whose ground would change, by code; to be called before it is written."""
    return [ChangedGround(*row) for row in tx.execute(_CHANGED, {"most": most})]


def zones_around(tx: Transaction, *, unit_ids: Collection[int]) -> list[tuple[int, str, Geometry]]:
    """Return (ward, zone code, ground as it would be) of every zone of these wards."""
    rows = tx.execute(_AROUND, {"units": list(unit_ids)})
    return [(unit_id, code, ground) for unit_id, code, ground in rows]


def grounds_of_wards(tx: Transaction, *, unit_ids: Collection[int]) -> dict[int, Geometry]:
    """Return the ground of these wards as it would be, where it is known."""
    rows = tx.execute(_WARDS, {"units": list(unit_ids)})
    return {row[0]: row[1] for row in rows}
