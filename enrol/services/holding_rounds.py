"""Rounds of the waiting lists: opening the days for answers, holding a round, settling.

Asking for a round is one short transaction that says which answers it counts; a worker holds it.
Everything follows from the final results and the answers of all rounds, so a worker that was
killed, or two at once, come to the same end, which is written once.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from enrol.core.actors import Actor, System
from enrol.core.claims import Law
from enrol.core.holdings import Holdings, first_holdings, queues_of, seats_of, waiting_now
from enrol.core.intake import Phase
from enrol.core.message_texts import ANSWERS_OPENED, SEAT_MOVED
from enrol.core.rounds import Round
from enrol.core.sequel import hold_rounds
from enrol.core.sequel_files import write_ledger, write_rolls
from enrol.services import authority
from enrol.services.phases import locked_intake, refuse_unless_in, refuse_unless_next
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.services.seasons import FinalSeason, answers_so_far, final_season
from enrol.store import (
    clock,
    draws,
    frozen_entries,
    intakes,
    journal,
    locks,
    messages,
    outbox,
    rounds,
    runs,
)
from enrol.store.constraints import RoundPending, SeatsExceeded
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rounds import RoundRow, SeatCounts, SeatState

__all__ = [
    "FEWEST_DAYS",
    "MOST_DAYS",
    "AlreadyOpened",
    "NotOpened",
    "NothingToHold",
    "RoundDesk",
    "RoundPending",
    "SeatsUnanswered",
    "WrongDays",
    "hold_round",
    "open_answers",
    "round_desk",
    "run_round",
    "settle",
    "stage_due",
]

FEWEST_DAYS, MOST_DAYS = 1, 60
VIETNAM = timezone(timedelta(hours=7))


class WrongDays(Refusal):
    """Families have between ``FEWEST_DAYS`` and ``MOST_DAYS`` days to answer."""


class AlreadyOpened(Refusal):
    """The days for answers have begun already."""


class NotOpened(Refusal):
    """The days for answers have not begun."""


class NothingToHold(Refusal):
    """Nobody has answered anything since the last round, and no seat is overdue."""


class SeatsUnanswered(Refusal):
    """Families can still answer: the school year is not settled."""


@dataclass(frozen=True, slots=True)
class RoundDesk:
    """Where an intake stands after its final results. ``rounds`` has the newest first."""

    intake: IntakeRecord
    at: datetime
    rounds: tuple[RoundRow, ...]
    counts: SeatCounts

    @property
    def is_opened(self) -> bool:
        """Whether the days for answers have begun, or begin as soon as a worker is done."""
        return bool(self.rounds)

    @property
    def is_pending(self) -> bool:
        """Whether a round waits for its worker."""
        return any(not row.is_done for row in self.rounds)

    @property
    def may_open(self) -> bool:
        """Whether the days for answers can begin."""
        return self.intake.phase is Phase.FINAL and not self.is_opened

    @property
    def may_hold(self) -> bool:
        """Whether a round can be held: something was answered, or not in time."""
        is_ready = self.intake.phase is Phase.FINAL and self.is_opened and not self.is_pending
        return is_ready and self.counts.answers + self.counts.late > 0

    @property
    def may_settle(self) -> bool:
        """Whether nothing is left to answer or to move."""
        is_ready = self.intake.phase is Phase.FINAL and self.is_opened and not self.is_pending
        return is_ready and self.counts.unanswered + self.counts.answers == 0


def round_desk(*, actor: Actor, intake_id: int) -> RoundDesk:
    """Return the rounds of an intake, for officers who lead it.

    Raises NotFound, also before the final results.
    """
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        if intake.phase not in (Phase.FINAL, Phase.SETTLED):
            raise NotFound
        return RoundDesk(
            intake=intake,
            at=clock.database_now(tx),
            rounds=tuple(rounds.rounds_of(tx, intake_id=intake_id)),
            counts=rounds.counts_of(tx, intake_id=intake_id),
        )


def open_answers(*, actor: Actor, intake_id: int, days: int) -> datetime:
    """Let families answer until the end of the day ``days`` from today; returns that instant.

    Under the intake's exclusive lock. Raises NotFound, WrongPhase, WrongDays, AlreadyOpened.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.FINAL)
        if rounds.rounds_of(tx, intake_id=intake_id):
            raise AlreadyOpened
        answer_by = _answer_by(tx, days)
        staff_id = authority.officer(actor).staff_id
        _ask(tx, actor, intake, number=0, staff_id=staff_id, answer_by=answer_by)
        return answer_by


