"""A second opinion on placements: checked against the rules, not computed again by the engine.

Nothing here proposes or displaces. The finished placements are tested: every child named once,
with its own band, number and rank; nobody at a school it may not have; no school above its seats;
no seat empty that somebody wanted; and at every school exactly the children it would choose among
those it holds and those it refused. The last says that no child and school would both rather have
each other (no blocking pair, Gale and Shapley 1962) and that reserves filled as stated. What is
tested one by one in ``seating`` is joined here for a zone, for stage 2 and for an intake.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from enrol.core.claims import Claim, Law, leftover_claims, zone_claims
from enrol.core.leftovers import Distances, seats_by_school
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats
from enrol.core.priority import RuleSet
from enrol.core.sealing import Json
from enrol.core.seating import Seating, Violation, misnamed


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was checked, in counts, and the first violation if there is one.

    ``refusals`` counts the pairs of a child and a school it wanted more than what it got: each
    was tested.
    """

    entries: int
    schools: int
    seats: int
    placed: int
    refusals: int
    violation: Violation | None

    @property
    def holds(self) -> bool:
        """Say whether nothing is wrong."""
        return self.violation is None


def certificate_to_json(certificate: Certificate) -> dict[str, Json]:
    """Return the certificate as plain data; ``violation`` is null when it holds."""
    fields: dict[str, Json] = asdict(certificate)
    violation = certificate.violation
    if violation is not None:
        fields["violation"] = {**asdict(violation), "kind": violation.kind.value}
    return fields


def certify_zone(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    key: bytes,
    placements: Sequence[Placement],
) -> Certificate:
    """Return the certificate of one zone's stage 1 placements (see ``allocate_zone``)."""
    plans = {plan.school: plan for plan in seat_plans}
    law = Law(rules, key)
    claims = zone_claims(entries=entries, plans=plans, law=law)
    return _certify(claims, plans, placements, law=law, stage=1)


def certify_leftovers(
    *,
    entries: Sequence[Entry],
    free: Sequence[FreeSeats],
    distances: Distances,
    rules: RuleSet,
    key: bytes,
    placements: Sequence[Placement],
) -> Certificate:
    """Return the certificate of an intake's stage 2 placements (see ``allocate_leftovers``)."""
    seats = seats_by_school(free)
    plans = {school: SeatPlan(school, "", count) for school, count in seats.items()}
    law = Law(rules, key)
    claims = leftover_claims(entries=entries, seats=seats, distances=distances, law=law)
    return _certify(claims, plans, placements, law=law, stage=2)


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
        part = certify_zone(
            entries=here,
            seat_plans=plans,
            rules=law.rules,
            key=law.key,
            placements=[
                ended[e.code] if e.code in seated else law.placement(law.claim(e, ()), None, 1)
                for e in here
            ],
        )
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


def _certify(
    claims: Sequence[Claim],
    plans: Mapping[str, SeatPlan],
    placements: Sequence[Placement],
    *,
    law: Law,
    stage: int,
) -> Certificate:
    seating = Seating(claims=claims, plans=plans, placements=placements, law=law, stage=stage)
    return Certificate(
        entries=len(claims),
        schools=len(plans),
        seats=sum(plan.seats for plan in plans.values()),
        placed=sum(placement.school is not None for placement in placements),
        refusals=seating.refusals,
        violation=seating.first_violation(),
    )
