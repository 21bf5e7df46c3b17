"""Odds before closing: a few counts a registration, one row a zone, replaced as a whole."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, and_, bindparam, collate, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from enrol.store.db import Transaction
from enrol.store.frozen_entries import LIVE_STATUSES
from enrol.store.tables.intakes import intake_zones, intakes, seat_plans
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rehearsals import estimates, zone_estimates
from enrol.store.tables.schools import schools
from enrol.store.tables.units import zones

WINDOW_PHASES = ("announced", "open")
"""An intake whose list is not frozen yet."""


@dataclass(frozen=True, slots=True)
class ZoneEstimate:
    """The draws of one zone; ``taken_at`` is when its registrations were read."""

    intake_zone_id: int
    input_digest: str
    seed: str
    draws: int
    registrations: int
    in_zone: int
    seats: int
    left_total: int
    left_least: int
    left_most: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ChildEstimate:
    """The counts of one registration in one version."""

    registration_id: int
    version: int
    in_zone: bool
    granted: tuple[int, ...]
    left_over: int


@dataclass(frozen=True, slots=True)
class WishOdds:
    """A wished school and how many draws gave it."""

    name: str
    name_en: str
    count: int


@dataclass(frozen=True, slots=True)
class FamilyEstimate:
    """What a family's page shows of one registration; ``schools`` counts those of its zone."""

    in_zone: bool
    wishes: tuple[WishOdds, ...]
    left_over: int
    draws: int
    registrations: int
    taken_at: datetime
    schools: int


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A zone with its seats of now, and its latest draws where there are any."""

    zone: str
    name: str
    name_en: str
    seats: int
    registrations: int | None
    in_zone: int | None
    draws: int | None
    left_total: int | None
    left_least: int | None
    left_most: int | None
    taken_at: datetime | None


def due_zones(tx: Transaction, *, older_than: timedelta, limit: int) -> list[int]:
    """Return zones that have registrations, are not frozen, and were last looked at so long ago.

    The longest forgotten first.
    """
    limit_at = func.clock_timestamp() - bindparam("older_than", older_than)
    has_live = (
        select(registrations.c.id)
        .where(
            registrations.c.intake_zone_id == intake_zones.c.id,
            registrations.c.status.in_(LIVE_STATUSES),
        )
        .exists()
    )
    checked_at = zone_estimates.c.checked_at
    query = (
        select(intake_zones.c.id)
        .join(intakes, intakes.c.id == intake_zones.c.intake_id)
        .outerjoin(zone_estimates, zone_estimates.c.intake_zone_id == intake_zones.c.id)
        .where(
            intakes.c.phase.in_(WINDOW_PHASES),
            intakes.c.retired_at.is_(None),
            intakes.c.opens_at <= func.clock_timestamp(),
            or_(and_(checked_at.is_(None), has_live), checked_at < limit_at),
        )
        .order_by(checked_at.asc().nulls_first(), intake_zones.c.id)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def digest_of(tx: Transaction, *, intake_zone_id: int) -> str | None:
    """Return the digest that the zone's latest draws rest on."""
    query = select(zone_estimates.c.input_digest).where(
        zone_estimates.c.intake_zone_id == intake_zone_id
    )
    digest: str | None = tx.execute(query).scalar_one_or_none()
    return digest


def still_true(tx: Transaction, *, intake_zone_id: int, at: datetime) -> None:
    """Note that the zone had not changed when it was looked at."""
    tx.execute(
        update(zone_estimates)
        .where(zone_estimates.c.intake_zone_id == intake_zone_id)
        .values(checked_at=at)
    )


