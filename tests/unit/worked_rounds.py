"""Proposals round by round, all children at once, with plain sorting.

Another route to the same result than the engine's, which takes one child after the other.
"""

from collections.abc import Iterator, Mapping

from enrol.core.leftovers import by_distance
from enrol.core.lottery import number, number_for_school
from enrol.core.model import Entry
from enrol.core.priority import is_in_zone, priority_key
from enrol.core.results import free_seats_of, second_stage_entries
from tests.unit.worked_city import City


def number_of(city: City, entry: Entry, school: str | None = None) -> str:
    """Return the lottery number that counts for a child at a school, or without one."""
    if school is None or not city.rules.per_school_numbers:
        return number(key=city.key, code=entry.family)
    return number_for_school(key=city.key, code=entry.family, school=school)


def zone_rounds(city: City) -> Iterator[tuple[str, ...]]:
    """Yield the rows of stage 1, round by round."""
    seats = {plan.school: plan.seats for plan in city.plans}
    lists = {
        e.code: list(e.wishes) for e in city.entries if is_in_zone(facts=e.facts, rules=city.rules)
    }
    return _rounds(city, lists, seats)


def leftover_rounds(city: City) -> Iterator[tuple[str, ...]]:
    """Yield the rows of stage 2, round by round."""
    free = {item.school: item.seats for item in free_seats_of(city.computed.zones)}
    lists = {}
    for entry in second_stage_entries(entries=city.entries, zones=city.computed.zones):
        metres = {**dict(city.distances.get(entry.code, ())), **dict(entry.facts.distances)}
        nearest = by_distance(schools=[s for s in free if free[s]], metres=metres)
        in_zone = is_in_zone(facts=entry.facts, rules=city.rules)
        lists[entry.code] = nearest if in_zone else list(entry.wishes)
    return _rounds(city, lists, free)


def _rounds(
    city: City, lists: Mapping[str, list[str]], seats: Mapping[str, int]
) -> Iterator[tuple[str, ...]]:
    entries = {entry.code: entry for entry in city.entries}
    held: dict[str, list[str]] = {school: [] for school in seats}
    free, at = set(lists), 1
    while True:
        asked = {school: [] for school in sorted(seats)}
        for code in sorted(free):
            if lists[code]:
                asked[lists[code].pop(0)].append(code)
        free = set()
        for school, new in asked.items():
            if not new:
                continue
            compared = sorted(
                held[school] + new, key=lambda code: place_of(city, entries[code], school)
            )
            held[school], refused = compared[: seats[school]], compared[seats[school] :]
            free |= set(refused)
            groups = (new, compared, held[school], refused)
            yield (str(at), school, *map(city.people, groups))
        if not any(asked.values()):
            return
        at += 1


def place_of(city: City, entry: Entry, school: str) -> tuple[object, ...]:
    """Return a child's place in the queue of a school; lower goes first."""
    rules = city.rules
    drawn = number_of(city, entry, school)
    key = priority_key(entry=entry, school=school, number=drawn, rules=rules)
    return not is_in_zone(facts=entry.facts, rules=rules), key
