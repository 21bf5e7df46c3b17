"""A child of the register with its residences, guardians and the family's access."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from enrol.store.constraints import translated
from enrol.store.db import Statements, Transaction
from enrol.store.tables.children import children, family_secrets, guardians, residences
from enrol.store.tables.registrations import provisional_pupil_numbers
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units


@dataclass(frozen=True, slots=True)
class Access:
    """What signing in compares."""

    child_id: int
    secret_hash: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Child:
    """A child as the register knows it."""

    child_id: int
    pupil_code: str
    personal_id: str | None
    full_name: str
    birth_on: date
    sex: str
    family_code: str | None
    in_register: bool
    latitude: float | None
    longitude: float | None
    sibling_school: str | None
    policies: tuple[str, ...]
    secret_version: int


@dataclass(frozen=True, slots=True)
class Residence:
    """One residence of the register: kind is permanent, temporary or current."""

    kind: str
    unit: str | None
    unit_name: str | None
    group: str | None
    address: str
    source: str


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or guardian of the register."""

    full_name: str
    relation: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child whom the register does not know, as the family states it."""

    full_name: str
    sort_key: str
    search_key: str
    birth_on: date
    sex: str
    guardian: Guardian


_ACCESS = b"""
SELECT c.id, s.secret_hash, s.version
  FROM children c JOIN family_secrets s ON s.child_id = c.id WHERE c.pupil_code = %(pupil_code)s
"""


def access_of(db: Statements, *, pupil_code: str) -> Access | None:
    """Return what is needed to check a family's secret."""
    row = db.one(_ACCESS, {"pupil_code": pupil_code})
    return None if row is None else Access(row[0], bytes(row[1]), row[2])


def child_of(tx: Transaction, *, child_id: int) -> Child | None:
    """Return the child with the version of the secret that is valid now."""
    query = (
        select(
            children.c.id.label("child_id"),
            children.c.pupil_code,
            children.c.personal_id,
            children.c.full_name,
            children.c.birth_on,
            children.c.sex,
            children.c.family_code,
            children.c.in_register,
            children.c.latitude,
            children.c.longitude,
            schools.c.code.label("sibling_school"),
            children.c.policies,
            family_secrets.c.version.label("secret_version"),
        )
        .join(family_secrets, family_secrets.c.child_id == children.c.id)
        .outerjoin(schools, schools.c.id == children.c.sibling_school_id)
        .where(children.c.id == child_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    known: dict[str, Any] = row._asdict()
    return Child(**known | {"policies": tuple(row.policies)})


def residences_of(tx: Transaction, *, child_id: int) -> list[Residence]:
    """Return the residences of the register, by kind."""
    query = (
        select(
            residences.c.kind,
            units.c.code,
            units.c.name,
            residential_groups.c.label,
            residences.c.address,
            residences.c.source,
        )
        .outerjoin(units, units.c.id == residences.c.unit_id)
        .outerjoin(residential_groups, residential_groups.c.id == residences.c.group_id)
        .where(residences.c.child_id == child_id)
        .order_by(residences.c.kind)
    )
    return [
        Residence(row[0], row[1], row[2], row[3], row[4] or "", row[5]) for row in tx.execute(query)
    ]


def guardians_of(tx: Transaction, *, child_id: int) -> list[Guardian]:
    """Return the guardians of the register in their order."""
    query = (
        select(guardians.c.full_name, guardians.c.relation, guardians.c.phone, guardians.c.email)
        .where(guardians.c.child_id == child_id)
        .order_by(guardians.c.position)
    )
    return [Guardian(*row) for row in tx.execute(query)]


def next_provisional_pupil_code(tx: Transaction) -> str:
    """Return a fresh code for a child outside the register: ``TM`` and eight digits."""
    number = tx.execute(select(provisional_pupil_numbers.next_value())).scalar_one()
    return f"TM{number:08}"


def insert_unlisted(
    tx: Transaction, *, pupil_code: str, child: NewChild, secret_hash: bytes
) -> int:
    """Write a child whom the register does not know, with guardian and secret; returns its id."""
    with translated():
        child_id: int = tx.execute(
            insert(children)
            .values(
                pupil_code=pupil_code,
                full_name=child.full_name,
                sort_key=child.sort_key,
                search_key=child.search_key,
                birth_on=child.birth_on,
                sex=child.sex,
                in_register=False,
            )
            .returning(children.c.id)
        ).scalar_one()
        tx.execute(
            insert(guardians).values(
                child_id=child_id,
                position=1,
                full_name=child.guardian.full_name,
                relation=child.guardian.relation,
                phone=child.guardian.phone,
                email=child.guardian.email,
            )
        )
        tx.execute(insert(family_secrets).values(child_id=child_id, secret_hash=secret_hash))
    return child_id
