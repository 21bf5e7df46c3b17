"""What partners' systems read: schools, placements and class lists, each a page in code order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    collate,
    exists,
    func,
    or_,
    select,
    text,
    union_all,
)

from enrol.store.db import Transaction
from enrol.store.runs import counting_outcome
from enrol.store.seats_now import SEATED
from enrol.store.tables.children import children
from enrol.store.tables.class_lists import class_places, school_classes
from enrol.store.tables.intakes import intake_zones, intakes, seat_plans
from enrol.store.tables.registrations import registrations
from enrol.store.tables.rounds import held_seats
from enrol.store.tables.runs import placements, runs
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units, zones


@dataclass(frozen=True, slots=True)
class OfferedSchool:
    """A school with its seats in an intake; unit and zone are codes."""

    school_id: int
    code: str
    name: str
    name_en: str
    unit: str
    zone: str
    seats: int
    classes: int | None


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """A registration with a seat. ``rank`` is the wish granted, None after re-routing; ``number``
    is the lottery number, 64 hex digits.
    """

    code: str
    band: int
    number: str
    rank: int | None
    stage: int


@dataclass(frozen=True, slots=True)
class ListedChild:
    """A child of a class list; ``position`` counts the whole list, by given name; ``class_name``
    is None for a child in no class of the school.
    """

    code: str
    position: int
    pupil_code: str
    full_name: str
    birth_on: date
    sex: str
    class_name: str | None


def intake_id_of(tx: Transaction, *, code: str) -> int | None:
    """Return the number of the intake with this code."""
    found: int | None = tx.execute(
        select(intakes.c.id).where(intakes.c.code == code, intakes.c.retired_at.is_(None))
    ).scalar_one_or_none()
    return found


def offered_schools(
    tx: Transaction, *, intake_id: int, school_ids: Collection[int], after: str, limit: int
) -> list[OfferedSchool]:
    """Return schools with seats in the intake, after a code."""
    query = (
        _offered(intake_id)
        .where(schools.c.id.in_(school_ids), _bytes(schools) > after)
        .order_by(_bytes(schools))
        .limit(limit)
    )
    return [OfferedSchool(*row) for row in tx.execute(query)]


def offered_school(tx: Transaction, *, intake_id: int, code: str) -> OfferedSchool | None:
    """Return the school with this code if it offers seats in the intake."""
    row = tx.execute(_offered(intake_id).where(schools.c.code == code)).one_or_none()
    return None if row is None else OfferedSchool(*row)


def seats_taken(
    tx: Transaction, *, intake_id: int, school_id: int, after: str, limit: int
) -> list[SeatTaken]:
    """Return who has a seat at a school, after a code: as the last round left it, and before rounds
    as the counting results say.
    """
    seated = (
        text(SEATED)
        .bindparams(intake_id=intake_id, schools=[school_id])
        .columns(
            placements.c.code,
            placements.c.school_id,
            placements.c.band,
            placements.c.rank,
            placements.c.number,
            runs.c.stage,
        )
        .subquery("seated")
    )
    query = (
        select(seated.c.code, seated.c.band, seated.c.number, seated.c.rank, seated.c.stage)
        .where(_bytes(seated) > after)
        .order_by(_bytes(seated))
        .limit(limit)
    )
    return [SeatTaken(*row) for row in tx.execute(query)]


def listed_children(
    tx: Transaction, *, intake_id: int, school_id: int, after: str, limit: int
) -> list[ListedChild]:
    """Return the class list of a school, after a code, each child with its place by name: who
    holds a seat as the last round left it, and before rounds as the counting results say.
    """
    by_name = (collate(children.c.sort_key, "C"), _bytes(registrations))
    listed = (
        select(
            registrations.c.code,
            func.row_number().over(order_by=by_name).label("position"),
            children.c.pupil_code,
            children.c.full_name,
            children.c.birth_on,
            children.c.sex,
            _class_name(intake_id, school_id).label("class_name"),
        )
        .join(children, children.c.id == registrations.c.child_id)
        .where(registrations.c.code.in_(_with_a_seat_now(intake_id, school_id)))
        .subquery("listed")
    )
    query = (
        select(listed)
        .where(collate(listed.c.code, "C") > after)
        .order_by(collate(listed.c.code, "C"))
        .limit(limit)
    )
    return [ListedChild(*row) for row in tx.execute(query)]


def _offered(intake_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            units.c.code,
            zones.c.code,
            seat_plans.c.seats,
            seat_plans.c.classes,
        )
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .join(units, units.c.id == schools.c.unit_id)
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(seat_plans.c.intake_id == intake_id)
    )


def _seated(intake_id: int, school_id: int) -> tuple[ColumnElement[bool], ...]:
    """Say which placements hold a seat at the school: of its zone's run and the second stage."""
    zone_runs = select(seat_plans.c.intake_zone_id).where(
        seat_plans.c.intake_id == intake_id, seat_plans.c.school_id == school_id
    )
    return (
        runs.c.intake_id == intake_id,
        runs.c.outcome == counting_outcome(intake_id),
        or_(runs.c.stage == 2, runs.c.intake_zone_id.in_(zone_runs)),
        placements.c.school_id == school_id,
    )


def _class_name(intake_id: int, school_id: int) -> ScalarSelect[str]:
    """Say in which class of the school the registration is; a class of another one is none."""
    return (
        select(school_classes.c.name)
        .join(class_places, class_places.c.class_id == school_classes.c.id)
        .where(
            class_places.c.registration_id == registrations.c.id,
            school_classes.c.intake_id == intake_id,
            school_classes.c.school_id == school_id,
        )
        .scalar_subquery()
    )


def _with_a_seat_now(intake_id: int, school_id: int) -> CompoundSelect[tuple[str]]:
    in_intake = held_seats.c.intake_id == intake_id
    after_rounds = (
        select(registrations.c.code)
        .join(held_seats, held_seats.c.registration_id == registrations.c.id)
        .where(in_intake, held_seats.c.school_id == school_id)
    )
    before_rounds = (
        select(placements.c.code)
        .join(runs, runs.c.id == placements.c.run_id)
        .where(*_seated(intake_id, school_id), ~exists().where(in_intake))
    )
    return union_all(after_rounds, before_rounds)


def _bytes(table: Any) -> ColumnElement[str]:
    ordered: ColumnElement[str] = collate(table.c.code, "C")
    return ordered
