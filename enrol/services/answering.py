"""A family answers to its seat: it accepts, accepts and waits on for a better wish, or declines.

The instant by which a seat must be answered is judged by the database's clock in the writing
transaction, under the intake's shared lock; a round takes that lock exclusively, so an answer is
either counted in it or refused with a clear word.
"""

from dataclasses import dataclass

from enrol.core.actors import Family
from enrol.core.intake import Phase
from enrol.core.rounds import Answer
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, Refusal
from enrol.store import journal, locks, registrations, rounds, seat_answers, windows
from enrol.store.constraints import RoundPending
from enrol.store.db import transaction
from enrol.store.seat_answers import Move, Place, Seat
from enrol.store.windows import Window

__all__ = [
    "AnswerDesk",
    "AnswersOver",
    "CannotAnswerSo",
    "Move",
    "Place",
    "RoundPending",
    "Seat",
    "desk_of",
    "give_answer",
]


class AnswersOver(Refusal):
    """The instant by which the seat had to be answered has passed."""


class CannotAnswerSo(Refusal):
    """There is no seat, or no waiting list, that this answer could be about."""


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """What a family's page shows: the seat, its places on waiting lists and what rounds did."""

    window: Window
    code: str
    seat: Seat
    places: tuple[Place, ...]
    moves: tuple[Move, ...]
    is_pending: bool

    @property
    def is_open(self) -> bool:
        """Whether something can be answered now."""
        return self.window.phase is Phase.FINAL and not self.is_pending and not is_over(self.seat)

    def may(self, answer: Answer) -> bool:
        """Whether this answer can be given now."""
        return self.is_open and fits(self.seat, answer)


def desk_of(*, actor: Family) -> AnswerDesk | None:
    """Return the family's seat in the current intake; None before the days for answers.

    Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None or window.phase not in (Phase.FINAL, Phase.SETTLED):
            return None
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        if live is None:
            return None
        seat = seat_answers.seat_of(tx, registration_id=live.registration_id)
        if seat is None:
            return None
        return AnswerDesk(
            window=window,
            code=live.code,
            seat=seat,
            places=tuple(seat_answers.places_of(tx, registration_id=live.registration_id)),
            moves=tuple(seat_answers.moves_of(tx, intake_id=window.intake_id, code=live.code)),
            is_pending=rounds.is_pending(tx, intake_id=window.intake_id),
        )


def give_answer(*, actor: Family, answer: Answer) -> None:
    """Keep the family's answer; it counts in the next round and can be changed until then.

    Saying the same again changes nothing. Raises NotFound, SignedOut, AnswersOver, CannotAnswerSo,
    and RoundPending while a round is being held.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None:
            raise NotFound
        locks.lock_intake_shared(tx, window.intake_id)
        window = windows.window_of(tx, intake_id=window.intake_id)
        if window is None or window.phase is not Phase.FINAL:
            raise NotFound
        live = registrations.live_of(
            tx, intake_id=window.intake_id, child_id=child.child_id, for_update=True
        )
        if live is None:
            raise NotFound
        if rounds.is_pending(tx, intake_id=window.intake_id):
            raise RoundPending
        seat = seat_answers.seat_of(tx, registration_id=live.registration_id)
        if seat is None:
            raise NotFound
        if is_over(seat):
            raise AnswersOver
        if not fits(seat, answer):
            raise CannotAnswerSo
        if seat.answer == answer.value:
            return
        seat_answers.give(
            tx,
            intake_id=window.intake_id,
            registration_id=live.registration_id,
            answer=answer.value,
            staff_id=None,
        )
        journal.record(
            tx,
            actor=actor,
            action="seat.answered",
            intake_id=window.intake_id,
            subject=live.code,
            detail={"answer": answer.value},
        )


def is_over(seat: Seat) -> bool:
    """Tell whether a seat was not answered in time; what was answered in time can be changed."""
    return seat.is_unanswered and seat.is_late and seat.answer is None


def fits(seat: Seat, answer: Answer) -> bool:
    """Tell whether there is something that this answer is about."""
    has_seat = seat.school_id is not None
    return {
        Answer.ACCEPT: has_seat,
        Answer.STAY: has_seat and seat.has_places,
        Answer.DECLINE: (has_seat or seat.has_places) and seat.enrolled_at is None,
        Answer.UNCLAIMED: False,
    }[answer]
