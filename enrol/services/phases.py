"""What a change of phase begins with: authority, the exclusive lock, the phase read under it."""

from enrol.core.actors import Actor
from enrol.core.intake import Phase, can_move
from enrol.services import authority
from enrol.services.refusals import Refusal
from enrol.store import locks
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord


class WrongPhase(Refusal):
    """The intake is not where this step begins; somebody may have been faster."""

    def __init__(self, phase: Phase) -> None:
        super().__init__()
        self.phase = phase


def locked_intake(tx: Transaction, *, actor: Actor, intake_id: int) -> IntakeRecord:
    """Return the intake as it stands under its exclusive lock; NotFound for who may not decide.

    Who may not decide is refused before taking the lock. The lock then comes before the read it
    protects: two officers who press at once are judged one after the other, and the second finds
    the phase already passed.
    """
    authority.led_intake(tx, actor=actor, intake_id=intake_id)
    locks.lock_intake_exclusive(tx, intake_id)
    return authority.led_intake(tx, actor=actor, intake_id=intake_id)


def refuse_unless_next(intake: IntakeRecord, target: Phase) -> None:
    """Raise WrongPhase unless the intake may pass to ``target`` now."""
    if not can_move(intake.phase, target):
        raise WrongPhase(intake.phase)


def refuse_unless_in(intake: IntakeRecord, *phases: Phase) -> None:
    """Raise WrongPhase unless the intake is in one of the phases."""
    if intake.phase not in phases:
        raise WrongPhase(intake.phase)


def seed_context(intake: IntakeRecord) -> str:
    """Return what a sealed seed is bound to: one intake's seed never opens as another's."""
    return f"intake/{intake.code}/seed"
