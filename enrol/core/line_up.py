"""Children lined up for a contest: their bands, lottery numbers and places in every queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from enrol.core.contest import Contest, contest
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Entry, Facts
from enrol.core.priority import UNKNOWN_DISTANCE, RuleSet, band, is_in_zone


class Standing(NamedTuple):
    """A registration with what the rule set and the draw say of it.

    ``number`` is the lottery number drawn for its family; under rules with a draw per school it
    only stands in where no school is concerned.
    """

    entry: Entry
    band: int
    in_zone: bool
    number: str


def standings(*, entries: Iterable[Entry], rules: RuleSet, key: bytes) -> list[Standing]:
    """Return the standing of every entry, in registration-code order.

    ``key`` is the draw key K. Raises ValueError when a code stands twice or wishes a school twice.
    """
    ordered = sorted(entries, key=lambda entry: entry.code)
    for before, after in pairwise(ordered):
        if before.code == after.code:
            message = f"{after.code} stands twice in the list"
            raise ValueError(message)
    bands: dict[tuple[object, ...], tuple[int, bool]] = {}
    numbers: dict[str, str] = {}
    return [_standing(entry, rules, key, bands, numbers) for entry in ordered]


def _standing(
    entry: Entry,
    rules: RuleSet,
    key: bytes,
    bands: dict[tuple[object, ...], tuple[int, bool]],
    numbers: dict[str, str],
) -> Standing:
    if len(set(entry.wishes)) != len(entry.wishes):
        message = f"{entry.code} wishes a school twice"
        raise ValueError(message)
    kind = _kind(entry.facts)
    known = bands.get(kind)
    if known is None:
        known = (
            band(facts=entry.facts, rules=rules),
            is_in_zone(facts=entry.facts, rules=rules),
        )
        bands[kind] = known
    drawn = numbers.get(entry.family)
    if drawn is None:
        drawn = numbers[entry.family] = number(key=key, code=entry.family)
    return Standing(entry, known[0], known[1], drawn)


def _kind(facts: Facts) -> tuple[object, ...]:
    # Everything the band and the zone depend on: few combinations, so each is worked out once.
    return (
        facts.zone is None,
        facts.permanent_in_zone,
        facts.temporary_in_zone,
        facts.current_in_zone,
        facts.policies,
    )


@dataclass(frozen=True, slots=True)
class LineUp:
    """A contest whose child ``c`` is ``children[c]`` and whose school ``s`` is ``schools[s]``."""

    children: Sequence[Standing]
    schools: Sequence[str]
    contest: Contest
    rules: RuleSet
    key: bytes

    def number_at(self, child: int, school: int) -> str:
        """Return the lottery number that counts for a child at a school, 64 hex digits."""
        standing = self.children[child]
        if not self.rules.per_school_numbers:
            return standing.number
        return number_for_school(
            key=self.key, code=standing.entry.family, school=self.schools[school]
        )


class Contender(NamedTuple):
    """A child with the schools it may have, in its order, and metres from home to them.

    Distances are only looked at when the rule set orders by distance.
    """

    standing: Standing
    choices: Sequence[str]
    distances: Sequence[tuple[str, int]]


def line_up(
    *, contenders: Sequence[Contender], schools: Iterable[str], rules: RuleSet, key: bytes
) -> LineUp:
    """Return the contest of these children for these schools (a superset of their choices).

    At every school children of the zone go before all others; then the rule set's order decides.
    Neither the order of ``contenders`` nor that of ``schools`` matters.
    """
    names = sorted(set(schools))
    index = {name: place for place, name in enumerate(names)}
    ordered = sorted(contenders, key=_by_code if rules.per_school_numbers else _by_number)
    starts: list[int] = [0]
    wished: list[int] = []
    leading: list[int] = []
    leads = Leads(ordered, rules)
    # Whole zones share one long list of choices, known by its identity while ``ordered`` keeps it.
    indices: dict[int, list[int]] = {}
    for contender in ordered:
        shared = indices.get(id(contender.choices))
        if shared is None:
            shared = [index[name] for name in contender.choices]
            indices[id(contender.choices)] = shared
        wished += shared
        leading += leads.of(contender)
        starts.append(len(wished))
    children = [contender.standing for contender in ordered]
    draws = None
    if rules.per_school_numbers:
        draws = school_ranks(children=children, starts=starts, wished=wished, names=names, key=key)
    game = contest(starts=starts, schools=wished, leading=leading, draws=draws)
    return LineUp(children, names, game, rules, key)


def _by_number(contender: Contender) -> tuple[str, str]:
    return contender.standing.number, contender.standing.entry.code


def _by_code(contender: Contender) -> str:
    return contender.standing.entry.code


class Leads:
    """What counts before the lottery number, as one integer: mixed radix in the rules' order."""

    def __init__(self, contenders: Sequence[Contender], rules: RuleSet) -> None:
        self._criteria = rules.order[:-1]
        self._bands = len(rules.bands) + 1
        self._metres = UNKNOWN_DISTANCE + 1
        if "distance" in self._criteria:
            for contender in contenders:
                for _, metres in contender.distances:
                    self._metres = max(self._metres, metres + 1)
                    if metres < 0:
                        message = f"{contender.standing.entry.code} has a negative distance"
                        raise ValueError(message)

    def of(self, contender: Contender) -> list[int]:
        """Return one integer for each of the contender's choices."""
        standing = contender.standing
        outside = 0 if standing.in_zone else 1
        if self._criteria == ("band",):
            return [outside * self._bands + standing.band] * len(contender.choices)
        siblings = standing.entry.facts.sibling_schools
        known = dict(contender.distances)
        leads = []
        for school in contender.choices:
            lead = outside
            for criterion in self._criteria:
                if criterion == "band":
                    lead = lead * self._bands + standing.band
                elif criterion == "sibling":
                    lead = lead * 2 + (school not in siblings)
                else:
                    lead = lead * self._metres + known.get(school, UNKNOWN_DISTANCE)
            leads.append(lead)
        return leads


def school_ranks(
    *,
    children: Sequence[Standing],
    starts: Sequence[int],
    wished: Sequence[int],
    names: Sequence[str],
    key: bytes,
) -> list[int]:
    """Return for each choice the rank of its own number among those drawn at the same school."""
    drawn: list[list[tuple[str, int]]] = [[] for _ in names]
    for child, standing in enumerate(children):
        for choice in range(starts[child], starts[child + 1]):
            school = wished[choice]
            code = standing.entry.family
            text = number_for_school(key=key, code=code, school=names[school])
            drawn[school].append((text, choice))
    ranks = [0] * len(wished)
    for column in drawn:
        # Twins have the same number; their choices stand in code order, which settles it.
        for rank, (_, choice) in enumerate(sorted(column)):
            ranks[choice] = rank
    return ranks
