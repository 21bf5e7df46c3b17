"""What follows a finished run: the second stage when every zone is done, then the next phase.

Each step begins by looking without a lock; only the run that finds itself the last one takes the
intake's exclusive lock and looks again. Two last runs at once: both commit before they look, so
at least one sees that all are done, and the lock lets one of them act.
"""

import json
from collections.abc import Iterator

from enrol.core.actors import System
from enrol.core.digests import intake_digest
from enrol.core.intake import Phase
from enrol.core.priority import is_in_zone, rules_from_json
from enrol.core.sealing import entry_from_json
from enrol.services.distances import metres_between
from enrol.services.frozen_lists import refuse_altered_list
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound
from enrol.store import intakes, journal, locks, outbox, run_inputs, runs
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.run_inputs import Home, School
from enrol.store.runs import Run


def advance(*, run_id: int) -> Phase:
    """Take the step that this finished run makes possible, if any; returns the intake's phase.

    All zones done: the second stage is opened with its distances and staged. The second stage
    done: the intake is *allocated*. Harmless to repeat. Raises NotFound, ListAltered.
    """
    with transaction() as tx:
        run = runs.run_of(tx, run_id=run_id)
        if run is None:
            raise NotFound
        if not all(other.is_done for other in runs.runs_of_draw(tx, draw_id=run.draw_id)):
            return _intake(tx, run).phase
        locks.lock_intake_exclusive(tx, run.intake_id)
        intake = _intake(tx, run)
        if intake.phase is not Phase.DRAWN:
            return intake.phase
        all_runs = runs.runs_of_draw(tx, draw_id=run.draw_id)
        if all_runs[-1].stage == 1:
            refuse_altered_list(tx, intake=intake)
            _open_second_stage(tx, run=run)
            return intake.phase
        if all_runs[-1].is_done:
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


def _open_second_stage(tx: Transaction, *, run: Run) -> None:
    """Fix what the second stage computes from, before it starts: a repetition gets the same."""
    drawn = run_inputs.drawn_rules(tx, draw_id=run.draw_id)
    if drawn is None:
        raise NotFound
    rules = rules_from_json(dict(drawn.rules))
    packed = run_inputs.leftover_entries(tx, draw_id=run.draw_id)
    entries = [entry_from_json(item) for item in json.loads(packed)]
    in_zone = {entry.code for entry in entries if is_in_zone(facts=entry.facts, rules=rules)}
    homes = [
        home for home in run_inputs.leftover_homes(tx, draw_id=run.draw_id) if home.code in in_zone
    ]
    schools = [s for s in run_inputs.free_schools(tx, draw_id=run.draw_id) if s.seats]
    second_id = runs.open_second_stage(tx, draw_id=run.draw_id)
    run_inputs.save_distances(tx, run_id=second_id, rows=_measured(homes, schools))
    outbox.stage(
        tx, job="allocate_leftovers", queue=JOBS["allocate_leftovers"], arguments=[second_id]
    )


def _measured(
    homes: list[Home], schools: list[School]
) -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield each child with the schools that have seats and the metres to them.

    Children of one residential group start from one point, which is measured once.
    """
    school_ids = [school.school_id for school in schools]
    known: dict[tuple[float, float], list[int]] = {}
    for home in homes:
        point = (home.latitude, home.longitude)
        if point not in known:
            known[point] = [
                metres_between(
                    latitude=home.latitude,
                    longitude=home.longitude,
                    other_latitude=school.latitude,
                    other_longitude=school.longitude,
                )
                for school in schools
            ]
        yield home.code, school_ids, known[point]
