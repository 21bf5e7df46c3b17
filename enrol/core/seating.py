"""Finished placements held against what every child may claim: what is wrong with them, if any.

Tuples and plain sorting only, on purpose: the engine's integers and heaps must not be what proves
the engine right.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from enrol.core.claims import Claim, Law
from enrol.core.model import Placement, SeatPlan


class ViolationKind(Enum):
    """What can be wrong with placements, in the order of checking."""

    MISSING = "missing"  # a registration has no placement
    TWICE = "twice"  # a registration is named more than once
    UNKNOWN = "unknown"  # a placement of a registration that is not in the list
    WRONG_RECORD = "wrong_record"  # band, number, rank or stage do not follow from the facts
    NOT_ELIGIBLE = "not_eligible"  # at a school the child may not have
    OVER_CAPACITY = "over_capacity"  # more children than seats
    EMPTY_SEAT = "empty_seat"  # refused by a school with a free seat
    PASSED_OVER = "passed_over"  # refused, though the school took ``other``, who stands behind
    RESERVE = "reserve"  # refused a reserved seat, or ``other`` has one that is not theirs


@dataclass(frozen=True, slots=True)
class Violation:
    """The first thing that is wrong: which registration, at which school, in favour of whom."""

    kind: ViolationKind
    code: str | None = None
    school: str | None = None
    other: str | None = None


def misnamed(codes: Iterable[str], placements: Iterable[Placement]) -> Iterator[Violation]:
    """Yield the registrations that are not named exactly once, and names of no registration."""
    names = [placement.code for placement in placements]
    listed = set(codes)
    if len(names) == len(listed) and listed == set(names):
        return
    named = Counter(names)
    for code in sorted(listed | set(named)):
        if code not in listed:
            yield Violation(ViolationKind.UNKNOWN, code)
        elif named[code] != 1:
            yield Violation(ViolationKind.TWICE if named[code] else ViolationKind.MISSING, code)


class Seating:
    """The placements of one stage, sorted by school.

    ``held`` maps every school to the claims of the children there, ``refused`` to those of the
    children who wanted it more than what they got; both in code order.
    """

    def __init__(
        self,
        *,
        claims: Sequence[Claim],
        plans: Mapping[str, SeatPlan],
        placements: Sequence[Placement],
        law: Law,
        stage: int,
    ) -> None:
        self._claims, self._plans, self._placements = claims, plans, placements
        self._law, self._stage = law, stage
        self._ended = {placement.code: placement for placement in placements}
        self.held: dict[str, list[Claim]] = {school: [] for school in sorted(plans)}
        self.refused: dict[str, list[Claim]] = {school: [] for school in sorted(plans)}
        for claim in claims:
            self._sort(claim)

    def _sort(self, claim: Claim) -> None:
        placement = self._ended.get(claim.entry.code)
        got = placement.school if placement else None
        if got in self.held:
            self.held[got].append(claim)
        for school in claim.options:
            if school == got:
                break
            self.refused[school].append(claim)

    @property
    def refusals(self) -> int:
        """Count the pairs of a child and a school it wanted more than what it got."""
        return sum(len(refused) for refused in self.refused.values())

    def first_violation(self) -> Violation | None:
        """Return the first thing that is wrong, or None."""
        codes = [claim.entry.code for claim in self._claims]
        found = chain(
            misnamed(codes, self._placements),
            self._wrong_records(),
            self._not_eligible(),
            self._over_capacity(),
            self._empty_seats(),
            self._wrong_choices(),
        )
        return next(found, None)

    def _wrong_records(self) -> Iterator[Violation]:
        for claim in self._claims:
            placement = self._ended[claim.entry.code]
            if placement != self._law.placement(claim, placement.school, self._stage):
                yield Violation(ViolationKind.WRONG_RECORD, placement.code, placement.school)

    def _not_eligible(self) -> Iterator[Violation]:
        for claim in self._claims:
            school = self._ended[claim.entry.code].school
            if school is not None and school not in claim.options:
                yield Violation(ViolationKind.NOT_ELIGIBLE, claim.entry.code, school)

    def _over_capacity(self) -> Iterator[Violation]:
        for school, held in self.held.items():
            if len(held) > self._plans[school].seats:
                yield Violation(ViolationKind.OVER_CAPACITY, school=school)

    def _empty_seats(self) -> Iterator[Violation]:
        for school, held in self.held.items():
            if len(held) < self._plans[school].seats and self.refused[school]:
                first = min(self.refused[school], key=lambda c: self._law.place(c, school))
                yield Violation(ViolationKind.EMPTY_SEAT, first.entry.code, school)

    def _wrong_choices(self) -> Iterator[Violation]:
        for school, held in self.held.items():
            if self._is_cut_clean(school):
                continue
            queue = sorted(held + self.refused[school], key=lambda c: self._law.place(c, school))
            groups = self.chosen(school, queue)
            chosen = {claim.entry.code for _, group in groups for claim in group}
            holders = {claim.entry.code for claim in held}
            if chosen == holders:
                continue
            winner = next(claim for claim in queue if claim.entry.code in chosen - holders)
            loser = next(c for c in reversed(queue) if c.entry.code in holders - chosen)
            kind = self._kind(self._plans[school], queue.index(winner) < queue.index(loser), loser)
            yield Violation(kind, winner.entry.code, school, loser.entry.code)

    def _is_cut_clean(self, school: str) -> bool:
        """Say whether all who hold a seat stand before all refused, where nothing else decides."""
        held, refused = self.held[school], self.refused[school]
        if self._law.reserves(self._plans[school]) or len(held) > self._plans[school].seats:
            return False
        if not refused:
            return True
        if len(held) < self._plans[school].seats:
            return False
        first = min(self._law.place(claim, school) for claim in refused)
        return all(self._law.place(claim, school) < first for claim in held)

    def _kind(self, plan: SeatPlan, is_ahead: bool, loser: Claim) -> ViolationKind:
        policies = {reserve.policy for reserve in self._law.reserves(plan)}
        has_right = not policies.isdisjoint(loser.entry.facts.policies)
        return ViolationKind.PASSED_OVER if is_ahead and not has_right else ViolationKind.RESERVE

    def chosen(self, school: str, queue: Sequence[Claim]) -> list[tuple[str | None, list[Claim]]]:
        """Return whom the school takes out of its queue: group by group, in queue order.

        First the seats reserved for each policy, in the order stated, then, under None, all others
        (the rule is told in ``reserves``).
        """
        plan = self._plans[school]
        groups: list[tuple[str | None, list[Claim]]] = []
        rest, left, open_seats = list(queue), plan.seats, plan.seats
        for reserve in self._law.reserves(plan):
            size = min(reserve.seats, left)
            left -= size
            members = [c for c in rest if reserve.policy in c.entry.facts.policies][:size]
            seated = {claim.entry.code for claim in members}
            open_seats -= len(members)
            groups.append((reserve.policy, members))
            rest = [claim for claim in rest if claim.entry.code not in seated]
        return [*groups, (None, rest[:open_seats])]
