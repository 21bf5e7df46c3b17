"""Allocation runs: what is to be computed, by whom it is being computed, and what is done.

A run's ``epoch`` is its fence: every start takes the next number, and only the start that holds
the latest number may write. A worker that was paused and wakes up late is refused by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    collate,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from enrol.core.intake import Phase
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.intakes import draws, intake_zones, intakes, publications
from enrol.store.tables.outbox import outbox
from enrol.store.tables.runs import renderings, runs
from enrol.store.tables.units import zones

PENDING, RUNNING, DONE = "pending", "running", "done"


@dataclass(frozen=True, slots=True)
class Run:
    """One computation: a zone's first stage, or (``intake_zone_id`` None) an intake's second.

    ``outcome_digest`` is 64 hex digits once the run is done.
    """

    run_id: int
    intake_id: int
    intake_zone_id: int | None
    zone: str | None
    stage: int
    draw_id: int
    list_hash: str
    epoch: int
    state: str
    outcome_digest: str | None

    @property
    def is_done(self) -> bool:
        """Tell whether the outcome stands."""
        return self.state == DONE


def _runs() -> Select[int, int, int | None, str | None, int, int, str, int, str, str | None]:
    return (
        select(
            runs.c.id,
            runs.c.intake_id,
            runs.c.intake_zone_id,
            zones.c.code,
            runs.c.stage,
            runs.c.draw_id,
            runs.c.list_hash,
            runs.c.epoch,
            runs.c.state,
            runs.c.outcome_digest,
        )
        .outerjoin(intake_zones, intake_zones.c.id == runs.c.intake_zone_id)
        .outerjoin(zones, zones.c.id == intake_zones.c.zone_id)
    )


_other = runs.alias("other")
_PHASE_WHILE_UNDONE = (
    select(intakes.c.phase)
    .join(runs, runs.c.intake_id == intakes.c.id)
    .where(
        runs.c.id == bindparam("run"),
        exists().where(_other.c.draw_id == runs.c.draw_id, _other.c.state != DONE),
    )
)
_ZONE = (
    select(zones.c.code)
    .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
    .where(intake_zones.c.id == runs.c.intake_zone_id)
    .correlate(runs)
    .scalar_subquery()
)


def run_of(tx: Transaction, *, run_id: int) -> Run | None:
    """Return one run."""
    row = tx.execute(_runs().where(runs.c.id == run_id)).one_or_none()
    return None if row is None else Run(*row)


def phase_while_undone(tx: Transaction, *, run_id: int) -> Phase | None:
    """Return the intake's phase while some run of the same draw is not done; None afterwards, and
    for an unknown run.
    """
    phase = tx.execute(_PHASE_WHILE_UNDONE, {"run": run_id}).scalar_one_or_none()
    return None if phase is None else Phase(phase)


def runs_of_draw(tx: Transaction, *, draw_id: int) -> list[Run]:
    """Return the runs of a draw, by zone code, the second stage last."""
    # By bytes, whatever the server's collation: the digest of the intake joins them in this order.
    zone = collate(zones.c.code, "C")
    query = _runs().where(runs.c.draw_id == draw_id).order_by(runs.c.stage, zone, runs.c.id)
    return [Run(*row) for row in tx.execute(query)]


def open_missing(tx: Transaction, *, draw_id: int) -> int:
    """Write a pending run for every zone of the draw's intake that has none; returns how many.

    The caller holds the intake's exclusive lock; ``uq_runs_official`` has the last word.
    """
    known = exists().where(runs.c.draw_id == draws.c.id, runs.c.intake_zone_id == intake_zones.c.id)
    missing = (
        select(
            draws.c.intake_id,
            intake_zones.c.id,
            literal(1),
            draws.c.kind,
            draws.c.id,
            draws.c.list_hash,
        )
        .join(intake_zones, intake_zones.c.intake_id == draws.c.intake_id)
        .where(draws.c.id == draw_id, ~known)
        .order_by(intake_zones.c.id)
    )
    return len(_insert(tx, missing))


def open_second_stage(tx: Transaction, *, draw_id: int) -> int:
    """Write the pending run of the second stage and return its id, also when it is there already.

    The caller holds the intake's exclusive lock.
    """
    query = select(runs.c.id).where(runs.c.draw_id == draw_id, runs.c.stage == 2)
    known: int | None = tx.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    drawn = select(
        draws.c.intake_id,
        literal(None),
        literal(2),
        draws.c.kind,
        draws.c.id,
        draws.c.list_hash,
    ).where(draws.c.id == draw_id)
    return _insert(tx, drawn)[0]


def _insert(tx: Transaction, rows: Select[*tuple[Any, ...]]) -> list[int]:
    columns = ["intake_id", "intake_zone_id", "stage", "kind", "draw_id", "list_hash"]
    with translated():
        written = tx.execute(insert(runs).from_select(columns, rows).returning(runs.c.id))
        return list(written.scalars())


# Built once: to build a statement again for each zone would take as long as to run it.
_START = (
    update(runs)
    .where(runs.c.id == bindparam("run"), runs.c.state != DONE)
    .values(
        epoch=runs.c.epoch + 1,
        state=RUNNING,
        started_at=func.coalesce(runs.c.started_at, func.clock_timestamp()),
    )
    .returning(
        runs.c.id,
        runs.c.intake_id,
        runs.c.intake_zone_id,
        _ZONE,
        runs.c.stage,
        runs.c.draw_id,
        runs.c.list_hash,
        runs.c.epoch,
        runs.c.state,
        runs.c.outcome_digest,
    )
)
_HOLD = (
    select(runs.c.id, func.set_config("synchronous_commit", "off", True))  # see ``locks``
    .where(
        runs.c.id == bindparam("run"), runs.c.epoch == bindparam("held"), runs.c.state == RUNNING
    )
    .with_for_update()
)
_FINISH = (
    update(runs)
    .where(runs.c.id == bindparam("run"))
    .values(
        state=DONE,
        outcome_digest=bindparam("digest"),
        totals=bindparam("counted"),
        finished_at=func.clock_timestamp(),
    )
)


def start(tx: Transaction, *, run_id: int) -> Run | None:
    """Take the next epoch of a run and return the run; None when it is done.

    The caller holds ``locks.lock_run``.
    """
    with translated():
        row = tx.execute(_START, {"run": run_id}).one_or_none()
    return None if row is None else Run(*row)


def hold(tx: Transaction, *, run_id: int, epoch: int) -> bool:
    """Lock the run's row if this epoch is still the latest and nothing is written yet.

    Every write of an outcome stands behind this in the same transaction: a later start waits for
    the row, and an earlier one finds another epoch.
    """
    with translated():
        return tx.execute(_HOLD, {"run": run_id, "held": epoch}).one_or_none() is not None


def finish(
    tx: Transaction, *, run_id: int, outcome_digest: str, totals: Mapping[str, object]
) -> None:
    """Mark the run done; the caller holds its row."""
    values = {"run": run_id, "digest": outcome_digest, "counted": dict(totals)}
    with translated():
        tx.execute(_FINISH, values)


def forgotten_work(tx: Transaction) -> dict[str, list[int]]:
    """Return run ids by job: what is not done and has no undone row in the outbox.

    That is a run that is not done; the last step of a stage whose runs are all done while the
    intake is still *drawn*; a zone of a publication whose pages were not rendered; and a
    publication whose files for checking are not offered (they stand under the second stage).
    """
    found = {
        "allocate_zone": [*_undone(tx, 1), *_not_passed_on(tx)],
        "allocate_leftovers": [*_undone(tx, 2), *_not_allocated(tx)],
        "render_results": _not_rendered(tx, 1),
        "publish_bundle": _not_rendered(tx, 2),
    }
    return {
        job: [run_id for run_id in ids if run_id not in staged]
        for job, ids in found.items()
        for staged in [_staged(tx, job)]
    }


def _staged(tx: Transaction, job: str) -> set[int]:
    query = select(outbox.c.argument).where(outbox.c.job == job, outbox.c.done_at.is_(None))
    return set(tx.execute(query).scalars())


def _undone(tx: Transaction, stage: int) -> list[int]:
    query = select(runs.c.id).where(runs.c.stage == stage, runs.c.state != DONE)
    return list(tx.execute(query.order_by(runs.c.id)).scalars())


def _not_passed_on(tx: Transaction) -> list[int]:
    query = (
        select(func.min(runs.c.id))
        .join(intakes, and_(intakes.c.id == runs.c.intake_id, intakes.c.phase == Phase.DRAWN))
        .group_by(runs.c.draw_id)
        .having(func.bool_and(runs.c.state == DONE), func.max(runs.c.stage) == 1)
        .order_by(runs.c.draw_id)
    )
    return list(tx.execute(query).scalars())


def _not_allocated(tx: Transaction) -> list[int]:
    query = (
        select(runs.c.id)
        .join(intakes, and_(intakes.c.id == runs.c.intake_id, intakes.c.phase == Phase.DRAWN))
        .where(runs.c.stage == 2, runs.c.state == DONE)
        .order_by(runs.c.id)
    )
    return list(tx.execute(query).scalars())


def _not_rendered(tx: Transaction, stage: int) -> list[int]:
    rendered = exists().where(
        renderings.c.publication_id == publications.c.id, renderings.c.run_id == runs.c.id
    )
    query = (
        select(runs.c.id)
        .join(publications, publications.c.intake_id == runs.c.intake_id)
        .where(runs.c.stage == stage, runs.c.state == DONE, ~rendered)
        .distinct()
        .order_by(runs.c.id)
    )
    return list(tx.execute(query).scalars())
