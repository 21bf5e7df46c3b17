"""Files that officers asked for: the order, a worker's progress, the file while it is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, or_, select, update

from enrol.store.db import Statements, Transaction
from enrol.store.tables.exchange import exports


@dataclass(frozen=True, slots=True)
class Export:
    """One file asked for. ``file``, ``size`` and ``sha256`` are None until it is done."""

    export_id: int
    intake_id: int
    school_id: int | None
    kind: str
    form: str
    language: str
    asked_by: int
    asked_at: datetime
    state: str
    epoch: int
    rows_all: int
    rows_done: int
    file: str | None
    size: int | None
    sha256: str | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to it by itself."""
        return self.state in ("done", "failed", "deleted")


def ask(
    tx: Transaction,
    *,
    intake_id: int,
    school_id: int | None,
    kind: str,
    form: str,
    language: str,
    asked_by: int,
) -> int:
    """Keep an order; returns its id."""
    statement = insert(exports).values(
        intake_id=intake_id,
        school_id=school_id,
        kind=kind,
        form=form,
        language=language,
        asked_by=asked_by,
    )
    return int(tx.execute(statement.returning(exports.c.id)).scalar_one())


def export_of(tx: Transaction, *, export_id: int) -> Export | None:
    """Return one order."""
    row = tx.execute(_records().where(exports.c.id == export_id)).one_or_none()
    return None if row is None else Export(*row)


def newest(tx: Transaction, *, asked_by: int, intake_id: int, limit: int) -> list[Export]:
    """Return an officer's newest orders in an intake."""
    query = _records().where(exports.c.asked_by == asked_by, exports.c.intake_id == intake_id)
    return [Export(*row) for row in tx.execute(query.order_by(exports.c.id.desc()).limit(limit))]


def begin(tx: Transaction, *, export_id: int, silent_for: timedelta) -> int | None:
    """Give the order its next epoch and return it; None while another worker is alive on it."""
    now = func.clock_timestamp()
    statement = (
        update(exports)
        .where(
            exports.c.id == export_id,
            exports.c.state.in_(("pending", "running")),
            or_(
                exports.c.touched_at.is_(None),
                exports.c.touched_at < now - bindparam("silent_for", silent_for),
            ),
        )
        .values(state="running", epoch=exports.c.epoch + 1, touched_at=now, rows_done=0)
        .returning(exports.c.epoch)
    )
    epoch: int | None = tx.execute(statement).scalar_one_or_none()
    return epoch


def advance(db: Statements, *, export_id: int, epoch: int, done: int, of: int) -> None:
    """Note how many rows are written, for the officer's page, and that the worker is alive."""
    values = {"id": export_id, "epoch": epoch, "done": done, "of": of}
    db.change(_ADVANCE, values)


def finish(
    tx: Transaction, *, export_id: int, epoch: int, file: str, size: int, sha256: str, rows: int
) -> bool:
    """Keep the file's name; False when another start has overtaken this one."""
    statement = (
        update(exports)
        .where(exports.c.id == export_id, exports.c.epoch == epoch, exports.c.state == "running")
        .values(
            state="done",
            file=file,
            size=size,
            sha256=sha256,
            rows_all=rows,
            rows_done=rows,
            finished_at=func.clock_timestamp(),
        )
    )
    return tx.execute(statement).rowcount == 1


def fail(tx: Transaction, *, export_id: int) -> None:
    """End an order without a file."""
    tx.execute(
        update(exports)
        .where(exports.c.id == export_id, exports.c.state.in_(("pending", "running")))
        .values(state="failed", finished_at=func.clock_timestamp())
    )


def forget_old(tx: Transaction, *, older_than: timedelta) -> list[str]:
    """Let go of files asked for longer ago than this; returns their names on the disk."""
    old = (
        select(exports.c.id, exports.c.file)
        .where(
            exports.c.file.is_not(None),
            exports.c.asked_at < func.clock_timestamp() - bindparam("older_than", older_than),
        )
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    gone = (
        update(exports)
        .where(exports.c.id == old.c.id)
        .values(state="deleted", file=None)
        .returning(old.c.file)
    )
    return list(tx.execute(gone).scalars())


_ADVANCE = b"""
UPDATE exports SET rows_done = %(done)s, rows_all = %(of)s, touched_at = clock_timestamp()
 WHERE id = %(id)s AND epoch = %(epoch)s AND state = 'running'
"""


def _records() -> Select[*tuple[Any, ...]]:
    names = (
        "id intake_id school_id kind form language asked_by asked_at state epoch rows_all rows_done"
        " file size sha256"
    )
    return select(*(exports.c[name] for name in names.split()))
