"""Rounds of the waiting lists: opening the days for answers, asking for a round, settling.

Asking for a round is one short transaction that says which answers it counts; a worker holds it
(``services.running_rounds``).
"""

from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor, System
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.answer_days import FEWEST_DAYS, MOST_DAYS, WrongDays, answer_by_of
from enrol.services.phases import locked_intake, refuse_unless_in, refuse_unless_next
from enrol.services.ports import JOBS
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, locks, outbox, rounds
from enrol.store.constraints import RoundPending
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rounds import RoundRow, SeatCounts

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
    "settle",
    "stage_due",
    "try_again",
]


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
    """Where an intake stands after its final results. ``rounds`` has the newest first; ``tries``
    says how often workers were sent the one that is pending.
    """

    intake: IntakeRecord
    at: datetime
    rounds: tuple[RoundRow, ...]
    counts: SeatCounts
    tries: int

    @property
    def failed(self) -> RoundRow | None:
        """The round that workers gave up."""
        return next((row for row in self.rounds if row.failed_at is not None), None)

    @property
    def is_opened(self) -> bool:
        """Whether the days for answers have begun, or begin as soon as a worker is done."""
        return bool(self.rounds)

    @property
    def is_pending(self) -> bool:
        """Whether a round waits for its worker, or for somebody to have it tried again."""
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
        found = tuple(rounds.rounds_of(tx, intake_id=intake_id))
        tries = 0
        if found and not found[0].is_done:
            tries = outbox.sendings(tx, job="hold_round", argument=found[0].round_id)
        return RoundDesk(
            intake=intake,
            at=clock.database_now(tx),
            rounds=found,
            counts=rounds.counts_of(tx, intake_id=intake_id),
            tries=tries,
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
        answer_by = answer_by_of(tx, days)
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
        answer_by = answer_by_of(tx, days)
        staff_id = authority.officer(actor).staff_id
        number = _next_number(tx, intake_id)
        _ask(tx, actor, intake, number=number, staff_id=staff_id, answer_by=answer_by)
        return number


def try_again(*, actor: Actor, intake_id: int) -> None:
    """Have the round that workers gave up tried again, over the same answers.

    Under the intake's exclusive lock; pressing twice is once. Raises NotFound, WrongPhase, and
    NothingToHold when none was given up.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.FINAL)
        round_id = rounds.try_again(tx, intake_id=intake_id)
        if round_id is None:
            raise NothingToHold
        outbox.stage(tx, job="hold_round", queue=JOBS["hold_round"], arguments=[round_id])
        journal.record(
            tx, actor=actor, action="round.tried_again", intake_id=intake_id, subject=intake.code
        )


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
        answer_by = answer_by_of(tx, min(days, MOST_DAYS))
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
