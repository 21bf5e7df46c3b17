"""What waits for a second officer: seats of schools, lists of zones; and what was decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.approvals import approval_overrides, list_approvals
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.registrations import frozen_entries
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones

_accounts = Staff.__table__
_UNAPPROVED = seat_plans.c.stated_by.is_not(None) & seat_plans.c.approved_by.is_(None)


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """Seats of a school that one officer stated and no second officer has approved."""

    school_id: int
    school: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    seats: int
    classes: int | None
    stated_at: datetime
    stated_by: int
    stater: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ZoneList:
    """A zone of an intake with the approval of its frozen list, if there is one."""

    intake_zone_id: int
    zone: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    digest: str | None
    entries: int | None
    approver: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Override:
    """A step that the city takes although approvals are lacking, with its reason."""

    step: str
    reason: str
    missing: int
    decider: str
    decided_at: datetime


def waiting_plans(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int] | None = None
) -> list[WaitingPlan]:
    """Return the plans that wait, by ward and school; of these wards only, or of all."""
    query: Select[*tuple[Any, ...]] = (
        select(
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.unit_id,
            units.c.name,
            units.c.name_en,
            seat_plans.c.seats,
            seat_plans.c.classes,
            seat_plans.c.stated_at,
            seat_plans.c.stated_by,
            _accounts.c.full_name,
            seat_plans.c.stated_reason,
        )
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .join(units, units.c.id == schools.c.unit_id)
        .join(_accounts, _accounts.c.id == seat_plans.c.stated_by)
        .where(seat_plans.c.intake_id == intake_id, _UNAPPROVED)
        .order_by(units.c.name, units.c.id, schools.c.code)
    )
    if unit_ids is not None:
        query = query.where(schools.c.unit_id.in_(unit_ids))
    return [WaitingPlan(*row) for row in tx.execute(query)]


def hold_plans(tx: Transaction, *, intake_id: int, school_ids: Sequence[int]) -> None:
    """Keep others from stating or approving these plans until this transaction ends."""
    tx.execute(
        select(seat_plans.c.id)
        .where(seat_plans.c.intake_id == intake_id, seat_plans.c.school_id.in_(school_ids))
        .order_by(seat_plans.c.id)
        .with_for_update()
    )


def approve_plans(
    tx: Transaction, *, intake_id: int, school_ids: Sequence[int], approved_by: int
) -> None:
    """Approve the plans of these schools. Raises SameOfficerTwice."""
    statement = (
        update(seat_plans)
        .where(
            seat_plans.c.intake_id == intake_id,
            seat_plans.c.school_id.in_(school_ids),
            _UNAPPROVED,
        )
        .values(approved_by=approved_by, approved_at=func.clock_timestamp())
    )
    with translated():
        tx.execute(statement)


def zone_lists(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int] | None = None
) -> list[ZoneList]:
    """Return the zones with seats or entries, by ward and code; of these wards only, or of all."""
    query = _zone_lists().where(intake_zones.c.intake_id == intake_id, _takes_part())
    if unit_ids is not None:
        query = query.where(zones.c.unit_id.in_(unit_ids))
    ordered = query.order_by(units.c.name, units.c.id, zones.c.code)
    return [ZoneList(*row) for row in tx.execute(ordered)]


def zone_list(tx: Transaction, *, intake_id: int, zone: str) -> ZoneList | None:
    """Return one zone of the intake by its code."""
    query = _zone_lists().where(intake_zones.c.intake_id == intake_id, zones.c.code == zone)
    row = tx.execute(query).one_or_none()
    return None if row is None else ZoneList(*row)


def frozen_entries_of(tx: Transaction, *, intake_zone_id: int) -> list[tuple[str, str, str]]:
    """Return (code, facts, wishes) of a zone's frozen entries in their order, by the index alone.

    A zone holds some thousand children at most.
    """
    query = (
        select(frozen_entries.c.code, frozen_entries.c.stated, frozen_entries.c.wished)
        .where(frozen_entries.c.intake_zone_id == intake_zone_id)
        .order_by(frozen_entries.c.position)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query)]


def approve_list(
    tx: Transaction, *, intake_zone_id: int, digest: str, entries: int, approved_by: int
) -> bool:
    """Approve a zone's frozen list; False when it was approved before."""
    statement = (
        upsert(list_approvals)
        .values(
            intake_zone_id=intake_zone_id,
            digest=digest,
            entries=entries,
            approved_by=approved_by,
        )
        .on_conflict_do_nothing(index_elements=["intake_zone_id"])
        .returning(list_approvals.c.intake_zone_id)
    )
    return tx.execute(statement).one_or_none() is not None


def overrides(tx: Transaction, *, intake_id: int) -> list[Override]:
    """Return what the city decided to do without approvals, by time."""
    query = (
        select(
            approval_overrides.c.step,
            approval_overrides.c.reason,
            approval_overrides.c.missing,
            _accounts.c.full_name,
            approval_overrides.c.decided_at,
        )
        .join(_accounts, _accounts.c.id == approval_overrides.c.decided_by)
        .where(approval_overrides.c.intake_id == intake_id)
        .order_by(approval_overrides.c.decided_at, approval_overrides.c.step)
    )
    return [Override(*row) for row in tx.execute(query)]


def add_override(
    tx: Transaction, *, intake_id: int, step: str, reason: str, missing: int, decided_by: int
) -> None:
    """Record that a step is taken without approvals."""
    tx.execute(
        insert(approval_overrides).values(
            intake_id=intake_id, step=step, reason=reason, missing=missing, decided_by=decided_by
        )
    )


def _takes_part() -> ColumnElement[bool]:
    has_seats = select(seat_plans.c.id).where(seat_plans.c.intake_zone_id == intake_zones.c.id)
    has_entries = select(frozen_entries.c.code).where(
        frozen_entries.c.intake_zone_id == intake_zones.c.id
    )
    return or_(has_seats.exists(), has_entries.exists())


def _zone_lists() -> Select[*tuple[Any, ...]]:
    return (
        select(
            intake_zones.c.id,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            zones.c.unit_id,
            units.c.name,
            units.c.name_en,
            list_approvals.c.digest,
            list_approvals.c.entries,
            _accounts.c.full_name,
            list_approvals.c.approved_at,
        )
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(units, units.c.id == zones.c.unit_id)
        .outerjoin(list_approvals, list_approvals.c.intake_zone_id == intake_zones.c.id)
        .outerjoin(_accounts, _accounts.c.id == list_approvals.c.approved_by)
    )
