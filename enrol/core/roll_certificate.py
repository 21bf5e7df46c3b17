"""The certificate of a settled zone, checked on its columns by a route of its own.

Nothing is settled again: numbers are drawn once more one by one, and each school's last holder is
compared with everyone it refused, as tuples. What is found wrong is named by ``certify_zone``.
"""

import hmac
from collections.abc import Sequence
from itertools import pairwise

from enrol.core.certificate import Certificate, certify_zone
from enrol.core.model import SeatPlan
from enrol.core.priority import RuleSet, band, is_in_zone
from enrol.core.roll import Roll
from enrol.core.settlement import NOWHERE, Settlement

Place = tuple[int, str, str]


def certify_settlement(
    *,
    roll: Roll,
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    key: bytes,
    settlement: Settlement,
) -> Certificate:
    """Return the certificate of one zone's settlement: the one that ``certify_zone`` gives."""
    check = _Check(roll, seat_plans, rules, settlement)
    if check.holds(key):
        return Certificate(
            entries=len(roll.codes),
            schools=len(seat_plans),
            seats=sum(plan.seats for plan in seat_plans),
            placed=len(roll.codes) - list(settlement.schools).count(NOWHERE),
            refusals=check.refusals,
            violation=None,
        )
    found = certify_zone(
        entries=roll.entries(),
        seat_plans=seat_plans,
        rules=rules,
        key=key,
        placements=settlement.placements(),
    )
    if found.holds:
        raise ValueError("two checks of one settlement contradict each other")
    return found


class _Check:
    """One settlement held against the roll it is of."""

    def __init__(
        self, roll: Roll, seat_plans: Sequence[SeatPlan], rules: RuleSet, settled: Settlement
    ) -> None:
        self._roll, self._settled = roll, settled
        self._seats = {plan.school: plan.seats for plan in seat_plans}
        self._bands = [band(facts=facts, rules=rules) for facts in roll.facts]
        self._here = [is_in_zone(facts=facts, rules=rules) for facts in roll.facts]
        self._counts_bands = "band" in rules.order
        self.refusals = 0

    def holds(self, key: bytes) -> bool:
        """Say whether nothing is wrong, and count the refusals."""
        roll, settled = self._roll, self._settled
        columns = (settled.codes, settled.numbers, settled.bands, settled.schools, settled.ranks)
        if any(len(column) != len(roll.codes) for column in columns):
            return False
        return (
            list(settled.codes) == list(roll.codes)
            and all(before < after for before, after in pairwise(roll.codes))
            and list(settled.bands) == [self._bands[kind] for kind in roll.kinds]
            and list(settled.numbers)
            == [hmac.digest(key, code.encode(), "sha256").hex() for code in roll.families]
            and self._are_seats_lawful()
            and self._is_nobody_passed_over()
        )

    def _place(self, child: int) -> Place:
        settled = self._settled
        counted = settled.bands[child] if self._counts_bands else 0
        return counted, settled.numbers[child], settled.codes[child]

    def _are_seats_lawful(self) -> bool:
        """Say whether all have a wish of their own zone or nothing, and no school is too full."""
        settled, roll = self._settled, self._roll
        self._held = dict.fromkeys(self._seats, 0)
        self._last: dict[str, Place] = {}
        for child, school in enumerate(settled.schools):
            rank = settled.ranks[child]
            if school == NOWHERE:
                if rank:
                    return False
                continue
            name, wishes = settled.names[school], roll.wishes[roll.lists[child]]
            if not self._here[roll.kinds[child]] or name not in self._seats:
                return False
            if not 0 < rank <= len(wishes) or wishes[rank - 1] != name:
                return False
            self._held[name] += 1
            place = self._place(child)
            if name not in self._last or place > self._last[name]:
                self._last[name] = place
        return all(self._held[name] <= seats for name, seats in self._seats.items())

    def _is_nobody_passed_over(self) -> bool:
        """Say whether every refusal was by a school full of children who stand before."""
        roll = self._roll
        offered = [[name for name in wishes if name in self._seats] for wishes in roll.wishes]
        full = {name for name, held in self._held.items() if held == self._seats[name]}
        for child, rank in enumerate(self._settled.ranks):
            if rank == 1 or not self._here[roll.kinds[child]]:
                continue
            wishes = roll.wishes[roll.lists[child]]
            refused = offered[roll.lists[child]]
            if rank:
                refused = refused[: refused.index(wishes[rank - 1])]
            place = self._place(child)
            for name in refused:
                if name not in full or (name in self._last and place < self._last[name]):
                    return False
            self.refusals += len(refused)
        return True
