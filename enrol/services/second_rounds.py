"""A second round for who registered late or has no seat: an intake of its own.

It begins when the first is settled, with the seats that nobody holds. It has its own commitment,
frozen list, draw and file for checking: numbers made with the first draw's key, which is public by
then, could be tried out beforehand (docs/adr/0009).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from enrol.core.actors import Actor, Family
from enrol.core.intake import Phase
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.households import signed_in_child
from enrol.services.phases import locked_intake, refuse_unless_in
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, objections, registrations, second_rounds
from enrol.store.constraints import CodeTaken, SecondRoundPlanned
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.objections import Objection
from enrol.store.second_rounds import FreeSeats, NewRound

__all__ = [
    "LONGEST_NAME",
    "BadTerms",
    "CodeTaken",
    "FirstRound",
    "FreeSeats",
    "NewRound",
    "NoThirdRound",
    "NothingFree",
    "SecondRoundDesk",
    "SecondRoundPlanned",
    "code_for",
    "first_registration",
    "plan_second_round",
    "second_round_desk",
]

LONGEST_NAME = 200
_VIETNAM = timezone(timedelta(hours=7))


class NothingFree(Refusal):
    """Every seat is held: a second round would have nothing to give."""


class NoThirdRound(Refusal):
    """The intake is a second round itself."""


class BadTerms(Refusal):
    """What the office says does not fit; ``fields`` names what, by the fields of ``NewRound``."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__()
        self.fields = fields


@dataclass(frozen=True, slots=True)
class FirstRound:
    """A family's registration in the first round, and its objections: their answers are read where
    the second round stands now.
    """

    code: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class SecondRoundDesk:
    """A settled intake, what it leaves, and its second round once that is planned."""

    intake: IntakeRecord
    at: datetime
    free: FreeSeats
    second: IntakeRecord | None


def code_for(intake: IntakeRecord) -> str:
    """Return the code that the second round of an intake has."""
    return f"{intake.code}-2"


def second_round_desk(*, actor: Actor, intake_id: int) -> SecondRoundDesk:
    """Return what a second round would give, for officers who lead the intake.

    Raises NotFound, also before the intake is settled and for a second round itself.
    """
    with transaction() as tx:
        intake = authority.led_intake(tx, actor=actor, intake_id=intake_id)
        if intake.phase is not Phase.SETTLED or intake.follows_id is not None:
            raise NotFound
        second = second_rounds.second_of(tx, intake_id=intake_id)
        return SecondRoundDesk(
            intake=intake,
            at=clock.database_now(tx),
            free=second_rounds.free_seats(tx, intake_id=intake_id),
            second=None if second is None else intakes.intake_of(tx, intake_id=second),
        )


def first_registration(*, actor: Family, first_id: int) -> FirstRound | None:
    """Return what the family had in the first round of its current intake, None without a
    registration there. Raises SignedOut.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        live = registrations.live_of(tx, intake_id=first_id, child_id=child.child_id)
        if live is None:
            return None
        found = objections.of_registration(tx, registration_id=live.registration_id)
        return FirstRound(live.code, tuple(found))


def plan_second_round(*, actor: Actor, intake_id: int, new: NewRound) -> int:
    """Plan the second round of a settled intake and return its id; it is a draft like any other,
    with rules, wards and seats still to be looked at before it is announced.

    Under the first intake's exclusive lock; ``uq_intakes_follows_id`` has the last word. Raises
    NotFound, WrongPhase, NoThirdRound, NothingFree, BadTerms, SecondRoundPlanned, CodeTaken.
    """
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        refuse_unless_in(intake, Phase.SETTLED)
        if intake.follows_id is not None:
            raise NoThirdRound
        if second_rounds.second_of(tx, intake_id=intake_id) is not None:
            raise SecondRoundPlanned
        terms = _cleaned(new)
        _refuse_unfit(terms, at=clock.database_now(tx))
        free = second_rounds.free_seats(tx, intake_id=intake_id)
        if not free.seats:
            raise NothingFree
        second = second_rounds.add(tx, intake_id=intake_id, new=terms)
        journal.record(
            tx,
            actor=actor,
            action="intake.second_round_planned",
            intake_id=second,
            subject=terms.code,
            detail={"follows": intake.code, "seats": free.seats},
        )
        return second


def _cleaned(new: NewRound) -> NewRound:
    return replace(
        new,
        name=clean_text(new.name),
        name_en=clean_text(new.name_en),
        public_value_name=clean_text(new.public_value_name),
        public_value_name_en=clean_text(new.public_value_name_en),
    )


def _refuse_unfit(new: NewRound, *, at: datetime) -> None:
    """The window lies ahead, and the public value is of a day after it: nobody knows the value
    while the list can still change.
    """
    texts = {
        "name": new.name,
        "name_en": new.name_en,
        "public_value_name": new.public_value_name,
        "public_value_name_en": new.public_value_name_en,
    }
    wrong = {field for field, said in texts.items() if not 0 < len(said) <= LONGEST_NAME}
    if new.opens_at <= at:
        wrong.add("opens_at")
    if new.closes_at <= new.opens_at:
        wrong.add("closes_at")
    if new.public_value_on <= new.closes_at.astimezone(_VIETNAM).date():
        wrong.add("public_value_on")
    if wrong:
        raise BadTerms(frozenset(wrong))
