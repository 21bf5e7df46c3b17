"""Allocation runs: what is to be computed, by whom it is being computed, and what is done.

A run's ``epoch`` is its fence: every start takes the next number, and only the start that holds
the latest number may write. A worker that was paused and wakes up late is refused by it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import (
    ARRAY,
    Integer,
    ScalarSelect,
    Select,
    bindparam,
    case,
    collate,
    exists,
    func,
    select,
    text,
    update,
)

from enrol.core.digests import intake_digest
from enrol.core.intake import Phase
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.runs import runs
from enrol.store.tables.units import zones

PENDING, RUNNING, DONE = "pending", "running", "done"
PROVISIONAL, FINAL = "provisional", "final"
"""Which results a run leads to: the first ones, or those over the corrected list."""


@dataclass(frozen=True, slots=True)
class Run:
    """One computation: a zone's first stage, or (``intake_zone_id`` None) an intake's second.

    ``outcome`` says which results it leads to; ``list_hash`` is the root of the list that counts
    for it, corrected for the final results. ``outcome_digest`` is 64 hex digits once the run is
    done.
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
    outcome: str = PROVISIONAL

    @property
    def is_final(self) -> bool:
        """Tell whether it computes from the corrected list, for the final results."""
        return self.outcome == FINAL

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


def _runs() -> Select[int, int, int | None, str | None, int, int, str, int, str, str | None, str]:
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
            runs.c.outcome,
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
        exists().where(
            _other.c.draw_id == runs.c.draw_id,
            _other.c.outcome == runs.c.outcome,
            _other.c.state != DONE,
        ),
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
    """Return the intake's phase while some run to the same results is not done; None afterwards,
    and for an unknown run.
    """
    phase = tx.execute(_PHASE_WHILE_UNDONE, {"run": run_id}).scalar_one_or_none()
    return None if phase is None else Phase(phase)


def runs_of_draw(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> list[Run]:
    """Return the runs of a draw to these results, by zone code, the second stage last."""
    # By bytes, whatever the server's collation: the digest of the intake joins them in this order.
    zone = collate(zones.c.code, "C")
    query = _runs().where(runs.c.draw_id == draw_id, runs.c.outcome == outcome)
    query = query.order_by(runs.c.stage, zone, runs.c.id)
    return [Run(*row) for row in tx.execute(query)]


def counting_outcome(intake_id: int) -> ScalarSelect[str]:
    """Return, for use in a query, which results count in an intake: the first ones until the final
    results are public. A final run that is still being judged is nobody's result.
    """
    is_final = intakes.c.phase.in_([Phase.FINAL.value, Phase.SETTLED.value])
    return (
        select(case((is_final, FINAL), else_=PROVISIONAL))
        .where(intakes.c.id == intake_id)
        .scalar_subquery()
    )


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
        runs.c.outcome,
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


def digest_of_draw(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> str:
    """Return the digest over a draw's runs as they state it (``core.digests.intake_digest``)."""
    stated = runs_of_draw(tx, draw_id=draw_id, outcome=outcome)
    return intake_digest(run.outcome_digest or "" for run in stated)


_TOTALS = text(
    "SELECT coalesce(sum((totals->>'entries')::int) FILTER (WHERE stage = 1), 0) AS entries,"
    " coalesce(sum((totals->>'seats')::int) FILTER (WHERE stage = 1), 0) AS seats,"
    " coalesce(sum((totals->>'seated')::int), 0) AS seated,"
    " coalesce(sum((totals->>'first_wish')::int), 0) AS first_wish,"
    " coalesce(sum((totals->>'rerouted')::int) FILTER (WHERE stage = 2), 0) AS rerouted,"
    " coalesce(sum((totals->>'unplaced')::int) FILTER (WHERE stage = 2), 0) AS unplaced"
    " FROM runs WHERE draw_id = :draw AND outcome = :outcome"
)


def totals_of_draw(tx: Transaction, *, draw_id: int, outcome: str = PROVISIONAL) -> dict[str, int]:
    """Return the totals of a draw's runs added up: entries and seats as the zones begin with them,
    who was seated by wish or re-routed in either stage, and who is left without a seat at the end.
    """
    row = tx.execute(_TOTALS, {"draw": draw_id, "outcome": outcome}).mappings().one()
    return {name: int(count) for name, count in row.items()}
