"""What is public: the intake as announced, the seats of a ward, the draw's values, what opens a
result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from enrol.store.db import Transaction
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.intakes import (
    draws,
    intake_zones,
    intakes,
    publications,
    rule_sets,
    seat_plans,
)
from enrol.store.tables.registrations import registrations
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class Announcement:
    """The rules and the values of the draw, as far as they are known."""

    rules: Mapping[str, object]
    seed_commitment: str | None
    list_hash: str | None
    list_size: int | None
    public_value: str | None
    seed: str | None


@dataclass(frozen=True, slots=True)
class WardName:
    """A ward or commune with the names of the wards it was made of."""

    code: str
    name: str
    name_en: str
    old_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferedSeats:
    """The seats of one school, with the zone they are for."""

    zone: str
    zone_name: str
    zone_name_en: str
    code: str
    name: str
    name_en: str
    address: str
    phone: str | None
    seats: int
    classes: int | None
    last_year_distance: int | None
    stated_at: datetime
    reserves: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """A residential group of a zone; groups may belong to another ward than the zone's own."""

    zone: str
    unit: str
    unit_name: str
    unit_name_en: str
    label: str


@dataclass(frozen=True, slots=True)
class ResultAccess:
    """What looking up a result compares, and where it leads."""

    intake: str
    pupil_code: str
    secret_hash: bytes


def announcement_of(tx: Transaction, *, intake_id: int) -> Announcement | None:
    """Return what is announced of an intake; the seed only once its draw is confirmed."""
    query = (
        select(
            rule_sets.c.body,
            intakes.c.seed_commitment,
            intakes.c.list_hash,
            intakes.c.list_size,
            draws.c.public_value,
            draws.c.seed,
        )
        .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
        .outerjoin(
            draws, and_(draws.c.intake_id == intakes.c.id, draws.c.confirmed_at.is_not(None))
        )
        .where(intakes.c.id == intake_id)
        .order_by(draws.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Announcement(*row)


def publications_of(tx: Transaction, *, intake_id: int) -> dict[str, datetime]:
    """Return when each kind of result (provisional, final) was published."""
    query = select(publications.c.kind, publications.c.published_at).where(
        publications.c.intake_id == intake_id
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def ward_names(tx: Transaction) -> list[WardName]:
    """Return the wards and communes of today, by name."""
    query = (
        select(units.c.code, units.c.name, units.c.name_en, units.c.old_names)
        .where(units.c.kind == "ward", units.c.valid_to.is_(None))
        .order_by(units.c.name, units.c.code)
    )
    return [WardName(row[0], row[1], row[2], tuple(row[3])) for row in tx.execute(query)]


def ward_named(tx: Transaction, *, code: str) -> WardName | None:
    """Return one ward of today."""
    query = select(units.c.code, units.c.name, units.c.name_en, units.c.old_names).where(
        units.c.code == code, units.c.kind == "ward", units.c.valid_to.is_(None)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else WardName(row[0], row[1], row[2], tuple(row[3]))


def zones_near(tx: Transaction, *, unit_code: str) -> list[str]:
    """Return the codes of the zones a ward answers for or has residential groups in, by code."""
    own = (
        select(zones.c.code)
        .join(units, units.c.id == zones.c.unit_id)
        .where(units.c.code == unit_code, units.c.valid_to.is_(None), zones.c.valid_to.is_(None))
    )
    crossing = (
        select(zones.c.code)
        .join(residential_groups, residential_groups.c.zone_id == zones.c.id)
        .join(units, units.c.id == residential_groups.c.unit_id)
        .where(units.c.code == unit_code, units.c.valid_to.is_(None), zones.c.valid_to.is_(None))
    )
    return sorted({row[0] for row in tx.execute(own.union(crossing))})


def offered_seats(tx: Transaction, *, intake_id: int, zone_codes: list[str]) -> list[OfferedSeats]:
    """Return the schools of the zones with their seats, by zone and name."""
    query = (
        select(
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.address,
            schools.c.phone,
            seat_plans.c.seats,
            seat_plans.c.classes,
            seat_plans.c.last_year_distance,
            seat_plans.c.stated_at,
            seat_plans.c.reserves,
        )
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .where(seat_plans.c.intake_id == intake_id, zones.c.code.in_(zone_codes))
        .order_by(zones.c.code, schools.c.name, schools.c.code)
    )
    lines: list[list[Any]] = [list(row) for row in tx.execute(query)]
    return [OfferedSeats(*line) for line in lines]


def zone_groups(tx: Transaction, *, zone_codes: list[str]) -> list[ZoneGroup]:
    """Return the residential groups that the zones are made of, in natural order."""
    query = (
        select(
            zones.c.code,
            units.c.code,
            units.c.name,
            units.c.name_en,
            residential_groups.c.label,
        )
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .join(units, units.c.id == residential_groups.c.unit_id)
        .where(zones.c.code.in_(zone_codes), units.c.valid_to.is_(None))
        .order_by(
            zones.c.code, units.c.name, units.c.code, residential_groups.c.sort_key,
            residential_groups.c.label,
        )
    )  # fmt: skip
    return [ZoneGroup(*row) for row in tx.execute(query)]


def result_access(tx: Transaction, *, code: str) -> ResultAccess | None:
    """Return what is needed to check the secret behind a registration code."""
    query = (
        select(intakes.c.code, children.c.pupil_code, family_secrets.c.secret_hash)
        .select_from(registrations)
        .join(intakes, intakes.c.id == registrations.c.intake_id)
        .join(children, children.c.id == registrations.c.child_id)
        .join(family_secrets, family_secrets.c.child_id == children.c.id)
        .where(registrations.c.code == code)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else ResultAccess(row[0], row[1], bytes(row[2]))
