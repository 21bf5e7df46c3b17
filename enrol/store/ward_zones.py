"""Which zones a ward answers for in an intake, for the page of its results."""

from dataclasses import dataclass

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class WardZones:
    """A ward with the ids of its zones in one intake, by zone code."""

    code: str
    name: str
    name_en: str
    intake_zone_ids: tuple[int, ...]


def ward_of_zone(tx: Transaction, *, intake_zone_id: int) -> WardZones:
    """Return the ward that answers for a zone of an intake, with all its zones there."""
    own = (
        select(intake_zones.c.intake_id, zones.c.unit_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.id == intake_zone_id)
        .subquery("own")
    )
    query = (
        select(units.c.code, units.c.name, units.c.name_en, intake_zones.c.id)
        .select_from(own)
        .join(units, units.c.id == own.c.unit_id)
        .join(zones, zones.c.unit_id == units.c.id)
        .join(
            intake_zones,
            (intake_zones.c.zone_id == zones.c.id) & (intake_zones.c.intake_id == own.c.intake_id),
        )
        .order_by(zones.c.code)
    )
    rows = tx.execute(query).all()
    return WardZones(*rows[0][:3], intake_zone_ids=tuple(row[3] for row in rows))
