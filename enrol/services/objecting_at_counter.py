"""An officer takes down the objection of a family that came in person: any desk of the city.

Same days, number and due date as online, by the same steps under the same locks.
"""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.objections import GROUNDS, LONGEST_WORDS
from enrol.services import authority
from enrol.services.assisting import CONSENTS
from enrol.services.filing_objections import (
    ObjectionDesk,
    ObjectionsOver,
    TooMany,
    Words,
    WordsNeeded,
    cleaned,
    desk_in,
    file_in,
)
from enrol.services.refusals import NotFound, Refusal
from enrol.store import counter_children, journal, objections
from enrol.store.constraints import AlreadyObjected
from enrol.store.counter_children import CounterChild
from enrol.store.db import transaction
from enrol.store.objections import Objection

__all__ = [
    "CONSENTS",
    "GROUNDS",
    "LONGEST_WORDS",
    "AlreadyObjected",
    "AtCounter",
    "ObjectionWaits",
    "ObjectionsOver",
    "TakenDown",
    "TooMany",
    "WordsNeeded",
    "file_for_family",
    "objections_at_counter",
    "printed_objection",
]


class ObjectionWaits(Refusal):
    """An objection of this child waits for its answer: it is shown, not doubled."""

    def __init__(self, reference: str) -> None:
        super().__init__()
        self.reference = reference


@dataclass(frozen=True, slots=True)
class AtCounter:
    """The child and its objections; ``desk`` is None without a registration."""

    child: CounterChild
    desk: ObjectionDesk | None


@dataclass(frozen=True, slots=True)
class TakenDown:
    """An objection as it is printed for the family, with the child and who took it down."""

    objection: Objection
    child: CounterChild
    officer: str


def objections_at_counter(*, actor: Actor, child_id: int) -> AtCounter:
    """Return the objections of a child that the officer found. Raises NotFound."""
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        child = counter_children.child_by_id(tx, child_id=child_id)
        if child is None:
            raise NotFound
        return AtCounter(child=child, desk=desk_in(tx, child_id=child_id))


def file_for_family(
    *, actor: Actor, child_id: int, ground: str, words: str, consent: str
) -> Objection:
    """File the family's objection in its words; the officer and the consent are kept with it.

    Pressing twice is one objection. Raises ObjectionWaits when one waits that this officer did not
    take down, NotFound, ObjectionsOver, TooMany, WordsNeeded, AlreadyObjected.
    """
    officer = authority.officer(actor)
    if consent not in CONSENTS:
        raise NotFound
    said = Words(ground, cleaned(ground, words), officer.staff_id, consent)
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        filed = file_in(tx, actor=actor, child_id=child_id, said=said)
        if filed.entered_by != officer.staff_id:
            raise ObjectionWaits(filed.reference)
        return filed


def printed_objection(*, actor: Actor, objection_id: int) -> TakenDown:
    """Return an objection that this officer took down, to print it; journalled.

    Raises NotFound for any other objection.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        found = objections.objection_of(tx, objection_id=objection_id)
        if found is None or found.entered_by != officer.staff_id:
            raise NotFound
        child_id = objections.child_of(tx, objection_id=objection_id)
        child = counter_children.child_by_id(tx, child_id=child_id)
        if child is None:
            raise NotFound
        journal.record(
            tx,
            actor=actor,
            action="objection.printed",
            intake_id=found.intake_id,
            subject=found.code,
            detail={"objection": found.reference},
        )
        return TakenDown(found, child, officer.full_name)
