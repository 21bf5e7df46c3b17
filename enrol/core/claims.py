"""What each child may claim at each stage, read straight from the frozen list and the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from enrol.core.leftovers import Distances, by_distance
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Entry, Placement, Reserve, SeatPlan
from enrol.core.priority import PriorityKey, RuleSet, band, is_in_zone, priority_key


@dataclass(frozen=True, slots=True)
class Claim:
    """A child with the schools it may have at one stage, the one it wants most first.

    ``entry`` carries the distances that count at this stage.
    """

    entry: Entry
    in_zone: bool
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """The rule set and the draw key, and what follows from them for one child at one school."""

    rules: RuleSet
    key: bytes

    def number_at(self, entry: Entry, school: str | None) -> str:
        """Return the lottery number that counts at the school, or without one."""
        if school is None or not self.rules.per_school_numbers:
            return number(key=self.key, code=entry.family)
        return number_for_school(key=self.key, code=entry.family, school=school)

    def place(self, claim: Claim, school: str) -> tuple[bool, PriorityKey]:
        """Return the child's place in the school's queue: lower first, equal for nobody else."""
        drawn = self.number_at(claim.entry, school)
        key = priority_key(entry=claim.entry, school=school, number=drawn, rules=self.rules)
        return not claim.in_zone, key

    def placement(self, entry: Entry, school: str | None, stage: int) -> Placement:
        """Return the placement that should stand for a child at this school."""
        rank = entry.wishes.index(school) + 1 if school in entry.wishes else None
        counted = band(facts=entry.facts, rules=self.rules)
        return Placement(entry.code, school, rank, counted, self.number_at(entry, school), stage)

    def reserves(self, plan: SeatPlan) -> tuple[Reserve, ...]:
        """Return the reserves of the school that count under these rules."""
        return plan.reserves if self.rules.reserves else ()


def zone_claims(
    *, entries: Iterable[Entry], plans: Mapping[str, SeatPlan], rules: RuleSet
) -> list[Claim]:
    """Return the claims of stage 1: wishes within the zone, nothing for children from outside."""
    claims = []
    for entry in sorted(entries, key=lambda entry: entry.code):
        in_zone = is_in_zone(facts=entry.facts, rules=rules)
        options = tuple(school for school in entry.wishes if in_zone and school in plans)
        claims.append(Claim(entry, in_zone, options))
    return claims


def leftover_claims(
    *,
    entries: Iterable[Entry],
    seats: Mapping[str, int],
    distances: Distances,
    rules: RuleSet,
) -> list[Claim]:
    """Return the claims of stage 2: free schools by distance in the zone, wishes outside it."""
    free = [school for school in seats if seats[school]]
    claims = []
    for entry in sorted(entries, key=lambda entry: entry.code):
        metres = {**dict(distances.get(entry.code, ())), **dict(entry.facts.distances)}
        measured = replace(entry, facts=replace(entry.facts, distances=tuple(metres.items())))
        in_zone = is_in_zone(facts=entry.facts, rules=rules)
        wished = [school for school in entry.wishes if school in seats]
        options = by_distance(schools=free, metres=metres) if in_zone else wished
        claims.append(Claim(measured, in_zone, tuple(options)))
    return claims
