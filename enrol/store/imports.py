"""Imports through the screen: what was brought, a worker's progress, preview and bad rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select, update

from enrol.store.db import Statements, Transaction
from enrol.store.tables.exchange import import_faults, imports

_AT_WORK = ("pending", "checking", "ordered", "applying")
_ENDED = ("refused", "applied", "dropped", "failed")
NEXT = {"pending": "checking", "ordered": "applying"}
"""What a worker makes of a state that waits for it."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import; ``tables`` holds what each file would do (or did), once it is known."""

    import_id: int
    asked_by: int
    asked_at: datetime
    folder: str | None
    files: Sequence[Sequence[Any]]
    state: str
    epoch: int
    reading: str
    rows_read: int
    tables: Sequence[Mapping[str, Any]]
    bad_rows: int
    warnings: int
    has_moved: bool
    finished_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        """Tell whether a worker has it, or will."""
        return self.state in _AT_WORK


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A bad row, or a warning."""

    number: int
    is_warning: bool
    file: str
    line: int
    reason: str


def add(tx: Transaction, *, asked_by: int, folder: str, files: Sequence[Sequence[Any]]) -> int:
    """Keep what was brought; returns its id."""
    statement = insert(imports).values(
        asked_by=asked_by, folder=folder, files=[list(file) for file in files]
    )
    return int(tx.execute(statement.returning(imports.c.id)).scalar_one())


def import_of(tx: Transaction, *, import_id: int, hold: bool = False) -> Import | None:
    """Return one import, held against others with ``hold``."""
    query = _records().where(imports.c.id == import_id)
    row = tx.execute(query.with_for_update() if hold else query).one_or_none()
    return None if row is None else Import(*row)


def newest(tx: Transaction, *, asked_by: int, limit: int) -> list[Import]:
    """Return an officer's newest imports."""
    query = _records().where(imports.c.asked_by == asked_by).order_by(imports.c.id.desc())
    return [Import(*row) for row in tx.execute(query.limit(limit))]


def begin(tx: Transaction, *, import_id: int, state: str, silent_for: timedelta) -> int | None:
    """Move from ``state`` (or its work in progress) to work and return the epoch of this start;
    None while another worker is alive on it.
    """
    now = func.clock_timestamp()
    work = NEXT[state]
    statement = (
        update(imports)
        .where(
            imports.c.id == import_id,
            imports.c.state.in_((state, work)),
            or_(
                imports.c.touched_at.is_(None),
                imports.c.touched_at < now - bindparam("silent_for", silent_for),
            ),
        )
        .values(state=work, epoch=imports.c.epoch + 1, touched_at=now, rows_read=0, reading="")
        .returning(imports.c.epoch)
    )
    epoch: int | None = tx.execute(statement).scalar_one_or_none()
    return epoch


def advance(db: Statements, *, import_id: int, epoch: int, reading: str, rows_read: int) -> None:
    """Note how far a worker is, for the officer's page, and that it is alive."""
    values = {"id": import_id, "epoch": epoch, "reading": reading, "rows": rows_read}
    db.change(_ADVANCE, values)


def release(tx: Transaction, *, import_id: int, epoch: int) -> None:
    """Let the next worker begin at once: this one could not go on."""
    tx.execute(
        update(imports)
        .where(imports.c.id == import_id, imports.c.epoch == epoch)
        .values(touched_at=None)
    )


def move(tx: Transaction, *, import_id: int, epoch: int, state: str, **values: Any) -> bool:
    """Go to ``state`` if this start is still the latest; an end lets go of the folder's name."""
    if state in _ENDED:
        values |= {"folder": None, "finished_at": func.clock_timestamp()}
    statement = (
        update(imports)
        .where(imports.c.id == import_id, imports.c.epoch == epoch, imports.c.state.in_(_AT_WORK))
        .values(state=state, touched_at=None, **values)
    )
    return tx.execute(statement).rowcount == 1


def order(tx: Transaction, *, import_id: int) -> None:
    """Note that the officer wants what was previewed."""
    tx.execute(
        update(imports)
        .where(imports.c.id == import_id)
        .values(state="ordered", touched_at=None, has_moved=False)
    )


def drop(tx: Transaction, *, import_id: int) -> None:
    """Note that nothing of it is wanted."""
    tx.execute(
        update(imports)
        .where(imports.c.id == import_id)
        .values(state="dropped", folder=None, finished_at=func.clock_timestamp())
    )


def save_faults(
    tx: Transaction, *, import_id: int, faults: Iterable[tuple[bool, str, int, str]]
) -> None:
    """Keep bad rows and warnings, as (is warning, file, line, reason), instead of earlier ones."""
    tx.execute(delete(import_faults).where(import_faults.c.import_id == import_id))
    rows = [
        {
            "import_id": import_id,
            "number": number,
            "is_warning": is_warning,
            "file": file,
            "line": line,
            "reason": reason,
        }
        for number, (is_warning, file, line, reason) in enumerate(faults, start=1)
    ]
    if rows:
        tx.execute(insert(import_faults), rows)


def faults_after(tx: Transaction, *, import_id: int, after: int, limit: int) -> list[FaultLine]:
    """Return bad rows and warnings after a number."""
    columns = import_faults.c
    query = (
        select(columns.number, columns.is_warning, columns.file, columns.line, columns.reason)
        .where(columns.import_id == import_id, columns.number > after)
        .order_by(columns.number)
        .limit(limit)
    )
    return [FaultLine(*row) for row in tx.execute(query)]


def forget_old(tx: Transaction, *, older_than: timedelta) -> list[str]:
    """Drop imports whose files were brought longer ago than this; returns their folders' names."""
    old = (
        select(imports.c.id, imports.c.folder)
        .where(
            imports.c.folder.is_not(None),
            imports.c.state != "applying",
            imports.c.asked_at < func.clock_timestamp() - bindparam("older_than", older_than),
        )
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    gone = (
        update(imports)
        .where(imports.c.id == old.c.id)
        .values(state="dropped", folder=None, finished_at=func.clock_timestamp())
        .returning(old.c.folder)
    )
    return list(tx.execute(gone).scalars())


_ADVANCE = b"""
UPDATE imports SET reading = %(reading)s, rows_read = %(rows)s, touched_at = clock_timestamp()
 WHERE id = %(id)s AND epoch = %(epoch)s AND state IN ('checking', 'applying')
"""


def _records() -> Select[*tuple[Any, ...]]:
    names = (
        "id asked_by asked_at folder files state epoch reading rows_read tables bad_rows warnings"
        " has_moved finished_at"
    )
    return select(*(imports.c[name] for name in names.split()))
