"""Allocation runs: what is to be computed, by whom it is being computed, and what is done.

A run's ``epoch`` is its fence: every start takes the next number, and only the start that holds
the latest number may write. A worker that was paused and wakes up late is refused by it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    bindparam,
    collate,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from enrol.core.digests import intake_digest
from enrol.core.intake import Phase
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.intakes import draws, intake_zones, intakes
from enrol.store.tables.runs import runs
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


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run leaves in its row; the digest is 64 hex digits."""

    run_id: int
    outcome_digest: str
    totals: Mapping[str, object]


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


def runs_of(tx: Transaction, *, run_ids: Collection[int]) -> list[Run]:
    """Return runs by id; unknown ones are left out."""
    query = _runs().where(runs.c.id.in_(run_ids)).order_by(runs.c.id)
    return [Run(*row) for row in tx.execute(query)]


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
    .where(runs.c.id == func.any(bindparam("asked", type_=ARRAY(Integer))), runs.c.state != DONE)
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
_HOLD = text(
    "SELECT runs.id, set_config('synchronous_commit', 'off', true)"  # see ``locks``
    " FROM runs JOIN unnest(CAST(:run_ids AS int[]), CAST(:epochs AS int[])) AS held(id, epoch)"
    "   USING (id, epoch)"
    " WHERE runs.state = 'running' ORDER BY runs.id FOR UPDATE OF runs"
)
_FINISH = text(
    "UPDATE runs SET state = 'done', outcome_digest = found.outcome_digest,"
    " totals = found.totals, finished_at = clock_timestamp()"
    " FROM json_to_recordset(:found)"
    "   AS found(run_id int, outcome_digest text, totals jsonb)"
    " WHERE runs.id = found.run_id"
)


def start(tx: Transaction, *, run_ids: Collection[int]) -> list[Run]:
    """Take the next epoch of each run that is not done and return these, by id.

    The caller holds ``locks.lock_runs``.
    """
    with translated():
        started = [Run(*row) for row in tx.execute(_START, {"asked": list(run_ids)})]
    return sorted(started, key=lambda run: run.run_id)


def hold(tx: Transaction, *, epochs: Mapping[int, int]) -> bool:
    """Lock the runs' rows if each epoch, by run id, is still the latest and nothing is written yet.

    Every write of an outcome stands behind this in the same transaction: a later start waits for
    the row, and an earlier one finds another epoch.
    """
    values = {"run_ids": list(epochs), "epochs": list(epochs.values())}
    with translated():
        return len(tx.execute(_HOLD, values).all()) == len(epochs)


def finish(tx: Transaction, *, finished: Iterable[Finished]) -> None:
    """Mark runs done; the caller holds their rows."""
    found = json.dumps([asdict(run) for run in finished])
    with translated():
        tx.execute(_FINISH, {"found": found})


def digest_of_draw(tx: Transaction, *, draw_id: int) -> str:
    """Return the digest over a draw's runs as they state it (``core.digests.intake_digest``)."""
    return intake_digest(run.outcome_digest or "" for run in runs_of_draw(tx, draw_id=draw_id))


_TOTALS = text(
    "SELECT coalesce(sum((totals->>'entries')::int) FILTER (WHERE stage = 1), 0) AS entries,"
    " coalesce(sum((totals->>'seats')::int) FILTER (WHERE stage = 1), 0) AS seats,"
    " coalesce(sum((totals->>'seated')::int), 0) AS seated,"
    " coalesce(sum((totals->>'first_wish')::int), 0) AS first_wish,"
    " coalesce(sum((totals->>'rerouted')::int) FILTER (WHERE stage = 2), 0) AS rerouted,"
    " coalesce(sum((totals->>'unplaced')::int) FILTER (WHERE stage = 2), 0) AS unplaced"
    " FROM runs WHERE draw_id = :draw"
)


def totals_of_draw(tx: Transaction, *, draw_id: int) -> dict[str, int]:
    """Return the totals of a draw's runs added up: entries and seats as the zones begin with them,
    who was seated by wish or re-routed in either stage, and who is left without a seat at the end.
    """
    row = tx.execute(_TOTALS, {"draw": draw_id}).mappings().one()
    return {name: int(count) for name, count in row.items()}
