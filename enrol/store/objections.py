"""Objections: filed under the next number of a unit, listed by due date, answered once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, tuple_, update

from enrol.core.objections import WITHDRAWN
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.objections import objections
from enrol.store.tables.registrations import registrations
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection; what concerns the answer is None while it is open.

    ``answered_by`` is an officer's number, None when the family withdrew it itself. ``change_*``
    tell of the journal's entry about what the objection changed; ``entered_by`` and ``consent`` of
    the officer who took it down at a counter, and how the family agreed.
    """

    objection_id: int
    intake_id: int
    unit_id: int
    unit_name: str
    unit_name_en: str
    code: str
    reference: str
    ground: str
    words: str
    filed_at: datetime
    due_on: date
    answered_at: datetime | None
    outcome: str | None
    reply: str | None
    answered_by: int | None
    change_id: int | None
    change_action: str | None
    change_at: datetime | None
    entered_by: int | None
    consent: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What is kept of an objection when it is filed."""

    intake_id: int
    unit_id: int
    registration_id: int
    child_id: int
    number: int
    reference: str
    ground: str
    words: str
    due_on: date
    entered_by: int | None = None
    consent: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objections: ``state`` is open, answered or all; due before a day; after a place of the
    order (due date, id).
    """

    state: str
    due_before: date | None = None
    after: tuple[date, int] | None = None


def answering_unit(tx: Transaction, *, registration_id: int) -> tuple[int, str]:
    """Return id and code of the unit that answers for a registration's zone."""
    query = (
        select(units.c.id, units.c.code)
        .join(zones, zones.c.unit_id == units.c.id)
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(registrations, registrations.c.intake_zone_id == intake_zones.c.id)
        .where(registrations.c.id == registration_id)
    )
    row = tx.execute(query).one()
    return row[0], row[1]


def reply_days(tx: Transaction, *, intake_id: int) -> int:
    """Return the working days within which an objection of this intake is answered."""
    query = select(intakes.c.reply_days).where(intakes.c.id == intake_id)
    return int(tx.execute(query).scalar_one())


_NEXT = """
INSERT INTO objection_numbers AS n (intake_id, unit_id, last)
VALUES (%(intake_id)s, %(unit_id)s, 1)
    ON CONFLICT (intake_id, unit_id) DO UPDATE SET last = n.last + 1
RETURNING last
"""


def next_number(tx: Transaction, *, intake_id: int, unit_id: int) -> int:
    """Return the unit's next number in an intake, without gaps: what is rolled back gives it back.

    Holds the unit's row until the transaction ends.
    """
    with translated():
        values = {"intake_id": intake_id, "unit_id": unit_id}
        return int(tx.exec_driver_sql(_NEXT, values).scalar_one())


def add(tx: Transaction, *, new: NewObjection) -> int:
    """Keep an objection and return its id. Raises AlreadyObjected."""
    values = {name: getattr(new, name) for name in NewObjection.__slots__}
    with translated():
        statement = insert(objections).values(values).returning(objections.c.id)
        return int(tx.execute(statement).scalar_one())


def open_of(tx: Transaction, *, registration_id: int) -> Objection | None:
    """Return the objection of a registration that waits for an answer, or None."""
    query = _objections().where(
        objections.c.registration_id == registration_id, objections.c.answered_at.is_(None)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Objection(*row)


def of_registration(tx: Transaction, *, registration_id: int) -> list[Objection]:
    """Return the objections of a registration, the newest first."""
    query = _objections().where(objections.c.registration_id == registration_id)
    return [Objection(*row) for row in tx.execute(query.order_by(objections.c.id.desc()))]


def objection_of(
    tx: Transaction, *, objection_id: int, for_update: bool = False
) -> Objection | None:
    """Return an objection, or None; on request held until this transaction ends."""
    query = _objections().where(objections.c.id == objection_id)
    with translated():
        row = tx.execute(query.with_for_update(of=objections) if for_update else query)
        found = row.one_or_none()
    return None if found is None else Objection(*found)


def child_of(tx: Transaction, *, objection_id: int) -> int:
    """Return the id of the child that an objection is about."""
    query = select(objections.c.child_id).where(objections.c.id == objection_id)
    return int(tx.execute(query).scalar_one())


def answer(
    tx: Transaction,
    *,
    objection_id: int,
    outcome: str,
    reply: str | None,
    staff_id: int | None,
    change_id: int | None = None,
) -> bool:
    """End an objection; False when it was answered before."""
    statement = (
        update(objections)
        .where(objections.c.id == objection_id, objections.c.answered_at.is_(None))
        .values(
            answered_at=func.clock_timestamp(),
            outcome=outcome,
            reply=reply,
            answered_by=staff_id,
            change_id=change_id,
        )
    )
    return tx.execute(statement).rowcount == 1


def withdraw(tx: Transaction, *, objection_id: int) -> bool:
    """End an objection that its family takes back; False when it was answered before."""
    return answer(tx, objection_id=objection_id, outcome=WITHDRAWN, reply=None, staff_id=None)


def link(tx: Transaction, *, objection_id: int, change_id: int) -> bool:
    """Note what an upheld objection changed; False when that is noted already."""
    statement = (
        update(objections)
        .where(
            objections.c.id == objection_id,
            objections.c.outcome == "upheld",
            objections.c.change_id.is_(None),
        )
        .values(change_id=change_id)
    )
    return tx.execute(statement).rowcount == 1


def listed(
    tx: Transaction, *, intake_id: int, unit_ids: Collection[int], wanted: Wanted, limit: int
) -> list[Objection]:
    """Return objections to these units, those due first first."""
    query = _objections().where(
        objections.c.intake_id == intake_id, objections.c.unit_id.in_(unit_ids)
    )
    if wanted.state == "open":
        query = query.where(objections.c.answered_at.is_(None))
    elif wanted.state == "answered":
        query = query.where(objections.c.answered_at.is_not(None))
    if wanted.due_before is not None:
        query = query.where(objections.c.due_on < wanted.due_before)
    order = (objections.c.due_on, objections.c.id)
    if wanted.after is not None:
        query = query.where(tuple_(*order) > wanted.after)
    return [Objection(*row) for row in tx.execute(query.order_by(*order).limit(limit))]


def _objections() -> Select[*tuple[Any, ...]]:
    return (
        select(
            objections.c.id,
            objections.c.intake_id,
            objections.c.unit_id,
            units.c.name,
            units.c.name_en,
            registrations.c.code,
            objections.c.reference,
            objections.c.ground,
            objections.c.words,
            objections.c.filed_at,
            objections.c.due_on,
            objections.c.answered_at,
            objections.c.outcome,
            objections.c.reply,
            objections.c.answered_by,
            objections.c.change_id,
            journal.c.action,
            journal.c.at,
            objections.c.entered_by,
            objections.c.consent,
        )
        .join(registrations, registrations.c.id == objections.c.registration_id)
        .join(units, units.c.id == objections.c.unit_id)
        .outerjoin(journal, journal.c.id == objections.c.change_id)
    )
