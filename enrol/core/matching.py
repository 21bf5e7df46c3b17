"""Deferred acceptance on prepared numbers: children propose, schools keep the best.

Children propose in turn, as in McVitie and Wilson (1971); the result is the one of Gale and
Shapley (1962), the best stable matching for every child at once, whatever the order of proposals
as long as schools choose by substitutable choice functions (Hatfield and Milgrom 2005). In school
choice: Abdulkadiroğlu and Sönmez (2003). Ours are: plain seats by priority, or ``ReservedSeats``.
"""

from collections.abc import Mapping, Sequence
from heapq import heapify, heapreplace

from enrol.core.contest import Contest
from enrol.core.reserves import NOBODY, ReservedSeats

UNPLACED = -1


def match(
    *,
    contest: Contest,
    seats: Sequence[int],
    reserved: Mapping[int, ReservedSeats],
) -> list[int]:
    """Return for each child the granted choice (an index into the flat lists) or ``UNPLACED``.

    ``seats[s]`` counts the seats of school ``s``; a school in ``reserved`` chooses through its
    ``ReservedSeats`` instead, which must be empty and holds its children afterwards. Time grows
    with the number of proposals, memory with the number of choices.
    """
    starts, schools, priorities = contest.starts, contest.schools, contest.priorities
    mask = (1 << contest.child_bits) - 1
    nowhere = max(priorities, default=0) + 1
    # A school with room refuses nobody; a full one everybody behind the last it holds.
    last = [nowhere if count or s in reserved else -1 for s, count in enumerate(seats)]
    room = [0 if s in reserved else count for s, count in enumerate(seats)]
    held: list[list[int]] = [[] for _ in seats]
    at = list(starts[:-1])
    for proposer in range(len(at)):
        child = proposer
        choice, end = at[child], starts[child + 1]
        while choice < end:
            priority, school = priorities[choice], schools[choice]
            if priority > last[school]:
                choice += 1
                continue
            at[child] = choice
            queue = held[school]
            if room[school]:
                room[school] -= 1
                queue.append(-priority)
                if not room[school]:
                    heapify(queue)  # nobody needs the order before the school is full
                    last[school] = -queue[0]
                break
            if queue:
                refused = -heapreplace(queue, -priority)
                last[school] = -queue[0]
            else:
                refused = reserved[school].offer(priority)
                if refused == NOBODY:
                    break
            child = refused & mask
            choice, end = at[child] + 1, starts[child + 1]
        else:
            at[child] = end
    return [
        choice if choice < end else UNPLACED for choice, end in zip(at, starts[1:], strict=True)
    ]
