"""What live figures are shown with: the zones of an intake, by name, with their seats."""

from dataclasses import dataclass

from sqlalchemy import func, select

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans, snapshots
from enrol.store.tables.registrations import drafts
from enrol.store.tables.units import zones


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A zone of an intake with all its seats."""

    code: str
    name: str
    name_en: str
    seats: int


def zone_lines(tx: Transaction, *, intake_id: int) -> list[ZoneLine]:
    """Return the zones of an intake, by code."""
    query = (
        select(zones.c.code, zones.c.name, zones.c.name_en, func.sum(seat_plans.c.seats))
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(seat_plans, seat_plans.c.intake_zone_id == intake_zones.c.id)
        .where(intake_zones.c.intake_id == intake_id)
        .group_by(zones.c.code, zones.c.name, zones.c.name_en)
        .order_by(zones.c.code)
    )
    return [ZoneLine(row[0], row[1], row[2], int(row[3])) for row in tx.execute(query)]


def ticked_count(tx: Transaction, *, intake_id: int) -> int:
    """Return how many drafts are to be submitted at the opening; a partial index keeps it cheap."""
    query = select(func.count()).where(drafts.c.intake_id == intake_id, drafts.c.submit_for_me)
    return int(tx.execute(query).scalar_one())


def all_snapshots(tx: Transaction) -> dict[str, tuple[dict[str, object], float]]:
    """Return every snapshot's body and its age in seconds, by name."""
    age = func.extract("epoch", func.clock_timestamp() - snapshots.c.taken_at)
    query = select(snapshots.c.name, snapshots.c.body, age).order_by(snapshots.c.name)
    return {row[0]: (row[1], float(row[2])) for row in tx.execute(query)}
