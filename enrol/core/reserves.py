"""A school's choice among its applicants when some seats are reserved.

The seats fill in a stated order: the reserves one after the other as the seat plan lists them,
each with its best placed members who have no seat yet; then every other seat, also those a reserve
could not use, with the best placed of all who remain. So a reserve is a guaranteed minimum, never
a ceiling, and no seat stays empty while somebody wants it (Hafalir, Yenmez and Yildirim 2013,
"Effective affirmative action in school choice"). The order is part of the rule, since it decides
who uses which seat: Dur, Kominers, Pathak and Sönmez (2018), "Reserve design: unintended
consequences and the demise of Boston's walk zones".

One more applicant passes on at most one more child from each group of seats to the next, so
nobody who was refused becomes acceptable when others come (substitutability), and the school never
seats fewer: deferred acceptance stays stable, best for children, and safe to be honest in.
"""

from collections.abc import Collection, Sequence
from heapq import heappop, heappush, heapreplace

NOBODY = -1


class ReservedSeats:
    """The seats of one school while children propose to it, one after the other.

    ``reserves`` lists (seats, indices of the children who belong) in the order they fill. When the
    reserves together exceed ``seats``, the later ones get what the earlier ones leave.
    """

    __slots__ = ("_groups", "_mask", "_open", "_open_room")

    def __init__(
        self,
        *,
        seats: int,
        reserves: Sequence[tuple[int, Collection[int]]],
        child_bits: int,
    ) -> None:
        self._mask = (1 << child_bits) - 1
        self._open: list[int] = []
        self._open_room = seats
        self._groups: list[tuple[int, Collection[int], list[int]]] = []
        left = seats
        for wanted, members in reserves:
            size = min(wanted, left)
            left -= size
            if size:
                self._groups.append((size, members, []))

    def offer(self, priority: int) -> int:
        """Take the child with this priority in; return the priority refused, or ``NOBODY``."""
        passing = priority
        for size, members, queue in self._groups:
            if passing & self._mask not in members:
                continue
            if len(queue) < size:
                heappush(queue, -passing)
                self._open_room -= 1
                return self._close_open_seats()
            if -passing > queue[0]:
                passing = -heapreplace(queue, -passing)
        heappush(self._open, -passing)
        return self._close_open_seats()

    def _close_open_seats(self) -> int:
        return -heappop(self._open) if len(self._open) > self._open_room else NOBODY

    def open_priorities(self) -> list[int]:
        """Return the priorities of the children who hold seats open to all, best first."""
        return sorted(-negative for negative in self._open)
