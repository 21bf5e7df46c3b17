"""What the page of totals shows beside the counters: the zones of each ward with their seats."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class ZoneSeats:
    """A zone of an intake with its ward and all its seats."""

    unit_id: int
    unit: str
    unit_name: str
    unit_name_en: str
    zone: str
    seats: int


def zone_seats(tx: Transaction, *, intake_id: int, unit_ids: Collection[int]) -> list[ZoneSeats]:
    """Return the zones of these wards, by ward and zone."""
    query = (
        select(
            units.c.id,
            units.c.code,
            units.c.name,
            units.c.name_en,
            zones.c.code,
            func.sum(seat_plans.c.seats),
        )
        .join(zones, zones.c.unit_id == units.c.id)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(seat_plans, seat_plans.c.intake_zone_id == intake_zones.c.id)
        .where(intake_zones.c.intake_id == intake_id, units.c.id.in_(unit_ids))
        .group_by(units.c.id, zones.c.code)
        .order_by(units.c.name, units.c.id, zones.c.code)
    )
    return [ZoneSeats(*row[:5], int(row[5])) for row in tx.execute(query)]
