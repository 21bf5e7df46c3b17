"""Accounts of officers of wards and schools, as the city looks after them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, tuple_, update

from enrol.core.actors import CITY_OFFICER
from enrol.store.db import Transaction
from enrol.store.tables.accounts import Staff, scopes
from enrol.store.tables.schools import schools
from enrol.store.tables.units import units

_accounts = Staff.__table__


@dataclass(frozen=True, slots=True)
class Account:
    """An officer's account with the names of its places in both languages."""

    staff_id: int
    full_name: str
    email: str
    is_active: bool
    awaits_password: bool
    has_second_factor: bool
    places: Sequence[tuple[str, str, str]]
    """(role, name, name in English)"""


def accounts_within(
    tx: Transaction,
    *,
    unit_ids: Collection[int],
    school_ids: Collection[int],
    after: int,
    limit: int,
    staff_id: int | None = None,
) -> list[Account]:
    """Return accounts with a place among these and no office of a city, by (name, id);
    ``after`` is the account with which the page before ended, 0 for the first page.
    """
    ended = select(_accounts.c.full_name).where(_accounts.c.id == after)
    last = tx.execute(ended).scalar_one_or_none() or ""
    here = or_(scopes.c.unit_id.in_(unit_ids), scopes.c.school_id.in_(school_ids))
    of_city = select(scopes.c.staff_id).where(scopes.c.role == CITY_OFFICER)
    found = select(scopes.c.staff_id).where(here)
    query = (
        select(
            _accounts.c.id,
            _accounts.c.full_name,
            _accounts.c.email,
            _accounts.c.active,
            _accounts.c.must_change_password,
            _accounts.c.tf_primary_method.is_not(None),
        )
        .where(
            _accounts.c.id.in_(found),
            _accounts.c.id.not_in(of_city),
            tuple_(_accounts.c.full_name, _accounts.c.id) > tuple_(last, after),
        )
        .order_by(_accounts.c.full_name, _accounts.c.id)
        .limit(limit)
    )
    if staff_id is not None:
        query = query.where(_accounts.c.id == staff_id)
    rows = tx.execute(query).all()
    places = _places(tx, [row[0] for row in rows])
    return [Account(*row, places=places.get(row[0], ())) for row in rows]


def place_of(tx: Transaction, *, unit_code: str | None, school_code: str | None) -> int | None:
    """Return the unit a place belongs to: of this code, or that answers for the school; None when
    there is no such place today.
    """
    if school_code:
        query = select(schools.c.unit_id).where(schools.c.code == school_code)
    else:
        query = select(units.c.id).where(units.c.code == unit_code, units.c.valid_to.is_(None))
    return tx.execute(query).scalar_one_or_none()


def close_account(tx: Transaction, *, staff_id: int, session_mark: str) -> bool:
    """Close an account and end its sessions; False when it was closed before."""
    statement = (
        update(_accounts)
        .where(_accounts.c.id == staff_id, _accounts.c.active)
        .values(active=False, fs_uniquifier=session_mark)
        .returning(_accounts.c.id)
    )
    return tx.execute(statement).one_or_none() is not None


def open_account(tx: Transaction, *, staff_id: int) -> None:
    """Let an account be used again once it has a password."""
    tx.execute(update(_accounts).where(_accounts.c.id == staff_id).values(active=True))


def _places(tx: Transaction, ids: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    query = (
        select(
            scopes.c.staff_id,
            scopes.c.role,
            func.coalesce(units.c.name, schools.c.name),
            func.coalesce(units.c.name_en, schools.c.name_en),
        )
        .outerjoin(units, units.c.id == scopes.c.unit_id)
        .outerjoin(schools, schools.c.id == scopes.c.school_id)
        .where(scopes.c.staff_id.in_(ids))
        .order_by(scopes.c.staff_id, scopes.c.id)
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    for staff_id, role, name, name_en in tx.execute(query):
        found.setdefault(staff_id, []).append((role, name, name_en))
    return found
