"""One certificate for both stages of an intake, from where everyone ended."""

from collections import Counter
from collections.abc import Mapping, Sequence

from enrol.core.certificate import Certificate, certify_leftovers, certify_zone
from enrol.core.claims import Law
from enrol.core.leftovers import Distances
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats
from enrol.core.priority import RuleSet
from enrol.core.roll import roll_of_entries
from enrol.core.roll_certificate import certify_seats
from enrol.core.seating import misnamed
from enrol.core.settlement import has_one_order


def certify_intake(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    distances: Distances,
    rules: RuleSet,
    key: bytes,
    placements: Sequence[Placement],
) -> Certificate:
    """Return one certificate for both stages of an intake, from where everyone ended.

    ``placements`` name every registration once, as published: stage 1 for a seat in the child's
    own zone, stage 2 for everybody else. Counts are those of the whole intake; a child refused in
    its zone and again in stage 2 counts among the ``refusals`` of both.
    """
    law = Law(rules, key)
    wrong = next(misnamed([entry.code for entry in entries], placements), None)
    parts = [] if wrong else _stages(entries, seat_plans, distances, law, placements)
    violations = [part.violation for part in parts if part.violation is not None]
    return Certificate(
        entries=len(entries),
        schools=len({plan.school for plan in seat_plans}),
        seats=sum(plan.seats for plan in seat_plans),
        placed=sum(placement.school is not None for placement in placements),
        refusals=sum(part.refusals for part in parts),
        violation=wrong or next(iter(violations), None),
    )


def _stages(
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    distances: Distances,
    law: Law,
    placements: Sequence[Placement],
) -> list[Certificate]:
    """Return the certificates of every zone in code order, then of stage 2."""
    ended = {placement.code: placement for placement in placements}
    by_zone: dict[str, list[Entry]] = {plan.zone: [] for plan in seat_plans}
    for entry in entries:
        by_zone.setdefault(entry.facts.zone or "", []).append(entry)
    seated = {p.code for p in placements if p.stage == 1 and p.school is not None}
    parts: list[Certificate] = []
    free: list[FreeSeats] = []
    for zone in sorted(by_zone):
        plans = [plan for plan in seat_plans if plan.zone == zone]
        here = by_zone[zone]
        part = _zone(here, plans, law, {e.code: ended[e.code] for e in here if e.code in seated})
        taken = Counter(ended[entry.code].school for entry in here if entry.code in seated)
        free += [FreeSeats(p.school, max(0, p.seats - taken[p.school])) for p in plans]
        parts.append(part)
    left = [entry for entry in entries if entry.code not in seated]
    part = certify_leftovers(
        entries=left,
        free=free,
        distances=distances,
        rules=law.rules,
        key=law.key,
        placements=[ended[entry.code] for entry in left],
    )
    return [*parts, part]


def _zone(
    entries: Sequence[Entry],
    plans: Sequence[SeatPlan],
    law: Law,
    seated: Mapping[str, Placement],
) -> Certificate:
    """Return the certificate of one zone's stage 1, where everyone not seated has no seat."""
    if has_one_order(rules=law.rules, seat_plans=plans):
        part = _in_columns(entries, plans, law, seated)
        if part is not None:
            return part
    return certify_zone(
        entries=entries,
        seat_plans=plans,
        rules=law.rules,
        key=law.key,
        placements=[
            seated.get(entry.code) or law.placement(law.claim(entry, ()), None, 1)
            for entry in entries
        ],
    )


def _in_columns(
    entries: Sequence[Entry],
    plans: Sequence[SeatPlan],
    law: Law,
    seated: Mapping[str, Placement],
) -> Certificate | None:
    try:
        roll = roll_of_entries(entries)
    except ValueError:
        return None  # no list of a zone: the long way says what is wrong with it
    return certify_seats(roll=roll, seat_plans=plans, rules=law.rules, key=law.key, seated=seated)
