"""Staff accounts, what each officer answers for, and the datastore that Flask-Security signs in
with.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import ColumnElement, false, func, select, update

from enrol.core.actors import SCHOOL_OFFICER, Officer, Scope
from enrol.core.reach import Reach
from enrol.store.db import Transaction, db
from enrol.store.tables.accounts import Role, Staff, WebAuthn, scopes
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units

STAFF_LABEL = "staff:"
"""How ``Officer.label`` begins, as the journal keeps it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one scope is about, by name: a unit or a school."""

    role: str
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit by name."""

    unit_id: int
    name: str
    name_en: str


def staff_datastore() -> SQLAlchemyUserDatastore:
    """Return the accounts as Flask-Security reads and writes them."""
    return SQLAlchemyUserDatastore(db, Staff, Role, webauthn_model=WebAuthn)


def officer_of(tx: Transaction, *, staff_id: int) -> Officer | None:
    """Return an active officer with every scope, or None."""
    accounts = Staff.__table__.c
    query = select(accounts.full_name).where(accounts.id == staff_id, accounts.active)
    full_name = tx.execute(query).scalar_one_or_none()
    if full_name is None:
        return None
    held = (
        select(scopes.c.role, scopes.c.unit_id, scopes.c.school_id)
        .where(scopes.c.staff_id == staff_id)
        .order_by(scopes.c.id)
    )
    return Officer(
        staff_id=staff_id,
        full_name=full_name,
        scopes=tuple(Scope(*row) for row in tx.execute(held)),
    )


def places_of(tx: Transaction, *, officer: Officer) -> list[Place]:
    """Return the names of the officer's units and schools, units first."""
    by_unit = (
        select(scopes.c.role, units.c.code, units.c.name, units.c.name_en)
        .join(units, units.c.id == scopes.c.unit_id)
        .where(scopes.c.staff_id == officer.staff_id)
        .order_by(units.c.name, units.c.id)
    )
    by_school = (
        select(scopes.c.role, schools.c.code, schools.c.name, schools.c.name_en)
        .join(schools, schools.c.id == scopes.c.school_id)
        .where(scopes.c.staff_id == officer.staff_id)
        .order_by(schools.c.name, schools.c.id)
    )
    return [Place(*row) for query in (by_unit, by_school) for row in tx.execute(query)]


def reach_of(tx: Transaction, *, officer: Officer) -> Reach:
    """Return what the scopes come down to: units with everything below them, and schools."""
    roots = {
        scope.unit_id
        for scope in officer.scopes
        if scope.unit_id is not None and scope.role != SCHOOL_OFFICER
    }
    own_schools = {scope.school_id for scope in officer.scopes if scope.school_id is not None}
    unit_ids = _with_everything_below(tx, roots)
    return Reach(
        unit_ids=unit_ids,
        school_ids=_schools_in(tx, unit_ids) | own_schools,
        own_school_ids=frozenset(own_schools),
    )


def reach_of_unit(tx: Transaction, *, unit_id: int) -> Reach:
    """Return a unit with everything below it, and the schools there."""
    unit_ids = _with_everything_below(tx, [unit_id])
    return Reach(
        unit_ids=unit_ids, school_ids=_schools_in(tx, unit_ids), own_school_ids=frozenset()
    )


def unit_names(tx: Transaction, *, unit_ids: Collection[int]) -> list[UnitName]:
    """Return units by name, those that lead others first."""
    query = (
        select(units.c.id, units.c.name, units.c.name_en)
        .where(units.c.id.in_(unit_ids))
        .order_by(units.c.parent_id.is_not(None), units.c.name, units.c.id)
    )
    return [UnitName(*row) for row in tx.execute(query)]


def _schools_in(tx: Transaction, unit_ids: Collection[int]) -> frozenset[int]:
    in_units: ColumnElement[bool] = schools.c.unit_id.in_(unit_ids) if unit_ids else false()
    return frozenset(tx.execute(select(schools.c.id).where(in_units)).scalars())


def _with_everything_below(tx: Transaction, roots: Collection[int]) -> frozenset[int]:
    if not roots:
        return frozenset()
    below = select(units.c.id).where(units.c.id.in_(roots)).cte("below", recursive=True)
    # UNION, not UNION ALL: a unit reached twice (or a loop in bad data) ends the recursion.
    below = below.union(select(units.c.id).where(units.c.parent_id == below.c.id))
    return frozenset(tx.execute(select(below.c.id)).scalars())


def names_by_label(tx: Transaction, *, labels: Sequence[str]) -> dict[str, str]:
    """Return the full name of each officer whom the journal names with one of these labels."""
    ids = {
        int(label.removeprefix(STAFF_LABEL)) for label in labels if label.startswith(STAFF_LABEL)
    }
    accounts = Staff.__table__.c
    query = select(accounts.id, accounts.full_name).where(accounts.id.in_(ids))
    return {f"{STAFF_LABEL}{staff_id}": name for staff_id, name in tx.execute(query)}


def staff_id_of(tx: Transaction, *, email: str) -> int | None:
    """Return the id of the account with this e-mail (lower case)."""
    found: int | None = tx.execute(
        select(Staff.id).where(Staff.email == email)
    ).scalar_one_or_none()
    return found


def has_account(tx: Transaction, *, email: str) -> bool:
    """Tell whether there is an account with this e-mail, active or not."""
    query = select(Staff.__table__.c.id).where(Staff.__table__.c.email == email)
    return tx.execute(query).scalar_one_or_none() is not None


def store_password(
    tx: Transaction, *, email: str, password_hash: str, session_mark: str, by: int | None
) -> int:
    """Give an account a password for one sign-in and end its sessions; 0 when there is no such
    account. ``session_mark`` is a fresh random text; ``by`` the officer who hands it out, None for
    the administrator.
    """
    accounts = Staff.__table__.c
    staff_id: int | None = tx.execute(
        update(Staff.__table__)
        .where(accounts.email == email, accounts.active)
        .values(
            password=password_hash,
            fs_uniquifier=session_mark,
            must_change_password=True,
            keyed_by=by,
            keyed_at=func.clock_timestamp(),
        )
        .returning(accounts.id)
    ).scalar_one_or_none()
    return staff_id or 0