def hold_round(*, actor: Actor, intake_id: int, days: int) -> int:
    """Ask for a round over every answer so far, and what is overdue as unclaimed; returns its
    number. Who gets a seat in it has ``days`` days to answer.

    Under the intake's exclusive lock: answers in flight are counted first. ``uq_rounds_pending``
    has the last word. Raises NotFound, WrongPhase, WrongDays, NotOpened, RoundPending,
    NothingToHold.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.FINAL)
        answer_by = _answer_by(tx, days)
        staff_id = authority.officer(actor).staff_id
        number = _next_number(tx, intake_id)
        _ask(tx, actor, intake, number=number, staff_id=staff_id, answer_by=answer_by)
        return number


def settle(*, actor: Actor, intake_id: int) -> None:
    """End answers and rounds: the school year's places are settled.

    Under the intake's exclusive lock. Raises NotFound, WrongPhase, NotOpened, RoundPending, and
    SeatsUnanswered while an answer is awaited or waits for a round.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_next(intake, Phase.SETTLED)
        number = _next_number(tx, intake_id)
        counts = rounds.counts_of(tx, intake_id=intake_id)
        if counts.unanswered or counts.answers:
            raise SeatsUnanswered
        intakes.move_to(tx, intake_id=intake_id, phase=Phase.SETTLED)
        journal.record(
            tx,
            actor=actor,
            action="intake.settled",
            intake_id=intake_id,
            subject=intake.code,
            detail={"rounds": number - 1, "held": counts.held},
        )


def stage_due() -> int:
    """Ask for a round wherever a seat was not answered in time, and stage what a worker still
    owes; returns how many rounds were asked for.

    Several relays may do so at once: the intake's exclusive lock is taken and everything read
    again under it, so that an overdue seat is freed once.
    """
    with transaction() as tx:
        outbox.stage(
            tx, job="hold_round", queue=JOBS["hold_round"], arguments=rounds.pending_ids(tx)
        )
        due = rounds.due_intakes(tx)
    return sum(_free_overdue(intake_id) for intake_id in due)


def run_round(*, round_id: int) -> None:
    """Hold a round that was asked for. Harmless to repeat: what is done stays.

    Computed outside any lock from the final results and the answers of all rounds so far; written
    under the round's row. Raises NotFound for an unknown round, ValueError should the second
    opinion find the end wrong.
    """
    with transaction() as tx:
        row = rounds.round_of(tx, round_id=round_id)
        intake = None if row is None else intakes.intake_of(tx, intake_id=row.intake_id)
        if row is None or intake is None:
            raise NotFound
        if row.is_done:
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
        if current is None or current.is_done:
            return
        rounds.write_ledger(tx, round_id=round_id, lines=ledger)
        rounds.write_seats(tx, row=current, seats=seats)
        _refuse_excess(tx, final, intake_id=intake.intake_id)
        freed = len(ledger) - moved
        rounds.mark_done(tx, round_id=round_id, digest=digest, moved=moved, freed=freed)
        event = SEAT_MOVED if current.number else ANSWERS_OPENED
        messages.stage(tx, event=event, ids=[round_id])
        _tell(tx, intake, current, digest=digest, moved=moved, freed=freed)


def _free_overdue(intake_id: int) -> bool:
    with transaction() as tx:
        locks.lock_intake_exclusive(tx, intake_id)
        intake = intakes.intake_of(tx, intake_id=intake_id)
        if intake is None or intake.phase is not Phase.FINAL:
            return False
        if intake_id not in rounds.due_intakes(tx):
            return False
        last = rounds.rounds_of(tx, intake_id=intake_id)[0]
        days = max(2, (last.answer_by - last.asked_at).days)
        answer_by = _answer_by(tx, min(days, MOST_DAYS))
        _ask(tx, System(), intake, number=last.number + 1, staff_id=None, answer_by=answer_by)
        return True


def _ask(
    tx: Transaction,
    actor: Actor,
    intake: IntakeRecord,
    *,
    number: int,
    staff_id: int | None,
    answer_by: datetime,
) -> None:
    round_id = rounds.ask(
        tx,
        intake_id=intake.intake_id,
        number=number,
        asked_by=staff_id,
        answer_by=answer_by,
    )
    answers = rounds.take_answers(tx, round_id=round_id, intake_id=intake.intake_id)
    if number and not answers:
        raise NothingToHold
    outbox.stage(tx, job="hold_round", queue=JOBS["hold_round"], arguments=[round_id])
    journal.record(
        tx,
        actor=actor,
        action="round.asked" if number else "answers.opened",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={"round": number, "answers": answers, "answer_by": answer_by.isoformat()},
    )


def _next_number(tx: Transaction, intake_id: int) -> int:
    known = rounds.rounds_of(tx, intake_id=intake_id)
    if not known:
        raise NotOpened
    if not known[0].is_done:
        raise RoundPending
    return known[0].number + 1


def _answer_by(tx: Transaction, days: int) -> datetime:
    """Return the first instant after the day ``days`` from today, in Vietnam."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise WrongDays
    today = clock.database_now(tx).astimezone(VIETNAM).date()
    return datetime.combine(today + timedelta(days=days + 1), time(), tzinfo=VIETNAM)


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
