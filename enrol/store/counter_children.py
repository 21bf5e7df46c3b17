"""Children as a counter finds them: by pupil code, or by name and birth date; who assisted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import insert, or_, select

from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff
from enrol.store.tables.assistance import assisted_submissions
from enrol.store.tables.children import children, family_secrets
from enrol.store.tables.intakes import intake_zones, seat_plans
from enrol.store.tables.registrations import registrations
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class CounterChild:
    """A child with the version of the family's secret, None while it has none."""

    child_id: int
    pupil_code: str
    full_name: str
    birth_on: date
    sex: str
    personal_id: str | None
    in_register: bool
    secret_version: int | None


@dataclass(frozen=True, slots=True)
class LikeChild:
    """A child of the same name and birth date, with its live registration in the intake, if any."""

    pupil_code: str
    code: str | None


@dataclass(frozen=True, slots=True)
class SchoolOfWard:
    """A school that a family of a ward may wish, with its zone."""

    zone: str
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Assistance:
    """Who entered a submission at a counter, and how the family agreed."""

    staff_id: int
    officer: str
    consent: str
    assisted_at: datetime


_CHILD = (
    children.c.id,
    children.c.pupil_code,
    children.c.full_name,
    children.c.birth_on,
    children.c.sex,
    children.c.personal_id,
    children.c.in_register,
    family_secrets.c.version,
)


def child_by_code(tx: Transaction, *, pupil_code: str, birth_on: date) -> CounterChild | None:
    """Return the child with this code and birth date."""
    query = (
        select(*_CHILD)
        .outerjoin(family_secrets, family_secrets.c.child_id == children.c.id)
        .where(children.c.pupil_code == pupil_code, children.c.birth_on == birth_on)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else CounterChild(*row)


def child_by_id(tx: Transaction, *, child_id: int) -> CounterChild | None:
    """Return a child that the counter found before."""
    query = (
        select(*_CHILD)
        .outerjoin(family_secrets, family_secrets.c.child_id == children.c.id)
        .where(children.c.id == child_id)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else CounterChild(*row)


def children_like(
    tx: Transaction, *, intake_id: int, search_key: str, birth_on: date, limit: int
) -> list[LikeChild]:
    """Return children of this name, written without accents, and birth date."""
    query = (
        select(children.c.pupil_code, registrations.c.code)
        .outerjoin(
            registrations,
            (registrations.c.child_id == children.c.id)
            & (registrations.c.intake_id == intake_id)
            & (registrations.c.status != "withdrawn"),
        )
        .where(children.c.search_key == search_key, children.c.birth_on == birth_on)
        .order_by(children.c.id)
        .limit(limit)
    )
    return [LikeChild(*row) for row in tx.execute(query)]


def schools_of_ward(tx: Transaction, *, intake_id: int, unit_code: str) -> list[SchoolOfWard]:
    """Return the schools of the zones that a ward's groups belong to or that it answers for."""
    unit = select(units.c.id).where(units.c.code == unit_code, units.c.valid_to.is_(None))
    of_groups = select(residential_groups.c.zone_id).where(residential_groups.c.unit_id.in_(unit))
    query = (
        select(zones.c.code, schools.c.code, schools.c.name, schools.c.name_en)
        .select_from(seat_plans)
        .join(intake_zones, intake_zones.c.id == seat_plans.c.intake_zone_id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .where(
            intake_zones.c.intake_id == intake_id,
            or_(zones.c.unit_id.in_(unit), zones.c.id.in_(of_groups)),
        )
        .order_by(zones.c.code, schools.c.name, schools.c.code)
    )
    return [SchoolOfWard(*row) for row in tx.execute(query)]


_PUT_DRAFT = """
INSERT INTO drafts (intake_id, child_id, answers) VALUES (%(intake_id)s, %(child_id)s, %(answers)s)
    ON CONFLICT (intake_id, child_id) DO UPDATE SET answers = excluded.answers, updated_at = now()
RETURNING submission_key
"""


def put_draft(
    tx: Transaction, *, intake_id: int, child_id: int, answers: Mapping[str, object]
) -> UUID:
    """Put a whole draft in the place of what was there, hold its row, and return its key."""
    values = {"intake_id": intake_id, "child_id": child_id, "answers": Jsonb(dict(answers))}
    key: UUID = tx.exec_driver_sql(_PUT_DRAFT, values).scalar_one()
    return key


def note_assistance(
    tx: Transaction, *, code: str, version: int, staff_id: int, consent: str
) -> None:
    """Keep who entered a submission for a family that agreed."""
    registration_id = select(registrations.c.id).where(registrations.c.code == code)
    tx.execute(
        insert(assisted_submissions).values(
            registration_id=registration_id.scalar_subquery(),
            version=version,
            staff_id=staff_id,
            consent=consent,
        )
    )


def assistance_of(tx: Transaction, *, code: str) -> Assistance | None:
    """Return who entered the first submission of a registration at a counter, or None."""
    accounts = Staff.__table__.c
    query = (
        select(
            assisted_submissions.c.staff_id,
            accounts.full_name,
            assisted_submissions.c.consent,
            assisted_submissions.c.assisted_at,
        )
        .join(registrations, registrations.c.id == assisted_submissions.c.registration_id)
        .join(Staff.__table__, accounts.id == assisted_submissions.c.staff_id)
        .where(registrations.c.code == code, assisted_submissions.c.version == 1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Assistance(*row)
