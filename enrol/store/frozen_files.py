"""What is frozen beside the list: small files whose hashes are announced, and the list's tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from enrol.core.model import SeatPlan
from enrol.store.db import Transaction
from enrol.store.run_inputs import reserves_of
from enrol.store.tables.intakes import intake_zones, rule_sets, seat_plans
from enrol.store.tables.intakes import intakes as intakes_table
from enrol.store.tables.registrations import frozen_entries, frozen_files, frozen_levels
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, zones

HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A zone's middle or a school: code and WGS 84 degrees."""

    code: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class FrozenPlace:
    """Where an entry stands in the frozen list, and the siblings on its way to the root.

    ``siblings`` are 32 bytes each, nearest first; a level on which it moves up alone has none.
    """

    position: int
    entry: str
    siblings: tuple[bytes, ...]


def save_file(tx: Transaction, *, intake_id: int, name: str, body: bytes) -> None:
    """Keep a file of the intake; it can never be changed afterwards."""
    tx.execute(insert(frozen_files).values(intake_id=intake_id, name=name, body=body))


def file_of(tx: Transaction, *, intake_id: int, name: str) -> bytes | None:
    """Return a file that was frozen, or None."""
    query = select(frozen_files.c.body).where(
        frozen_files.c.intake_id == intake_id, frozen_files.c.name == name
    )
    body = tx.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body)


def save_levels(tx: Transaction, *, intake_id: int, levels: Sequence[Sequence[bytes]]) -> None:
    """Keep every level of the tree below its root, leaf hashes first, joined into one value a
    level: a proof then reads 32 bytes of each.
    """
    for level, nodes in enumerate(levels[:-1]):
        tx.execute(
            insert(frozen_levels).values(
                intake_id=intake_id, level=level, size=len(nodes), hashes=b"".join(nodes)
            )
        )


def place_of(tx: Transaction, *, intake_id: int, code: str) -> FrozenPlace | None:
    """Return where a registration stands in the frozen list, None when it does not."""
    entry = frozen_entries.c
    found = tx.execute(
        select(entry.position, entry.entry).where(entry.intake_id == intake_id, entry.code == code)
    ).one_or_none()
    if found is None:
        return None
    position: int = found[0]
    level = frozen_levels.c
    at = level.size.op("*")(0) + position
    sibling = at.op(">>")(level.level).op("#")(1)
    query = (
        select(func.substring(level.hashes, sibling * HASH_BYTES + 1, HASH_BYTES))
        .where(level.intake_id == intake_id, sibling < level.size)
        .order_by(level.level)
    )
    siblings = tuple(bytes(row[0]) for row in tx.execute(query))
    return FrozenPlace(position=position, entry=str(found[1]), siblings=siblings)


def zone_middles(tx: Transaction, *, intake_id: int) -> list[Place]:
    """Return the middle of each zone of the intake: the mean of its residential groups, or of its
    schools where no group has a point.
    """
    by_groups = (
        select(
            residential_groups.c.zone_id,
            func.avg(residential_groups.c.latitude).label("latitude"),
            func.avg(residential_groups.c.longitude).label("longitude"),
        )
        .group_by(residential_groups.c.zone_id)
        .subquery()
    )
    by_schools = (
        select(
            seat_plans.c.intake_zone_id,
            func.avg(schools.c.latitude).label("latitude"),
            func.avg(schools.c.longitude).label("longitude"),
        )
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .group_by(seat_plans.c.intake_zone_id)
        .subquery()
    )
    latitude = func.coalesce(by_groups.c.latitude, by_schools.c.latitude)
    longitude = func.coalesce(by_groups.c.longitude, by_schools.c.longitude)
    query = (
        select(zones.c.code, latitude, longitude)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .outerjoin(by_groups, by_groups.c.zone_id == zones.c.id)
        .outerjoin(by_schools, by_schools.c.intake_zone_id == intake_zones.c.id)
        .where(intake_zones.c.intake_id == intake_id, latitude.is_not(None))
        .order_by(zones.c.id)
    )
    return [Place(*row) for row in tx.execute(query)]


def offering_schools(tx: Transaction, *, intake_id: int) -> list[Place]:
    """Return the schools with seats planned in the intake."""
    query = (
        select(schools.c.code, schools.c.latitude, schools.c.longitude)
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .where(seat_plans.c.intake_id == intake_id)
        .order_by(schools.c.id)
    )
    return [Place(*row) for row in tx.execute(query)]


def seat_plans_of(tx: Transaction, *, intake_id: int) -> list[SeatPlan]:
    """Return the seats of every school of the intake."""
    query = (
        select(schools.c.code, zones.c.code, seat_plans.c.seats, seat_plans.c.reserves)
        .select_from(seat_plans)
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(seat_plans.c.intake_id == intake_id)
        .order_by(seat_plans.c.id)
    )
    return [SeatPlan(*row[:3], reserves_of(row[3])) for row in tx.execute(query)]


def rules_of(tx: Transaction, *, intake_id: int) -> Mapping[str, object]:
    """Return the JSON of the intake's rule set."""
    query = (
        select(rule_sets.c.body)
        .join(intakes_table, intakes_table.c.rule_set_id == rule_sets.c.id)
        .where(intakes_table.c.id == intake_id)
    )
    body: Mapping[str, object] = tx.execute(query).scalar_one()
    return body
