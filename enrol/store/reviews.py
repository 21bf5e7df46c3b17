"""What officers ruled, asked and moved, and what a file remembers of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from enrol.core.actors import Actor
from enrol.core.review import Status, can_move
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones
from enrol.store.tables.registrations import registrations
from enrol.store.tables.reviews import (
    info_requests,
    postponements,
    rulings,
    zone_transfers,
)
from enrol.store.tables.units import zones


@dataclass(frozen=True, slots=True)
class Ruling:
    """A file accepted, refused or opened again; ``actor`` as in the journal."""

    status: str
    reason: str | None
    note: str | None
    ruled_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """What the family was asked for, and how it answered."""

    asked_for: str
    message: str
    due_on: date
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file moved to a zone of this name, with the wishes (school ids) before and after."""

    from_zone: str
    to_zone: str
    name: str
    name_en: str
    wishes_before: Sequence[int]
    wishes_after: Sequence[int]
    reason: str
    moved_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Postponement:
    """A due date that cannot be kept; the new one and its reason once an officer confirmed it."""

    due_on: date
    drafted_at: datetime
    new_due_on: date | None
    reason: str | None
    confirmed_at: datetime | None
    confirmed_by: str | None


def rule(
    tx: Transaction,
    *,
    files: Sequence[tuple[int, int]],
    status: Status,
    reason: str | None,
    note: str | None,
    actor: Actor,
) -> frozenset[int]:
    """Give files, each as (registration id, version), a status in one statement and keep who did.

    An open request to the family is thereby closed. Returns the ids that were changed; files of
    another version by now and those that cannot lawfully go there are left out.
    """
    values = {
        "ids": [one for one, _ in files],
        "versions": [version for _, version in files],
        "status": status.value,
        "lawful": [one.value for one in Status if can_move(one, status)],
        "reason": reason,
        "note": note,
        "actor": actor.label,
    }
    return frozenset(tx.exec_driver_sql(_RULE, values).scalars())


_RULE = """
WITH asked AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::int[]) AS asked (id, version)
), held AS MATERIALIZED (
  SELECT r.id FROM registrations r
   WHERE r.id = ANY (%(ids)s::bigint[]) ORDER BY r.id FOR UPDATE
), changed AS (
  UPDATE registrations r SET status = %(status)s
    FROM asked a JOIN held h ON h.id = a.id
   WHERE r.id = a.id AND r.version = a.version AND r.status = ANY (%(lawful)s)
  RETURNING r.id, r.version
), kept AS (
  INSERT INTO rulings (registration_id, version, status, reason, note, actor)
  SELECT id, version, %(status)s, %(reason)s, %(note)s, %(actor)s FROM changed ORDER BY id
), answered AS (
  UPDATE info_requests q SET answered_at = clock_timestamp(), answer = 'decided'
    FROM changed c WHERE q.registration_id = c.id AND q.answered_at IS NULL
)
SELECT id FROM changed ORDER BY id
"""


def ask(
    tx: Transaction,
    *,
    registration_id: int,
    asked_for: str,
    message: str,
    due_on: date,
    actor: Actor,
) -> None:
    """Ask the family of a file, whose row must be locked; a former request ends with it."""
    close_request(tx, registration_id=registration_id, answer="decided")
    tx.execute(
        insert(info_requests).values(
            registration_id=registration_id,
            asked_for=asked_for,
            message=message,
            due_on=due_on,
            asked_by=actor.label,
        )
    )
    tx.execute(
        update(registrations)
        .where(registrations.c.id == registration_id)
        .values(status="needs_info")
    )


def close_request(tx: Transaction, *, registration_id: int, answer: str) -> bool:
    """Note how the open request to a family ended; False when there is none."""
    done = tx.execute(
        update(info_requests)
        .where(
            info_requests.c.registration_id == registration_id,
            info_requests.c.answered_at.is_(None),
        )
        .values(answered_at=func.clock_timestamp(), answer=answer)
    )
    return done.rowcount > 0


