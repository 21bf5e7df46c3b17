"""What each child may claim at each stage, read straight from the frozen list and the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from enrol.core.leftovers import Distances, Nearest
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Entry, Placement, Reserve, SeatPlan
from enrol.core.priority import PriorityKey, RuleSet, band, is_in_zone, priority_key

SAME_EVERYWHERE = frozenset({"band", "number"})
"""What a rule set may order by without a school being able to change it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A child with the schools it may have at one stage, the one it wants most first.

    ``entry`` carries the distances that count at this stage. ``number`` is the lottery number of
    its family, for use where no school has its own. ``everywhere`` is its place in every queue
    under rules by which it stands at the same place in all of them.
    """

    entry: Entry
    band: int
    number: str
    in_zone: bool
    options: tuple[str, ...]
    everywhere: tuple[bool, PriorityKey] | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """The rule set and the draw key, and what follows from them for one child at one school."""

    rules: RuleSet
    key: bytes

    def claim(self, entry: Entry, options: Sequence[str]) -> Claim:
        """Return the claim of a child to these schools."""
        counted = band(facts=entry.facts, rules=self.rules)
        drawn = number(key=self.key, code=entry.family)
        claim = Claim(entry, counted, drawn, self.is_in_zone(entry), tuple(options))
        if self.rules.per_school_numbers or not SAME_EVERYWHERE.issuperset(self.rules.order):
            return claim
        return replace(claim, everywhere=self.place(claim, ""))

    def is_in_zone(self, entry: Entry) -> bool:
        """Say whether the child lives in its zone."""
        return is_in_zone(facts=entry.facts, rules=self.rules)

    def number_at(self, claim: Claim, school: str | None) -> str:
        """Return the lottery number that counts at the school, or without one."""
        if school is None or not self.rules.per_school_numbers:
            return claim.number
        return number_for_school(key=self.key, code=claim.entry.family, school=school)

    def place(self, claim: Claim, school: str) -> tuple[bool, PriorityKey]:
        """Return the child's place in the school's queue: lower first, equal for nobody else."""
        if claim.everywhere is not None:
            return claim.everywhere
        drawn = self.number_at(claim, school)
        key = priority_key(
            entry=claim.entry, school=school, number=drawn, rules=self.rules, counted=claim.band
        )
        return not claim.in_zone, key

    def placement(self, claim: Claim, school: str | None, stage: int) -> Placement:
        """Return the placement that should stand for a child at this school."""
        entry = claim.entry
        rank = entry.wishes.index(school) + 1 if school in entry.wishes else None
        drawn = self.number_at(claim, school)
        return Placement(entry.code, school, rank, claim.band, drawn, stage)

    def reserves(self, plan: SeatPlan) -> tuple[Reserve, ...]:
        """Return the reserves of the school that count under these rules."""
        return plan.reserves if self.rules.reserves else ()


def zone_claims(
    *, entries: Iterable[Entry], plans: Mapping[str, SeatPlan], law: Law
) -> list[Claim]:
    """Return the claims of stage 1: wishes within the zone, nothing for children from outside."""
    return [
        law.claim(entry, [s for s in entry.wishes if s in plans] if law.is_in_zone(entry) else ())
        for entry in sorted(entries, key=lambda entry: entry.code)
    ]


def leftover_claims(
    *, entries: Iterable[Entry], seats: Mapping[str, int], distances: Distances, law: Law
) -> list[Claim]:
    """Return the claims of stage 2: free schools by distance in the zone, wishes outside it."""
    nearest = Nearest([school for school in seats if seats[school]])
    claims = []
    for entry in sorted(entries, key=lambda entry: entry.code):
        led = distances.get(entry.code, ())
        measured = _measured(entry, led) if "distance" in law.rules.order else entry
        wished = [school for school in entry.wishes if school in seats]
        options = nearest.of(led, own=entry.facts.distances) if law.is_in_zone(entry) else wished
        claims.append(law.claim(measured, options))
    return claims


def _measured(entry: Entry, led: Iterable[tuple[str, int]]) -> Entry:
    metres = {**dict(led), **dict(entry.facts.distances)}
    return replace(entry, facts=replace(entry.facts, distances=tuple(metres.items())))
