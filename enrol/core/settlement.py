"""Stage 1 in one pass, where every school of a zone has the same order.

Without siblings, distances, reserves and a draw per school, a child stands at the same place in
every queue. Deferred acceptance then never displaces anybody if children propose in that order:
each takes the first wish with a seat left, and the result is the one of ``allocate_zone``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from enrol.core.lottery import numbers
from enrol.core.model import CutOff, Placement, SeatPlan
from enrol.core.outcome import FreeSeats, Totals, WaitingList, ZoneOutcome
from enrol.core.priority import RuleSet, band, is_in_zone
from enrol.core.roll import Roll

NOWHERE = -1
_ORDERS = (("band", "number"), ("number",))


def has_one_order(*, rules: RuleSet, seat_plans: Sequence[SeatPlan]) -> bool:
    """Say whether all schools order children alike, so that ``settle`` applies."""
    is_reserved = rules.reserves and any(plan.reserves for plan in seat_plans)
    return rules.order in _ORDERS and not rules.per_school_numbers and not is_reserved


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the children of a roll ended, in columns in the roll's order.

    ``schools[c]`` is an index into ``names`` (school codes in order) or ``NOWHERE``, ``ranks[c]``
    the wish granted or 0; ``numbers`` are 64 hex digits. ``waiting[s]`` lists children, the next to
    be called first; ``cut_offs`` are in (school, band) order.
    """

    codes: Sequence[str]
    numbers: Sequence[str]
    bands: Sequence[int]
    schools: Sequence[int]
    ranks: Sequence[int]
    names: Sequence[str]
    cut_offs: tuple[CutOff, ...]
    waiting: Sequence[Sequence[int]]
    left: Sequence[int]
    in_zone: Sequence[bool]
    totals: Totals

    def placements(self) -> tuple[Placement, ...]:
        """Return a placement for each child."""
        return tuple(
            Placement(code, None if school == NOWHERE else self.names[school], rank or None, b, n)
            for code, school, rank, b, n in zip(
                self.codes, self.schools, self.ranks, self.bands, self.numbers, strict=True
            )
        )

    def outcome(self) -> ZoneOutcome:
        """Return the same in the records that ``allocate_zone`` gives."""
        unseated = [school == NOWHERE for school in self.schools]
        return ZoneOutcome(
            placements=self.placements(),
            cut_offs=self.cut_offs,
            waiting=tuple(
                WaitingList(name, tuple(self.codes[child] for child in queue))
                for name, queue in zip(self.names, self.waiting, strict=True)
            ),
            free_seats=tuple(map(FreeSeats, self.names, self.left)),
            leftover=tuple(
                code
                for code, is_here in compress(zip(self.codes, self.in_zone, strict=True), unseated)
                if is_here
            ),
            outside=tuple(
                code for code, is_here in zip(self.codes, self.in_zone, strict=True) if not is_here
            ),
            totals=self.totals,
        )


def settle(*, roll: Roll, seat_plans: Sequence[SeatPlan], rules: RuleSet, key: bytes) -> Settlement:
    """Return where the children of a zone end (see ``allocate_zone``) under ``has_one_order``.

    Raises ValueError when a child lives in another zone than the plans', a school stands twice or
    a number of seats is negative.
    """
    plans = {plan.school: plan.seats for plan in seat_plans}
    _check(roll, seat_plans, rules)
    names = sorted(plans)
    here = [is_in_zone(facts=facts, rules=rules) for facts in roll.facts]
    banded = [band(facts=facts, rules=rules) for facts in roll.facts]
    drawn = numbers(key=key, codes=roll.families)
    bands = [banded[kind] for kind in roll.kinds]
    in_zone = [here[kind] for kind in roll.kinds]
    # Equal numbers are twins': sorting keeps them in the roll's order, which is that of the codes.
    queue = sorted(compress(range(len(bands)), in_zone), key=drawn.__getitem__)
    if "band" in rules.order:
        queue.sort(key=bands.__getitem__)
    seating = _Seating(roll, names, [plans[name] for name in names])
    seating.take(queue, bands)
    return Settlement(
        codes=roll.codes,
        numbers=drawn,
        bands=bands,
        schools=seating.schools,
        ranks=seating.ranks,
        names=names,
        cut_offs=tuple(
            CutOff(names[school], counted, drawn[seating.last[school, counted]], admitted)
            for (school, counted), admitted in sorted(seating.admitted.items())
        ),
        waiting=seating.waiting,
        left=seating.room,
        in_zone=in_zone,
        totals=_totals(seating.ranks, len(queue), sum(plans.values())),
    )


class _Seating:
    """The seats of a zone while the children take them one after the other."""

    def __init__(self, roll: Roll, names: Sequence[str], seats: Sequence[int]) -> None:
        index = {name: place for place, name in enumerate(names)}
        self._options = [
            [(rank, index[name]) for rank, name in enumerate(wishes, start=1) if name in index]
            for wishes in roll.wishes
        ]
        self._lists = roll.lists
        self.room = list(seats)
        self.schools = [NOWHERE] * len(roll.codes)
        self.ranks = [0] * len(roll.codes)
        self.waiting: list[list[int]] = [[] for _ in names]
        self.last: dict[tuple[int, int], int] = {}
        self.admitted: dict[tuple[int, int], int] = {}

    def take(self, queue: Sequence[int], bands: Sequence[int]) -> None:
        """Seat the children in the order of the queue."""
        options, lists, room, waiting = self._options, self._lists, self.room, self.waiting
        for child in queue:
            for rank, school in options[lists[child]]:
                if room[school]:
                    room[school] -= 1
                    self.schools[child], self.ranks[child] = school, rank
                    place = (school, bands[child])
                    self.last[place] = child
                    self.admitted[place] = self.admitted.get(place, 0) + 1
                    break
                waiting[school].append(child)


def _check(roll: Roll, seat_plans: Sequence[SeatPlan], rules: RuleSet) -> None:
    if not has_one_order(rules=rules, seat_plans=seat_plans):
        raise ValueError("these schools do not all order children alike")
    if len({plan.school for plan in seat_plans}) != len(seat_plans):
        raise ValueError("a school has two seat plans in the zone")
    if any(plan.seats < 0 for plan in seat_plans):
        raise ValueError("a school has a negative number of seats")
    zones = {plan.zone for plan in seat_plans}
    if seat_plans:
        zones |= {f.zone or "" for f in roll.facts if is_in_zone(facts=f, rules=rules)}
    if len(zones) > 1:
        message = f"one zone at a time, not {sorted(zones)}"
        raise ValueError(message)


def _totals(ranks: Sequence[int], in_zone: int, seats: int) -> Totals:
    seated = len(ranks) - ranks.count(0)
    return Totals(
        entries=len(ranks),
        in_zone=in_zone,
        outside=len(ranks) - in_zone,
        seats=seats,
        seated=seated,
        first_wish=ranks.count(1),
        rerouted=0,
        unplaced=in_zone - seated,
    )
