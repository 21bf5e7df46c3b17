"""What a school sees: own seats, who wishes it first, and its roll once published."""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.refusals import NotFound
from enrol.store import frozen_entries, journal, rolls, seats_offered
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.rolls import RollLine, SchoolName, WishLine
from enrol.store.seats_offered import SeatLine

__all__ = ["FirstWish", "FirstWishes", "SchoolDesk", "SchoolName", "SchoolRoll"]

PAGE = 50

_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


@dataclass(frozen=True, slots=True)
class SchoolDesk:
    """One school in one intake; ``seats`` is None when it offers none."""

    intake: IntakeRecord
    school: SchoolName
    seats: SeatLine | None
    has_roll: bool


@dataclass(frozen=True, slots=True)
class FirstWish:
    """A registration that wishes the school first; a name only when the child is of its unit."""

    line: WishLine
    full_name: str | None


@dataclass(frozen=True, slots=True)
class FirstWishes:
    """A page of registrations in code order; ``after`` is where the next page begins, or None."""

    desk: SchoolDesk
    wishes: tuple[FirstWish, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class SchoolRoll:
    """The children with a seat at the school, by name and code."""

    desk: SchoolDesk
    lines: tuple[RollLine, ...]


def own_schools(*, actor: Actor) -> tuple[SchoolName, ...]:
    """Return the schools that the officer works for. Raises NotFound for who reaches nothing."""
    with transaction() as tx:
        reach = authority.reach_of(tx, actor=actor)
        return tuple(rolls.school_names(tx, school_ids=reach.own_school_ids))


def school_desk(*, actor: Actor, intake_id: int, school_id: int) -> SchoolDesk:
    """Return the school's page in an intake. Raises NotFound for any school but the officer's."""
    with transaction() as tx:
        return _desk(tx, actor=actor, intake_id=intake_id, school_id=school_id)


def first_wishes(*, actor: Actor, intake_id: int, school_id: int, after: str = "") -> FirstWishes:
    """Return who wishes the school first, a page at a time; the reading is journalled.

    Children of other units stand with their code and status only. Raises NotFound.
    """
    with transaction() as tx:
        desk = _desk(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        found = rolls.wished_first(
            tx,
            intake_id=intake_id,
            school_id=school_id,
            zone_ids=list(frozen_entries.zone_codes(tx, intake_id=intake_id))
            if desk.seats is None
            else [desk.seats.intake_zone_id],
            after=after,
            limit=PAGE + 1,
        )
        lines = found[:PAGE]
        wishes = tuple(
            FirstWish(line, line.full_name if line.unit_id == desk.school.unit_id else None)
            for line in lines
        )
        named = [wish.line.code for wish in wishes if wish.full_name is not None]
        if named:
            _record(tx, actor=actor, desk=desk, action="wishes.read", codes=named)
        return FirstWishes(
            desk=desk, wishes=wishes, after=lines[-1].code if len(found) > PAGE else None
        )


def roll_of(*, actor: Actor, intake_id: int, school_id: int) -> SchoolRoll:
    """Return the school's roll once it is published; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        desk = _desk(tx, actor=actor, intake_id=intake_id, school_id=school_id)
        if not desk.has_roll:
            raise NotFound
        lines = rolls.roll_of(tx, intake_id=intake_id, school_id=school_id, by_name=True)
        if lines:
            codes = [line.code for line in lines]
            _record(tx, actor=actor, desk=desk, action="roll.read", codes=codes)
        return SchoolRoll(desk=desk, lines=tuple(lines))


def _desk(tx: Transaction, *, actor: Actor, intake_id: int, school_id: int) -> SchoolDesk:
    grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
    if not grasp.reach.holds_school(school_id):
        raise NotFound
    [school] = rolls.school_names(tx, school_ids=[school_id])
    seats = seats_offered.seat_lines(tx, intake_id=intake_id, school_ids=[school_id])
    return SchoolDesk(
        intake=grasp.intake,
        school=school,
        seats=seats[0] if seats else None,
        has_roll=_has_roll(grasp),
    )


def _has_roll(grasp: Grasp) -> bool:
    return grasp.intake.phase in _PUBLISHED


def _record(
    tx: Transaction, *, actor: Actor, desk: SchoolDesk, action: str, codes: list[str]
) -> None:
    journal.record(
        tx,
        actor=actor,
        action=action,
        intake_id=desk.intake.intake_id,
        subject=desk.school.code,
        detail={"codes": codes},
    )
