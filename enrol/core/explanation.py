"""Why a child got what it got: for every wish a reason in numbers, never in prose.

Read off the placements and the rules alone, so that anyone who holds the published list can work
out the same reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from enrol.core.claims import Claim, Law, leftover_claims, zone_claims
from enrol.core.leftovers import Distances, seats_by_school
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.outcome import FreeSeats
from enrol.core.priority import PriorityKey, RuleSet
from enrol.core.seating import Seating


class Reason(Enum):
    """Why a wish was granted or not.

    From ``BAND`` to ``CODE`` the school was full, and this is the first criterion in which the
    child stands behind the last one admitted.
    """

    GRANTED = "granted"
    HIGHER_WISH = "higher_wish"  # a wish further up was granted, so this one was not needed
    BAND = "band"
    SIBLING = "sibling"
    DISTANCE = "distance"
    NUMBER = "number"
    CODE = "code"  # same number (twins): the registration code decided
    LEFTOVER_FIRST = "leftover_first"  # stage 2: in-zone children without a seat go first
    RESERVED = "reserved"  # every seat is taken by children for whom it was reserved
    NO_SEATS = "no_seats"  # the school has no seat to give
    OTHER_ZONE = "other_zone"  # the school is not one of this contest
    OUTSIDE = "outside"  # the child is not from the zone and waits for stage 2


@dataclass(frozen=True, slots=True)
class Position:
    """Where a child stands at a school; ``distance`` in whole metres, None when unknown."""

    band: int
    sibling: bool
    distance: int | None
    number: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have led past the last child admitted, all else being equal.

    ``value`` is the least that counts: a ``band`` or ``distance`` of at most this, ``sibling`` at
    the school (1), a lottery ``number`` below this, or this many more ``seats`` open to all. So
    many seats are always enough, and fewer may be. A worse standing never is; this one is where
    all schools keep one order, and elsewhere unless somebody it displaces comes back for the seat.
    """

    criterion: str
    value: int | str


@dataclass(frozen=True, slots=True)
class WishReason:
    """The answer to one wish.

    ``rank`` is None for a school that was not wished (re-routing). ``last`` is the last child
    admitted to a seat that this child could have had (open to all, or reserved for a policy of
    its own), None when there is none. Changes are in the order of the rules,
    seats last.
    """

    school: str
    rank: int | None
    reason: Reason
    position: Position
    last: Position | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons for one child at one stage, wishes in the family's order.

    For a re-routed child they go from the nearest free school to the one proposed.
    """

    code: str
    stage: int
    wishes: tuple[WishReason, ...]


def explain_zone(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    key: bytes,
    placements: Sequence[Placement],
) -> Iterator[Explanation]:
    """Yield the explanation of every child of a zone after stage 1, in code order.

    ``placements`` must be certified ones (see ``certificate.certify_zone``).
    """
    plans = {plan.school: plan for plan in seat_plans}
    law = Law(rules, key)
    claims = zone_claims(entries=entries, plans=plans, law=law)
    return _explain(claims, plans, placements, law=law, stage=1)


def explain_leftovers(
    *,
    entries: Sequence[Entry],
    free: Sequence[FreeSeats],
    distances: Distances,
    rules: RuleSet,
    key: bytes,
    placements: Sequence[Placement],
    beginning: int | None = None,
) -> Iterator[Explanation]:
    """Yield the explanation of every child of stage 2, in code order.

    Of a long way to the school that a re-routed child got only the ``beginning`` first schools and
    the last one are explained.
    """
    seats = seats_by_school(free)
    plans = {school: SeatPlan(school, "", count) for school, count in seats.items()}
    law = Law(rules, key)
    claims = leftover_claims(entries=entries, seats=seats, distances=distances, law=law)
    return _explain(claims, plans, placements, law=law, stage=2, beginning=beginning)


def _explain(
    claims: Sequence[Claim],
    plans: Mapping[str, SeatPlan],
    placements: Sequence[Placement],
    *,
    law: Law,
    stage: int,
    beginning: int | None = None,
) -> Iterator[Explanation]:
    seating = Seating(claims=claims, plans=plans, placements=placements, law=law, stage=stage)
    bars = {school: _Bar(seating, school, law) for school in seating.held}
    ended = {placement.code: placement.school for placement in placements}
    for claim in claims:
        got = ended[claim.entry.code]
        schools = _schools(claim, got, stage)
        if beginning is not None and not set(schools[-1:]) <= set(claim.entry.wishes):
            schools = (*schools[:beginning], *schools[max(beginning, len(schools) - 1) :])
        reasons = tuple(_reason(claim, school, got, bars, law) for school in schools)
        yield Explanation(claim.entry.code, stage, reasons)


def _schools(claim: Claim, got: str | None, stage: int) -> tuple[str, ...]:
    if stage == 1 or not claim.in_zone:
        return claim.entry.wishes
    return claim.options if got is None else claim.options[: claim.options.index(got) + 1]


@dataclass(frozen=True, slots=True)
class _Last:
    """The last child on one group of a school's seats."""

    place: tuple[bool, PriorityKey]
    position: Position


