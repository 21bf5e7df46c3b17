"""Training intakes: made anew on the real ground, the one before put aside, nothing deleted.

What stands here can touch no official intake: ``ck_intakes_only_training_retires`` and
``fk_registrations_official_child_id_children`` refuse it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from enrol.core.made_up import TrainingGround, TrainingGroup
from enrol.store.db import Transaction
from enrol.store.tables.children import children, guardians, residences
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.registrations import drafts
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class CityUnit:
    """The unit that leads the city's intakes."""

    unit_id: int
    name: str


def city_unit(tx: Transaction) -> CityUnit | None:
    """Return the city, None when no data of an office was imported yet."""
    query = (
        select(units.c.id, units.c.name)
        .where(units.c.kind == "city", units.c.valid_to.is_(None))
        .order_by(units.c.id)
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else CityUnit(*row)


def ground(tx: Transaction, *, unit_codes: Sequence[str]) -> TrainingGround:
    """Return groups and schools of the zones that have both; of all units when none is named.

    A school belongs to the zone that it offered seats last, else to the first zone of its ward.
    """
    by_zone: dict[str, list[str]] = {}
    for code, zone in tx.execute(_schools_with_zones()):
        by_zone.setdefault(zone, []).append(code)
    query = (
        select(
            units.c.code,
            residential_groups.c.label,
            zones.c.code,
            residential_groups.c.latitude,
            residential_groups.c.longitude,
        )
        .join(units, units.c.id == residential_groups.c.unit_id)
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .where(units.c.valid_to.is_(None), zones.c.valid_to.is_(None))
        .order_by(units.c.code, residential_groups.c.sort_key, residential_groups.c.label)
    )
    if unit_codes:
        query = query.where(units.c.code.in_(unit_codes))
    groups = [TrainingGroup(*row) for row in tx.execute(query)]
    return TrainingGround(
        groups=[group for group in groups if group.zone in by_zone], schools=by_zone
    )


def _schools_with_zones() -> Any:
    offered = (
        select(zones.c.code)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(seat_plans, seat_plans.c.intake_zone_id == intake_zones.c.id)
        .where(seat_plans.c.school_id == schools.c.id)
        .order_by(seat_plans.c.id.desc())
        .limit(1)
        .correlate(schools)
        .scalar_subquery()
    )
    own = (
        select(func.min(zones.c.code))
        .where(zones.c.unit_id == schools.c.unit_id, zones.c.valid_to.is_(None))
        .correlate(schools)
        .scalar_subquery()
    )
    zone = func.coalesce(offered, own).label("zone")
    found = select(schools.c.code, zone).subquery("found")
    return (
        select(found.c.code, found.c.zone).where(found.c.zone.is_not(None)).order_by(found.c.code)
    )


def standing(tx: Transaction) -> list[int]:
    """Return the training intakes that are not put aside, in the order in which they are locked."""
    query = select(intakes.c.id).where(intakes.c.is_training, intakes.c.retired_at.is_(None))
    return list(tx.execute(query.order_by(intakes.c.id)).scalars())


def retire(tx: Transaction, *, intake_ids: Sequence[int]) -> None:
    """Put training intakes aside; the database refuses any other."""
    tx.execute(
        update(intakes)
        .where(intakes.c.id.in_(intake_ids))
        .values(retired_at=func.clock_timestamp())
    )


def last_rules(tx: Transaction) -> int | None:
    """Return the rule set of the newest official intake."""
    query = select(intakes.c.rule_set_id).where(intakes.c.kind == "official")
    found: int | None = tx.execute(
        query.order_by(intakes.c.opens_at.desc(), intakes.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def rules_of_hash(tx: Transaction, *, rules_hash: str) -> int:
    """Return the rule set with this hash, which is stored already."""
    query = select(rule_sets.c.id).where(rule_sets.c.hash == rules_hash)
    return int(tx.execute(query).scalar_one())


def add_intake(
    tx: Transaction,
    *,
    unit_id: int,
    rule_set_id: int,
    names: Mapping[str, str],
    opens_at: datetime,
    closes_at: datetime,
    birth: tuple[date, date],
    public_value_on: date,
) -> int:
    """Add a training intake as a draft; ``names`` fills its columns of text."""
    statement = insert(intakes).values(
        kind="rehearsal",
        is_training=True,
        unit_id=unit_id,
        rule_set_id=rule_set_id,
        opens_at=opens_at,
        closes_at=closes_at,
        birth_from=birth[0],
        birth_to=birth[1],
        public_value_on=public_value_on,
        **names,
    )
    return int(tx.execute(statement.returning(intakes.c.id)).scalar_one())


def add_seats(tx: Transaction, *, intake_id: int, seats: Mapping[str, Mapping[str, int]]) -> None:
    """Let zones take part with their schools' seats, as {zone code: {school code: seats}}."""
    zone_ids = {
        row[0]: row[1]
        for row in tx.execute(select(zones.c.code, zones.c.id).where(zones.c.code.in_(seats)))
    }
    school_ids = {row[0]: row[1] for row in tx.execute(select(schools.c.code, schools.c.id))}
    rows = [{"intake_id": intake_id, "zone_id": zone_ids[code]} for code in sorted(seats)]
    added = tx.execute(
        insert(intake_zones).returning(intake_zones.c.zone_id, intake_zones.c.id), rows
    )
    by_zone = {row[0]: row[1] for row in added}
    tx.execute(
        insert(seat_plans),
        [
            {
                "intake_id": intake_id,
                "intake_zone_id": by_zone[zone_ids[zone]],
                "school_id": school_ids[school],
                "seats": count,
                "classes": 1,
            }
            for zone, offered in sorted(seats.items())
            for school, count in sorted(offered.items())
        ],
    )


def taken_ids(tx: Transaction, *, personal_ids: Sequence[str]) -> set[str]:
    """Return which of these numbers somebody has."""
    query = select(children.c.personal_id).where(children.c.personal_id.in_(personal_ids))
    return {number for number in tx.execute(query).scalars() if number is not None}


def add_children(
    tx: Transaction,
    *,
    intake_id: int,
    rows: Sequence[Mapping[str, Any]],
    homes: Sequence[Mapping[str, tuple[str, str, str]]],
    grown_ups: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
) -> None:
    """Add made-up children with their residences of the register (unit, label, address by kind),
    one guardian each, and a draft that waits to be submitted.
    """
    added = tx.execute(
        insert(children).returning(children.c.id, sort_by_parameter_order=True),
        [{**row, "is_training": True} for row in rows],
    )
    ids = list(added.scalars())
    places = _places(tx)
    tx.execute(
        insert(residences),
        [
            {
                "child_id": child_id,
                "kind": kind,
                "unit_id": places[unit, label][0],
                "group_id": places[unit, label][1],
                "address": address,
                "source": "register",
            }
            for child_id, known in zip(ids, homes, strict=True)
            for kind, (unit, label, address) in known.items()
        ],
    )
    tx.execute(
        insert(guardians),
        [
            {"child_id": child_id, "position": 1, **grown_up}
            for child_id, grown_up in zip(ids, grown_ups, strict=True)
        ],
    )
    tx.execute(
        insert(drafts),
        [
            {"intake_id": intake_id, "child_id": child_id, "answers": said, "submit_for_me": True}
            for child_id, said in zip(ids, answers, strict=True)
        ],
    )


def _places(tx: Transaction) -> dict[tuple[str, str], tuple[int, int]]:
    query = (
        select(units.c.code, residential_groups.c.label, units.c.id, residential_groups.c.id)
        .join(units, units.c.id == residential_groups.c.unit_id)
        .where(units.c.valid_to.is_(None))
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in tx.execute(query)}
