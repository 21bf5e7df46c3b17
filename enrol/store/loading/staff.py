"""Officers and what they answer for: from staged rows to the real tables."""

from sqlalchemy import (
    Integer,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from enrol.store.db import Transaction
from enrol.store.loading import staged
from enrol.store.loading.merging import Written, unit_ids
from enrol.store.tables.accounts import Staff, scopes
from enrol.store.tables.schools import schools

_accounts = Staff.__table__


def merge_staff(tx: Transaction, *, by: int | None) -> Written:
    """Merge the officers of the file, each with exactly the places that its lines name.

    New accounts have no password: nobody can sign in before one is issued. Officers whom the file
    does not name keep what they have. ``by`` is the officer who brings them, None for the
    administrator: their accounts rest on that word.
    """
    rows = staged.staff
    added = set(tx.execute(_new_accounts(by)).scalars())
    renamed = set(
        tx.execute(
            update(_accounts)
            .where(
                _accounts.c.email == rows.c.email,
                _accounts.c.full_name.is_distinct_from(rows.c.full_name),
            )
            .values(full_name=rows.c.full_name)
            .returning(_accounts.c.id)
        ).scalars()
    )
    moved = _settle_scopes(tx)
    tx.execute(
        update(_accounts)
        .where(_accounts.c.id.in_(moved))
        .values(keyed_by=by, keyed_at=func.clock_timestamp())
    )
    return Written(added=len(added), changed=len((renamed | moved) - added))


def _new_accounts(by: int | None) -> ReturningInsert[tuple[int]]:
    rows = staged.staff
    lacking = (
        select(
            rows.c.email,
            func.min(rows.c.full_name),
            true(),
            func.replace(cast(func.gen_random_uuid(), Text), "-", ""),
            cast(literal(by), Integer),
        )
        .where(~exists().where(_accounts.c.email == rows.c.email))
        .group_by(rows.c.email)
        .order_by(func.min(rows.c.line))
    )
    columns = ["email", "full_name", "active", "fs_uniquifier", "appointed_by"]
    return insert(_accounts).from_select(columns, lacking).returning(_accounts.c.id)


def _settle_scopes(tx: Transaction) -> set[int]:
    """Take away and add places until they are those of the file; returns whose they are."""
    stated = _stated_scopes().subquery("stated")
    held = scopes.c
    same = and_(
        stated.c.staff_id == held.staff_id,
        stated.c.role == held.role,
        stated.c.unit_id.is_not_distinct_from(held.unit_id),
        stated.c.school_id.is_not_distinct_from(held.school_id),
    )
    rows = staged.staff
    is_named = exists().where(_accounts.c.id == held.staff_id, _accounts.c.email == rows.c.email)
    gone = delete(scopes).where(is_named, ~exists().where(same)).returning(held.staff_id)
    moved = set(tx.execute(gone).scalars())
    names = ["staff_id", "role", "unit_id", "school_id"]
    lacking = (
        select(*(stated.c[name] for name in names))
        .where(~exists(select(1).select_from(scopes).where(same).correlate(stated)))
        .order_by(stated.c.line)
    )
    new = insert(scopes).from_select(names, lacking).returning(held.staff_id)
    return moved | set(tx.execute(new).scalars())


def _stated_scopes() -> Select[tuple[int, int, str, int | None, int | None]]:
    rows, ids = staged.staff, unit_ids()
    return (
        select(
            rows.c.line,
            _accounts.c.id.label("staff_id"),
            rows.c.role,
            ids.c.id.label("unit_id"),
            schools.c.id.label("school_id"),
        )
        .join(_accounts, _accounts.c.email == rows.c.email)
        .outerjoin(ids, ids.c.code == rows.c.unit_code)
        .outerjoin(schools, schools.c.code == rows.c.school_code)
    )