class _Bar:
    """What it took to get into one school: the last children admitted and the queue behind."""

    def __init__(self, seating: Seating, school: str, law: Law) -> None:
        self.is_taken = bool(seating.held[school])
        holders = sorted(seating.held[school], key=lambda claim: law.place(claim, school))
        self._last = {
            policy: _Last(law.place(group[-1], school), _position(group[-1], school, law))
            for policy, group in seating.chosen(school, holders)
            if group
        }
        waiting = sorted(seating.refused[school], key=lambda claim: law.place(claim, school))
        self.ahead = {claim.entry.code: at for at, claim in enumerate(waiting)}

    def last_for(self, claim: Claim) -> _Last | None:
        """Return the last child on the seats that this child could have had."""
        reachable = (None, *claim.entry.facts.policies)
        lasts = [self._last[policy] for policy in reachable if policy in self._last]
        return max(lasts, key=lambda last: last.place) if lasts else None


def _reason(
    claim: Claim, school: str, got: str | None, bars: Mapping[str, _Bar], law: Law
) -> WishReason:
    wishes = claim.entry.wishes
    rank = wishes.index(school) + 1 if school in wishes else None
    own = _position(claim, school, law)
    bar = bars.get(school)
    if bar is None:
        return WishReason(school, rank, Reason.OTHER_ZONE, own, None)
    last = bar.last_for(claim)
    shown = None if last is None else last.position
    ahead = bar.ahead.get(claim.entry.code)
    if ahead is None:
        return WishReason(school, rank, _not_refused(claim, school, got), own, shown)
    reason = Reason.RESERVED if bar.is_taken else Reason.NO_SEATS
    changes: list[Change] = []
    if last is not None:
        reason, changes = _refusal(law.place(claim, school), last.place, law)
    return WishReason(school, rank, reason, own, shown, (*changes, Change("seats", ahead + 1)))


def _not_refused(claim: Claim, school: str, got: str | None) -> Reason:
    if school == got:
        return Reason.GRANTED
    return Reason.HIGHER_WISH if school in claim.options else Reason.OUTSIDE


def _position(claim: Claim, school: str, law: Law) -> Position:
    facts = claim.entry.facts
    metres = dict(facts.distances).get(school)
    is_sibling = school in facts.sibling_schools
    return Position(claim.band, is_sibling, metres, law.number_at(claim, school))


def _refusal(
    mine: tuple[bool, PriorityKey], last: tuple[bool, PriorityKey], law: Law
) -> tuple[Reason, list[Change]]:
    (is_outside, own), (is_last_outside, bar) = mine, last
    if is_outside != is_last_outside:
        return Reason.LEFTOVER_FIRST, []
    criteria = (*law.rules.order, "code")
    first = next(at for at in range(len(criteria)) if own[at] != bar[at])
    changes = [
        change
        for at in range(first + 1)
        for change in _change(criteria[at], bar[at], enough=at == first and _wins(own, bar, at))
    ]
    return Reason(criteria[first]), changes


def _wins(own: PriorityKey, bar: PriorityKey, at: int) -> bool:
    """Say whether drawing level at criterion ``at`` would be enough, by what follows it."""
    return own[at + 1 :] < bar[at + 1 :]


def _change(criterion: str, last: int | str, *, enough: bool) -> list[Change]:
    """Return the change needed in one criterion, given the last one's value, if there is one."""
    if isinstance(last, str):
        return [Change("number", last)] if criterion == "number" else []
    value = last if enough else last - 1
    if criterion == "sibling":
        return [Change("sibling", 1)] if value >= 0 else []
    best = 1 if criterion == "band" else 0
    return [Change(criterion, value)] if value >= best else []
