"""A second opinion on placements: checked against the rules, not computed again by the engine.

Nothing here proposes or displaces. The finished placements are tested: every child named once,
with its own band, number and rank; nobody at a school it may not have; no school above its seats;
no seat empty that somebody wanted; and at every school exactly the children it would choose among
those it holds and those it refused. The last says that no child and school would both rather have
each other (no blocking pair, Gale and Shapley 1962) and that reserves filled as stated. What is
tested one by one in ``seating`` is joined here for a zone and for stage 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from enrol.core.claims import Claim, Law, leftover_claims, zone_claims
from enrol.core.leftovers import Distances, seats_by_school
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats
from enrol.core.priority import RuleSet
from enrol.core.sealing import Json
from enrol.core.seating import Seating, Violation


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
