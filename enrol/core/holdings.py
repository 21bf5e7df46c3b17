"""Who holds which seat after the final results, and who still wants what.

The first state is read out of the final results; answers and rounds (``rounds``)
lead from one state to the next. After the final results the seats of a school are one
pool, as in stage 2: reserves and parts for several zones no longer count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrol.core.claims import Law
from enrol.core.leftovers import Distances, by_distance
from enrol.core.model import Entry, SeatPlan
from enrol.core.outcome import WaitingList
from enrol.core.priority import PriorityKey
from enrol.core.results import Results

Queues = Mapping[str, Sequence[str]]
"""Everyone who may come to want a school, by school, the next to be called first."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The seats of an intake between two rounds.

    ``seats`` counts all seats of each school. ``holds`` names the school of each child that has a
    seat. ``wants`` names what a child would rather have than what it holds, the most wanted
    first; who wants nothing is left out. ``unanswered`` hold a seat that they have not answered.
    """

    seats: Mapping[str, int]
    holds: Mapping[str, str]
    wants: Mapping[str, tuple[str, ...]]
    unanswered: frozenset[str]

    @property
    def free(self) -> dict[str, int]:
        """The seats of each school that nobody holds."""
        left = dict(self.seats)
        for school in self.holds.values():
            left[school] -= 1
        return left


def first_holdings(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    distances: Distances,
    results: Results,
    law: Law,
) -> Holdings:
    """Return the seats as the final results leave them, nothing answered yet.

    A child wants the schools on whose waiting lists it stands. A child of a zone without any seat
    is led further, to every other school, nearest first: grade 1 is for every child.
    """
    seats = seats_of(seat_plans)
    holds = {item.code: item.school for item in results.placements if item.school is not None}
    waits: dict[str, set[str]] = {}
    for item in results.waiting:
        for code in item.waiting.codes:
            waits.setdefault(code, set()).add(item.waiting.school)
    wants = {}
    for entry in entries:
        places = waits.get(entry.code, set())
        wished = tuple(school for school in entry.wishes if school in places)
        led: tuple[str, ...] = ()
        if entry.code not in holds and law.is_in_zone(entry):
            led = _led(entry, seats, distances, beside=places)
        if wished or led:
            wants[entry.code] = (*wished, *led)
    return Holdings(seats, holds, wants, frozenset(holds))


def seats_of(seat_plans: Sequence[SeatPlan]) -> dict[str, int]:
    """Return all seats of each school, in code order."""
    seats: dict[str, int] = {}
    for plan in sorted(seat_plans, key=lambda plan: plan.school):
        seats[plan.school] = seats.get(plan.school, 0) + plan.seats
    return seats


def joined(
    *, holdings: Holdings, late: Sequence[Entry], distances: Distances, law: Law
) -> Holdings:
    """Return the state with late registrations in it: they hold nothing and want what they wished.

    A late child of a zone is led on to every other school. Raises ValueError for a child that is
    already known.
    """
    wants = dict(holdings.wants)
    for entry in late:
        if entry.code in holdings.holds or entry.code in wants:
            raise ValueError(f"{entry.code} is not a late registration: it stands already")
        wished = tuple(school for school in entry.wishes if school in holdings.seats)
        led: tuple[str, ...] = ()
        if law.is_in_zone(entry):
            led = _led(entry, holdings.seats, distances, beside=set(wished))
        if wished or led:
            wants[entry.code] = (*wished, *led)
    return Holdings(holdings.seats, holdings.holds, wants, holdings.unanswered)


def queues_of(
    *,
    holdings: Holdings,
    groups: Sequence[tuple[Sequence[Entry], Law]],
    seat_plans: Sequence[SeatPlan],
) -> dict[str, tuple[str, ...]]:
    """Return the queue of each school: all who want it, in the order of the rules.

    ``groups`` are the frozen list as it counts now and then late registrations, each with the law
    of its own draw; a later group stands behind an earlier one. Within a group come the children
    of a zone who wished a school of their zone, then children of a zone led there for want of any
    seat, then children from outside; among equals the rules' order with the same numbers.
    """
    zones: dict[str, set[str]] = {}
    for plan in seat_plans:
        zones.setdefault(plan.school, set()).add(plan.zone)
    queues: dict[str, list[tuple[int, int, tuple[bool, PriorityKey], str]]] = {
        school: [] for school in holdings.seats
    }
    for group, (entries, law) in enumerate(groups):
        for entry in entries:
            claim = law.claim(entry, holdings.wants.get(entry.code, ()))
            for school in claim.options:
                tier = _tier(entry, school, zones, in_zone=claim.in_zone)
                queues[school].append((group, tier, law.place(claim, school), entry.code))
    return {school: tuple(code for *_, code in sorted(queue)) for school, queue in queues.items()}


def waiting_now(*, holdings: Holdings, queues: Queues) -> list[WaitingList]:
    """Return the waiting lists as they stand, schools in code order, empty ones left out."""
    wanting = {code: frozenset(schools) for code, schools in holdings.wants.items()}
    lists = [
        WaitingList(
            school, tuple(code for code in queues[school] if school in wanting.get(code, ()))
        )
        for school in sorted(queues)
    ]
    return [item for item in lists if item.codes]


def _led(
    entry: Entry, seats: Mapping[str, int], distances: Distances, *, beside: set[str]
) -> tuple[str, ...]:
    metres = {**dict(distances.get(entry.code, ())), **dict(entry.facts.distances)}
    others = [school for school in seats if school not in beside]
    return tuple(by_distance(schools=others, metres=metres))


def _tier(entry: Entry, school: str, zones: Mapping[str, set[str]], *, in_zone: bool) -> int:
    if not in_zone:
        return 2
    is_own = school in entry.wishes and entry.facts.zone in zones.get(school, ())
    return 0 if is_own else 1
