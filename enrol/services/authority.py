"""What an officer may see and decide, judged inside the transaction of the use case.

Whatever lies outside an officer's reach does not exist for them: NotFound, never "forbidden".
"""

from dataclasses import dataclass

from enrol.core.actors import Actor, Officer
from enrol.core.reach import Reach
from enrol.services.refusals import NotFound
from enrol.store import intakes, staff
from enrol.store.db import Transaction
from enrol.store.intakes import IntakeRecord


@dataclass(frozen=True, slots=True)
class Grasp:
    """An intake in an officer's hands: the record and how far the officer reaches in it."""

    intake: IntakeRecord
    reach: Reach

    @property
    def leads(self) -> bool:
        """Tell whether the officer decides the intake's phases."""
        return self.reach.leads(self.intake.unit_id)


def officer(actor: Actor) -> Officer:
    """Return the actor as an officer; NotFound for families and machines."""
    if not isinstance(actor, Officer):
        raise NotFound
    return actor


def reach_of(tx: Transaction, *, actor: Actor) -> Reach:
    """Return what the officer's scopes come down to; NotFound when they come to nothing."""
    reach = staff.reach_of(tx, officer=officer(actor))
    if reach.is_empty:
        raise NotFound
    return reach


def seen_intake(tx: Transaction, *, actor: Actor, intake_id: int) -> Grasp:
    """Return an intake in which the officer has something to see."""
    reach = reach_of(tx, actor=actor)
    intake = intakes.intake_of(tx, intake_id=intake_id)
    if intake is None:
        raise NotFound
    has_part = reach.leads(intake.unit_id) or intakes.offers_at(
        tx, intake_id=intake_id, school_ids=reach.school_ids
    )
    if not has_part:
        raise NotFound
    return Grasp(intake=intake, reach=reach)


def led_intake(tx: Transaction, *, actor: Actor, intake_id: int) -> IntakeRecord:
    """Return an intake whose phases the officer decides."""
    reach = reach_of(tx, actor=actor)
    intake = intakes.intake_of(tx, intake_id=intake_id)
    if intake is None or not reach.leads(intake.unit_id):
        raise NotFound
    return intake
