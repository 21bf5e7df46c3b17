"""The seats that schools offer in an intake: reading, holding and stating them anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class SeatLine:
    """The seats of one school in an intake, with the zone they are for."""

    school_id: int
    school: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    intake_zone_id: int
    zone: str
    zone_name: str
    zone_name_en: str
    seats: int
    classes: int | None
    stated_at: datetime
    reserves: Sequence[tuple[str, int]]


def seat_lines(tx: Transaction, *, intake_id: int, school_ids: Collection[int]) -> list[SeatLine]:
    """Return the seats planned at these schools, by ward, zone and school code."""
    query = (
        select(
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.unit_id,
            units.c.name,
            units.c.name_en,
            seat_plans.c.intake_zone_id,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            seat_plans.c.seats,
            seat_plans.c.classes,
            seat_plans.c.stated_at,
            seat_plans.c.reserves,
        )
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .join(units, units.c.id == schools.c.unit_id)
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(seat_plans.c.intake_id == intake_id, seat_plans.c.school_id.in_(school_ids))
        .order_by(units.c.name, units.c.id, zones.c.code, schools.c.code)
    )
    lines: list[list[Any]] = [list(row) for row in tx.execute(query)]
    return [SeatLine(*line) for line in lines]


def hold_seats(tx: Transaction, *, intake_id: int, school_id: int) -> None:
    """Keep others from stating the seats of a school until this transaction ends."""
    tx.execute(
        select(seat_plans.c.id)
        .where(seat_plans.c.intake_id == intake_id, seat_plans.c.school_id == school_id)
        .with_for_update()
    )


def seats_planned(tx: Transaction, *, intake_id: int) -> tuple[int, int, int]:
    """Return how many seats, schools and zones an intake offers in all."""
    query = select(
        func.coalesce(func.sum(seat_plans.c.seats), 0),
        func.count(),
        func.count(seat_plans.c.intake_zone_id.distinct()),
    ).where(seat_plans.c.intake_id == intake_id)
    seats, school_count, zone_count = tx.execute(query).one()
    return int(seats), int(school_count), int(zone_count)


def change_seats(
    tx: Transaction,
    *,
    intake_id: int,
    school_id: int,
    seats: int,
    classes: int | None,
    stated_by: int,
    reason: str,
) -> None:
    """State the seats of a school anew; an approval of what stood before ends."""
    tx.execute(
        update(seat_plans)
        .where(seat_plans.c.intake_id == intake_id, seat_plans.c.school_id == school_id)
        .values(
            seats=seats,
            classes=classes,
            stated_at=func.clock_timestamp(),
            stated_by=stated_by,
            stated_reason=reason or None,
            approved_by=None,
            approved_at=None,
        )
    )
