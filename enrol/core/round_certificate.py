"""A second opinion on a round: its end is tested by its meaning, not computed again."""

from collections import Counter
from collections.abc import Collection

from enrol.core.holdings import Holdings, Queues


def round_violation(
    *, before: Holdings, after: Holdings, queues: Queues, gone: Collection[str]
) -> str | None:
    """Return the first thing wrong with the end of a round in English, None if nothing is.

    ``gone`` gave up their seat or waiting. Everyone else who held a seat has it or one wanted
    more; no school has more children than seats; and where somebody still waits, no seat is empty
    and everyone who came in this round stood before all who wait on.
    """
    taken = Counter(after.holds.values())
    for school, count in sorted(taken.items()):
        if count > after.seats.get(school, 0):
            return f"{school} has {count} children on {after.seats.get(school, 0)} seats"
    for code, school in sorted(before.holds.items()):
        if code not in gone and after.holds.get(code) not in {
            school,
            *before.wants.get(code, ()),
        }:
            return f"{code} lost the seat at {school}"
    for code in sorted(gone):
        if code in after.holds or code in after.wants:
            return f"{code} gave up and still has a seat or waits"
    return _passed_over(before, after, queues)


def _passed_over(before: Holdings, after: Holdings, queues: Queues) -> str | None:
    taken = Counter(after.holds.values())
    for school, queue in sorted(queues.items()):
        waits: str | None = None
        for code in queue:
            came = after.holds.get(code) == school and before.holds.get(code) != school
            if waits is not None and came:
                return f"{waits} was passed over by {code} at {school}"
            if waits is None and school in after.wants.get(code, ()):
                waits = code
        if waits is not None and taken[school] < after.seats[school]:
            return f"{school} has an empty seat and {waits} waits"
    return None
