"""What an allocation gives: the records that are stored, published and checked."""

from dataclasses import dataclass

from enrol.core.model import CutOff, Placement


@dataclass(frozen=True, slots=True)
class WaitingList:
    """The registrations waiting for a seat at one school, the next to be called first."""

    school: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreeSeats:
    """The seats of one school that nobody holds; 0 stands for a full school."""

    school: str
    seats: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one stage.

    ``seated`` got a wished school, of them ``first_wish`` their first; ``rerouted`` a school they
    did not wish (stage 2 only). ``unplaced`` in-zone children have no school yet; ``outside``
    counts the out-of-zone children, who hold a seat after stage 2 or wait.
    """

    entries: int
    in_zone: int
    outside: int
    seats: int
    seated: int
    first_wish: int
    rerouted: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class ZoneOutcome:
    """Stage 1 in one zone.

    ``placements`` names every entry of the zone once, in code order, with no school for children
    left over and children from outside the zone. ``cut_offs`` are in (school, band) order,
    ``waiting`` and ``free_seats`` name every school of the zone, in code order. ``leftover`` and
    ``outside`` are codes in order: in-zone children without a seat, and out-of-zone children; both
    go on to stage 2.
    """

    placements: tuple[Placement, ...]
    cut_offs: tuple[CutOff, ...]
    waiting: tuple[WaitingList, ...]
    free_seats: tuple[FreeSeats, ...]
    leftover: tuple[str, ...]
    outside: tuple[str, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class LeftoverOutcome:
    """Stage 2 over the whole intake.

    ``placements`` names every child of stage 2 once, in code order; a placement without rank is a
    re-routing proposal (điều tiết). ``cut_offs`` count the children of this stage only.
    ``waiting`` lists out-of-zone children, who stand behind the stage 1 list of the same school.
    ``free_seats`` names every school of the intake. ``unplaced`` are in-zone children for whom the
    intake has no seat at all.
    """

    placements: tuple[Placement, ...]
    cut_offs: tuple[CutOff, ...]
    waiting: tuple[WaitingList, ...]
    free_seats: tuple[FreeSeats, ...]
    unplaced: tuple[str, ...]
    totals: Totals
