"""Holding a round that was asked for, as a worker does.

Everything follows from the final results and the answers of all rounds, so a worker that was
killed, or two at once, come to the same end, which is written once.
"""

import hashlib
from collections.abc import Iterator

from enrol.core.actors import System
from enrol.core.claims import Law
from enrol.core.holdings import Holdings, first_holdings, queues_of, seats_of, waiting_now
from enrol.core.message_texts import ANSWERS_OPENED, SEAT_MOVED
from enrol.core.rounds import Round
from enrol.core.sequel import hold_rounds
from enrol.core.sequel_files import write_ledger, write_rolls
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.services.seasons import FinalSeason, answers_so_far, final_season
from enrol.store import draws, frozen_entries, intakes, journal, messages, outbox, rounds, runs
from enrol.store.constraints import SeatsExceeded
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rounds import RoundRow, SeatState

MOST_TRIES = 3
"""So often workers try to hold a round that does not come out right; then people have to look."""


def run_round(*, round_id: int) -> None:
    """Hold a round that was asked for. Harmless to repeat: what is done stays.

    Computed outside any lock from the final results and the answers of all rounds so far; written
    under the round's row. What does not come out right at the third try is given up: the journal
    and the office's page say so, and nothing was written. Raises NotFound for an unknown round,
    before that try ValueError should the second opinion find the end wrong, SeatsExceeded, and
    what reading the final results raises.
    """
    try:
        _hold(round_id)
    except NotFound:
        raise
    except (ValueError, SeatsExceeded, Refusal) as error:
        if not _was_given_up(round_id, error):
            raise


def _was_given_up(round_id: int, error: Exception) -> bool:
    with transaction() as tx:
        if outbox.sendings(tx, job="hold_round", argument=round_id) < MOST_TRIES:
            return False
        row = rounds.round_of(tx, round_id=round_id, for_update=True)
        intake = None if row is None else intakes.intake_of(tx, intake_id=row.intake_id)
        failure = type(error).__name__
        if row is None or intake is None:
            return False
        if rounds.mark_failed(tx, round_id=round_id, failure=failure):
            journal.record(
                tx,
                actor=System(),
                action="round.failed",
                intake_id=intake.intake_id,
                subject=intake.code,
                detail={"round": row.number, "error": failure, "reason": str(error)[:300]},
            )
    return True


def _hold(round_id: int) -> None:
    with transaction() as tx:
        row = rounds.round_of(tx, round_id=round_id)
        intake = None if row is None else intakes.intake_of(tx, intake_id=row.intake_id)
        if row is None or intake is None:
            raise NotFound
        if row.is_done or row.failed_at is not None:
            return
        frozen_entries.allow_minutes(tx)
        final = final_season(tx, intake=intake)
        answers = answers_so_far(tx, intake_id=intake.intake_id, pending_id=round_id)
    held = hold_rounds(inputs=final.inputs, results=final.results, answers=answers)
    ledger = held[-1].ledger if row.number else ()
    seats = list(_seats(final, held))
    holds = {one.code: one.school for one in seats if one.school is not None}
    digest = hashlib.sha256(write_ledger([ledger]) + write_rolls(holds)).hexdigest()
    moved = sum(line.taken is not None for line in ledger)
    with transaction() as tx:
        frozen_entries.allow_minutes(tx)
        current = rounds.round_of(tx, round_id=round_id, for_update=True)
        if current is None or current.is_done or current.failed_at is not None:
            return
        rounds.write_ledger(tx, round_id=round_id, lines=ledger)
        rounds.write_seats(tx, row=current, seats=seats)
        _refuse_excess(tx, final, intake_id=intake.intake_id)
        freed = len(ledger) - moved
        rounds.mark_done(tx, round_id=round_id, digest=digest, moved=moved, freed=freed)
        event = SEAT_MOVED if current.number else ANSWERS_OPENED
        messages.stage(tx, event=event, ids=[round_id])
        _tell(tx, intake, current, digest=digest, moved=moved, freed=freed)


def _seats(final: FinalSeason, held: list[Round]) -> Iterator[SeatState]:
    """Yield what everybody of the list holds and waits for now."""
    inputs, law = final.inputs, Law(final.inputs.rules, final.inputs.key)
    now: Holdings = (
        held[-1].holdings
        if held
        else first_holdings(
            entries=inputs.entries,
            seat_plans=inputs.seat_plans,
            distances=inputs.distances,
            results=final.results,
            law=law,
        )
    )
    queues = queues_of(holdings=now, groups=[(inputs.entries, law)], seat_plans=inputs.seat_plans)
    places: dict[tuple[str, str], int] = {
        (code, item.school): at
        for item in waiting_now(holdings=now, queues=queues)
        for at, code in enumerate(item.codes, start=1)
    }
    for entry in inputs.entries:
        waits = [(name, places[entry.code, name]) for name in now.wants.get(entry.code, ())]
        yield SeatState(entry.code, now.holds.get(entry.code), waits, entry.code in now.unanswered)


def _refuse_excess(tx: Transaction, final: FinalSeason, *, intake_id: int) -> None:
    """Raise SeatsExceeded when more children than seats stand at a school, as it was written."""
    seats = seats_of(final.inputs.seat_plans)
    held = rounds.seats_by_school(tx, intake_id=intake_id)
    if any(count > seats.get(school, 0) for school, count in held.items()):
        raise SeatsExceeded


def _tell(
    tx: Transaction, intake: IntakeRecord, row: RoundRow, *, digest: str, moved: int, freed: int
) -> None:
    """Journal the round and have the published file made anew."""
    draw = draws.draw_of(tx, intake_id=intake.intake_id)
    if draw is not None and row.number:
        whole = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=runs.FINAL)[-1]
        outbox.stage(
            tx, job="publish_bundle", queue=JOBS["publish_bundle"], arguments=[whole.run_id]
        )
    journal.record(
        tx,
        actor=System(),
        action="round.held" if row.number else "answers.begun",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={"round": row.number, "digest": digest, "moved": moved, "freed": freed},
    )
