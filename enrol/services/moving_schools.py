"""The city moves a school to another ward from a day on.

A planned move is done by the relay when its day has come. It waits while the school offers seats in
an intake that is announced and not settled: until then the ward that answers for it stays the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enrol.core.actors import CITY_OFFICER, Actor, System
from enrol.core.names import clean_text
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, locks, school_moves
from enrol.store.constraints import MovePlanned
from enrol.store.db import Transaction, transaction
from enrol.store.school_moves import MovingSchool, SchoolMove, Ward

__all__ = [
    "LONGEST_REASON",
    "MoveDesk",
    "MoveLook",
    "MovePlanned",
    "MoveRefused",
    "MovingSchool",
    "NothingToTakeBack",
    "SchoolMove",
    "Ward",
    "do_due",
    "look_at_move",
    "move_desk",
    "plan_move",
    "take_back",
]

LONGEST_REASON = 300


class MoveRefused(Refusal):
    """What was given makes no move; ``fields`` among ``school``, ``to``, ``on`` and ``reason``."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__()
        self.fields = fields


class NothingToTakeBack(Refusal):
    """The move was done or taken back meanwhile."""


@dataclass(frozen=True, slots=True)
class MoveDesk:
    """The moves of the city's schools, its wards, and the schools of the ward looked at."""

    moves: Sequence[SchoolMove]
    wards: Sequence[Ward]
    schools: Sequence[MovingSchool]


@dataclass(frozen=True, slots=True)
class MoveLook:
    """What a move would do: officers who lose and who gain the school."""

    school: MovingSchool
    to: Ward
    on: date
    officers_before: int
    officers_after: int


def move_desk(*, actor: Actor, ward: str = "") -> MoveDesk:
    """Return what the city's page of moves shows; ``ward`` is the code of the ward to choose a
    school of. Raises NotFound for who is no officer of a city.
    """
    with transaction() as tx:
        units = _city_reach(tx, actor).unit_ids
        return MoveDesk(
            moves=school_moves.moves_within(tx, unit_ids=units),
            wards=school_moves.wards(tx, unit_ids=units),
            schools=school_moves.schools_of_ward(tx, unit_code=ward, unit_ids=units),
        )


def look_at_move(*, actor: Actor, school: str, to: str, on: date | None, reason: str) -> MoveLook:
    """Return what the move would do, without doing it. Raises NotFound, MoveRefused."""
    with transaction() as tx:
        units = _city_reach(tx, actor).unit_ids
        moving, ward, day = _judged(tx, units, school=school, to=to, on=on, reason=reason)
        return MoveLook(
            school=moving,
            to=ward,
            on=day,
            officers_before=school_moves.officers_of(tx, unit_id=moving.unit_id),
            officers_after=school_moves.officers_of(tx, unit_id=ward.unit_id),
        )


def plan_move(*, actor: Actor, school: str, to: str, on: date | None, reason: str) -> None:
    """Plan the move. Nothing changes before its day.

    Under the register's lock, which imports hold too. Raises NotFound, MoveRefused, MovePlanned,
    StoreBusy.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        units = _city_reach(tx, actor).unit_ids
        locks.lock_register(tx)
        moving, ward, day = _judged(tx, units, school=school, to=to, on=on, reason=reason)
        why = clean_text(reason)
        school_moves.add(tx, moving=moving, to=ward.unit_id, on=day, why=why, by=officer.staff_id)
        journal.record(
            tx,
            actor=actor,
            action="school.move_planned",
            subject=moving.code,
            detail={"to": ward.code, "on": day.isoformat(), "reason": why},
        )


def take_back(*, actor: Actor, move_id: int) -> None:
    """Take a planned move back. Raises NotFound, NothingToTakeBack, StoreBusy."""
    officer = authority.officer(actor)
    with transaction() as tx:
        units = _city_reach(tx, actor).unit_ids
        locks.lock_register(tx)
        code = school_moves.take_back(tx, move_id=move_id, by=officer.staff_id, unit_ids=units)
        if code is None:
            raise NothingToTakeBack
        journal.record(tx, actor=actor, action="school.move_taken_back", subject=code)


def do_due() -> int:
    """Do the moves whose day has come and return how many; the relay calls it.

    Under the register's lock and the rows'; several relays may do so at once, the second finds
    nothing left.
    """
    with transaction() as tx:
        locks.lock_register(tx)
        due = school_moves.claim_due(tx)
        for move_id, school_id, unit_id, code, before, after in due:
            school_moves.do(tx, move_id=move_id, school_id=school_id, unit_id=unit_id)
            journal.record(
                tx,
                actor=System(),
                action="school.moved",
                subject=code,
                detail={"from": before, "to": after},
            )
    return len(due)


def _judged(
    tx: Transaction,
    units: frozenset[int],
    *,
    school: str,
    to: str,
    on: date | None,
    reason: str,
) -> tuple[MovingSchool, Ward, date]:
    moving = school_moves.school(tx, code=school, unit_ids=units)
    ward = next((one for one in school_moves.wards(tx, unit_ids=units) if one.code == to), None)
    today = intakes.civil_date(tx, at=clock.database_now(tx))
    wrong = set()
    if moving is None:
        wrong.add("school")
    if ward is None or (moving is not None and ward.unit_id == moving.unit_id):
        wrong.add("to")
    if on is None or on < today:
        wrong.add("on")
    if not 0 < len(clean_text(reason)) <= LONGEST_REASON:
        wrong.add("reason")
    if wrong or moving is None or ward is None or on is None:
        raise MoveRefused(frozenset(wrong))
    return moving, ward, on


def _city_reach(tx: Transaction, actor: Actor) -> Reach:
    reach = authority.reach_of(tx, actor=actor)
    if not authority.officer(actor).has_role(CITY_OFFICER):
        raise NotFound
    return reach
