"""Stage 2: all children without a seat and all free seats of an intake.

Grade 1 is universal, so an in-zone child for whom its own zone had no seat is led to the nearest
school that has one (re-routing, điều tiết) before any child from outside a zone is admitted. Both
compete in one contest, again by deferred acceptance: at every school the in-zone children left
over stand before all others, then the rule set's order decides with the same lottery numbers.
"""

from collections.abc import Mapping, Sequence

from enrol.core.line_up import Contender, Standing, line_up, standings
from enrol.core.matching import match
from enrol.core.model import Entry, Placement
from enrol.core.outcome import FreeSeats, LeftoverOutcome, Totals
from enrol.core.priority import RuleSet, is_in_zone
from enrol.core.queues import cut_offs, free_seats, placements_of, waiting_lists

Distances = Mapping[str, Sequence[tuple[str, int]]]
"""(school, whole metres from home) by registration code."""

ZoneDistances = Mapping[str, Sequence[tuple[str, int]]]
"""(school, whole metres from the middle of the zone) by the zone's code: announced at closing."""


def distances_from_zones(
    *, table: ZoneDistances, entries: Sequence[Entry], rules: RuleSet
) -> Distances:
    """Return the distances of the second stage: a child of a zone is led from the zone's middle.

    Nothing of a home is in them. Children from outside have none, for nobody knows their zone.
    """
    return {
        entry.code: table[zone]
        for entry in entries
        if (zone := entry.facts.zone) is not None
        and zone in table
        and is_in_zone(facts=entry.facts, rules=rules)
    }


def allocate_leftovers(
    *,
    entries: Sequence[Entry],
    free: Sequence[FreeSeats],
    distances: Distances,
    rules: RuleSet,
    key: bytes,
) -> LeftoverOutcome:
    """Return the placements of the children whom stage 1 left without a seat.

    ``entries`` are the ``leftover`` and ``outside`` ones of every zone. ``free`` are the free
    seats of every zone, schools without any included; a school named twice has the sum. A seat
    that was reserved is open to all here. An in-zone child's list is the schools with free seats,
    nearest first by ``distances``; schools without a known distance follow in code order, so that
    a child is only ``unplaced`` when the intake has fewer seats than children. A child from
    outside has its wishes, and is on the waiting list of every wish it did not get.

    Distances that decide a priority are those of the frozen entry, then those of ``distances``.
    The result is the same whatever the order of the input. Raises ValueError as
    ``allocate_zone`` does.
    """
    seats = seats_by_school(free)
    everyone = standings(entries=entries, rules=rules, key=key)
    nearest = Nearest([school for school in seats if seats[school]])
    known = distances if "distance" in rules.order else None
    contenders = [
        Contender(
            standing,
            _choices(standing, seats, distances, nearest),
            () if known is None else _decided(standing.entry, known),
        )
        for standing in everyone
    ]
    lined = line_up(contenders=contenders, schools=seats, rules=rules, key=key)
    counts = [seats[school] for school in lined.schools]
    granted = match(contest=lined.contest, seats=counts, reserved={})
    placements = placements_of(everyone=everyone, line_up=lined, granted=granted, stage=2)
    return LeftoverOutcome(
        placements=placements,
        cut_offs=cut_offs(line_up=lined, granted=granted, reserved={}),
        waiting=waiting_lists(line_up=lined, granted=granted, waits=_is_outside),
        free_seats=free_seats(line_up=lined, granted=granted, seats=counts),
        unplaced=tuple(
            placement.code
            for standing, placement in zip(everyone, placements, strict=True)
            if standing.in_zone and placement.school is None
        ),
        totals=_totals(everyone, placements, sum(counts)),
    )


def seats_by_school(free: Sequence[FreeSeats]) -> dict[str, int]:
    """Return the free seats of every school named, summed. Raises ValueError for a negative one."""
    seats: dict[str, int] = {}
    for some in free:
        if some.seats < 0:
            message = f"{some.school} has a negative number of seats"
            raise ValueError(message)
        seats[some.school] = seats.get(some.school, 0) + some.seats
    return seats


def _choices(
    standing: Standing, seats: Mapping[str, int], distances: Distances, nearest: "Nearest"
) -> Sequence[str]:
    entry = standing.entry
    if standing.in_zone:
        return nearest.of(distances.get(entry.code, ()), own=entry.facts.distances)
    return [school for school in entry.wishes if school in seats]


def _decided(entry: Entry, distances: Distances) -> tuple[tuple[str, int], ...]:
    decided = {**dict(distances.get(entry.code, ())), **dict(entry.facts.distances)}
    return tuple(decided.items())


class Nearest:
    """The schools with free seats, nearest first, for one child after the other.

    Most children of a zone are led from the same point and stated no distance to any of these
    schools: they share one list.
    """

    def __init__(self, schools: Sequence[str]) -> None:
        self._schools = schools
        self._known = frozenset(schools)
        self._shared: dict[int, tuple[Sequence[tuple[str, int]], list[str]]] = {}

    def of(
        self, led: Sequence[tuple[str, int]], *, own: Sequence[tuple[str, int]]
    ) -> Sequence[str]:
        """Return the schools by the distances led from, where the child stated none of its own."""
        if any(school in self._known for school, _ in own):
            return by_distance(schools=self._schools, metres={**dict(led), **dict(own)})
        # Known by identity, and kept, so that no other list can come to stand in its place.
        kept = self._shared.get(id(led))
        if kept is None:
            kept = self._shared[id(led)] = (
                led,
                by_distance(schools=self._schools, metres=dict(led)),
            )
        return kept[1]


def by_distance(*, schools: Sequence[str], metres: Mapping[str, int]) -> list[str]:
    """Return the schools nearest first; equally far ones, and then unknown ones, by code."""
    return sorted(schools, key=lambda s: (s not in metres, metres.get(s, 0), s))


def _is_outside(standing: Standing) -> bool:
    return not standing.in_zone


def _totals(everyone: Sequence[Standing], placements: Sequence[Placement], seats: int) -> Totals:
    in_zone = sum(standing.in_zone for standing in everyone)
    placed = [placement for placement in placements if placement.school is not None]
    return Totals(
        entries=len(everyone),
        in_zone=in_zone,
        outside=len(everyone) - in_zone,
        seats=seats,
        seated=sum(placement.rank is not None for placement in placed),
        first_wish=sum(placement.rank == 1 for placement in placed),
        rerouted=sum(placement.rank is None for placement in placed),
        unplaced=sum(
            standing.in_zone and placement.school is None
            for standing, placement in zip(everyone, placements, strict=True)
        ),
    )
