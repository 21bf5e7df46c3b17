"""How a list of wishes would fare: many rehearsal draws of one zone's first stage, counted.

Every draw has made-up numbers. It says nothing about the numbers that the official draw will give,
whose seed is never used here; it tells how crowded the schools are for a child of this band with
these wishes, as long as nobody else registers or changes anything.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from enrol.core.allocation import check_zone, contender, plans_by_school, reserved_seats
from enrol.core.contest import contest
from enrol.core.line_up import Leads, LineUp, Standing, school_ranks, standings
from enrol.core.lottery import number
from enrol.core.matching import UNPLACED, match
from enrol.core.model import Entry, SeatPlan
from enrol.core.priority import RuleSet

_ANY_KEY = bytes(32)


@dataclass(frozen=True, slots=True)
class ChildOdds:
    """Of all draws: how many gave each wish, in the family's order, and how many gave none.

    The counts sum to the number of draws. A child from outside the zone does not compete at this
    stage: ``in_zone`` is False and every draw is in ``left``.
    """

    code: str
    in_zone: bool
    granted: tuple[int, ...]
    left: int


@dataclass(frozen=True, slots=True)
class ZoneOdds:
    """The draws of one zone; ``children`` in code order.

    ``left_total`` adds up, over all draws, the children of the zone who got none of their wishes;
    ``left_least`` and ``left_most`` are the draws with the fewest and the most of them.
    """

    draws: int
    children: tuple[ChildOdds, ...]
    in_zone: int
    seats: int
    left_total: int
    left_least: int
    left_most: int


def draw_keys(*, seed: bytes, draws: int) -> list[bytes]:
    """Return the key of each rehearsal draw: HMAC-SHA256(seed, number of the draw from 0)."""
    return [hmac.digest(seed, str(draw).encode("ascii"), "sha256") for draw in range(draws)]


def odds(
    *,
    entries: Sequence[Entry],
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    seed: bytes,
    draws: int,
) -> ZoneOdds:
    """Return what ``allocate_zone`` would give with each of the ``draw_keys``, counted.

    The contest is prepared once and only the numbers are drawn anew. The result is the same
    whatever the order of both lists. Raises ValueError as ``allocate_zone`` does, and when
    ``draws`` is not positive.
    """
    if draws < 1:
        message = "at least one draw is needed"
        raise ValueError(message)
    everyone = standings(entries=entries, rules=rules, key=_ANY_KEY)
    check_zone(everyone=everyone, seat_plans=seat_plans)
    zone = _Zone(everyone, seat_plans, rules)
    counts = [0] * len(zone.wished)
    lefts = []
    for key in draw_keys(seed=seed, draws=draws):
        left = 0
        for choice in zone.granted(key):
            if choice == UNPLACED:
                left += 1
            else:
                counts[choice] += 1
        lefts.append(left)
    return ZoneOdds(
        draws=draws,
        children=tuple(_children(everyone, zone, counts, draws)),
        in_zone=len(zone.children),
        seats=sum(zone.seats),
        left_total=sum(lefts),
        left_least=min(lefts),
        left_most=max(lefts),
    )


class _Zone:
    """A zone's contest without its numbers: children in code order, choices in flat lists."""

    def __init__(
        self, everyone: Sequence[Standing], seat_plans: Sequence[SeatPlan], rules: RuleSet
    ) -> None:
        self._plans = plans_by_school(seat_plans)
        self._rules = rules
        contenders = [
            contender(standing=standing, plans=self._plans)
            for standing in everyone
            if standing.in_zone
        ]
        self._names = sorted(self._plans)
        index = {name: place for place, name in enumerate(self._names)}
        self.children = [contender.standing for contender in contenders]
        self.seats = [self._plans[name].seats for name in self._names]
        self.starts, self.wished = [0], []
        self._leading: list[int] = []
        leads = Leads(contenders, rules)
        for one in contenders:
            self.wished += [index[name] for name in one.choices]
            self._leading += leads.of(one)
            self.starts.append(len(self.wished))

    def granted(self, key: bytes) -> list[int]:
        """Return each child's granted choice under the numbers of this key."""
        game = contest(
            starts=self.starts, schools=self.wished, leading=self._leading, draws=self._ranks(key)
        )
        lined = LineUp(self.children, self._names, game, self._rules, key)
        reserved = reserved_seats(lined=lined, plans=self._plans) if self._rules.reserves else {}
        return match(contest=game, seats=self.seats, reserved=reserved)

    def _ranks(self, key: bytes) -> list[int]:
        if self._rules.per_school_numbers:
            return school_ranks(
                children=self.children,
                starts=self.starts,
                wished=self.wished,
                names=self._names,
                key=key,
            )
        # Twins have the same number; children stand in code order, which settles it.
        drawn = [number(key=key, code=standing.entry.family) for standing in self.children]
        ranks = [0] * len(self.wished)
        for rank, child in enumerate(sorted(range(len(drawn)), key=drawn.__getitem__)):
            for choice in range(self.starts[child], self.starts[child + 1]):
                ranks[choice] = rank
        return ranks

    def school_of(self, choice: int) -> str:
        """Return the code of the school that a choice names."""
        return self._names[self.wished[choice]]


def _children(
    everyone: Sequence[Standing], zone: _Zone, counts: Sequence[int], draws: int
) -> Iterator[ChildOdds]:
    child = 0
    for standing in everyone:
        wishes = standing.entry.wishes
        nothing = ChildOdds(standing.entry.code, standing.in_zone, (0,) * len(wishes), draws)
        if not standing.in_zone:
            yield nothing
            continue
        choices = range(zone.starts[child], zone.starts[child + 1])
        got = {zone.school_of(choice): counts[choice] for choice in choices}
        granted = tuple(got.get(school, 0) for school in wishes)
        yield replace(nothing, granted=granted, left=draws - sum(granted))
        child += 1
