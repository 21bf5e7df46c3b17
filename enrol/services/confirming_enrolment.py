"""A school's desk after the final results: who has not answered, and who came with its papers."""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.core.rounds import Answer
from enrol.services import authority
from enrol.services.refusals import NotFound, Refusal
from enrol.store import child_files, journal, locks, rolls, rounds, seat_answers
from enrol.store.constraints import RoundPending
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import SchoolName
from enrol.store.seat_answers import Holder

__all__ = ["Declined", "Enrolment", "Holder", "RoundPending", "confirm", "enrolment_of"]

PAGE = 50


class Declined(Refusal):
    """The family has declined the seat: it must change its answer first."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A page of who holds a seat of the school; ``after`` begins the next page, None at the end."""

    intake: IntakeRecord
    school: SchoolName
    holders: tuple[Holder, ...]
    only_silent: bool
    is_pending: bool
    after: int | None

    @property
    def may_confirm(self) -> bool:
        """Whether children can be enrolled now."""
        return self.intake.phase is Phase.FINAL and not self.is_pending


def enrolment_of(
    *, actor: Actor, intake_id: int, school_id: int, only_silent: bool, after: int = 0
) -> Enrolment:
    """Return who holds a seat of the officer's school, or of them who has not answered.

    The reading of names is journalled. Raises NotFound, also before the final results.
    """
    with transaction() as tx:
        intake, school = _school(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        found = seat_answers.holders(
            tx,
            intake_id=intake_id,
            school_id=school_id,
            only_silent=only_silent,
            after=after,
            limit=PAGE + 1,
        )
        lines = tuple(found[:PAGE])
        if lines:
            journal.record(
                tx,
                actor=actor,
                action="holders.read",
                intake_id=intake_id,
                subject=school.code,
                detail={"codes": [line.code for line in lines]},
            )
        return Enrolment(
            intake=intake,
            school=school,
            holders=lines,
            only_silent=only_silent,
            is_pending=rounds.is_pending(tx, intake_id=intake_id),
            after=lines[-1].registration_id if len(found) > PAGE else None,
        )


def confirm(*, actor: Actor, intake_id: int, school_id: int, code: str) -> None:
    """Note that a child came to its school with its papers; pressing twice is once.

    Who has not answered accepts the seat by coming, also after the last day while the seat is
    still there. Under the intake's shared lock and the registration's row. Raises NotFound,
    Declined, and RoundPending while a round is being held.
    """
    with transaction() as tx:
        _school(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        locks.lock_intake_shared(tx, intake_id)
        intake, _name = _school(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        if intake.phase is not Phase.FINAL:
            raise NotFound
        if rounds.is_pending(tx, intake_id=intake_id):
            raise RoundPending
        holder = _holder(tx, intake_id=intake_id, school_id=school_id, code=code)
        child_files.lock_file(tx, registration_id=holder.registration_id)
        holder = _holder(tx, intake_id=intake_id, school_id=school_id, code=code)
        _enrol(tx, actor=actor, intake_id=intake_id, holder=holder)


def _holder(tx: Transaction, *, intake_id: int, school_id: int, code: str) -> Holder:
    found = seat_answers.holders(
        tx,
        intake_id=intake_id,
        school_id=school_id,
        only_silent=False,
        after=0,
        limit=1,
        code=code,
    )
    if not found:
        raise NotFound
    return found[0]


def _enrol(tx: Transaction, *, actor: Actor, intake_id: int, holder: Holder) -> None:
    if holder.answer == Answer.DECLINE.value:
        raise Declined
    staff_id = authority.officer(actor).staff_id
    if not seat_answers.enrol(tx, registration_id=holder.registration_id, staff_id=staff_id):
        return
    if holder.is_unanswered and holder.answer is None:
        seat_answers.give(
            tx,
            intake_id=intake_id,
            registration_id=holder.registration_id,
            answer=Answer.ACCEPT.value,
            staff_id=staff_id,
        )
    journal.record(
        tx, actor=actor, action="child.enrolled", intake_id=intake_id, subject=holder.code
    )


def _school(
    tx: Transaction, *, actor: Actor, intake_id: int, school_id: int
) -> tuple[IntakeRecord, SchoolName]:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    is_final = grasp.intake.phase in (Phase.FINAL, Phase.SETTLED)
    if not grasp.reach.holds_school(school_id) or not is_final:
        raise NotFound
    [school] = rolls.school_names(tx, school_ids=[school_id])
    return grasp.intake, school
