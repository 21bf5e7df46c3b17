"""What the city sets while an intake is planned: rules, approvals, wards that take part."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.db import Transaction
from enrol.store.tables.approvals import parked_seat_plans
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets, seat_plans
from enrol.store.tables.units import units, zones

_PLAN = tuple(column.name for column in parked_seat_plans.c)


@dataclass(frozen=True, slots=True)
class RuleSetRecord:
    """A rule set that is kept: its name, version and hash (64 hex digits)."""

    name: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class WardPart:
    """A ward of an intake: the schools and seats of its zones, taking part or set aside."""

    unit_id: int
    code: str
    name: str
    name_en: str
    schools: int
    seats: int
    set_aside: bool


def kept_rule_sets(tx: Transaction) -> list[RuleSetRecord]:
    """Return every rule set that any intake was ever given, by name and version."""
    query = select(rule_sets.c.name, rule_sets.c.version, rule_sets.c.hash).order_by(
        rule_sets.c.name, rule_sets.c.version
    )
    return [RuleSetRecord(*row) for row in tx.execute(query)]


def choose(tx: Transaction, *, intake_id: int, rules_hash: str, needs_approvals: bool) -> None:
    """Give the intake a kept rule set, and say whether second officers approve."""
    chosen = select(rule_sets.c.id).where(rule_sets.c.hash == rules_hash).scalar_subquery()
    tx.execute(
        update(intakes)
        .where(intakes.c.id == intake_id)
        .values(rule_set_id=chosen, needs_approvals=needs_approvals)
    )


def ward_parts(tx: Transaction, *, intake_id: int) -> list[WardPart]:
    """Return the wards whose zones have seats in the intake or seats set aside, by name."""
    plans = union_all(
        select(
            seat_plans.c.intake_zone_id, seat_plans.c.seats, literal(False).label("aside")
        ).where(seat_plans.c.intake_id == intake_id),
        select(
            parked_seat_plans.c.intake_zone_id,
            parked_seat_plans.c.seats,
            literal(True).label("aside"),
        ).where(parked_seat_plans.c.intake_id == intake_id),
    ).subquery("plans")
    query = (
        select(
            units.c.id,
            units.c.code,
            units.c.name,
            units.c.name_en,
            func.count(),
            func.sum(plans.c.seats),
            func.bool_and(plans.c.aside),
        )
        .join(intake_zones, intake_zones.c.id == plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(units, units.c.id == zones.c.unit_id)
        .group_by(units.c.id)
        .order_by(units.c.name, units.c.id)
    )
    return [
        WardPart(unit_id, code, name, name_en, number, int(seats), is_aside)
        for unit_id, code, name, name_en, number, seats, is_aside in tx.execute(query)
    ]


def set_aside(tx: Transaction, *, intake_id: int, unit_ids: Sequence[int]) -> None:
    """Set the seats of these wards' zones aside: their families register as before."""
    here = seat_plans.c.intake_zone_id.in_(_zones_of(intake_id, unit_ids))
    plans = select(*(seat_plans.c[name] for name in _PLAN)).where(here)
    tx.execute(
        upsert(parked_seat_plans)
        .from_select(list(_PLAN), plans)
        .on_conflict_do_nothing(index_elements=["intake_id", "school_id"])
    )
    tx.execute(delete(seat_plans).where(here))


def bring_back(tx: Transaction, *, intake_id: int, unit_ids: Sequence[int]) -> None:
    """Put the seats of these wards back as they were; what a file brought meanwhile stands."""
    there = parked_seat_plans.c.intake_zone_id.in_(_zones_of(intake_id, unit_ids))
    plans = select(*parked_seat_plans.c).where(there)
    tx.execute(
        upsert(seat_plans)
        .from_select(list(_PLAN), plans)
        .on_conflict_do_nothing(index_elements=["intake_id", "school_id"])
    )
    tx.execute(delete(parked_seat_plans).where(there))


def is_set_aside(tx: Transaction, *, intake_id: int, zone_code: str) -> bool:
    """Tell whether seats of this zone were set aside: its families register as before."""
    query = (
        select(parked_seat_plans.c.school_id)
        .join(intake_zones, intake_zones.c.id == parked_seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(parked_seat_plans.c.intake_id == intake_id, zones.c.code == zone_code)
        .limit(1)
    )
    return tx.execute(query).one_or_none() is not None


def _zones_of(intake_id: int, unit_ids: Sequence[int]) -> Select[int]:
    return (
        select(intake_zones.c.id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.unit_id.in_(unit_ids))
    )
