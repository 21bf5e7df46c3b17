"""Wards that have zones in an intake."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class Ward:
    """A unit that answers for zones."""

    unit_id: int
    code: str
    name: str
    name_en: str


def with_zones(tx: Transaction, *, intake_id: int, unit_ids: Collection[int]) -> list[Ward]:
    """Return those of these units that answer for zones of the intake, by name."""
    query = (
        select(units.c.id, units.c.code, units.c.name, units.c.name_en)
        .where(
            units.c.id.in_(
                select(zones.c.unit_id)
                .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
                .where(intake_zones.c.intake_id == intake_id, zones.c.unit_id.in_(unit_ids))
            )
        )
        .order_by(units.c.name, units.c.code)
    )
    return [Ward(*row) for row in tx.execute(query)]
