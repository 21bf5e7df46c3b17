"""The registrations of one zone before closing, and what of its intake decides about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, collate, func, select, type_coerce
from sqlalchemy.types import NullType

from enrol.core.intake import Phase
from enrol.store.db import Transaction
from enrol.store.frozen_entries import LIVE_STATUSES, LiveRegistration
from enrol.store.tables.intakes import intake_zones, intakes, rule_sets
from enrol.store.tables.registrations import registrations
from enrol.store.tables.units import zones


@dataclass(frozen=True, slots=True)
class ZoneOfIntake:
    """A zone in an intake at the instant ``at`` of the database's clock."""

    intake_zone_id: int
    zone: str
    unit_id: int
    intake_id: int
    intake_code: str
    phase: Phase
    opens_at: datetime
    rules: Mapping[str, object]
    list_hash: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A live registration with its id and version."""

    registration_id: int
    version: int
    registration: LiveRegistration


def zone_of(tx: Transaction, *, intake_zone_id: int) -> ZoneOfIntake | None:
    """Return a zone with its intake's rules."""
    query = (
        select(
            intake_zones.c.id,
            zones.c.code,
            zones.c.unit_id,
            intakes.c.id,
            intakes.c.code,
            intakes.c.phase,
            intakes.c.opens_at,
            rule_sets.c.body,
            intakes.c.list_hash,
            func.clock_timestamp(),
        )
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(intakes, intakes.c.id == intake_zones.c.intake_id)
        .join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)
        .where(intake_zones.c.id == intake_zone_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    values: list[Any] = list(row)
    values[5] = Phase(values[5])
    return ZoneOfIntake(*values)


def zones_of_intake(tx: Transaction, *, intake_id: int) -> list[tuple[int, str, str, str, int]]:
    """Return (intake zone id, code, name, English name, unit id) of an intake's zones, by code."""
    query = (
        select(intake_zones.c.id, zones.c.code, zones.c.name, zones.c.name_en, zones.c.unit_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(intake_zones.c.intake_id == intake_id)
        .order_by(collate(zones.c.code, "C"))
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in tx.execute(query)]


def live_of_zone(tx: Transaction, *, intake_zone_id: int) -> list[Listed]:
    """Return the zone's live registrations as the list would take them now, by code."""
    columns = registrations.c
    query = (
        select(
            columns.id,
            columns.version,
            columns.code,
            columns.family_code,
            columns.intake_zone_id,
            type_coerce(columns.wishes, NullType()),
            type_coerce(columns.distances, NullType()),
            cast(columns.facts, Text),
            columns.submission_hash,
        )
        .where(columns.intake_zone_id == intake_zone_id, columns.status.in_(LIVE_STATUSES))
        .order_by(collate(columns.code, "C"))
    )
    return [Listed(row[0], row[1], LiveRegistration(*row[2:])) for row in tx.execute(query)]
