"""What moving a file to another zone is worked out from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.places import Group
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class ZoneOfIntake:
    """A zone that takes part in an intake, with the unit that answers for it."""

    intake_zone_id: int
    code: str
    name: str
    name_en: str
    unit_name: str
    unit_name_en: str


def zones_of_intake(tx: Transaction, *, intake_id: int) -> list[ZoneOfIntake]:
    """Return the zones of an intake, by unit and code."""
    query = (
        select(
            intake_zones.c.id,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            units.c.name,
            units.c.name_en,
        )
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(units, units.c.id == zones.c.unit_id)
        .where(intake_zones.c.intake_id == intake_id)
        .order_by(units.c.name, zones.c.code)
    )
    return [ZoneOfIntake(*row) for row in tx.execute(query)]


_GROUPS = """
SELECT g.id, u.code, u.id, g.label, g.name, z.code, g.latitude, g.longitude
  FROM unnest(%(units)s::text[], %(labels)s::text[]) AS named (unit, label)
  JOIN units u ON u.code = named.unit AND u.valid_to IS NULL
  JOIN residential_groups g ON g.unit_id = u.id AND g.label = named.label
  JOIN zones z ON z.id = g.zone_id
 ORDER BY g.id
"""


def groups_named(
    tx: Transaction, *, named: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Group]:
    """Return the residential groups that exist today, by ward code and label."""
    values = {"units": [unit for unit, _ in named], "labels": [label for _, label in named]}
    found = (Group(*row) for row in tx.exec_driver_sql(_GROUPS, values))
    return {(group.unit, group.label): group for group in found}
