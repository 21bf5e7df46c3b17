"""The result of a whole intake: every zone's first stage and the second stage as one record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrol.core.allocation import allocate_zone
from enrol.core.leftovers import Distances, allocate_leftovers
from enrol.core.model import CutOff, Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats, LeftoverOutcome, WaitingList, ZoneOutcome
from enrol.core.priority import RuleSet
from enrol.core.roll import roll_of_entries
from enrol.core.settlement import has_one_order, settle


@dataclass(frozen=True, slots=True)
class ZoneCutOff:
    """A cut-off and the zone whose first stage it belongs to; no zone for the second stage."""

    zone: str | None
    cut_off: CutOff


@dataclass(frozen=True, slots=True)
class ZoneWaiting:
    """A waiting list and the zone whose first stage it belongs to; no zone for the second stage."""

    zone: str | None
    waiting: WaitingList


@dataclass(frozen=True, slots=True)
class Results:
    """What is published of an intake.

    ``placements`` names every registration once, in code order, with where it ended. ``cut_offs``
    and ``waiting`` go zone by zone in code order, then the second stage; within each by school.
    Waiting lists without anybody are left out.
    """

    placements: tuple[Placement, ...]
    cut_offs: tuple[ZoneCutOff, ...]
    waiting: tuple[ZoneWaiting, ...]


@dataclass(frozen=True, slots=True)
class Computation:
    """Both stages of an intake, computed anew. Entries without a zone stand under ``""``."""

    zones: Mapping[str, ZoneOutcome]
    leftovers: LeftoverOutcome

    @property
    def results(self) -> Results:
        """What is published of it."""
        return results_of(zones=self.zones, leftovers=self.leftovers)


def compute(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    distances: Distances,
    rules: RuleSet,
    key: bytes,
) -> Computation:
    """Return both stages of the whole intake; ``key`` is the draw key K.

    ``distances`` serve the second stage only (see ``allocate_leftovers``). The result is the same
    whatever the order of the input. Raises ValueError as ``allocate_zone`` does.
    """
    children, plans = entries_by_zone(entries), _plans_by_zone(seat_plans)
    zones = {
        zone: _zone_outcome(children.get(zone, ()), plans.get(zone, ()), rules=rules, key=key)
        for zone in sorted({*children, *plans})
    }
    leftovers = allocate_leftovers(
        entries=second_stage_entries(entries=entries, zones=zones),
        free=free_seats_of(zones),
        distances=distances,
        rules=rules,
        key=key,
    )
    return Computation(zones=zones, leftovers=leftovers)


def _zone_outcome(
    entries: Sequence[Entry], plans: Sequence[SeatPlan], *, rules: RuleSet, key: bytes
) -> ZoneOutcome:
    if not has_one_order(rules=rules, seat_plans=plans):
        return allocate_zone(entries=entries, seat_plans=plans, rules=rules, key=key)
    roll = roll_of_entries(entries)
    return settle(roll=roll, seat_plans=plans, rules=rules, key=key).outcome()


def entries_by_zone(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return the entries of each zone; those without a zone under ``""``."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.facts.zone or "", []).append(entry)
    return found


def _plans_by_zone(seat_plans: Sequence[SeatPlan]) -> dict[str, list[SeatPlan]]:
    found: dict[str, list[SeatPlan]] = {}
    for plan in seat_plans:
        found.setdefault(plan.zone, []).append(plan)
    return found


def second_stage_entries(
    *, entries: Sequence[Entry], zones: Mapping[str, ZoneOutcome]
) -> list[Entry]:
    """Return the entries that the first stage of all zones left without a seat."""
    codes = {code for zone in zones.values() for code in (*zone.leftover, *zone.outside)}
    return [entry for entry in entries if entry.code in codes]


def free_seats_of(zones: Mapping[str, ZoneOutcome]) -> list[FreeSeats]:
    """Return the free seats of all zones, full schools included."""
    return [free for name in sorted(zones) for free in zones[name].free_seats]


def results_of(*, zones: Mapping[str, ZoneOutcome], leftovers: LeftoverOutcome) -> Results:
    """Return what is published of both stages."""
    stages: list[tuple[str | None, ZoneOutcome | LeftoverOutcome]] = [
        *((name, zones[name]) for name in sorted(zones)),
        (None, leftovers),
    ]
    last_word = {placement.code: placement for _, stage in stages for placement in stage.placements}
    return Results(
        placements=tuple(last_word[code] for code in sorted(last_word)),
        cut_offs=tuple(
            ZoneCutOff(zone, cut_off) for zone, stage in stages for cut_off in stage.cut_offs
        ),
        waiting=tuple(
            ZoneWaiting(zone, waiting)
            for zone, stage in stages
            for waiting in stage.waiting
            if waiting.codes
        ),
    )