def answered_by_documents(tx: Transaction, *, registration_id: int) -> bool:
    """Note that the family answered its open request with documents: officers look again."""
    if not close_request(tx, registration_id=registration_id, answer="documents"):
        return False
    tx.execute(
        update(registrations)
        .where(registrations.c.id == registration_id, registrations.c.status == "needs_info")
        .values(status="verifying")
    )
    return True


def move_zone(
    tx: Transaction,
    *,
    registration_id: int,
    before: tuple[int, Sequence[int]],
    after: tuple[int, Sequence[int]],
    distances: Sequence[int],
    facts: Mapping[str, Any],
    reason: str,
    actor: Actor,
) -> None:
    """Move a file, whose row must be locked, from (intake zone id, wishes) to another."""
    tx.execute(
        insert(zone_transfers).values(
            registration_id=registration_id,
            from_zone_id=before[0],
            to_zone_id=after[0],
            wishes_before=list(before[1]),
            wishes_after=list(after[1]),
            reason=reason,
            actor=actor.label,
        )
    )
    tx.execute(
        update(registrations)
        .where(registrations.c.id == registration_id)
        .values(
            intake_zone_id=after[0],
            wishes=list(after[1]),
            distances=list(distances),
            facts=dict(facts),
            status="verifying",
        )
    )


def rulings_of(tx: Transaction, *, registration_id: int) -> list[Ruling]:
    """Return every ruling on a file, the oldest first."""
    query = (
        select(
            rulings.c.status,
            rulings.c.reason,
            rulings.c.note,
            rulings.c.ruled_at,
            rulings.c.actor,
        )
        .where(rulings.c.registration_id == registration_id)
        .order_by(rulings.c.id)
    )
    return [Ruling(*row) for row in tx.execute(query)]


def requests_of(tx: Transaction, *, registration_id: int) -> list[InfoRequest]:
    """Return what the family of a file was asked, the oldest first."""
    query = (
        select(
            info_requests.c.asked_for,
            info_requests.c.message,
            info_requests.c.due_on,
            info_requests.c.asked_at,
            info_requests.c.asked_by,
            info_requests.c.answered_at,
            info_requests.c.answer,
        )
        .where(info_requests.c.registration_id == registration_id)
        .order_by(info_requests.c.id)
    )
    return [InfoRequest(*row) for row in tx.execute(query)]


def transfers_of(tx: Transaction, *, registration_id: int) -> list[Transfer]:
    """Return the moves of a file between zones, the oldest first."""
    left, joined = intake_zones.alias(), intake_zones.alias()
    from_zone, to_zone = zones.alias(), zones.alias()
    query = (
        select(
            from_zone.c.code,
            to_zone.c.code,
            to_zone.c.name,
            to_zone.c.name_en,
            zone_transfers.c.wishes_before,
            zone_transfers.c.wishes_after,
            zone_transfers.c.reason,
            zone_transfers.c.moved_at,
            zone_transfers.c.actor,
        )
        .join(left, left.c.id == zone_transfers.c.from_zone_id)
        .join(from_zone, from_zone.c.id == left.c.zone_id)
        .join(joined, joined.c.id == zone_transfers.c.to_zone_id)
        .join(to_zone, to_zone.c.id == joined.c.zone_id)
        .where(zone_transfers.c.registration_id == registration_id)
        .order_by(zone_transfers.c.id)
    )
    return [Transfer(*row) for row in tx.execute(query)]


def postponement_of(tx: Transaction, *, registration_id: int) -> Postponement | None:
    """Return the postponement of a file, drafted or confirmed."""
    query = select(
        postponements.c.due_on,
        postponements.c.drafted_at,
        postponements.c.new_due_on,
        postponements.c.reason,
        postponements.c.confirmed_at,
        postponements.c.confirmed_by,
    ).where(postponements.c.registration_id == registration_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else Postponement(*row)
