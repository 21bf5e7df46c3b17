"""Planning an intake: who sees which intakes, the seats of each school, and changing them."""

from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.authority import Grasp
from enrol.services.phases import refuse_unless_in
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, intakes, journal, locks, seats_offered, staff
from enrol.store.db import transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.seats_offered import SeatLine
from enrol.store.staff import Place

MOST_SEATS = 5_000
MOST_CLASSES = 200
MOST_IN_A_CLASS = 35
"""Pupils a primary class: a line that warns (school regulations, Circular 28/2020/TT-BGDDT)."""


class SeatsOutOfRange(Refusal):
    """Seats are 0 to ``MOST_SEATS``, classes 0 to ``MOST_CLASSES``."""


class SeatsBelowReserves(Refusal):
    """Fewer seats than are reserved at the school; ``reserved`` says how many are."""

    def __init__(self, reserved: int) -> None:
        super().__init__(reserved)
        self.reserved = reserved


class SeatsNeedAReason(Refusal):
    """Seats that were announced change only with a reason that families can read."""


class OverTheClassCap(Refusal):
    """More than ``MOST_IN_A_CLASS`` seats a class are stated only with a reason, signed by whoever
    states them: the journal keeps officer and reason.
    """


def is_over_cap(*, seats: int, classes: int | None) -> bool:
    """Tell whether so many seats mean more than ``MOST_IN_A_CLASS`` children a class; False when
    classes are not stated.
    """
    return bool(classes) and seats > MOST_IN_A_CLASS * (classes or 0)


def may_state(grasp: Grasp, line: SeatLine) -> bool:
    """Tell whether the officer may state these seats: the unit that answers for the school, or the
    school itself as a proposal that nobody has seen and a second officer has to approve.
    """
    proposes = grasp.intake.needs_approvals and grasp.intake.phase is Phase.DRAFT
    is_own = line.school_id in grasp.reach.own_school_ids
    return grasp.reach.leads(line.unit_id) or (proposes and is_own)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer finds on arrival: own places and the intakes that they take part in."""

    places: tuple[Place, ...]
    intakes: tuple[IntakeRecord, ...]
    leads: frozenset[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class SeatPage:
    """The seats of an intake within the officer's reach; ``editable`` holds school ids."""

    intake: IntakeRecord
    lines: tuple[SeatLine, ...]
    editable: frozenset[int]

    @property
    def seats(self) -> int:
        """Return the seats of all lines together."""
        return sum(line.seats for line in self.lines)


def desk_of(*, actor: Actor) -> Desk:
    """Return the officer's desk; empty lists for an officer without scopes."""
    officer = authority.officer(actor)
    with transaction() as tx:
        reach = staff.reach_of(tx, officer=officer)
        seen = intakes.intakes_within(tx, unit_ids=reach.unit_ids, school_ids=reach.school_ids)
        return Desk(
            places=tuple(staff.places_of(tx, officer=officer)),
            intakes=tuple(seen),
            leads=frozenset(item.intake_id for item in seen if reach.leads(item.unit_id)),
            at=clock.database_now(tx),
        )


def seats_of(*, actor: Actor, intake_id: int) -> SeatPage:
    """Return the seats planned at the officer's schools. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        lines = seats_offered.seat_lines(tx, intake_id=intake_id, school_ids=grasp.reach.school_ids)
        is_open_to_change = grasp.intake.phase in _CHANGEABLE
        editable = {line.school_id for line in lines if may_state(grasp, line)}
        return SeatPage(
            intake=grasp.intake,
            lines=tuple(lines),
            editable=frozenset(editable if is_open_to_change else ()),
        )


def change_seats(
    *,
    actor: Actor,
    intake_id: int,
    school_id: int,
    seats: int,
    classes: int | None,
    reason: str = "",
) -> None:
    """State the seats of one school anew; the journal keeps what stood before and why.

    The officer's unit must answer for the school (a school cannot give itself seats: it proposes
    them while the intake is planned and asks for approvals). Possible until the list is closed;
    once announced, only with a reason. Where the intake asks for approvals, a second officer has
    to approve what is stated. Raises NotFound, WrongPhase,
    SeatsOutOfRange, SeatsBelowReserves, SeatsNeedAReason, OverTheClassCap. Reserved seats stay
    as they are. Stating the same again writes nothing.
    """
    officer = authority.officer(actor)
    if not 0 <= seats <= MOST_SEATS or not 0 <= (classes or 0) <= MOST_CLASSES:
        raise SeatsOutOfRange
    with transaction() as tx:
        # Shared with families, exclusive against closing: no plan changes under a frozen list.
        locks.lock_intake_shared(tx, intake_id)
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        # Two officers at once: the second journals what the first has just stated.
        seats_offered.hold_seats(tx, intake_id=intake_id, school_id=school_id)
        held = seats_offered.seat_lines(tx, intake_id=intake_id, school_ids=[school_id])
        if not held or not may_state(grasp, held[0]):
            raise NotFound
        refuse_unless_in(grasp.intake, *_CHANGEABLE)
        if grasp.intake.phase is not Phase.DRAFT and not reason.strip():
            raise SeatsNeedAReason
        before = held[0]
        reserved = sum(count for _policy, count in before.reserves)
        if seats < reserved:
            raise SeatsBelowReserves(reserved)
        if (before.seats, before.classes) == (seats, classes):
            return
        over_cap = is_over_cap(seats=seats, classes=classes)
        if over_cap and not reason.strip():
            raise OverTheClassCap
        seats_offered.change_seats(
            tx,
            intake_id=intake_id,
            school_id=school_id,
            seats=seats,
            classes=classes,
            stated_by=officer.staff_id,
            reason=reason.strip(),
        )
        journal.record(
            tx,
            actor=actor,
            action="seats.changed",
            intake_id=intake_id,
            subject=before.school,
            detail={
                "seats": seats,
                "classes": classes,
                "seats_before": before.seats,
                "classes_before": before.classes,
                "reason": reason.strip(),
                **({"over_cap": True} if over_cap else {}),
            },
        )


_CHANGEABLE = (Phase.DRAFT, Phase.ANNOUNCED, Phase.OPEN)
