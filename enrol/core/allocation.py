"""Stage 1: the children of one zone and the schools of that zone (stage 2 is ``leftovers``).

Every child proposes to the schools its family wished, in the family's order; every school keeps
the best by the published order. Nobody is refused by a school that takes someone behind them, no
wanted seat stays empty, and no other such placement is better for any child (Gale and Shapley
1962; Abdulkadiroğlu and Sönmez 2003). Families lose nothing by stating their true order.
"""

from collections.abc import Mapping, Sequence

from enrol.core.line_up import Contender, LineUp, Standing, line_up, standings
from enrol.core.matching import match
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import Totals, ZoneOutcome
from enrol.core.priority import RuleSet
from enrol.core.queues import cut_offs, free_seats, placements_of, waiting_lists
from enrol.core.reserves import ReservedSeats


def allocate_zone(
    *, entries: Sequence[Entry], seat_plans: Sequence[SeatPlan], rules: RuleSet, key: bytes
) -> ZoneOutcome:
    """Return the placements of one zone's entries at the schools of its seat plans.

    ``entries`` are the frozen entries whose zone this is, with those from outside every zone that
    are listed with it; ``key`` is the draw key K. Only children who live in the zone by the rule
    set compete: the others are ``outside`` and wait for stage 2, as are wishes for schools
    without a plan here left aside. Reserves count when the rule set has them.

    The result is the same whatever the order of both lists. Raises ValueError when a registration,
    a wish or a school stands twice, a number of seats or metres is negative, or a child lives in
    another zone than the plans'.
    """
    plans = plans_by_school(seat_plans)
    everyone = standings(entries=entries, rules=rules, key=key)
    check_zone(everyone=everyone, seat_plans=seat_plans)
    contenders = [
        contender(standing=standing, plans=plans) for standing in everyone if standing.in_zone
    ]
    lined = line_up(contenders=contenders, schools=plans, rules=rules, key=key)
    seats = [plans[school].seats for school in lined.schools]
    reserved = reserved_seats(lined=lined, plans=plans) if rules.reserves else {}
    granted = match(contest=lined.contest, seats=seats, reserved=reserved)
    placements = placements_of(everyone=everyone, line_up=lined, granted=granted, stage=1)
    return ZoneOutcome(
        placements=placements,
        cut_offs=cut_offs(line_up=lined, granted=granted, reserved=reserved),
        waiting=waiting_lists(line_up=lined, granted=granted, waits=lambda _: True),
        free_seats=free_seats(line_up=lined, granted=granted, seats=seats),
        leftover=_without_school(everyone, placements, in_zone=True),
        outside=_without_school(everyone, placements, in_zone=False),
        totals=_totals(everyone, placements, sum(seats)),
    )


def contender(*, standing: Standing, plans: Mapping[str, SeatPlan]) -> Contender:
    """Return the child with those of its wishes that have a plan in the zone."""
    facts, wishes = standing.entry.facts, standing.entry.wishes
    offered = [school for school in wishes if school in plans]
    return Contender(standing, offered, facts.distances)


def plans_by_school(seat_plans: Sequence[SeatPlan]) -> dict[str, SeatPlan]:
    """Return the plans by school. Raises ValueError for a second plan or negative seats."""
    plans: dict[str, SeatPlan] = {}
    for plan in seat_plans:
        if plan.school in plans:
            message = f"{plan.school} has two seat plans in the zone"
            raise ValueError(message)
        if plan.seats < 0 or any(reserve.seats < 0 for reserve in plan.reserves):
            message = f"{plan.school} has a negative number of seats"
            raise ValueError(message)
        plans[plan.school] = plan
    return plans


def check_zone(*, everyone: Sequence[Standing], seat_plans: Sequence[SeatPlan]) -> None:
    """Raise ValueError unless plans and children of the zone are of one zone."""
    zones = {plan.zone for plan in seat_plans}
    for standing in everyone:
        if standing.in_zone and seat_plans:
            zones.add(standing.entry.facts.zone or "")
    if len(zones) > 1:
        message = f"one zone at a time, not {sorted(zones)}"
        raise ValueError(message)


def reserved_seats(*, lined: LineUp, plans: Mapping[str, SeatPlan]) -> dict[int, ReservedSeats]:
    """Return, empty and by index, the schools of the line-up that have reserved seats."""
    policies = sorted({reserve.policy for plan in plans.values() for reserve in plan.reserves})
    members: dict[str, set[int]] = {policy: set() for policy in policies}
    if policies:
        for child, standing in enumerate(lined.children):
            for policy in standing.entry.facts.policies:
                members.get(policy, set()).add(child)
    return {
        index: ReservedSeats(
            seats=plans[school].seats,
            reserves=[
                (reserve.seats, members[reserve.policy]) for reserve in plans[school].reserves
            ],
            child_bits=lined.contest.child_bits,
        )
        for index, school in enumerate(lined.schools)
        if plans[school].reserves
    }


def _without_school(
    everyone: Sequence[Standing], placements: Sequence[Placement], *, in_zone: bool
) -> tuple[str, ...]:
    return tuple(
        placement.code
        for standing, placement in zip(everyone, placements, strict=True)
        if placement.school is None and standing.in_zone == in_zone
    )


def _totals(everyone: Sequence[Standing], placements: Sequence[Placement], seats: int) -> Totals:
    in_zone = sum(standing.in_zone for standing in everyone)
    seated = sum(placement.school is not None for placement in placements)
    return Totals(
        entries=len(everyone),
        in_zone=in_zone,
        outside=len(everyone) - in_zone,
        seats=seats,
        seated=seated,
        first_wish=sum(placement.rank == 1 for placement in placements),
        rerouted=0,
        unplaced=in_zone - seated,
    )
