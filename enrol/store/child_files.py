"""One registration with its child: what an officer in charge reads, and where it got its seat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.registrations import Live
from enrol.store.runs import counting_outcome
from enrol.store.tables.children import children
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats
from enrol.store.tables.runs import placements, runs
from enrol.store.tables.units import zones


@dataclass(frozen=True, slots=True)
class File:
    """A registration with its child, as an officer in charge may read it."""

    registration_id: int
    intake_id: int
    code: str
    status: str
    version: int
    submitted_at: datetime
    submission_hash: str
    facts: Mapping[str, Any]
    wishes: Sequence[int]
    distances: Sequence[int]
    child_id: int
    pupil_code: str
    full_name: str
    birth_on: date
    sex: str
    kindergarten: str | None
    in_register: bool
    zone: str
    zone_name: str
    zone_name_en: str
    zone_unit_id: int


def file_of(tx: Transaction, *, code: str) -> File | None:
    """Return a registration with its child."""
    query = (
        select(
            registrations.c.id,
            registrations.c.intake_id,
            registrations.c.code,
            registrations.c.status,
            registrations.c.version,
            registrations.c.submitted_at,
            registrations.c.submission_hash,
            registrations.c.facts,
            registrations.c.wishes,
            registrations.c.distances,
            children.c.id,
            children.c.pupil_code,
            children.c.full_name,
            children.c.birth_on,
            children.c.sex,
            children.c.kindergarten,
            children.c.in_register,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            zones.c.unit_id,
        )
        .join(children, children.c.id == registrations.c.child_id)
        .join(intake_zones, intake_zones.c.id == registrations.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(registrations.c.code == code)
    )
    row = tx.execute(query).one_or_none()
    values: list[Any] = [] if row is None else list(row)
    return File(*values) if values else None


def live_of(file: File) -> Live:
    """Return the registration of a file."""
    return Live(file.registration_id, file.code, file.status, file.version, file.submitted_at)


def lock_file(tx: Transaction, *, registration_id: int) -> None:
    """Let no family and no colleague change the registration until this transaction ends."""
    with translated():
        tx.execute(
            select(registrations.c.id)
            .where(registrations.c.id == registration_id)
            .with_for_update()
        )


def seat_of(tx: Transaction, *, intake_id: int, code: str) -> int | None:
    """Return the school at which a registration has its seat, or None: as the last round left it,
    and before rounds as the counting results say.
    """
    of_rounds = (
        select(held_seats.c.school_id)
        .join(registrations, registrations.c.id == held_seats.c.registration_id)
        .where(registrations.c.code == code, held_seats.c.intake_id == intake_id)
    )
    held: list[int | None] = list(tx.execute(of_rounds).scalars())
    if held:
        return held[0]
    query = (
        select(placements.c.school_id)
        .join(runs, runs.c.id == placements.c.run_id)
        .where(
            runs.c.intake_id == intake_id,
            runs.c.outcome == counting_outcome(intake_id),
            placements.c.code == code,
            placements.c.school_id.is_not(None),
        )
        .order_by(runs.c.stage.desc())
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()
