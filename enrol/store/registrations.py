"""Registrations and their submissions: the writes of the opening minute and what receipts read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.registrations import registration_numbers, registrations, submissions
from enrol.store.tables.schools import schools
from enrol.store.tables.units import zones

WITHDRAWN = "withdrawn"
SEQUENCE_SPAN = 1_000_000
"""Six digits a day in the code; more than a million registrations a day need another code shape."""


@dataclass(frozen=True, slots=True)
class Live:
    """The registration that counts for a child in an intake."""

    registration_id: int
    code: str
    status: str
    version: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """Everything one submission writes; salts, hashes and codes are already made."""

    intake_id: int
    child_id: int
    code: str
    family_code: str
    intake_zone_id: int
    status: str
    wishes: tuple[int, ...]
    distances: tuple[int, ...]
    facts: Mapping[str, object]
    submission_key: UUID
    payload: str
    salt: bytes
    submission_hash: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class WishLine:
    """One wish on a receipt; the distance is None when the home's place is not known."""

    rank: int
    school: str
    name: str
    name_en: str
    distance: int | None


@dataclass(frozen=True, slots=True)
class ReceiptLines:
    """What a receipt says of one submission."""

    code: str
    status: str
    version: int
    latest_version: int
    submitted_at: datetime
    submission_hash: str
    zone: str
    zone_name: str
    zone_name_en: str
    wishes: tuple[WishLine, ...]


def next_number(tx: Transaction) -> int:
    """Return the next six-digit sequence number of a registration code."""
    number: int = tx.execute(select(registration_numbers.next_value())).scalar_one()
    return number % SEQUENCE_SPAN


def live_of(
    tx: Transaction, *, intake_id: int, child_id: int, for_update: bool = False
) -> Live | None:
    """Return the live registration of a child in an intake."""
    query = select(
        registrations.c.id,
        registrations.c.code,
        registrations.c.status,
        registrations.c.version,
        registrations.c.submitted_at,
    ).where(
        registrations.c.intake_id == intake_id,
        registrations.c.child_id == child_id,
        registrations.c.status != WITHDRAWN,
    )
    row = tx.execute(query.with_for_update() if for_update else query).one_or_none()
    return None if row is None else Live(*row)


def payload_of(tx: Transaction, *, live: Live) -> str:
    """Return what the family of a live registration sent last, as canonical JSON."""
    query = select(submissions.c.payload).where(
        submissions.c.registration_id == live.registration_id,
        submissions.c.version == live.version,
    )
    payload: str = tx.execute(query).scalar_one()
    return payload


def insert_change(
    tx: Transaction, *, registration_id: int, version: int, new: NewRegistration
) -> None:
    """Write a further submission of a live registration; its code stays, its receipt is new."""
    with translated():
        tx.execute(
            update(registrations)
            .where(registrations.c.id == registration_id)
            .values(_registration_values(new) | {"version": version})
        )
        tx.execute(
            insert(submissions).values(
                registration_id=registration_id,
                version=version,
                submission_key=new.submission_key,
                payload=new.payload,
                salt=new.salt,
                hash=new.submission_hash,
                submitted_at=new.submitted_at,
            )
        )


def withdraw(tx: Transaction, *, registration_id: int, at: datetime) -> None:
    """End a live registration; its seat in the list is free exactly once."""
    tx.execute(
        update(registrations)
        .where(registrations.c.id == registration_id, registrations.c.status != WITHDRAWN)
        .values(status=WITHDRAWN, withdrawn_at=at)
    )


def receipt_lines(
    tx: Transaction, *, intake_id: int, child_id: int, code: str, version: int
) -> ReceiptLines | None:
    """Return what the receipt of one submission says, or None when it is not this child's."""
    query = (
        select(
            registrations.c.code,
            registrations.c.status,
            submissions.c.version,
            registrations.c.version,
            submissions.c.submitted_at,
            submissions.c.hash,
            zones.c.code,
            zones.c.name,
            zones.c.name_en,
            registrations.c.wishes,
            registrations.c.distances,
        )
        .join(submissions, submissions.c.registration_id == registrations.c.id)
        .join(intake_zones, intake_zones.c.id == registrations.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(
            registrations.c.intake_id == intake_id,
            registrations.c.child_id == child_id,
            registrations.c.code == code,
            submissions.c.version == version,
        )
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    return ReceiptLines(*row[:9], wishes=_wish_lines(tx, wishes=row[9], distances=row[10]))


def latest_intake_of(tx: Transaction, *, code: str) -> tuple[int, int, int] | None:
    """Return (intake id, child id, latest version) of a registration code."""
    query = (
        select(registrations.c.intake_id, registrations.c.child_id, registrations.c.version)
        .join(intakes, intakes.c.id == registrations.c.intake_id)
        .where(registrations.c.code == code)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _wish_lines(
    tx: Transaction, *, wishes: list[int], distances: list[int]
) -> tuple[WishLine, ...]:
    query = select(schools.c.id, schools.c.code, schools.c.name, schools.c.name_en).where(
        schools.c.id.in_(wishes)
    )
    named = {row[0]: row for row in tx.execute(query)}
    return tuple(
        WishLine(
            rank=rank,
            school=named[school_id][1],
            name=named[school_id][2],
            name_en=named[school_id][3],
            distance=metres if metres >= 0 else None,
        )
        for rank, (school_id, metres) in enumerate(zip(wishes, distances, strict=True), start=1)
    )


def _registration_values(new: NewRegistration) -> dict[str, object]:
    return {
        "family_code": new.family_code,
        "intake_zone_id": new.intake_zone_id,
        "status": new.status,
        "wishes": list(new.wishes),
        "distances": list(new.distances),
        "facts": dict(new.facts),
        "submission_hash": new.submission_hash,
        "submitted_at": new.submitted_at,
    }
