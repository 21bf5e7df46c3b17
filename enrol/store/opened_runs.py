"""Opening runs: what is to be computed is written first, one row a zone, then the second stage."""

from typing import Any

from sqlalchemy import Select, exists, insert, literal, select

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.runs import PROVISIONAL
from enrol.store.tables.intakes import draws, intake_zones
from enrol.store.tables.runs import runs


def open_missing(
    tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL, list_hash: str | None = None
) -> int:
    """Write a pending run to these results for every zone of the draw's intake that has none.

    ``list_hash`` is the root of the list that counts, that of the draw if not given. Returns how
    many. The caller holds the intake's exclusive lock; ``uq_runs_official`` has the last word.
    """
    known = exists().where(
        runs.c.draw_id == draws.c.id,
        runs.c.outcome == outcome,
        runs.c.intake_zone_id == intake_zones.c.id,
    )
    missing = (
        select(
            draws.c.intake_id,
            intake_zones.c.id,
            literal(1),
            draws.c.kind,
            draws.c.id,
            draws.c.list_hash if list_hash is None else literal(list_hash),
            literal(outcome),
        )
        .join(intake_zones, intake_zones.c.intake_id == draws.c.intake_id)
        .where(draws.c.id == draw_id, ~known)
        .order_by(intake_zones.c.id)
    )
    return len(_insert(tx, missing))


def open_second_stage(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> int:
    """Write the pending run of the second stage and return its id, also when it is there already.

    The caller holds the intake's exclusive lock.
    """
    of_these = (runs.c.draw_id == draw_id, runs.c.outcome == outcome)
    query = select(runs.c.id).where(*of_these, runs.c.stage == 2)
    known: int | None = tx.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    first = (
        select(
            runs.c.intake_id,
            literal(None),
            literal(2),
            runs.c.kind,
            runs.c.draw_id,
            runs.c.list_hash,
            runs.c.outcome,
        )
        .where(*of_these, runs.c.stage == 1)
        .limit(1)
    )
    return _insert(tx, first)[0]


def _insert(tx: Transaction, rows: Select[*tuple[Any, ...]]) -> list[int]:
    columns = ["intake_id", "intake_zone_id", "stage", "kind", "draw_id", "list_hash", "outcome"]
    with translated():
        written = tx.execute(insert(runs).from_select(columns, rows).returning(runs.c.id))
        return list(written.scalars())