def replace(tx: Transaction, *, zone: ZoneEstimate, children: Iterable[ChildEstimate]) -> bool:
    """Keep the draws of a zone in place of earlier ones; False when later ones stand already.

    The zone's row is held meanwhile, so two workers write one after the other.
    """
    values = {name: getattr(zone, name) for name in ZoneEstimate.__slots__}
    values["checked_at"] = zone.taken_at
    statement = insert(zone_estimates).values(values)
    held = tx.execute(
        statement.on_conflict_do_update(
            index_elements=[zone_estimates.c.intake_zone_id],
            set_=values,
            where=zone_estimates.c.taken_at <= zone.taken_at,
        ).returning(zone_estimates.c.intake_zone_id)
    ).one_or_none()
    if held is None:
        return False
    rows = [
        {
            "registration_id": child.registration_id,
            "intake_zone_id": zone.intake_zone_id,
            "version": child.version,
            "in_zone": child.in_zone,
            "granted": list(child.granted),
            "left_over": child.left_over,
        }
        for child in children
    ]
    tx.execute(delete(estimates).where(estimates.c.intake_zone_id == zone.intake_zone_id))
    if rows:
        fresh = insert(estimates)
        columns = ("intake_zone_id", "version", "in_zone", "granted", "left_over")
        # A registration that moved here still has a row of the zone it came from.
        kept = {name: fresh.excluded[name] for name in columns}
        tx.execute(
            fresh.on_conflict_do_update(index_elements=[estimates.c.registration_id], set_=kept),
            rows,
        )
    return True


def estimate_of(tx: Transaction, *, intake_id: int, child_id: int) -> FamilyEstimate | None:
    """Return the odds of a child's live registration as it stands, in one read.

    None while there are none for its present version and zone.
    """
    columns = registrations.c
    query = (
        select(
            estimates.c.in_zone,
            estimates.c.granted,
            _wish_names(),
            estimates.c.left_over,
            zone_estimates.c.draws,
            zone_estimates.c.registrations,
            zone_estimates.c.taken_at,
            _schools_of_zone(),
        )
        .select_from(registrations)
        .join(
            estimates,
            and_(
                estimates.c.registration_id == columns.id,
                estimates.c.version == columns.version,
                estimates.c.intake_zone_id == columns.intake_zone_id,
            ),
        )
        .join(zone_estimates, zone_estimates.c.intake_zone_id == columns.intake_zone_id)
        .where(
            columns.intake_id == intake_id,
            columns.child_id == child_id,
            columns.status.in_(LIVE_STATUSES),
        )
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    wishes = tuple(
        WishOdds(name, name_en, count)
        for (name, name_en), count in zip(row[2], row[1], strict=True)
    )
    return FamilyEstimate(row[0], wishes, *row[3:])


def zone_lines(tx: Transaction, *, intake_id: int, unit_ids: Collection[int]) -> list[ZoneLine]:
    """Return the zones of these units in the intake, by code."""
    columns = zone_estimates.c
    seats = (
        select(func.coalesce(func.sum(seat_plans.c.seats), 0))
        .where(seat_plans.c.intake_zone_id == intake_zones.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            seats,
            columns.registrations,
            columns.in_zone,
            columns.draws,
            columns.left_total,
            columns.left_least,
            columns.left_most,
            columns.taken_at,
        )
        .select_from(intake_zones)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .outerjoin(zone_estimates, columns.intake_zone_id == intake_zones.c.id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.unit_id.in_(unit_ids))
        .order_by(collate(zones.c.code, "C"))
    )
    lines: list[list[Any]] = [list(row) for row in tx.execute(query)]
    return [ZoneLine(*line) for line in lines]


def _wish_names() -> ScalarSelect[Any]:
    wished = (
        func.unnest(registrations.c.wishes)
        .table_valued("school_id", with_ordinality="place", name="wished")
        .render_derived()
    )
    pair = func.json_build_array(schools.c.name, schools.c.name_en)
    ordered: Any = aggregate_order_by(pair, wished.c.place)
    return (
        select(func.json_agg(ordered))
        .select_from(wished)
        .join(schools, schools.c.id == wished.c.school_id)
        .correlate(registrations)
        .scalar_subquery()
    )


def _schools_of_zone() -> ScalarSelect[Any]:
    return (
        select(func.count())
        .select_from(seat_plans)
        .where(seat_plans.c.intake_zone_id == registrations.c.intake_zone_id)
        .correlate(registrations)
        .scalar_subquery()
    )
