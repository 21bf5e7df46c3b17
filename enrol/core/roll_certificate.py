"""The certificate of a settled zone, checked on its columns by a route of its own.

Nothing is settled again: numbers are drawn once more one by one, and each school's last holder is
compared with everyone it refused, as tuples. What is found wrong is named by ``certify_zone``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice, repeat
from operator import lt
from typing import NamedTuple

from enrol.core.certificate import Certificate, certify_zone
from enrol.core.model import Placement, SeatPlan
from enrol.core.priority import RuleSet, band, is_in_zone
from enrol.core.roll import Roll
from enrol.core.settlement import NOWHERE, Settlement

Place = tuple[int, str, str]
_BEFORE_ALL: Place = (-1, "", "")
_BLOCK_BYTES = 64


class Seats(NamedTuple):
    """Where the children of a roll ended, in columns as those of a ``Settlement``."""

    codes: Sequence[str]
    numbers: Sequence[str]
    bands: Sequence[int]
    schools: Sequence[int]
    ranks: Sequence[int]
    names: Sequence[str]


def certify_settlement(
    *,
    roll: Roll,
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    key: bytes,
    settlement: Settlement,
) -> Certificate:
    """Return the certificate of one zone's settlement: the one that ``certify_zone`` gives."""
    settled = settlement
    seats = Seats(
        settled.codes, settled.numbers, settled.bands, settled.schools, settled.ranks, settled.names
    )
    drawn = list(drawn_again(key=key, codes=roll.families))
    held = _Check(roll, seat_plans, rules, seats).certificate(drawn)
    if held is not None:
        return held
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


def certify_seats(
    *,
    roll: Roll,
    seat_plans: Sequence[SeatPlan],
    rules: RuleSet,
    key: bytes,
    seated: Mapping[str, Placement],
) -> Certificate | None:
    """Return the certificate of a zone from the placements of those who have a seat in it.

    None when anything is wrong, or cannot be told in columns: ``certify_zone`` names it.
    """
    names = sorted(plan.school for plan in seat_plans)
    index = {name: place for place, name in enumerate(names)}
    bands = [band(facts=facts, rules=rules) for facts in roll.facts]
    held = [seated.get(code) for code in roll.codes]
    if any(one is not None and (one.school not in index or one.stage != 1) for one in held):
        return None
    drawn = list(drawn_again(key=key, codes=roll.families))
    columns = [
        (number, counted, NOWHERE, 0)
        if one is None
        else (one.number, one.band, index[one.school or ""], one.rank or 0)
        for one, number, counted in zip(held, drawn, [bands[k] for k in roll.kinds], strict=True)
    ]
    numbers, counted_bands, schools, ranks = zip(*columns, strict=True) if columns else ((),) * 4
    seats = Seats(roll.codes, numbers, counted_bands, schools, ranks, names)
    return _Check(roll, seat_plans, rules, seats).certificate(drawn)


def drawn_again(*, key: bytes, codes: Iterable[str]) -> Iterator[str]:
    """Yield the lottery number of each code: HMAC continued from the states behind its pads.

    ``lottery.numbers`` joins pads and code instead, and ``hmac`` takes three times as long; all
    three are compared in the tests.
    """
    short = key if len(key) <= _BLOCK_BYTES else sha256(key).digest()
    padded = short.ljust(_BLOCK_BYTES, b"\x00")
    started = sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    ended = sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    for code in codes:
        inner, outer = started(), ended()
        inner.update(code.encode())
        outer.update(inner.digest())
        yield outer.hexdigest()


class _Check:
    """One settlement held against the roll it is of."""

    def __init__(
        self, roll: Roll, seat_plans: Sequence[SeatPlan], rules: RuleSet, settled: Seats
    ) -> None:
        self._roll, self._settled = roll, settled
        self._seats = {plan.school: plan.seats for plan in seat_plans}
        self._bands = [band(facts=facts, rules=rules) for facts in roll.facts]
        self._here = [is_in_zone(facts=facts, rules=rules) for facts in roll.facts]
        self._counts_bands = "band" in rules.order
        self._refusals = 0

    def certificate(self, drawn: Sequence[str]) -> Certificate | None:
        """Return the certificate when nothing is wrong; ``drawn`` are the children's numbers."""
        if not self._holds(drawn):
            return None
        return Certificate(
            entries=len(self._roll.codes),
            schools=len(self._seats),
            seats=sum(self._seats.values()),
            placed=sum(self._held.values()),
            refusals=self._refusals,
            violation=None,
        )

    def _holds(self, drawn: Sequence[str]) -> bool:
        roll, settled = self._roll, self._settled
        columns = (settled.codes, settled.bands, settled.schools, settled.ranks)
        if any(len(column) != len(roll.codes) for column in columns):
            return False
        if list(settled.names) != sorted(self._seats):
            return False
        return (
            list(settled.codes) == list(roll.codes)
            and all(map(lt, roll.codes, islice(roll.codes, 1, None)))
            and list(settled.bands) == [self._bands[kind] for kind in roll.kinds]
            and list(settled.numbers) == list(drawn)
            and self._are_seats_lawful()
            and self._is_nobody_passed_over()
        )

    def _are_seats_lawful(self) -> bool:
        """Say whether all have a wish of their own zone or nothing, and no school is too full."""
        settled, roll = self._settled, self._roll
        # Whether a seat is lawful depends on few things, of which there are few combinations.
        seen = set(zip(roll.kinds, roll.lists, settled.schools, settled.ranks, strict=True))
        if not all(self._is_lawful(*one) for one in seen):
            return False
        self._held = Counter(settled.schools)
        del self._held[NOWHERE]
        return all(
            held <= self._seats[settled.names[school]] for school, held in self._held.items()
        )

    def _is_lawful(self, kind: int, listed: int, school: int, rank: int) -> bool:
        if school == NOWHERE:
            return rank == 0
        names, wishes = self._settled.names, self._roll.wishes[listed]
        if not 0 <= school < len(names):
            return False
        is_wished = 0 < rank <= len(wishes) and wishes[rank - 1] == names[school]
        return is_wished and self._here[kind]

    def _is_nobody_passed_over(self) -> bool:
        """Say whether every refusal was by a school full of children who stand before."""
        settled = self._settled
        places = self._places()
        last: dict[int, Place] = {}
        for school, place in zip(settled.schools, places, strict=True):
            if place > last.get(school, _BEFORE_ALL):
                last[school] = place
        first = self._first_refused(places)
        for school, place in first.items():
            held = self._held[school]
            if held < self._seats[settled.names[school]] or (held and place < last[school]):
                return False
        return True

    def _places(self) -> list[Place]:
        """Return where each child stands in the one order of its zone."""
        settled = self._settled
        bands = settled.bands if self._counts_bands else repeat(0)
        return list(zip(bands, settled.numbers, settled.codes, strict=False))

    def _first_refused(self, places: Sequence[Place]) -> dict[int, Place]:
        """Return for each school the foremost child that it refused, and count the refusals."""
        roll, settled = self._roll, self._settled
        index = {name: place for place, name in enumerate(settled.names)}
        offered = [
            [
                (rank, index[name])
                for rank, name in enumerate(wishes, start=1)
                if name in self._seats
            ]
            for wishes in roll.wishes
        ]
        first: dict[int, Place] = {}
        for child, rank in enumerate(settled.ranks):
            if rank == 1 or not self._here[roll.kinds[child]]:
                continue
            place = places[child]
            for wished, school in offered[roll.lists[child]]:
                if wished == rank:
                    break
                self._refusals += 1
                if school not in first or place < first[school]:
                    first[school] = place
        return first
