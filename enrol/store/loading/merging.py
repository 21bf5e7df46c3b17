"""Rows in bulk: copied into temporary tables, then merged into the real ones by whole sets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    Subquery,
    Table,
    and_,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on

from enrol.store.db import Transaction, allow_minutes
from enrol.store.loading import staged
from enrol.store.tables.units import units

_MERGED = (
    "units",
    "zones",
    "residential_groups",
    "schools",
    "seat_plans",
    "children",
    "residences",
    "guardians",
)


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows of a table came into being and how many differ now."""

    added: int = 0
    changed: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(self.added + other.added, self.changed + other.changed)


def begin(tx: Transaction) -> None:
    """Make the temporary tables and let this transaction take minutes: a city comes in one piece.

    The caller holds the register's lock.
    """
    allow_minutes(tx)
    staged.staging.create_all(tx, checkfirst=False)


def copy_in(tx: Transaction, *, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write records of ``staged`` to the temporary table of this name, as they come, by COPY.

    ``rows`` must not use the transaction: its connection is busy until the last row.
    """
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    with raw.cursor() as cursor, cursor.copy(f"COPY staged_{table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def weigh_staged(tx: Transaction) -> None:
    """Tell the planner how large the staged tables are; nothing else would before the commit."""
    for table in staged.TABLES.values():
        tx.execute(text(f"ANALYZE {table.name}"))


def weigh_merged(tx: Transaction) -> None:
    """Tell the planner what the real tables hold now, rather than minutes later.

    A table that is being vacuumed is left to its vacuum: nothing waits, nothing fails.
    """
    for name in _MERGED:
        tx.execute(text(f"ANALYZE (SKIP_LOCKED) {name}"))


def unit_ids() -> Subquery:
    """Return (code, id) of each unit; a code that had several units means the newest one."""
    return (
        select(units.c.code, units.c.id)
        .ext(distinct_on(units.c.code))
        .order_by(units.c.code, units.c.valid_to.desc().nulls_first(), units.c.id.desc())
        .subquery("unit_ids")
    )


def merge(
    tx: Transaction,
    *,
    target: Table,
    source: Select[Any],
    key: Collection[str],
    updated: Collection[str],
) -> Written:
    """Bring ``source`` into ``target``: rows that differ are updated, rows that lack are added.

    ``source`` has the target's column names and ``line``, which orders what is added. Rows are the
    same when ``key`` agrees; only their columns ``updated`` change. A row that agrees already is
    not written.
    """
    changed = update_differing(tx, target=target, source=source, key=key, updated=updated)
    return Written(added=add_missing(tx, target=target, source=source, key=key), changed=changed)


def update_differing(
    tx: Transaction,
    *,
    target: Table,
    source: Select[Any],
    key: Collection[str],
    updated: Collection[str],
    only: ColumnElement[bool] | None = None,
    **also: Any,
) -> int:
    """Update rows that differ in ``updated`` and return how many; ``also`` changes with them.

    ``only`` narrows down which rows of the target may change.
    """
    if not updated:
        return 0
    incoming = source.subquery("incoming")
    same = and_(*(target.c[name] == incoming.c[name] for name in key))
    differs = or_(*(target.c[name].is_distinct_from(incoming.c[name]) for name in sorted(updated)))
    values = {name: incoming.c[name] for name in sorted(updated)} | also
    statement = update(target).where(same, differs).values(values)
    return count_of(tx, statement if only is None else statement.where(only))


def add_missing(
    tx: Transaction, *, target: Table, source: Select[Any], key: Collection[str]
) -> int:
    """Add the rows of ``source`` whose key the target lacks, in the order of the file."""
    incoming = source.subquery("incoming")
    same = and_(*(target.c[name] == incoming.c[name] for name in key))
    names = [column.name for column in incoming.c if column.name != "line"]
    missing = (
        select(*(incoming.c[name] for name in names))
        .where(~exists(select(1).select_from(target).where(same).correlate(incoming)))
        .order_by(incoming.c.line)
    )
    return count_of(tx, insert(target).from_select(names, missing))


def count_of(tx: Transaction, statement: Executable) -> int:
    """Run a statement that adds, changes or deletes rows and return how many."""
    return tx.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
