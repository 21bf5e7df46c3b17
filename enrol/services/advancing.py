"""What follows a finished run: the second stage when every zone is done, then the next phase.

Each step begins by looking without a lock; only the run that finds itself the last one takes the
intake's exclusive lock and looks again. Two last runs at once: both commit before they look, so
at least one sees that all are done, and the lock lets one of them act.
"""

from enrol.core.actors import System
from enrol.core.digests import intake_digest
from enrol.core.intake import Phase
from enrol.services.frozen_files import frozen_distances
from enrol.services.frozen_lists import refuse_altered_corrections, refuse_altered_list
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound
from enrol.store import intakes, journal, locks, opened_runs, outbox, runs
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.runs import Run


def advance(*, run_id: int) -> Phase:
    """Take the step that this finished run makes possible, if any; returns the intake's phase.

    All zones done: the second stage is opened and staged. The second stage
    done: the intake is *allocated*; after the final results' second stage two officers look at
    them, and nothing else happens. Harmless to repeat. Raises NotFound, ListAltered.
    """
    with transaction() as tx:
        phase = runs.phase_while_undone(tx, run_id=run_id)
        if phase is not None:
            return phase
        run = runs.run_of(tx, run_id=run_id)
        if run is None:
            raise NotFound
        locks.lock_intake_exclusive(tx, run.intake_id)
        intake = _intake(tx, run)
        if intake.phase is not (Phase.PROVISIONAL if run.is_final else Phase.DRAWN):
            return intake.phase
        all_runs = runs.runs_of_draw(tx, draw_id=run.draw_id, outcome=run.outcome)
        if all_runs[-1].stage == 1:
            refuse_altered_list(tx, intake=intake)
            refuse_altered_corrections(tx, run=run)
            _open_second_stage(tx, intake=intake, run=run)
            return intake.phase
        if all_runs[-1].is_done and not run.is_final:
            _allocated(tx, intake=intake, all_runs=all_runs)
            return Phase.ALLOCATED
        return intake.phase


def _intake(tx: Transaction, run: Run) -> IntakeRecord:
    intake = intakes.intake_of(tx, intake_id=run.intake_id)
    if intake is None:
        raise NotFound
    return intake


def _allocated(tx: Transaction, *, intake: IntakeRecord, all_runs: list[Run]) -> None:
    intakes.move_to(tx, intake_id=intake.intake_id, phase=Phase.ALLOCATED)
    digest = intake_digest(run.outcome_digest or "" for run in all_runs)
    journal.record(
        tx,
        actor=System(),
        action="intake.allocated",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={"runs": len(all_runs), "outcome_digest": digest},
    )


def _open_second_stage(tx: Transaction, *, intake: IntakeRecord, run: Run) -> None:
    """Stage the second stage; what it computes from was frozen at closing."""
    frozen_distances(tx, intake=intake)
    second_id = opened_runs.open_second_stage(tx, draw_id=run.draw_id, outcome=run.outcome)
    outbox.stage(
        tx, job="allocate_leftovers", queue=JOBS["allocate_leftovers"], arguments=[second_id]
    )
